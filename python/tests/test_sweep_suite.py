"""Suites of the program as sweeps: workers that share their trainings."""
import json
import os
import subprocess
import sys

import pytest

from sweep_cases import folder, lines, states  # noqa: F401

import ebit
from ebit import sweep

TINY = """name = "tiny"
seeds = 3
metric = "MSE"
[settings]
data.window = 3
train.epochs = 2
[[data]]
name = "sine"
data.generator = "noisy-sine"
data.set = "points=60"
[[models]]
name = "small"
model.name = "daskin-collapse"
[[models]]
name = "linear"
[[models]]
name = "broken"
model.name = "daskin-collapse"
model.encoder = "basis"
"""


@pytest.fixture
def tiny(folder, program):
    (folder / "tiny.toml").write_text(TINY)
    program("version")  # skips where there is none
    return folder


def path_of(program):
    return str(program.path)


def test_two_workers_share_a_suite(tiny, program):
    own = path_of(program)
    assert sweep.suite("tiny.toml", "x.journal", folder="runs", program=own) == 9
    assert sweep.suite("tiny.toml", "x.journal", folder="runs", program=own) == 0
    command = [sys.executable, "-m", "ebit.sweep", "work", "x.journal", "ebit.sweep:unit", "--quiet"]
    workers = [subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"}) for _ in range(2)]
    assert [w.wait() for w in workers] == [0, 0]
    assert states("x.journal").count("done") == 6 and states("x.journal").count("failed") == 3
    failed = [line for line in lines("x.journal") if line["state"] == "failed"]
    assert all("broken" in line["unit"] and "basis" in line["error"] for line in failed)
    assert len({line["pid"] for line in lines("x.journal")}) == 2, "both worked"
    # The program finds them done, and writes tables and page; its numbers are the rows'.
    done = subprocess.run([own, "suite", "tiny.toml", "-o", "runs", "--json", "-q", "--jobs", "1"],
                          capture_output=True, text=True)
    results = json.loads(done.stdout)
    assert done.returncode == 0 and results["done"] == 6 and os.path.exists("runs/report.html")
    rmse = {line["unit"]: line["value"] for line in lines("x.journal") if line["state"] == "done"}
    for row in results["results"]:
        for seed, mse in zip(row["seeds"], row["values"]):
            assert rmse[f"sine/{row['model']}/{seed}"] ** 2 == pytest.approx(mse)


def test_what_is_wrong_is_told(tiny, program):
    own = path_of(program)
    with pytest.raises(ebit.Error, match="no suite and no file 'tinny.toml'"):
        sweep.suite("tinny.toml", "x.journal", folder="runs", program=own)
    with pytest.raises(ebit.Error, match="cannot be run"):
        sweep.suite("tiny.toml", "x.journal", folder="runs", program="./nothing")
    with pytest.raises(ebit.Error, match="the suite has no unit"):
        sweep.unit({"suite": "tiny.toml", "unit": "sine/smal/1", "folder": "runs", "options": [], "program": own}, 0)
