#!/usr/bin/env python3
"""Checks that the worked examples of HACKING.md, dev/patches/*.patch, still apply to the tree.

usage: check_patches.py [ROOT]
Nothing is changed. One line is printed for each patch that does not apply; exits with 1 where there is one.
"""

import pathlib
import subprocess
import sys


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent)
    patches = sorted((root / "dev" / "patches").glob("*.patch"))
    bad = 0
    for patch in patches:
        done = subprocess.run(["git", "apply", "--check", "--recount", str(patch)], cwd=root, capture_output=True, text=True)
        if done.returncode != 0:
            bad += 1
            print(f"{patch.name} does not apply: {(done.stderr.strip().splitlines() or ['?'])[0]}")
    print(f"check_patches: {len(patches) - bad} of {len(patches)} apply")
    return 1 if bad or not patches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
