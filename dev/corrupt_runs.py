#!/usr/bin/env python3
"""Damages the files of a small run at random and runs commands on it: each must end in time, with status 0, or with
status 2 and one line that says why; no crash, nothing that steers a terminal, no folder but the run's own touched.

    dev/corrupt_runs.py [N] [--program build/release/ebit] [--seed 1]

N commands (default 2000). Prints how they ended and ends with status 1 where one did not as it should; the run folder
is then kept.
"""

import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

TRAIN = ("train --generator noisy-sine --set points=60 --window 3 --validation 0.2 --n-system 1 --n-ancilla 1 --epochs 2 "
         "--baselines linear --seeds 2 --no-plots -q -o").split()
COMMANDS = [["resume", "RUN", "-q"], ["resume", "RUN", "--epochs", "3", "-q"], ["evaluate", "RUN"],
            ["evaluate", "RUN", "--json"], ["forecast", "RUN", "--no-plots"], ["inspect", "RUN"], ["report", "RUN"],
            ["export", "RUN", "-o", "WORK/out.qasm"], ["quantum-logic", "RUN"], ["surrogate", "RUN"],
            ["train", "--config", "RUN/config.toml", "-q", "--epochs", "1", "--no-plots", "-o", "WORK/again"],
            ["train", "--generator", "noisy-sine", "--window", "3", "--validation", "0.2", "--start-from", "RUN", "--n-system", "1",
             "--n-ancilla", "1", "--epochs", "1", "--no-plots", "-q", "-o", "WORK/again"],
            [*TRAIN, "RUN", "--overwrite"]]
WORDS = [b"nan", b"inf", b"-1", b"1e308", b"99999999999999999999", b"\x1b[31m", b"\xff\xfe", b"'", b'"', b"\n", b"[",
         b"]", b"{", b"0", b"true", b"register", b"qrnn", b"../../etc/passwd", b"\x00", b"4096", b"=", b"\xe2\x80\xae"]


def damaged(data, dice):
    """Bytes with one to four changes."""
    data = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data) + 1)
        kind = dice.randrange(7)
        if kind == 0 and data:
            data[at % len(data)] = dice.randrange(256)
        elif kind == 1:
            del data[at:at + dice.randint(1, 40)]
        elif kind == 2:
            data[at:at] = dice.choice(WORDS)
        elif kind == 3:
            del data[at:]
        elif kind == 4:
            data[at:at] = data[dice.randrange(len(data) + 1):][:dice.randint(1, 60)]
        elif kind == 5:
            # A number of a text becomes another one.
            numbers = list(re.finditer(rb"-?\d+(\.\d+)?(e-?\d+)?", bytes(data[:20000])))
            if numbers:
                number = dice.choice(numbers)
                data[number.start():number.end()] = dice.choice(WORDS)
        elif len(data) >= 8:
            data[:8] = dice.choice([0, 7, 1 << 20, 1 << 40, (1 << 64) - 1]).to_bytes(8, "little")
    return bytes(data)


def damage(folder, dice):
    """Changes one file of the folder, or two; says how."""
    said = []
    for _ in range(dice.randint(1, 2)):
        path = dice.choice(sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()))
        kind = dice.randrange(12)
        name = str(path.relative_to(folder))
        if kind < 8:
            path.write_bytes(damaged(path.read_bytes(), dice))
            said.append(f"{name} changed")
            continue
        other = dice.choice(sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()))
        content = other.read_bytes()
        path.unlink()
        if kind == 8:
            said.append(f"{name} deleted")
        elif kind == 9:
            os.mkfifo(path)
            said.append(f"{name} a pipe")
        elif kind == 10:
            path.mkdir()
            said.append(f"{name} a folder")
        elif dice.random() < 0.5:
            path.symlink_to("/dev/zero")
            said.append(f"{name} an endless device")
        else:
            path.write_bytes(content)
            said.append(f"{name} like {other.name}")
    return ", ".join(said)


def defect_of(status, errors):
    """What is wrong with how a command ended; "" where it is as it should be."""
    if status not in (0, 2):
        return f"status {status}"
    text = errors.decode("utf-8", "replace")
    if "\ufffd" in text and b"\xef\xbf\xbd" not in errors:
        return "no UTF-8 on standard error"
    if any(ord(c) < 32 and c not in "\n" or 127 <= ord(c) < 160 for c in text):
        return "control characters on standard error"
    refusals = [line for line in text.splitlines() if line.startswith("ebit: ")]
    if status == 2 and (len(refusals) != 1 or not text.endswith("\n") or not text.splitlines()[-1].startswith("ebit: ")):
        return f"{len(refusals)} refusals"
    for word in ("json.exception", "toml::", "std::", "terminate called", "basic_string", "Aborted"):
        if word in text:
            return f"a library's words: {word}"
    if refusals and len(refusals[0]) > 4200:
        return f"a line of {len(refusals[0])} characters"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=2000)
    parser.add_argument("--program", default="build/release/ebit")
    parser.add_argument("--work", default="build/corrupt-runs")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    program, work = os.path.abspath(options.program), pathlib.Path(options.work).resolve()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    subprocess.run([program, *TRAIN, str(work / "good")], check=True, stdout=subprocess.DEVNULL)
    ends, failed = collections.Counter(), 0
    for number in range(options.count):
        dice = random.Random(f"{options.seed}/{number}")
        run = work / "run"
        for folder in (run, work / "again"):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(work / "good", run)
        how = damage(run, dice)
        command = [word.replace("RUN", str(run)).replace("WORK", str(work)) for word in dice.choice(COMMANDS)]
        try:
            done = subprocess.run([program, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, timeout=60, cwd=work)
            status, errors = done.returncode, done.stderr
            defect = defect_of(status, errors)
        except subprocess.TimeoutExpired as expired:
            status, errors, defect = "none", expired.stderr or b"", "no end in 60 seconds"
        ends[f"status {status}"] += 1
        if not defect:
            continue
        failed += 1
        kept = work / f"failed-{number}"
        shutil.copytree(run, kept, symlinks=True, ignore=lambda folder, names: [
            n for n in names if not (pathlib.Path(folder, n).is_file() or pathlib.Path(folder, n).is_dir())])
        print(f"{number} (--seed {options.seed}): {how}: ebit {' '.join(command)}: {defect}; kept in {kept}\n"
              f"  {errors[-300:]!r}", flush=True)
    print(f"{options.count} commands on damaged runs: " + ", ".join(f"{n} {end}" for end, n in sorted(ends.items())) +
          f"; {failed} ended as they should not (--seed {options.seed})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
