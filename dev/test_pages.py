#!/usr/bin/env python3
"""Opens a page of each kind that the program writes in Chromium: dev/test_pages.py [-o FOLDER] [--only KIND,...] [--made] PROGRAM [PAGE...]

Each is made small, opened at 1280 and at 390 pixels, light and dark, and must not be wider than the window, show the first
number of every table, say nothing to the console, ask nothing of the network and have no name of gnuplot's in its figures.
FOLDER (build/pages) gets the pages and a picture of each at each width, to be looked at. --made: look at those that are there.
PAGE: files to look at instead.
Ends with 2 where there is no Chromium.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import chromium  # noqa: E402

WIDTHS = (1280, 390)
SWEEP = """name = "small"
seeds = 2
[settings]
data.generator = "noisy-sine"
data.set = "points=80"
data.train = 0.6
data.validation = 0.2
model.name = "daskin-collapse"
train.epochs = 2
[grid]
data.window = [4, 8]
model.hidden = ["collapse", "density"]
"""
SUITE = """name = "small"
metric = "MSE"
scaled = true
seeds = 2
[settings]
data.window = 4
train.epochs = 2
[[data]]
name = "sine"
data.generator = "noisy-sine"
data.set = "points=80"
[[data]]
name = "henon"
data.generator = "henon"
data.set = "points=80"
[[models]]
name = "daskin"
model.name = "daskin-collapse"
[[models]]
name = "least-squares"
model.name = "linear"
[[models]]
name = "persistence"
"""
SERIES = ["--first-rows", "300", "--epochs", "3", "--baselines", "persistence,seasonal-naive,linear"]
SINE = ["--generator", "noisy-sine", "--set", "points=80"]

# A kind of page: its name, the commands that make it, the page. Commands run in an empty folder of the kind.
KINDS = [
    ("train", [["train", "seattle-weather", "--model", "daskin-collapse", *SERIES, "--seeds", "2", "--track-entropy", "1", "-o", "run"],
               ["forecast", "run", "--steps", "14"], ["report", "run"]], "run/report.html"),
    ("train-solved", [["train", "co2", "--model", "poly-ridge", "-o", "run"]], "run/report.html"),
    ("train-targets", [["train", "seattle-weather", "--target", "temp_max,temp_min,wind", "--model", "qrnn", "--qubits", "3", "--calendar",
                        "month", *SERIES, "-o", "run"]], "run/report.html"),
    ("inspect", [["train", "seattle-weather", "--model", "daskin-collapse", *SERIES, "--no-plots", "-o", "run"], ["inspect", "run"]],
     "run/inspect.html"),
    ("inspect-qrnn", [["task", "digits", "--model", "qrnn", "--qubits", "3", "--epochs", "1", "--baselines", "none", "--no-plots", "-o",
                       "run"], ["inspect", "run"]], "run/inspect.html"),
    ("task-digits", [["task", "digits", "--model", "qrnn", "--qubits", "3", "--epochs", "2", "--baselines", "linear", "-o", "run"]],
     "run/report.html"),
    ("task-copying", [["task", "copying", "--delay", "5", "--model", "qrnn", "--qubits", "3", "--epochs", "2", "--baselines", "none",
                       "-o", "run"]], "run/report.html"),
    ("task-words", [["task", "dna", "--length", "5", "--model", "rvqe", "--epochs", "2", "--epoch-steps", "4", "--baselines", "none",
                     "-o", "run"]], "run/report.html"),
    ("task-pauli", [["task", "pauli", "--model", "measured", "--task-qubits", "1", "--score-qubits", "1,2", "--epochs", "2",
                     "--epoch-steps", "4", "--baselines", "none", "-o", "run"]], "run/report.html"),
    ("study", [["study", "registers", *SINE, "--values", "1,2", "--seeds", "2", "--epochs", "2", "-o", "run"]], "run/report.html"),
    ("study-plateau", [["study", "plateau", "--ansatz", "zz-ring", "--values", "2,3", "--depths", "1,2", "--samples", "8", "-o",
                        "run"]], "run/report.html"),
    ("study-hidden", [["study", "hidden", *SINE, "--values", "collapse,density", "--seeds", "2", "--epochs", "2", "-o", "run"]],
     "run/report.html"),
    ("sweep", [["sweep", "sweep.toml", "-o", "run"]], "run/report.html"),
    ("suite", [["suite", "suite.toml", "-o", "run"]], "run/report.html"),
    ("reproduce", [["reproduce", "daskin-fig4", "--epochs", "2", "-o", "run"]], "run/report.html"),
    ("reproduce-linden", [["reproduce", "linden", "-o", "run"]], "run/report.html"),
    ("power", [["power", "rzz(0:pi)", "--points", "5", "--starts", "4", "--plot", "page.svg"]], "page.svg"),
]


def make(kind, commands, page, folder, program):
    """The page of a kind, or None where its commands fail; what they say is in log.txt."""
    home = folder / kind
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / "sweep.toml").write_text(SWEEP)
    (home / "suite.toml").write_text(SUITE)
    with open(home / "log.txt", "w") as log:
        for command in commands:
            print("$ ebit", *command, file=log, flush=True)
            done = subprocess.run([program, *command], cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            if done.returncode:
                return None
    return home / page if (home / page).is_file() else None


def last_line(path):
    return (path.read_text(errors="replace").strip().splitlines() or ["nothing was said"])[-1]


def look_at(browser, name, page, folder):
    """What is wrong with a page, a line each."""
    wrong = []
    for width in WIDTHS:
        for dark in (False, True):
            view = browser.open(page, width, folder / f"{name}-{width}{'-dark' if dark else ''}.png", dark)
            where = f"{name} at {width} px{', dark' if dark else ''}"
            if view["overflow"]:
                wrong.append(f"{where}: {view['scroll']} px wide: {', '.join(view['wide'])}")
            wrong += [f"{where}: the first number of a table is out of sight: {text}" for text in view["hidden"]]
            wrong += [f"{where}: console: {text}" for text in view["errors"]]
            wrong += [f"{where}: asks the network for {url}" for url in view["requests"]]
            wrong += [f"{where}: a figure shows the name '{text}'" for text in view["tooltips"]]
            if page.suffix == ".html" and not view["title"]:
                wrong.append(f"{where}: no title")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", default="build/pages", type=pathlib.Path)
    parser.add_argument("--only", default="", help="kinds, comma-separated")
    parser.add_argument("--made", action="store_true", help="look at the pages that the folder holds already")
    parser.add_argument("program")
    parser.add_argument("pages", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    if not chromium.program():
        print("dev/test_pages.py: there is no chromium; install it (Debian: chromium)", file=sys.stderr)
        return 2
    folder, program = options.output.resolve(), os.path.abspath(shutil.which(options.program) or options.program)
    folder.mkdir(parents=True, exist_ok=True)
    only = [name for name in options.only.split(",") if name]
    unknown = set(only) - {kind for kind, *_ in KINDS}
    if unknown:
        parser.error(f"no kind {', '.join(sorted(unknown))}; known: {', '.join(kind for kind, *_ in KINDS)}")
    torch = json.loads(subprocess.run([program, "version", "--json"], capture_output=True, text=True, check=True).stdout)["torch"]
    pages, wrong, left_out = [(page.stem, page) for page in options.pages], [], []
    for kind, commands, page in KINDS if not options.pages else []:
        if only and kind not in only:
            continue
        if options.made and (folder / kind / page).is_file():
            pages.append((kind, folder / kind / page))
            continue
        made = make(kind, commands, page, folder, program)
        log = folder / kind / "log.txt"
        if made:
            pages.append((kind, made))
        elif not torch and "libtorch" in last_line(log):
            left_out.append(kind)
        else:
            wrong.append(f"{kind}: not made: {last_line(log)} (see {log})")
    with chromium.Browser() as browser:
        for name, page in pages:
            print(f"test_pages: {name}", flush=True)
            wrong += look_at(browser, name, page, folder)
    for line in wrong:
        print(line)
    if left_out:
        print(f"left out, for want of libtorch: {', '.join(left_out)}")
    print(f"test_pages: {len(pages)} pages at {len(WIDTHS)} widths, light and dark: {len(wrong)} complaints; pictures in {folder}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
