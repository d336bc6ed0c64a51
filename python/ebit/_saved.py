"""Fitted forecasters as files: forecaster.json and the weights of each seed, in a folder or a zip."""
import dataclasses
import json
import os
import tempfile
import zipfile

from . import _core, _windows
from ._arrays import np
from ._calendar import Step
from ._core import Error
from ._model import Model

_FORMAT = 1


def save(forecaster, path):
    """Writes a fitted Forecaster."""
    path = os.fspath(path)
    if path.endswith(".zip"):
        with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(path))) as folder:
            _write(forecaster, folder)
            made = os.path.join(folder, "made.zip")
            with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as z:
                for name in sorted(os.listdir(folder)):
                    if name != "made.zip":
                        z.write(os.path.join(folder, name), name)
            os.replace(made, path)
    else:
        os.makedirs(path, exist_ok=True)
        _write(forecaster, path)


def _write(f, folder):
    fitted = f._fitted
    for k, model in enumerate(fitted.models):
        model.save(os.path.join(folder, f"model-{k + 1}.safetensors"))
    state = {
        "format": _FORMAT, "arguments": f.arguments, "columns": f.columns.state(), "step": dataclasses.asdict(f.step),
        "series": [[name, int(np.asarray(last).astype("int64")), day] for name, last, day in f._ends],
        "dates": bool(np.asarray(f._ends[0][1]).dtype.kind == "M"), "tails": [dataclasses.asdict(t) for t in fitted.tails],
        "errors": None if fitted.errors is None else fitted.errors.tolist(), "losses": fitted.losses,
        "models": len(fitted.models)}
    try:
        text = json.dumps(state)
    except TypeError as error:
        raise Error(f"the forecaster cannot be written: {error}; names of series must be texts or numbers, options plain "
                    "values") from None
    _core.write_file(os.path.join(folder, "forecaster.json"), text)  # last: a folder without it is no forecaster


def load(kind, path):
    """The Forecaster (a `kind`) of a folder or zip."""
    path = os.fspath(path)
    if os.path.isfile(path):
        with tempfile.TemporaryDirectory() as folder:
            try:
                with zipfile.ZipFile(path) as z:
                    z.extractall(folder)
            except zipfile.BadZipFile:
                raise Error(f"'{path}' is no saved forecaster") from None
            return _load(kind, folder, path)
    return _load(kind, path, path)


def _load(kind, folder, path):
    from ._panel import Columns
    from .forecast import Fitted
    try:
        with open(os.path.join(folder, "forecaster.json"), encoding="utf-8") as file:
            s = json.load(file)
    except (FileNotFoundError, json.JSONDecodeError):
        raise Error(f"'{path}' is no saved forecaster: it holds no readable forecaster.json") from None
    if s.get("format") != _FORMAT:
        raise Error(f"'{path}' is of another version of ebit: its format is {s.get('format')}, not {_FORMAT}")
    f = kind(**s["arguments"])
    models = [Model.load(os.path.join(folder, f"model-{k + 1}.safetensors")) for k in range(s["models"])]
    errors = None if s["errors"] is None else np.array(s["errors"], "float64").reshape(-1, f.h)
    f._fitted = Fitted(models, [_windows.Tail(**t) for t in s["tails"]], None, errors, s["losses"])
    f.columns, f.step, f.losses_ = Columns.of_state(s["columns"]), Step(**s["step"]), s["losses"]
    f._ends = [(name, np.datetime64(last, "us") if s["dates"] else np.int64(last), day) for name, last, day in s["series"]]
    return f
