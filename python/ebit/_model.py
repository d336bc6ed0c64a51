"""Models trained without a graph: a cell, a pool and a linear head, by the core's own trainer."""
import json
import os

from . import _core
from ._arrays import floats, integers, np, weights_of
from ._core import Error
from ._needs import missing
from ._settings import as_texts, config
from ._tables import need_native

_TRAIN_DEFAULTS = {"epochs": 100, "lr": 0.01, "batch": 32, "seed": 1}


class FitResult:
    """How a training went.

    model: holds the weights of the best epoch where there was a validation part, else of the last. history: a dict an epoch: train,
    validation, lr, gradient_norm, seconds. end: "finished", "early-stop", "interrupted" or "diverged". best_epoch: counted from 1.
    message: where it diverged: epoch, batch and what to try.
    """

    def __init__(self, model, history=(), end="finished", best_epoch=0, message=""):
        self.model, self.history, self.end, self.best_epoch, self.message = model, list(history), end, best_epoch, message

    def __repr__(self):
        last = self.history[-1] if self.history else {}
        return f"FitResult({self.end} after {len(self.history)} epochs, train loss {last.get('train', float('nan')):.6g})"

    def _repr_html_(self):
        rows = "".join(f"<tr><td>{r['epoch']}</td><td>{r['train']:.6g}</td><td>{r['validation']:.6g}</td></tr>"
                       for r in self.history[-10:])
        return f"<p>{repr(self)}</p><table><tr><th>epoch</th><th>train</th><th>validation</th></tr>{rows}</table>"


def with_head(model, options):
    """The options with a linear head, where the model has a choice of heads."""
    has = any(o["name"] == "head" for o in _core.options(model, "model"))
    return {**({"head": "linear"} if has else {}), **options}


