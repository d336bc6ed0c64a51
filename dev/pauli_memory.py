#!/usr/bin/env python3
"""Memory against qubits on the problem pauli: dev/pauli_memory.py [-o FIGURE.png] [--below BITS] RUN...

Prints a row for every model of the runs' metrics.json: trained numbers, memory, and the excess of its seeds. The figure (by
gnuplot) has the n qubits that are enough, the n (2n + 1) bits of a stabilizer tableau, and the float numbers that the hidden
states of the classical models hold: filled where the mean excess over the seeds lies below --below (0.02), else open.
"""
import argparse
import json
import re
import statistics
import subprocess

STATES = {"lstm": 2, "gru": 1, "rnn": 1}  # numbers of a state for each hidden unit


def rows_of(folder):
    with open(f"{folder}/metrics.json") as text:
        run = json.load(text)
    qubits = max(int(n) for n in re.findall(r"\d+", run["problem"]["data"].split(" qubits")[0]))
    for model in run["models"]:
        if model["role"] == "reference":
            continue
        hidden = re.search(r"hidden size (\d+)", model["summary"])
        numbers = int(hidden[1]) * STATES[model["name"]] if hidden and model["name"] in STATES else None
        excess = [seed["parts"]["test"]["values"]["excess"] for seed in model["seeds"]]
        known = [seed["parts"]["test"]["values"]["determined"] for seed in model["seeds"]]
        yield {"data": run["problem"]["data"], "qubits": qubits, "model": model["name"], "numbers": numbers,
               "parameters": model["parameters"], "excess": excess, "determined": known, "epochs": model["seeds"][0]["epochs"]}


def draw(rows, file, below):
    sizes = range(1, max(8, max(row["qubits"] for row in rows)) + 1)
    blocks = ["$qubits << EOD", *(f"{n} {n}" for n in sizes), "EOD",
              "$tableau << EOD", *(f"{n} {n * (2 * n + 1)}" for n in sizes), "EOD"]
    plots = ["$qubits with linespoints lw 2 pt 7 lc rgb '#2b6cb0' title 'quantum memory: qubits'",
             "$tableau with linespoints lw 2 pt 5 lc rgb '#444444' title 'stabilizer tableau: bits'"]
    colors = {"lstm": "#c05621", "gru": "#2f855a", "rnn": "#805ad5"}
    for name, color in colors.items():
        for reached in (True, False):
            points = [row for row in rows if row["model"] == name and (statistics.fmean(row["excess"]) < below) == reached]
            if not points:
                continue
            block = f"${name}_{'below' if reached else 'above'}"
            blocks += [f"{block} << EOD", *(f"{row['qubits']} {row['numbers']}" for row in points), "EOD"]
            what = f"excess below {below:g}" if reached else f"excess not below {below:g}"
            plots.append(f"{block} with points ps 1.6 pt {7 if reached else 6} lc rgb '{color}' "
                         f"title '{name}: floats, {what}'")
    script = "\n".join([*blocks, "set terminal pngcairo size 900,560 font 'sans,11'", f"set output '{file}'",
                        "set logscale y 2", "set yrange [0.8:2048]", "set grid", "set key above left Left reverse width 2 maxrows 3",
                        "set xlabel 'qubits of the measured state'", "set ylabel 'memory, each in its own unit'",
                        "set xrange [0.5:8.5]", "plot " + ", \\\n  ".join(plots)])
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", metavar="RUN")
    parser.add_argument("-o", dest="figure")
    parser.add_argument("--below", type=float, default=0.02)
    options = parser.parse_args()
    rows = [row for folder in options.runs for row in rows_of(folder)]
    rows.sort(key=lambda row: (row["qubits"], row["model"], row["parameters"]))
    print("| data | model | trained numbers | memory | epochs | excess, mean (best to worst) | determined |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        memory = f"{row['numbers']} floats" if row["numbers"] else f"{row['qubits']} qubits"
        excess = statistics.fmean(row["excess"])
        spread = f" ({min(row['excess']):.4f} to {max(row['excess']):.4f})" if len(row["excess"]) > 1 else ""
        print(f"| {row['data']} | {row['model']} | {row['parameters']} | {memory} | {row['epochs']} | {excess:.4f}{spread} | "
              f"{statistics.fmean(row['determined']):.3f} |")
    if options.figure:
        draw(rows, options.figure, options.below)


if __name__ == "__main__":
    main()
