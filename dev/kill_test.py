#!/usr/bin/env python3
"""Kills ebit at random moments, goes on as a user would, and compares the end with an uninterrupted run bit for bit.

    dev/kill_test.py [N] [--program build/release/ebit] [--only train,study] [--seed 1] [--quick]

N kills (default 200) are shared out to train, task, study, suite and sweep. A process gets SIGKILL after a time drawn
evenly from a little more than it takes; where it has workers, half of the time they are killed with it and half of the
time they are left behind. Going on may be killed too. What must be equal: every tensor, table, setting and score, all
but the seconds that were taken. Prints a line a command and ends with status 1 where anything differed.
"""

import argparse
import csv
import json
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import time

DATA = "--generator noisy-sine --set points=90 --window 3 --validation 0.2 --baselines none --no-plots -q".split()
CELL = "--n-system 1 --n-ancilla 1 --layers-en 1 --layers-dis 1".split()

SUITE = """name = "killed"
seeds = 2
[settings]
data.validation = 0.2
data.window = 3
data.set = "points=90"
train.epochs = {epochs}
output.checkpoint_seconds = 0
model.n_system = 1
model.n_ancilla = 1
[[data]]
name = "sine"
data.generator = "noisy-sine"
[[models]]
name = "daskin-collapse"
[[models]]
name = "linear"
"""

SWEEP = """name = "killed"
seeds = 1
[settings]
data.generator = "noisy-sine"
data.validation = 0.2
data.window = 3
data.set = "points=90"
model.name = "daskin-collapse"
model.n_system = 1
model.n_ancilla = 1
train.epochs = {epochs}
[grid]
train.lr = [0.01, 0.03]
"""


def commands(work, epochs):
    """Name: arguments that begin it, whether `ebit resume` goes on with it (else the same command does)."""
    (work / "killed.suite.toml").write_text(SUITE.format(epochs=epochs))
    (work / "killed.sweep.toml").write_text(SWEEP.format(epochs=epochs))
    often = ["--epochs", str(epochs), "--checkpoint-seconds", "0"]
    return {
        "train": (["train", *DATA, *CELL, *often, "--seeds", "2"], True),
        "task": (["task", "pauli", "--model", "measured", "--task-qubits", "2", "--epoch-steps", "4", "--batch", "4",
                  "--no-plots", "-q", *often], True),
        "study": (["study", "depth", "--values", "1,2", "--seeds", "1", *DATA, *CELL[:4], *often], False),
        "suite": (["suite", str(work / "killed.suite.toml"), "-q", "--jobs", "2"], False),
        "sweep": (["sweep", str(work / "killed.sweep.toml"), "-q", "--jobs", "2"], False),
    }


def tensors_of(path):
    """Metadata and tensors of a safetensors file, the column of seconds left out."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        numbers = data[8 + length + begin:8 + length + end]
        if name == "history":
            columns = entry["shape"][1]
            numbers = b"".join(numbers[8 * k:8 * k + 8] for k in range(len(numbers) // 8) if k % columns != 5)
        tensors[name] = (entry["dtype"], entry["shape"], numbers)
    return metadata, tensors


def without_seconds(value):
    if isinstance(value, dict):
        return {key: without_seconds(item) for key, item in value.items() if "seconds" not in key and key != "timing"}
    if isinstance(value, list):
        return [without_seconds(item) for item in value]
    return value


def table_of(path):
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    kept = [k for k, name in enumerate(rows[0]) if "seconds" not in name] if rows else []
    return [[row[k] for k in kept if k < len(row)] for row in rows]


def content_of(path):
    if path.suffix == ".safetensors":
        return tensors_of(path)
    if path.suffix == ".json":
        return without_seconds(json.loads(path.read_text()))
    if path.suffix == ".csv":
        return table_of(path)
    return path.read_text()


def files_of(folder):
    """What must be equal: no logs, pages, plots, and no measured times."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".safetensors", ".json", ".csv", ".toml", ".partial") and \
                path.name not in ("timing.json",) and "plots" not in path.parts:
            found[str(path.relative_to(folder))] = path
    return found


