"""What the Python tests share."""
import os
import pathlib
import subprocess

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import numpy as np
import pytest

import ebit

# Processes that tests start find the same package, in whatever folder they run.
os.environ["PYTHONPATH"] = os.pathsep.join([str(pathlib.Path(ebit.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture(scope="session")
def program():
    """Runs the command line; skips loudly where it is not built."""
    path = pathlib.Path(os.environ.get("EBIT_PROGRAM", ROOT / "build/release/ebit"))
    if not path.exists():
        pytest.skip(f"the program is not built ({path}): set EBIT_PROGRAM")

    def run(*arguments, cwd=None, status=0):
        done = subprocess.run([str(path), *map(str, arguments)], cwd=cwd, capture_output=True, text=True)
        assert done.returncode == status, done.stderr
        return done.stdout
    run.path = path
    return run
