"""Runs of the command line: their models, weights and scalers."""
import json
import os

from . import _core
from ._arrays import floats, np, weights_of
from ._core import Error
from ._model import Model


class Run:
    """A trained model of a run folder.

    folder: of the run. weights: arrays by name. config: the settings of the run's problem, model and training, as texts by
    section. spec: input, head and dtype. fitted: of a series the columns, window, horizon and scalers, else None.
    """

    def __init__(self, path):
        self.path = os.fspath(path)
        self.weights, self.metadata, self.dtype = _core.load_weights(self.path)
        if "spec" not in self.metadata:
            raise Error(f"'{self.path}' does not say what its model is: it is of an earlier version of ebit")
        self._config = _core.config_from_toml(self.metadata["config"], self.path)
        self.spec = json.loads(self.metadata["spec"])
        self.fitted = json.loads(self.metadata["data"]) if self.metadata.get("data") else None
        self._model = None

    name = property(lambda self: self._config.model, doc="the model's row of `ebit.models()`")
    config = property(lambda self: {s: dict(self._config.values(s)) for s in ("problem", "data", "corpus", "model", "train")})

    def __repr__(self):
        return f"<ebit.Run of {self.name}, {sum(np.size(w) for w in self.weights.values())} weights, '{self.path}'>"

    @property
    def model(self):
        """The model with its weights: an `ebit.Model`, or a torch module where the core cannot compute it (see to_torch)."""
        if self._model is None:
            if _core.native_obstacle(self._config, self.metadata["spec"]):
                self._model = self.to_torch()
            else:
                self._model = Model._of(self._config, self.metadata["spec"], self.spec["seed"])
                self._model._model.load(self.weights, self.path)
        return self._model

    def to_torch(self):
        """The model as a torch.nn.Module with its weights, whose state_dict has the names of the run's files."""
        from .torch import model_of
        return model_of(self)

    def load_state_dict(self, weights):
        """Takes other weights of the same names and shapes, of this model trained further in Python."""
        plain = weights_of(weights)
        if {n: w.shape for n, w in plain.items()} != {n: w.shape for n, w in self.weights.items()}:
            raise Error(f"these weights are of another model: wanted {sorted(self.weights)}, given {sorted(plain)}")
        self.weights, self._model = plain, None

    def save(self, path=None):
        """Writes the weights where they came from (or to `path`), so that `ebit evaluate` and `ebit forecast` use them."""
        notes = {k: v for k, v in self.metadata.items() if k not in ("format", "version")}
        _core.save_weights(os.fspath(path or self.path), self.weights, notes, self.dtype)

    def _series(self):
        if self.fitted is None:
            raise Error(f"'{self.path}' is of no series: it has no scalers")
        f, s = self.fitted, self.fitted["scalers"][0]
        columns = f["columns"]
        return ([columns[c] for c in f["feature_columns"]], [columns[c] for c in f["target_columns"]],
                [s[c] for c in f["feature_columns"]], [s[c] for c in f["target_columns"]])

    features = property(lambda self: self._series()[0], doc="columns that the model sees")
    targets = property(lambda self: self._series()[1], doc="columns that it predicts")

    def predict(self, windows):
        """Predictions [N, O] in the data's units for windows [N, T, F] in the data's units, the columns as in `features`.

        Of a run that predicts S steps at once [N, S, O]; of one that predicts quantiles the medians, see predict_quantiles.
        """
        y = self.predict_quantiles(windows)[..., self._levels().index(0.5)]
        return y if self._steps()[1] > 1 else y[:, 0]

    def _steps(self):
        """The first step that is predicted, and how many."""
        first = self.fitted.get("first_step") or self.fitted["horizon"]
        return first, self.fitted["horizon"] + 1 - first

    def _levels(self):
        return self.spec["head"].get("quantiles") or [0.5]

    def predict_quantiles(self, windows):
        """Predictions [N, S, O, Q] of the S steps and Q quantiles (in ascending order) that the run predicts, one each where it
        predicts a step and no quantiles; otherwise as predict."""
        _, _, fs, ts = self._series()
        x = floats(windows, "windows", 3)
        if x.shape[1:] != (self.fitted["window"], len(fs)):
            raise Error(f"windows must be [N, {self.fitted['window']}, {len(fs)}], not {x.shape}")
        scaled = (x - np.array([s["offset"] for s in fs])) * np.array([s["scale"] for s in fs])
        y = np.sort(self._answer(scaled).reshape(len(x), self._steps()[1], len(ts), len(self._levels())), -1)
        return y / np.array([[s["scale"]] for s in ts]) + np.array([[s["offset"]] for s in ts])

    def _answer(self, x):
        if isinstance(self.model, Model):
            return self.model.predict(x)
        import torch
        with torch.no_grad():
            dtype = torch.float32 if self.dtype == "float32" else torch.float64
            return self.model(torch.as_tensor(x, dtype=dtype)).double().numpy()

    def forecast(self, history, steps):
        """The next `steps` values [steps, O] of the targets behind `history` [rows, F] (columns as in `features`; a DataFrame's are
        taken by name). Predictions are fed back; features that are no targets are known only up to the horizon."""
        names, targets, fs, ts = self._series()
        if any(self.fitted.get("ahead", [])):
            raise Error("the model sees features that are known ahead: ebit forecast RUN --future FILE takes them")
        if hasattr(history, "columns"):
            missing = [n for n in names if n not in list(history.columns)]
            if missing:
                raise Error(f"history has no column '{missing[0]}': it needs {', '.join(names)}")
            history = np.column_stack([np.asarray(history[n], "float64") for n in names])
        rows = [list(map(float, row)) for row in floats(history, "history", 2)]
        window, horizon, (first, several) = self.fitted["window"], self.fitted["horizon"], self._steps()
        if len(rows) < window + first - 1:
            raise Error(f"history has {len(rows)} rows, but a forecast needs {window + first - 1}")
        if steps > horizon and any(n not in targets for n in names):
            raise Error(f"{steps} steps are beyond the horizon {horizon} and need future values of features that are not predicted")
        said, length = [], len(rows)
        for k in range(steps):
            ahead = max(first, k % horizon + 1)
            last = length + k - ahead
            y = self.predict(np.array([rows[last + 1 - window:last + 1]]))[0]
            y = y[ahead - first] if several > 1 else y
            said.append(y)
            rows.append([float(y[targets.index(n)]) if n in targets else float("nan") for n in names])
        return np.array(said)


