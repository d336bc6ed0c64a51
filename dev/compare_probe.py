#!/usr/bin/env python3
"""Compares `ebit probe` with reference values, number by number: dev/compare_probe.py PROGRAM FILE...

Prints the largest difference of states, outputs and losses, and of gradients, for each file. Ends with 1 where a value
of the reference is missing or is off by more than 1e-12 (gradients: 1e-10).
"""
import json
import subprocess
import sys

RESULTS = ["steps", "z_per_step", "final_step_mse", "all_steps_mse", "batch3_final_step_mse",
           "results", "grad", "grad_loss_last", "grad_nll"]


def compare(want, got, path, worst):
    """Notes in `worst` the largest differences below `path`; whatever is missing is infinitely far off."""
    kind = "gradient" if any(str(key).startswith("grad") for key in path) else "state"
    if isinstance(want, dict):
        for key, value in want.items():
            compare(value, got.get(key) if isinstance(got, dict) else None, path + [key], worst)
    elif isinstance(want, list):
        same = isinstance(got, list) and len(got) == len(want)
        for index, value in enumerate(want):
            compare(value, got[index] if same else None, path + [index], worst)
    elif isinstance(want, (int, float)):
        off = abs(want - got) if isinstance(got, (int, float)) else float("inf")
        worst[kind] = max(worst[kind], off)


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: dev/compare_probe.py PROGRAM FILE...")
    bad = False
    for file in sys.argv[2:]:
        with open(file) as text:
            want = json.load(text)
        run = subprocess.run([sys.argv[1], "probe", file], capture_output=True, text=True)
        if run.returncode:
            sys.exit(run.stderr.strip())
        got, worst = json.loads(run.stdout), {"state": 0.0, "gradient": 0.0}
        for key in RESULTS:
            if key in want:
                compare(want[key], got.get(key), [key], worst)
        bad |= not (worst["state"] <= 1e-12 and worst["gradient"] <= 1e-10)
        print(f"{file}: states {worst['state']:.1e}, gradients {worst['gradient']:.1e}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
