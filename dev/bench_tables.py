#!/usr/bin/env python3
"""Prints what docs/performance.md shows of a stored run: dev/bench_tables.py FILE machine|LETTER...

FILE is written by `ebit bench -o FILE`. The page's blocks are the output of this script, checked by dev/check_docs.py, so
that figures and page cannot drift apart.
"""

import json
import sys


def seconds(value):
    for scale, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value:.3g} s"


def machine(facts):
    yield f"processor  {facts['cpu']}, {facts['cores']} cores, {facts['simd']} kernels"
    yield f"build      ebit {facts['version']}, {facts['compiler']}, {facts['flags']}; libtorch {facts['torch']}"
    yield f"FMA peak   {facts['fma_float32'] / 1e9:.1f} GFLOP/s float32, {facts['fma_float64'] / 1e9:.1f} float64, one core"
    rates = ", ".join(f"{rate['bytes_per_second'] / 1e9:.0f} GB/s {rate['where']}" for rate in facts["memory"])
    yield f"memory     {rates}, read and written"


def besides(row):
    if "peak_bytes" in row:
        return f"peak {row['peak_bytes'] / 1024:.0f} KiB, {row['growth']:.3f} times"
    return f"exponent {row['exponent']:.2f}" if "exponent" in row else ""


def workload(rows):
    heads = ("size", "way", "dtype", "threads", "ours", "+-", "against", "theirs", "ratio", "share", "besides")
    cells = [heads]
    for row in rows:
        cells.append((row["size"], row["variant"], row["dtype"], str(row["threads"]), seconds(row["seconds"]),
                      f"{row['spread']:.0%}", row["against"] + (" (recorded)" if row["recorded"] else ""),
                      seconds(row["against_seconds"]), f"{row['ratio']:.3g}",
                      f"{row['share']:.1%}" if "share" in row else "", besides(row)))
    shown = [k for k in range(len(heads)) if any(line[k] for line in cells[1:])]
    widths = [max(len(line[k]) for line in cells) for k in shown]
    for line in cells:
        yield "  ".join(f"{line[k]:<{width}}" for k, width in zip(shown, widths)).rstrip()


def main(arguments):
    if len(arguments) < 2:
        sys.exit("usage: dev/bench_tables.py FILE machine|LETTER...")
    with open(arguments[0], encoding="utf-8") as file:
        document = json.load(file)
    for part in arguments[1:]:
        lines = machine(document["machine"]) if part == "machine" else workload(
            [row for row in document["results"] if row["workload"] == part])
        print("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])