class Model:
    """A cell with what stands in front of and behind it, or a regression, on sequences of numbers [N, T, F].

    model: a row of `ebit.models()` with `cell` or `solved` true (the latter, `linear`, `poly-ridge` and `esn`, are fitted at once, in
    closed form). inputs: F. outputs: numbers or classes that are answered.
    answer: "numbers" [N, O], "class" (logits of a sequence) or "classes" (logits of every step).
    steps: T, where it is fixed. seed: of the starting values. options: see `ebit.options(model)`; `head="linear"` puts a
    trained linear map behind the readouts, and classes always have one.

    >>> import ebit, numpy as np
    >>> x = np.random.default_rng(0).uniform(-0.5, 0.5, (64, 4, 1))
    >>> model = ebit.Model("daskin-collapse", head="linear")
    >>> result = model.fit(x, x[:, -1], epochs=3)
    >>> len(result.history), model.predict(x).shape
    (3, (64, 1))
    """

    def __init__(self, model="register", *, inputs=1, outputs=1, answer="numbers", steps=0, seed=1, dtype="float64", **options):
        if answer not in ("numbers", "class", "classes"):
            raise Error(f"answer must be numbers, class or classes, not {answer!r}")
        need_native(model)
        self._arguments = {"model": model, "inputs": inputs, "outputs": outputs, "answer": answer, "steps": steps, "seed": seed,
                           "dtype": str(np.dtype(dtype)), **options}
        # float64 is the default, and the only one of models in closed form.
        texts = as_texts(options if np.dtype(dtype) == np.float64 else {**options, "dtype": str(np.dtype(dtype))})
        self._config = config(model, texts, (("seed", str(seed)),))
        self._model = _core.Model(self._config, "", inputs, steps, outputs, answer)
        self.seed = seed

    @classmethod
    def _of(cls, settings, spec, seed=1):
        self = cls.__new__(cls)
        self._arguments, self._config, self.seed = None, settings, seed
        self._model = _core.Model(settings, spec, 1, 0, 1, "numbers")
        return self

    parameters = property(lambda self: self._model.parameters, doc="trainable numbers")
    counts = property(lambda self: self._model.counts, doc="numbers by what they are: trained `quantum` and `classical` ones, `frozen` ones")
    summary = property(lambda self: self._model.summary, doc="sizes, choices and counts in a few words")
    spec = property(lambda self: json.loads(self._model.spec), doc="input, head, dtype and seed as a dict")
    answer = property(lambda self: self.spec["head"]["answer"], doc="what is answered: numbers, class, classes")
    config = property(lambda self: self._config.to_toml(), doc="all settings as the TOML of a run")

    def __repr__(self):
        return f"Model({self.summary})"

    def __getstate__(self):
        return {"config": self.config, "spec": self._model.spec, "weights": self.state_dict(), "seed": self.seed,
                "arguments": self._arguments}

    def __setstate__(self, state):
        self._arguments, self.seed = state["arguments"], state["seed"]
        self._config = _core.config_from_toml(state["config"], "a pickled model")
        self._model = _core.Model(self._config, state["spec"], 1, 0, 1, "numbers")
        self.load_state_dict(state["weights"])

    def state_dict(self):
        """All weights as float64 arrays by name: `core.*`, `head.*`; the names of a run's best.safetensors."""
        return self._model.weights()

    def load_state_dict(self, weights):
        """Takes weights by name; float32 and torch tensors are taken too. Raises Error for names or shapes that do not fit."""
        self._model.load(weights_of(weights), "state_dict")

    @property
    def solved(self):
        """Whether `fit` solves it at once, and takes no options of trainings."""
        return self._model.solved

    def predict(self, x, *, lengths=None, seed=None):
        """Answers for x [N, T, F]: [N, O], or logits of every step [N, T, O]. seed: of cells that draw; None: the model's."""
        x = floats(x, "x", 3)
        lengths = None if lengths is None else integers(lengths, "lengths", 1)
        return self._model.answer(x, lengths, self.seed if seed is None else seed)

    def fit(self, x, y, *, validation=None, lengths=None, callback=None, progress=False, **train):
        """Trains on x [N, T, F] and y ([N, O] floats; labels [N] or [N, T] of classes, below 0: not counted).

        validation: (x, y) or (x, y, lengths); the best epoch's weights are kept. callback: called with the record of every
        epoch; returning False stops. progress: a bar by tqdm. train: see `ebit.train_options()`; batch is 32 unless given.
        Raises Error for bad arrays and options, and where the loss became NaN.
        """
        idle = sorted(set(train) - {"seed"}) if self._model.solved else []
        if idle:
            raise Error(f"{idle[0]} has no effect on {self._config.model}, which is solved at once, in one pass")
        options = {**_TRAIN_DEFAULTS, "seed": self.seed, **train}
        settings = config("register", (), as_texts(options))
        x, y, labels, lengths = self._part(x, y, lengths)
        held = (None,) * 4 if validation is None else self._part(*validation, *(None,) * (3 - len(validation)))
        bar = _bar(1 if self._model.solved else int(options["epochs"])) if progress else None

        def on_epoch(record):
            if bar is not None:
                bar.set_postfix(train=f"{record['train']:.4g}", validation=f"{record['validation']:.4g}")
                bar.update()
            return callback is None or callback(record) is not False

        try:
            history, end, message, best = self._model.fit(settings, x, y, labels, lengths, held[0], held[1], held[2], held[3], on_epoch)
        finally:
            if bar is not None:
                bar.close()
        if end == "diverged":
            raise Error(message.replace("--", ""))
        return FitResult(self, history, end, best, message)

    def _part(self, x, y, lengths):
        x = floats(x, "x", 3)
        lengths = None if lengths is None else integers(lengths, "lengths", 1)
        if self.answer != "numbers":
            return x, None, integers(y, "y", 1 if self.answer == "class" else 2), lengths
        y = np.asarray(y)
        return x, floats(y[:, None] if y.ndim == 1 else y, "y", 2), None, lengths

    def save(self, path, **metadata):
        """Writes weights and what makes the model to a safetensors file, whole or not at all; see `Model.load`."""
        notes = {"config": self.config, "spec": self._model.spec, "model": self.summary, **{k: str(v) for k, v in metadata.items()}}
        _core.save_weights(os.fspath(path), self.state_dict(), notes, self.spec["dtype"])

    @classmethod
    def load(cls, path):
        """Reads a model that `Model.save` or a training of the command line wrote."""
        path = os.fspath(path)
        weights, metadata, _ = _core.load_weights(path)
        if "spec" not in metadata:
            raise Error(f"'{path}' does not say what its model is: it is of an earlier version of ebit")
        self = cls._of(_core.config_from_toml(metadata["config"], path), metadata["spec"])
        self._model.load(weights, path)
        self.seed = self.spec["seed"]
        return self


def _bar(epochs):
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise missing("progress=True", "tqdm") from None
    return tqdm(total=epochs, unit="epoch")


def fit(model, x, y, *, validation=None, lengths=None, callback=None, progress=False, **train):
    """Trains a model graph-free and gives a FitResult; the numbers are those of the command line.

    model: an `ebit.Model`, an `ebit.Cell` (whose readouts answer), or a name of `ebit.models()`.

    >>> import ebit, numpy as np
    >>> x = np.linspace(-0.5, 0.5, 40).reshape(10, 4, 1)
    >>> ebit.fit("daskin-collapse", x, x[:, -1], epochs=2, batch=5).end
    'finished'
    """
    from ._cells import Cell
    if isinstance(model, str):
        model = Model(model, inputs=np.shape(x)[-1], steps=np.shape(x)[1] if np.ndim(x) == 3 else 0,
                      outputs=1 if np.ndim(y) == 1 else np.shape(y)[-1], seed=train.get("seed", 1))
    elif isinstance(model, Cell):
        model = Model(model.model, inputs=model.inputs, outputs=model.outputs, dtype=model.dtype, seed=train.get("seed", 1),
                      **model.options)
    return model.fit(x, y, validation=validation, lengths=lengths, callback=callback, progress=progress, **train)
