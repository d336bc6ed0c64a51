#!/usr/bin/env python3
"""Adds up the tests of JUnit files, ctest's and pytest's, and prints one closing line.

usage: count_tests.py FILE...
Prints the names of failed tests, then "N passed, N failed, N skipped". A file that is missing or broken counts as
one failure, and so does a file without tests: a run that tested nothing has not passed. Exits with 1 on failures.
"""

import sys
import xml.etree.ElementTree


def count(path):
    """(passed, skipped, names of failed tests) of one JUnit file."""
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        return 0, 0, [f"{path}: {error}"]
    passed, skipped, failed = 0, 0, []
    for case in root.iter("testcase"):
        broken = case.find("failure") is not None or case.find("error") is not None
        status = case.get("status")  # of ctest; pytest gives none
        if broken:
            failed.append(f"{path}: {case.get('name')}")
        elif status in ("notrun", "disabled") or (status is None and case.find("skipped") is not None):
            skipped += 1
        elif status in ("run", None):
            passed += 1
        else:
            failed.append(f"{path}: {case.get('name')}")
    if not passed and not skipped and not failed:
        failed.append(f"{path}: no tests")
    return passed, skipped, failed


def main(paths):
    passed, skipped, failed = 0, 0, []
    for path in paths:
        more_passed, more_skipped, more_failed = count(path)
        passed += more_passed
        skipped += more_skipped
        failed += more_failed
    for name in failed:
        print(f"failed: {name}")
    print(f"{passed} passed, {len(failed)} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
