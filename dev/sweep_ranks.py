#!/usr/bin/env python3
"""Settings over several sweeps of one file: dev/sweep_ranks.py [--most NUMBERS,...] SWEEP.json...

Ranks the settings by the validation median in each sweep, and prints them by their mean rank. A setting takes part
where every sweep has it. --most: a setting with more trained numbers than this in a sweep (one number, or one a sweep)
does not take part.
"""
import argparse
import json


def ranks(values):
    """Ranks from 1; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=lambda k: values[k])
    result = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for k in order[first : last + 1]:
            result[k] = (first + last) / 2 + 1
        first = last + 1
    return result


def table(sweeps, most=()):
    """Rows (mean rank, name, options, numbers of each sweep), best first. `sweeps`: read sweep.json files."""
    points = [{p["name"]: p for p in sweep["results"]} for sweep in sweeps]
    names = [n for n in points[0] if all(n in p and p[n]["median"] is not None for p in points)]
    for k, limit in enumerate(most):
        names = [n for n in names if points[k][n]["parameters"] <= limit]
    columns = [ranks([p[n]["median"] for n in names]) for p in points]
    rows = [
        (sum(c[k] for c in columns) / len(columns), n, points[0][n]["options"], [p[n]["parameters"] for p in points])
        for k, n in enumerate(names)
    ]
    return sorted(rows, key=lambda row: row[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=lambda text: [int(n) for n in text.split(",")], default=[])
    parser.add_argument("sweeps", nargs="+")
    options = parser.parse_args()
    sweeps = []
    for path in options.sweeps:
        with open(path, encoding="utf-8") as file:
            sweeps.append(json.load(file))
    most = options.most * len(sweeps) if len(options.most) == 1 else options.most
    if most and len(most) != len(sweeps):
        parser.error(f"--most has {len(most)} numbers for {len(sweeps)} sweeps")
    for rank, _, values, numbers in table(sweeps, most):
        print(f"{rank:6.2f}  {max(numbers):5} numbers  " + ", ".join(f"{k} = {v}" for k, v in values.items()))


if __name__ == "__main__":
    main()
