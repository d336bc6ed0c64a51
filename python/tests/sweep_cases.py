"""What the tests of sweeps share: a folder with objectives, both storages, worker processes."""
import os
import subprocess
import sys
import time

import pytest

pytest.importorskip("optuna", minversion="4.0")
pytest.importorskip("numpy")

import ebit  # noqa: E402
from ebit import sweep  # noqa: E402

OBJECTIVES = '''
import os, time
import numpy as np

def ridge(row, seed):
    """A ridge regression of the next value of a noisy sine."""
    rng = np.random.default_rng(seed)
    s = np.sin(np.arange(200) / 3) + 0.1 * rng.normal(size=200)
    X, y = np.lib.stride_tricks.sliding_window_view(s[:-1], row["lags"]), s[row["lags"]:]
    w = np.linalg.solve(X[:120].T @ X[:120] + row["penalty"] * np.eye(row["lags"]), X[:120].T @ y[:120])
    time.sleep(float(os.environ.get("SLOW", "0")))
    e = X[120:] @ w - y[120:]
    return {"mse": float(e @ e / len(e)), "largest": float(np.abs(e).max())}

def wait(row, seed):
    with open("taken", "a") as f:
        f.write(f"{row['a']} {seed}\\n")
    time.sleep(0.02)
    return row["a"] + seed

def forever(row, seed):
    with open(f"begun-{row['a']}-{seed}", "w"):
        pass
    time.sleep(600)
'''
SPACE = {"lags": [4, 8], "penalty": [0.1, 1.0]}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with a module of objectives."""
    (tmp_path / "objectives.py").write_text(OBJECTIVES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "objectives", raising=False)
    # The package may be found by a path that this process alone has.
    above = os.path.dirname(os.path.dirname(ebit.__file__))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [above, os.environ.get("PYTHONPATH")])))
    return tmp_path


@pytest.fixture(params=["x.journal", "sqlite:///x.db"])
def file(request, folder):
    if request.param.startswith("sqlite"):
        pytest.importorskip("sqlalchemy")
    return request.param


def start(file, function, *more, **environment):
    command = [sys.executable, "-m", "ebit.sweep", "work", file, f"objectives:{function}", *more]
    return subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
                            stdout=subprocess.DEVNULL)


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def lines(file, **options):
    found = sweep.table(file, **options)
    return found if isinstance(found, list) else found.to_dict("records")


def states(file):
    return [line["state"] for line in lines(file)]


def numbers(file, *columns):
    return [[line[c] for c in columns] for line in lines(file)]


def a_plus_seed(row, seed):
    return row["a"] + seed
