#!/usr/bin/env python3
"""Copying memory against the number of blanks: dev/copying_figure.py -o FIGURE.png SUITE...

SUITE is a folder of `ebit suite` whose trainings are of the problem copying. Prints a row for every training, and draws (by
gnuplot) the share of the ten symbols that each recalls over the number of blanks: a point a training, a line through the
medians of a model. Trainings of one model and delay that differ in epochs are all drawn; the line takes the longest.
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess

COLORS = {"qrnn": "#2b6cb0", "orthogonal": "#2f855a", "lstm": "#c05621", "qrnn-no-entanglement": "#805ad5"}
CHANCE = 0.125  # one of eight symbols


def trainings(suite):
    for file in sorted(pathlib.Path(suite).glob("*/*/metrics.json")):
        if file.parent.parent.name == "chosen":
            continue
        settings = (file.parent / "config.toml").read_text()
        delay = re.search(r"^delay = (\d+)", settings, re.M)
        epochs = re.search(r"^epochs = (\d+)", settings, re.M)
        if not delay:
            continue
        model, seed = file.parent.name.rsplit("-", 1)
        scores = json.loads(file.read_text())["models"][0]["seeds"][0]["parts"]["test"]["values"]
        yield {"model": model, "seed": int(seed), "delay": int(delay[1]), "epochs": int(epochs[1]), **scores}


def draw(rows, file):
    blocks, plots = [], []
    for model in COLORS:
        own = [row for row in rows if row["model"] == model]
        if not own:
            continue
        name = model.replace("-", "_")
        blocks += [f"${name} << EOD", *(f"{row['delay']} {row['recalled']}" for row in own), "EOD", f"${name}_line << EOD"]
        for delay in sorted({row["delay"] for row in own}):
            there = [row for row in own if row["delay"] == delay]
            most = max(row["epochs"] for row in there)
            blocks.append(f"{delay} {statistics.median(row['recalled'] for row in there if row['epochs'] == most)}")
        blocks.append("EOD")
        color = f"lc rgb '{COLORS[model]}'"
        plots += [f"${name} with points pt 6 ps 1.3 {color} notitle", f"${name}_line with linespoints lw 2 pt 7 ps 0.6 {color} title '{model}'"]
    plots.append(f"{CHANCE} with lines dt 2 lc rgb '#444444' title 'without memory'")
    script = "\n".join([*blocks, "set terminal pngcairo size 900,480 font 'sans,11'", f"set output '{file}'", "set logscale x",
                        "set xrange [8:1250]", "set yrange [0:1.05]", "set xtics (10, 30, 100, 300, 1000)", "set grid",
                        "set key outside right", "set xlabel 'blanks between the symbols and their repetition'",
                        "set ylabel 'share of the ten symbols recalled'", "plot " + ", \\\n  ".join(plots)])
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="+", metavar="SUITE")
    parser.add_argument("-o", dest="figure")
    args = parser.parse_args()
    rows = [row for suite in args.suites for row in trainings(suite)]
    if not rows:
        parser.error("no trainings of the problem copying are there")
    for row in sorted(rows, key=lambda row: (row["delay"], row["model"], row["epochs"], row["seed"])):
        print(f"L = {row['delay']:<5} {row['model']:<22} seed {row['seed']}  {row['epochs']:>4} epochs  "
              f"cross-entropy {row['cross-entropy']:.5f}  recalled {row['recalled']:.3f}")
    if args.figure:
        draw(rows, args.figure)


if __name__ == "__main__":
    main()
