"""Estimators of scikit-learn whose columns are the steps of a sequence.

>>> import numpy as np, ebit.sklearn
>>> X, y = np.lib.stride_tricks.sliding_window_view(np.sin(np.arange(80) / 3)[:-1], 8), np.sin(np.arange(80) / 3)[8:]
>>> ebit.sklearn.QuantumRegressor(epochs=50, random_state=0).fit(X[:50], y[:50]).score(X[50:], y[50:]) > 0.5
True
"""
try:
    import numpy as np
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(f"ebit.sklearn needs scikit-learn 1.6 or later: pip install -U scikit-learn ({error})") from None

from ._core import Error
from ._model import Model, with_head
from ._scaling import Scaler
from ._tables import need_cell

__all__ = ["QuantumClassifier", "QuantumRegressor"]

_ALL = """
    X [n, lags * features] is a window a row, oldest step first, all features of a step side by side; of every feature all
    steps are scaled alike, on what `fit` is given.

    model: a row of `ebit.models()` with `cell` true. options: of the model, a dict, see `ebit.options(model)`.
    features: F, numbers a step. epochs: passes over the rows. lr: learning rate. batch: rows a step of the optimizer.
    scale: a row of `ebit.scalers()`. With the default the training values fill [-0.5, 0.5]; values outside of their range are
    taken as they are up to half the range beyond it, and count as lying there further out. "standard" and "none" hold nothing
    back: an encoder of [-1, 1], such as arccos-angle, then refuses with an Error what it does not take.
    validation: share of rows held out, {held}; the weights of the best epoch on them are kept. patience: epochs
    without a better validation loss after which training stops; 0: never.
    train: more options of the training as a dict, such as {{"optimizer": "adamw", "clip": 1.0}}, see `ebit.train_options()`.
    random_state: of initial weights and order.

    Behind `fit`: `losses_` and `validation_losses_` (one an epoch, {loss}), `n_iter_` epochs,
    `n_features_in_`, `model_` (an `ebit.Model`){more}.
    Raises ebit.Error (a ValueError) for options that do not fit, and where the loss became NaN.
"""


class _Quantum(BaseEstimator):
    def __init__(self, model="daskin-probabilities", *, options=None, features=1, epochs=100, lr=0.02, batch=16,
                 scale="minmax-half", validation=0.0, patience=0, train=None, random_state=None):
        self.model = model
        self.options = options
        self.features = features
        self.epochs = epochs
        self.lr = lr
        self.batch = batch
        self.scale = scale
        self.validation = validation
        self.patience = patience
        self.train = train
        self.random_state = random_state

    def _steps(self, X):
        """X as [n, lags, F]."""
        if self.features < 1 or X.shape[1] % self.features:
            raise Error(f"X has {X.shape[1]} columns, which are no whole number of steps of features={self.features}")
        return X.reshape(len(X), -1, self.features)

    def _train(self, X, y, outputs, answer, held):
        """Fits scaler and model on X [n, C] and y; `held`: a function of the generator that chooses rows to hold out."""
        if not 0 <= self.validation < 1:
            raise Error(f"validation must be a share from 0 to below 1, not {self.validation}")
        if self.patience and not self.validation:
            raise Error("patience needs a validation part: give validation=0.2")
        random = check_random_state(self.random_state)
        seed = int(random.randint(2**31 - 1))
        rest, part = held(random) if self.validation else (np.arange(len(X)), np.arange(0))
        if self.validation and not (len(rest) and len(part)):
            raise Error(f"validation={self.validation} of {len(X)} rows leaves {len(rest)} to train on and {len(part)} to "
                        "validate on")
        x = self._steps(X)
        self.scaler_ = Scaler(self.scale).fit(x[rest].reshape(-1, self.features))
        x = self.scaler_.inside(x)
        need_cell(self.model)
        options = with_head(self.model, self.options or {})
        self.model_ = Model(self.model, inputs=self.features, outputs=outputs, answer=answer, seed=seed, **options)
        train = {"epochs": self.epochs, "lr": self.lr, "batch": self.batch, "patience": self.patience, **(self.train or {})}
        train = {} if self.model_.solved else train
        result = self.model_.fit(x[rest], y[rest], validation=(x[part], y[part]) if len(part) else None, **train)
        self.losses_ = [record["train"] for record in result.history]
        self.validation_losses_ = [record["validation"] for record in result.history] if len(part) else []
        self.n_iter_ = len(self.losses_)
        return self

    def _answer(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, order="C", reset=False)
        return self.model_.predict(self.scaler_.inside(self._steps(X)))


