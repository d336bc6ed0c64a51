"""ebit below darts, sktime and neuralforecast, and what is said where a package is missing."""
import logging
import subprocess
import sys
import warnings

import numpy as np
import pytest

AIRLINE = 100 + np.arange(96) + 20 * np.sin(2 * np.pi * np.arange(96) / 12) + np.random.default_rng(0).normal(size=96)


def need(package):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(package, reason=f"{package} is not installed, its adapter is NOT tested: pip install "
                                   f"{package}")


@pytest.mark.parametrize("module, package", [("sklearn", "scikit-learn"), ("forecast", "narwhals"), ("sktime", "sktime"),
                                             ("neuralforecast", "neuralforecast")])
def test_a_missing_package_is_said_in_one_line(module, package):
    blocked = {"scikit-learn": "sklearn"}.get(package, package)
    code = (f"import sys; sys.modules[{blocked!r}] = None\n"
            f"try:\n    import ebit; ebit.{module}\nexcept ImportError as e:\n    print(e)")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    line = said.stdout.strip()
    assert line.startswith(f"ebit.{module} needs {package}") and "pip install" in line and "\n" not in line, said


# ---- darts

def test_darts_takes_the_regressor():
    need("sklearn")
    need("darts")
    from darts import TimeSeries
    from darts.models import SKLearnModel
    from ebit.sklearn import QuantumRegressor
    series = TimeSeries.from_values(np.sin(np.arange(120) / 3))
    model = SKLearnModel(model=QuantumRegressor(random_state=0, epochs=60), lags=12)
    model.fit(series[:100])
    said = model.predict(20).values()[:, 0]
    assert np.sqrt(np.mean((said - series.values()[100:, 0])**2)) < 0.5
    assert len(model.historical_forecasts(series, start=0.9, retrain=False)) > 5
    many = SKLearnModel(model=QuantumRegressor(random_state=0, epochs=2), lags=6, output_chunk_length=3, multi_models=True)
    many.fit([series[:60], series[20:90]])
    assert len(many.predict(3, series=series[:60])) == 3


def test_darts_gives_components_side_by_side():
    need("sklearn")
    need("darts")
    from darts import TimeSeries
    from darts.models import SKLearnModel
    from ebit.sklearn import QuantumRegressor
    two = TimeSeries.from_values(np.c_[np.arange(40.0), 1000 + np.arange(40.0)])
    model = SKLearnModel(model=QuantumRegressor(features=2, random_state=0, epochs=2), lags=4)
    model.fit(two)
    assert model.predict(2).values().shape == (2, 2)
    inner = model.model if hasattr(model.model, "scaler_") else model.model.estimators_[0]
    np.testing.assert_allclose(np.diff(inner.scaler_.offset), 1000)


# ---- sktime

def quiet(call):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()


def test_sktime_forecasts_with_intervals():
    need("sktime")
    import pandas as pd
    from ebit.sktime import QuantumForecaster
    y = pd.Series(AIRLINE, index=pd.period_range("2015-01", periods=96, freq="M"), name="air")
    f = quiet(lambda: QuantumForecaster(season=12, epochs=50).fit(y[:-12], fh=range(1, 13)))
    said = f.predict()
    assert said.name == "air" and said.index.equals(y.index[-12:]) and np.sqrt(np.mean((said - y[-12:])**2)) < 15
    wide = f.predict_interval(coverage=[0.5, 0.8])
    assert (wide["air", 0.8, "lower"] <= wide["air", 0.5, "lower"]).all() and (wide["air", 0.5, "upper"] >= said).all()
    two = quiet(lambda: QuantumForecaster(epochs=2).fit(y, fh=[2, 5])).predict()
    assert list(two.index.astype(str)) == ["2023-02", "2023-05"]


def test_sktime_takes_the_regressor():
    need("sklearn")
    need("sktime")
    import pandas as pd
    from sktime.forecasting.compose import make_reduction
    from ebit.sklearn import QuantumRegressor
    y = pd.Series(AIRLINE)
    f = make_reduction(QuantumRegressor(random_state=0, epochs=5), window_length=12, strategy="recursive")
    assert len(quiet(lambda: f.fit(y, fh=range(1, 7)).predict())) == 6


def test_sktimes_own_checks(monkeypatch):
    need("sktime")
    from sktime.utils.estimator_checks import check_estimator
    from ebit.sktime import QuantumForecaster
    half = QuantumForecaster.get_test_params()[1:]  # of the settings: half of the time
    monkeypatch.setattr(QuantumForecaster, "get_test_params", classmethod(lambda cls, parameter_set="default": half))
    found = quiet(lambda: check_estimator(QuantumForecaster, raise_exceptions=False, verbose=False,
                                          tests_to_exclude=["test_get_test_params_coverage"]))
    bad = {name: result for name, result in found.items() if result != "PASSED"}
    assert not bad and len(found) > 100


# ---- neuralforecast

@pytest.mark.filterwarnings("ignore")
def test_neuralforecast_trains_saves_and_loads(tmp_path):
    need("neuralforecast")
    import pandas as pd
    from neuralforecast import NeuralForecast
    from neuralforecast.losses.pytorch import DistributionLoss
    from ebit.neuralforecast import QuantumLSTM
    from ebit.torch import Recurrent
    for name in ("pytorch_lightning", "lightning.pytorch"):
        logging.getLogger(name).setLevel(logging.ERROR)
    df = pd.DataFrame({"unique_id": "a", "ds": pd.date_range("2015-01-01", periods=96, freq="MS"), "y": AIRLINE})
    more = {"h": 6, "input_size": 12, "enable_progress_bar": False, "logger": False, "enable_checkpointing": False}
    nf = NeuralForecast([QuantumLSTM(max_steps=20, **more),
                         QuantumLSTM(max_steps=2, recurrent=True, encoder_n_layers=2, cell="fellner-qrnn", alias="steps",
                                     scaler_type="minmax1", **more),  # its encoder takes numbers in [-1, 1]
                         QuantumLSTM(max_steps=2, loss=DistributionLoss("Normal"), cell_options={"n_ancilla": 1}, alias="spread",
                                     **more)],
                        freq="MS")
    assert isinstance(nf.models[0].hist_encoder, Recurrent)
    nf.fit(df)
    said = nf.predict()
    assert len(said) == 6 and {"QuantumLSTM", "steps", "spread", "spread-lo-90"} <= set(said.columns)
    assert np.abs(said["QuantumLSTM"] - AIRLINE[-1]).max() < 60
    nf.save(str(tmp_path / "nf"), overwrite=True)
    again = NeuralForecast.load(str(tmp_path / "nf")).predict()
    np.testing.assert_allclose(again["QuantumLSTM"], said["QuantumLSTM"], rtol=1e-5)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["sktime", "neuralforecast"])
def test_examples_of_the_docstrings(name, tmp_path, monkeypatch):
    need(name)
    import doctest
    import importlib
    monkeypatch.chdir(tmp_path)  # lightning writes its logs where it is
    done = doctest.testmod(importlib.import_module(f"ebit.{name}"))
    assert done.failed == 0 and done.attempted > 2