def load_run(folder, *, model=None, seed=None):
    """The trained model of a run folder that `ebit train` or `ebit task` made.

    model: a baseline of the run; None: its model. seed: of several trainings; None: the first.
    Raises Error for a folder that is no run, and one without trained weights.
    """
    folder = os.fspath(folder)
    if os.path.isfile(folder):
        return Run(folder)
    if not os.path.exists(os.path.join(folder, "config.toml")):
        raise Error(f"'{folder}' is no run folder: it has no config.toml")
    place = folder
    if model is not None:
        base = os.path.join(folder, "baselines", model)
        seeds = sorted(os.listdir(base)) if os.path.isdir(base) else []
        wanted = [s for s in seeds if seed is None or s == f"seed-{seed}"]
        if not wanted:
            known = sorted(os.listdir(os.path.join(folder, "baselines"))) if os.path.isdir(os.path.join(folder, "baselines")) else []
            raise Error(f"'{folder}' has no baseline {model}{'' if seed is None else f' of seed {seed}'}; it has {', '.join(known) or 'none'}")
        place = os.path.join(base, wanted[0])
    elif seed is not None and os.path.isdir(os.path.join(folder, "seeds", str(seed))):
        place = os.path.join(folder, "seeds", str(seed))
    best = os.path.join(place, "best.safetensors")
    if not os.path.exists(best):
        raise Error(f"'{place}' holds no trained weights yet: ebit resume trains them")
    run = Run(best)
    if seed is not None and run.spec["seed"] != seed:
        raise Error(f"'{folder}' has no training of seed {seed}; its first is {run.spec['seed']}")
    return run
