#!/usr/bin/env python3
"""Times a training step of every task, for the hybrid QRNN and an LSTM of as many parameters.

    bench/task_steps.py build/release/ebit [--repeat 3]

Prints a Markdown table: milliseconds a step of the optimizer, and microseconds for one step of one sequence, forward and
backward. A step is the difference between epochs of many and of few steps, so that validation is not in it; the least of the
repetitions is taken. Corpora have to be there (`ebit data get`); tasks whose corpus is missing are left out, loudly.
"""
import argparse
import csv
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

# task, what is timed, settings of the problem, of the QRNN, batch, steps of a sequence
RUNS = [
    ("copying", "copying, L = 100", ["--delay", "100"], ["--qubits", "8", "--ffn-hidden", "64"], 32, 120),
    ("digits", "8 x 8 digits", [], ["--qubits", "8", "--ffn-hidden", "32"], 32, 8),
    ("mnist", "MNIST by rows", ["--limit", "10000"], ["--qubits", "8", "--ffn-hidden", "64"], 64, 28),
    ("mnist", "MNIST by rows, 10 qubits", ["--limit", "10000"], ["--qubits", "10", "--ffn-hidden", "64"], 64, 28),
    ("permuted-mnist", "permuted MNIST", ["--limit", "10000"], ["--qubits", "8", "--ffn-hidden", "64"], 64, 784),
    ("sentiment", "sentences", [], ["--qubits", "8"], 32, None),
    ("language-model", "characters", [], ["--qubits", "8", "--ffn-hidden", "64"], 32, 64),
    ("translate", "German-English, 10 qubits", ["--embedding", "64", "--min-count", "3", "--limit", "20000"],
     ["--qubits", "10", "--ffn-hidden", "128"], 64, None),
    ("forecast", "Seattle, window 10", ["seattle-weather", "--target", "temp_max"], ["--qubits", "8"], 16, 10),
]
# Those that score a test part of limited length.
LIMITED = ("mnist", "permuted-mnist", "digits", "translate")
FEW, MANY = 5, 25


def size_options(task, steps):
    """Options for epochs of so many steps, and tests that take no time."""
    if task == "forecast":  # of 0.7 of the rows, windows of 10 and their targets, in batches of 16
        return ["--batch", "16", "--validation", "0", "--first-rows", str(math.ceil((16 * steps + 10) / 0.7))]
    options = ["--epoch-steps", str(steps)]
    if task in LIMITED:
        options += ["--test-limit", "10"]
    if task == "translate":
        options += ["--validation-share", "0.001", "--test-share", "0.001"]
    return options


def epoch_seconds(ebit, task, settings, steps, folder):
    command = [ebit, "task", task, *settings, *size_options(task, steps), "--epochs", "2", "--baselines", "none",
               "--no-plots", "-q", "--overwrite", "-o", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    with open(pathlib.Path(folder) / "losses.csv") as file:
        return float(list(csv.DictReader(file))[-1]["seconds"])


def step_seconds(ebit, task, settings, repeat, folder):
    few = min(epoch_seconds(ebit, task, settings, FEW, folder) for _ in range(repeat))
    many = min(epoch_seconds(ebit, task, settings, MANY, folder) for _ in range(repeat))
    return (many - few) / (MANY - FEW)


def matched_hidden(ebit, task, settings, folder):
    """The hidden size that an LSTM of the model's parameters has, as a short run says it."""
    subprocess.run([ebit, "task", task, *settings, *size_options(task, 1), "--epochs", "1", "--no-plots", "-q", "--overwrite",
                    "--baselines", "lstm", "--match-parameters", "-o", folder], check=True, capture_output=True)
    models = json.loads((pathlib.Path(folder) / "metrics.json").read_text())["models"]
    summary = next(model["summary"] for model in models if model["name"] == "lstm")
    return re.search(r"hidden size (\d+)", summary).group(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ebit")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    print("| task | batch x steps | QRNN: ms a training step | us a step and sequence | LSTM: ms a training step |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for task, name, problem, own, batch, steps in RUNS:
            run = str(pathlib.Path(folder) / "run")
            try:
                hidden = matched_hidden(options.ebit, task, problem + own, run)
                qrnn = step_seconds(options.ebit, task, problem + own, options.repeat, run)
                lstm = step_seconds(options.ebit, task, [*problem, "--model", "lstm", "--hidden-size", hidden],
                                    options.repeat, run)
            except (RuntimeError, subprocess.CalledProcessError) as error:
                print(f"{name}: left out: {error}", file=sys.stderr)
                continue
            each = f"{qrnn / (batch * steps) * 1e6:.1f}" if steps else "–"
            print(f"| {name} | {batch} x {steps or 'by length'} | {qrnn * 1e3:.1f} | {each} | {lstm * 1e3:.1f} |", flush=True)


if __name__ == "__main__":
    main()
