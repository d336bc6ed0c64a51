#!/usr/bin/env python3
"""Prints how many trainings of runs were solved, and in which epoch: dev/solved_table.py RUN...

A run is one with --stop-below: `solved_at` of every seed in its metrics.json. A training that was not solved counts in
"all runs" with the epochs that it went on for. Runs of the same model on the same data are put together.
"""
import json
import statistics
import sys


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: dev/solved_table.py RUN...")
    rows = {}
    for folder in sys.argv[1:]:
        with open(f"{folder}/metrics.json") as text:
            run = json.load(text)
        for model in run["models"]:
            if any("solved_at" not in seed for seed in model["seeds"]):
                continue  # what is not trained, or not until it is solved
            row = rows.setdefault((run["problem"]["data"], model["name"], model["parameters"]), [])
            row += model["seeds"]
    if not rows:
        sys.exit("no run was made with --stop-below")
    print("| data | model | parameters | runs, solved | median epoch, all runs | median epoch, solved | test accuracy |")
    print("|---|---|---|---|---|---|---|")
    for (data, model, parameters), seeds in rows.items():
        solved = [seed["solved_at"] for seed in seeds if seed["solved_at"]]
        accuracy = statistics.fmean(seed["parts"]["test"]["values"]["accuracy"] for seed in seeds)
        epochs = statistics.median(seed["epochs"] for seed in seeds)
        middle = f"{statistics.median(solved):g}" if solved else "–"
        print(f"| {data} | {model} | {parameters} | {len(seeds)}, {len(solved)} | {epochs:g} | {middle} | {accuracy:.3f} |")


if __name__ == "__main__":
    main()
