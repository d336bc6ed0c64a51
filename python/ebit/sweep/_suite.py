"""Suites of the program `ebit suite` as sweeps: their trainings are the rows, for any number of workers."""
from __future__ import annotations

import json
import os
import pathlib
import subprocess
from collections.abc import Sequence
from typing import Any

from .. import Error
from ._run import File, create


def suite(which: str | os.PathLike[str], file: File, *, folder: str | os.PathLike[str], options: Sequence[str] = (),
          program: str = "ebit", name: str = "sweep") -> int:
    """Makes a sweep of the trainings of a suite. Workers do them by the objective "ebit.sweep:unit".

    The trainings lie in the suite's folder, where `ebit suite WHICH -o FOLDER` with the same options finds them and
    writes tables and page. It may also work there at the same time: a training is done once.

    Args:
        which: a suite that comes with ebit, or a TOML file.
        file, name: as in `create`.
        folder: of the suite's results; all workers see it.
        options: those of `ebit suite`, such as ["--quick"].
        program: the program `ebit`, which all workers have at that place.

    Returns:
        How many rows were added.

    Raises:
        ebit.Error: no such program, or what the program says of the suite.

    Example:
        >>> ebit.sweep.suite("chen", "chen.journal", folder="runs/chen", options=["--quick"])   # doctest: +SKIP
        20
        >>> ebit.sweep.launch("chen.journal", "ebit.sweep:unit", workers=2)                     # doctest: +SKIP
    """
    path = os.fspath(which)
    if os.path.exists(path):
        path = os.path.abspath(path)
    common = {"suite": path, "folder": os.path.abspath(os.fspath(folder)), "options": list(options), "program": program}
    units = _said(program, ["suite", path, "--units", *options]).split()
    return create([{"unit": unit, **common} for unit in units], [0], file, name=name)


def unit(row: dict[str, Any], seed: int) -> dict[str, float]:
    """Does the training of one row of `suite`: the objective of its workers.

    Returns:
        The metric that models are judged by, on the judged part, and the seconds of the training.
    """
    _said(row["program"], ["suite", row["suite"], "--unit", row["unit"], "-q", "-o", row["folder"], *row["options"]])
    data, model, number = row["unit"].split("/")
    path = pathlib.Path(row["folder"], data, f"{model}-{number}", "metrics.json")
    if not path.exists():
        raise Error(f"{row['unit']} is in work elsewhere: try the row again with resume(failed=True)")
    metrics = json.loads(path.read_text(encoding="utf-8"))
    judged, found = metrics["judged"], metrics["models"][0]
    training = found["seeds"][0]
    return {judged["metric"]: training["parts"][judged["part"]]["values"][judged["metric"]],
            "training_seconds": training.get("seconds", 0.0)}


def _said(program: str, arguments: list[str]) -> str:
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True)
    except OSError as e:
        raise Error(f"the program '{program}' cannot be run ({e.strerror}): give program=, the path of ebit") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"]
        raise Error(lines[-1].removeprefix("ebit: "))
    return done.stdout
