"""The estimators of scikit-learn."""
import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install scikit-learn")

from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import ebit
from ebit.sklearn import QuantumClassifier, QuantumRegressor


@parametrize_with_checks([QuantumRegressor(random_state=0), QuantumClassifier(random_state=0)])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def windows(n=200, lags=8):
    s = np.sin(np.arange(n) / 3) + 0.1 * np.random.default_rng(0).normal(size=n)
    return np.lib.stride_tricks.sliding_window_view(s[:-1], lags), s[lags:]


def test_a_regressor_learns_a_series():
    X, y = windows()
    model = QuantumRegressor(random_state=0).fit(X[:150], y[:150])
    assert model.score(X[150:], y[150:]) > 0.8
    assert len(model.losses_) == model.n_iter_ == 100 and model.losses_[-1] < 0.5 * model.losses_[0]
    assert model.n_features_in_ == 8 and not model.validation_losses_


def test_grid_search_and_pipeline():
    X, y = windows()
    search = GridSearchCV(make_pipeline(StandardScaler(), QuantumRegressor(random_state=0, epochs=20)),
                          {"quantumregressor__options": [{"n_ancilla": 1}, {"n_ancilla": 2}],
                           "quantumregressor__scale": ["minmax-half", "none"]},
                          cv=TimeSeriesSplit(3), n_jobs=2).fit(X, y)
    assert search.best_params_["quantumregressor__options"]["n_ancilla"] in (1, 2) and search.best_score_ > 0.3
    assert len(cross_val_score(QuantumClassifier(epochs=5, random_state=0), X, y > 0, cv=3)) == 3


def test_columns_are_steps_of_several_features(rng):
    x = rng.normal(size=(150, 6, 2)) * [1.0, 100.0]
    target = x[:, -1, 0] + 0.01 * x[:, -2, 1]
    model = QuantumRegressor(features=2, random_state=0, epochs=150).fit(x.reshape(150, 12), target)
    assert model.score(x.reshape(150, 12), target) > 0.6
    np.testing.assert_allclose(model.scaler_.offset + 0.5 / model.scaler_.scale, x.max((0, 1)))
    with pytest.raises(ebit.Error, match="11 columns, which are no whole number of steps of features=2"):
        QuantumRegressor(features=2).fit(x.reshape(150, 12)[:, 1:], target)


def test_several_outputs_and_labels(rng):
    X, y = windows()
    both = QuantumRegressor(random_state=0, epochs=50).fit(X, np.c_[y, 100 - 10 * X[:, -1]])
    assert both.predict(X).shape == (len(X), 2) and both.score(X, np.c_[y, 100 - 10 * X[:, -1]]) > 0.6
    labels = np.array(["down", "flat", "up"])[np.digitize(y - X[:, -1], [-0.1, 0.1])]
    model = QuantumClassifier(random_state=0, epochs=150, validation=0.2).fit(X, labels)
    p = model.predict_proba(X)
    np.testing.assert_allclose(p.sum(1), 1)
    assert list(model.classes_) == ["down", "flat", "up"] and (model.classes_[p.argmax(1)] == model.predict(X)).all()
    assert model.score(X, labels) > 0.7 and len(model.validation_losses_) == model.n_iter_
    with pytest.raises(ValueError, match="one class"):
        QuantumClassifier().fit(X, np.zeros(len(X)))


def test_patience_stops_and_needs_a_validation_part():
    X, y = windows()
    model = QuantumRegressor(random_state=0, epochs=500, lr=0.1, validation=0.25, patience=5).fit(X, y)
    assert model.n_iter_ < 500
    for more, words in (({"patience": 5}, "validation=0.2"), ({"validation": 1.0}, "share"), ({"validation": 0.001}, "leaves"),
                        ({"scale": "robust"}, "scale must be one of"), ({"model": "daskin"}, "daskin"), ({"model": "lstm"}, "no quantum cell"),
                        ({"options": {"n_ancila": 2}}, "n_ancilla"),
                        ({"train": {"optimizer": "adm"}}, "adam")):
        with pytest.raises(ebit.Error, match=words):
            QuantumRegressor(**{"epochs": 2, **more}).fit(X, y)


@pytest.mark.parametrize("model", [m.name for m in ebit.models() if m.cell and m.family not in ("rvqe", "measured")])  # these answer with words
def test_values_outside_the_training_range_are_held(model):
    X, y = windows(60)
    fitted = QuantumRegressor(model, epochs=2, random_state=0).fit(X, y)
    middle, half = (X.max() + X.min()) / 2, X.max() - X.min()
    np.testing.assert_array_equal(fitted.predict(np.full((1, 8), 1e9)), fitted.predict(np.full((1, 8), middle + half)))
    assert fitted.predict(np.full((1, 8), middle + 0.6 * half)) != fitted.predict(np.full((1, 8), middle + half))
    if model == "fellner-qrnn":
        with pytest.raises(ebit.Error, match="arccos-angle-ry-last takes numbers"):
            QuantumRegressor(model, epochs=2, scale="standard").fit(X, y)


def test_same_numbers_again_in_copies_and_pickles():
    X, y = windows(60)
    model = QuantumRegressor("qrnn", options={"qubits": 3}, epochs=3, random_state=4)
    a, b = clone(model).fit(X, y), clone(model).fit(X, y)
    assert a.losses_ == b.losses_
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(a)).predict(X), b.predict(X))
    assert QuantumRegressor(epochs=3).fit(X, y).losses_ != QuantumRegressor(epochs=3).fit(X, y).losses_


def test_examples_of_the_docstrings():
    import doctest
    import ebit.sklearn
    assert doctest.testmod(ebit.sklearn).failed == 0