def difference(expected, folder):
    """In words; "" where the folders are equal."""
    ours, theirs = files_of(folder), files_of(expected)
    if ours.keys() != theirs.keys():
        return f"other files: {sorted(ours.keys() ^ theirs.keys())}"
    for name in ours:
        if content_of(ours[name]) != content_of(theirs[name]):
            return f"{name} differs"
    return ""


def end_group(process):
    """Kills what is left of a command, workers too."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def trial(program, begin, resumes, place, seconds, dice, kills):
    """One command in the folder `place`, killed up to `kills` times. Returns (kills that met it, what went wrong)."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    met = 0
    arguments = [*begin, "-o", "run"]
    for attempt in range(12):
        # Not into a pipe: workers that are left behind would hold it open.
        with open(place / "stderr", "wb") as errors:
            process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=errors, cwd=place,
                                       start_new_session=True)
        if attempt < kills:
            try:
                process.wait(timeout=dice.uniform(0, 1.1 * seconds))
            except subprocess.TimeoutExpired:
                met += 1
                process.kill()
                if dice.random() < 0.5:
                    end_group(process)
                process.wait()
        else:
            process.wait(timeout=120 + 60 * seconds)
        said = (place / "stderr").read_text()
        if process.returncode == 0:
            if not resumes and any((place / "run").glob("*.partial")):
                time.sleep(1.2)  # processes share this folder: what a killed one left there goes a second later
                again = subprocess.run([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=place)
                if again.returncode != 0:
                    return met, f"once more: status {again.returncode}: {again.stderr.decode().strip()}"
            return met, ""
        if process.returncode > 0 and ("in use by" in said or "stopped after" in said):
            time.sleep(0.3)  # a worker that was left behind saves what it has and ends
        elif process.returncode > 0:
            return met, f"status {process.returncode}: {said.strip()}"
        # As a user would: go on with what is there, begin where there is nothing yet.
        if resumes and (place / "run" / "config.toml").exists():
            arguments = ["resume", "run", "-q"]
    return met, "it does not end"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=200)
    parser.add_argument("--program", default="build/release/ebit")
    parser.add_argument("--work", default="build/kill-test")
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--quick", action="store_true", help="shorter trainings")
    options = parser.parse_args()
    program, work = os.path.abspath(options.program), pathlib.Path(options.work).resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    dice = random.Random(options.seed)
    rows = commands(work, 15 if options.quick else 60)
    if options.only:
        rows = {name: rows[name] for name in options.only.split(",")}
    left, failed = options.count, 0
    for index, (name, (begin, resumes)) in enumerate(rows.items()):
        expected, place = work / f"{name}-expected", work / name
        expected.mkdir()
        start = time.time()
        done = subprocess.run([program, *begin, "-o", "run"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              cwd=expected)
        seconds = time.time() - start
        if done.returncode != 0:
            print(f"{name}: the uninterrupted run fails: {done.stderr.decode().strip()}")
            return 1
        share = left // (len(rows) - index)
        left -= share
        met = trials = 0
        while met < share and trials < 4 * share + 8:
            trials += 1
            more, wrong = trial(program, begin, resumes, place, seconds, dice, min(share - met, 1 + trials % 3))
            met += more
            wrong = wrong or difference(expected / "run", place / "run")
            if wrong:
                failed += 1
                kept = work / f"{name}-failed-{trials}"
                shutil.copytree(place, kept)
                print(f"{name}: trial {trials} (--seed {options.seed}): {wrong}; kept in {kept}")
        print(f"{name}: {met} kills in {trials} runs of {seconds:.1f} s, "
              f"{'every one ends as the uninterrupted run' if not failed else 'with differences'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