class QuantumRegressor(RegressorMixin, _Quantum):
    def fit(self, X, y):
        """Trains on X [n, lags * features] and y [n] or [n, outputs], and gives the estimator."""
        X, y = validate_data(self, X, y, dtype=np.float64, order="C", y_numeric=True, multi_output=True)
        self._flat = y.ndim == 1
        y = np.asarray(y, np.float64).reshape(len(X), -1)
        # `minmax-half` whatever `scale` says: a linear head reaches any number, and steps of the optimizer suit this range.
        self.target_scaler_ = Scaler("minmax-half").fit(y)
        last = len(X) - int(round(self.validation * len(X)))

        def held(_):
            return np.split(np.arange(len(X)), [last])

        return self._train(X, self.target_scaler_.transform(y), y.shape[1], "numbers", held)

    def predict(self, X):
        """Predictions [n] or [n, outputs] in the units of y, shaped as `fit` was given them."""
        y = self._answer(X)
        y = self.target_scaler_.back(y)
        return y[:, 0] if self._flat else y

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class QuantumClassifier(ClassifierMixin, _Quantum):
    def fit(self, X, y):
        """Trains on X [n, lags * features] and labels y [n] of two classes or more, and gives the estimator."""
        X, y = validate_data(self, X, y, dtype=np.float64, order="C")
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise Error(f"y must have at least two classes, and all its labels are of one class, {self.classes_[0]!r}")

        def held(random):
            part = []
            for k in range(len(self.classes_)):
                rows = random.permutation(np.flatnonzero(labels == k))
                part.extend(rows[:int(round(self.validation * len(rows)))])
            return np.setdiff1d(np.arange(len(X)), part), np.sort(np.asarray(part, int))

        return self._train(X, labels.astype("int64"), len(self.classes_), "class", held)

    def predict_proba(self, X):
        """Probabilities [n, classes] in the order of `classes_`."""
        logits = self._answer(X)
        e = np.exp(logits - logits.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    def predict(self, X):
        """The most probable label of each row [n]."""
        logits = self._answer(X)
        return self.classes_[logits.argmax(1)]


QuantumRegressor.__doc__ = "A quantum recurrent model that answers windows with numbers." + "\n" + _ALL.format(
    held="the last ones, as windows of a series overlap", loss="in squares of the range of y",
    more=", `scaler_`, `target_scaler_`") + """
    >>> import numpy as np, ebit.sklearn
    >>> X = np.random.default_rng(0).normal(size=(60, 5))
    >>> model = ebit.sklearn.QuantumRegressor("daskin-collapse", epochs=5, random_state=0).fit(X, X[:, -2:])
    >>> model.predict(X[:3]).shape, model.n_iter_
    ((3, 2), 5)
    """
QuantumClassifier.__doc__ = "A quantum recurrent model that answers windows with a class." + "\n" + _ALL.format(
    held="drawn at random from every class", loss="cross-entropy in nats", more=", `scaler_`, `classes_`") + """
    >>> import numpy as np, ebit.sklearn
    >>> X = np.random.default_rng(0).normal(size=(60, 5))
    >>> model = ebit.sklearn.QuantumClassifier(epochs=5, random_state=0).fit(X, np.where(X[:, -1] > 0, "up", "down"))
    >>> model.predict(X[:3]).shape, model.predict_proba(X[:3]).shape, model.classes_.tolist()
    ((3,), (3, 2), ['down', 'up'])
    """
