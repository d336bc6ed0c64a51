#!/usr/bin/env python3
"""Tells a change of speed from noise: dev/compare_bench.py [--tolerance 0.1] OLD NEW...

OLD and NEW are files of `ebit bench -o FILE`; several NEW are runs of the same build. What is compared of each row is how
long ours took in terms of what it raced by turns with (torch, the multiply-add limit), repetition by repetition, because
what slows a machine down slows both. Rows that race with ebit itself (threads, growth) are taken in terms of the machine's
multiply-add rate in that run instead. Recorded peers say nothing about this build and are left out. Rows with
"peak_bytes" are compared in memory too.

The interval is a bootstrap over repetitions (and over the NEW files) of the ratio of medians, 99% wide since there are
many rows. A row is "slower" only where the whole interval lies above 1 + tolerance, and "faster" where it lies below
1 - tolerance; with fewer than 5 repetitions nothing is said. Ends with 1 where a row is slower, with 2 where the files
cannot be compared, else with 0.
"""

import argparse
import json
import random
import statistics
import sys

KEY = ("workload", "size", "variant", "dtype", "threads", "against")
ENOUGH = 5
RESAMPLES = 2000
COVERAGE = 0.99
OUTSIDE = ("torch-", "fma-peak")  # racers that are not ebit itself


class Unfit(Exception):
    """A file that is no run of the benchmark."""


def read(path):
    """{key: [cost of each repetition]} of a file, and the same for memory under key + ("memory",)."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        rates = {dtype: document["machine"][f"fma_{dtype}"] for dtype in ("float32", "float64")}
        return dict(costs(document["results"], rates))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unfit(f"'{path}' is no run of the benchmark: {error}") from error


def costs(results, rates):
    for row in results:
        if row["recorded"]:
            continue
        key = tuple(row[name] for name in KEY)
        if row["against"].startswith(OUTSIDE):
            yield key, [ours / theirs for ours, theirs in zip(row["repeats"], row["against_repeats"])]
        else:
            yield key, [ours * rates[row["dtype"]] for ours in row["repeats"]]
        if "peak_bytes" in row:
            yield key + ("memory",), [row["peak_bytes"]]


def interval(old, new_runs, source):
    """The ratio of medians new over old, and its bootstrap interval. old [R], new_runs [files][R]."""
    center = statistics.median(statistics.median(run) for run in new_runs) / statistics.median(old)
    ratios = []
    for _ in range(RESAMPLES):
        runs = source.choices(new_runs, k=len(new_runs))
        new = statistics.median(statistics.median(source.choices(run, k=len(run))) for run in runs)
        ratios.append(new / statistics.median(source.choices(old, k=len(old))))
    ratios.sort()
    cut = int(RESAMPLES * (1 - COVERAGE) / 2)
    return center, ratios[cut], ratios[-1 - cut]


def verdict(key, old, new_runs, low, high, tolerance):
    # A peak of memory is counted, not timed: it needs no repetitions.
    if key[-1] != "memory" and min(len(run) for run in [old, *new_runs]) < ENOUGH:
        return "too few repetitions"
    if low > 1 + tolerance:
        return "slower" if key[-1] != "memory" else "larger"
    if high < 1 - tolerance:
        return "faster" if key[-1] != "memory" else "smaller"
    return "same"


def compare(old, news, tolerance):
    """Rows (key, center, low, high, verdict) of what every file has, in the order of OLD."""
    source = random.Random(1)  # the same files give the same answer
    rows = []
    for key, before in old.items():
        if not all(key in new for new in news):
            continue
        runs = [new[key] for new in news]
        center, low, high = interval(before, runs, source)
        rows.append((key, center, low, high, verdict(key, before, runs, low, high, tolerance)))
    return rows


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new", nargs="+")
    parser.add_argument("--tolerance", type=float, default=0.1, help="a slow-down up to this share is let pass")
    options = parser.parse_args(arguments)
    try:
        old, news = read(options.old), [read(path) for path in options.new]
    except Unfit as error:
        print(f"compare_bench: {error}", file=sys.stderr)
        return 2
    rows = compare(old, news, options.tolerance)
    if not rows:
        print("compare_bench: the files have no row in common", file=sys.stderr)
        return 2
    texts = [" ".join(str(part) for part in key if part != "") for key, *_ in rows]
    width = max(len(text) for text in texts)
    print(f"{'cost, new over old':<{width}}  change   99% interval")
    for text, (_, center, low, high, word) in zip(texts, rows):
        print(f"{text:<{width}}  {center:6.3f}   {low:6.3f} to {high:6.3f}   {word}")
    for key in old:
        if not all(key in new for new in news):
            print(f"note: no longer measured: {' '.join(str(part) for part in key if part != '')}")
    worse = sum(row[-1] in ("slower", "larger") for row in rows)
    print(f"compare_bench: {len(rows)} rows, {worse} worse by more than {options.tolerance:.0%}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
