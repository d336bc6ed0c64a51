"""A forecaster for sktime over `ebit.forecast`."""
try:
    import pandas as pd
    from sklearn.utils import check_random_state
    from sktime.forecasting.base import BaseForecaster
except ImportError as error:
    raise ImportError(f"ebit.sktime needs sktime: pip install sktime ({error})") from None

from .forecast import Forecaster

__all__ = ["QuantumForecaster"]


class QuantumForecaster(BaseForecaster):
    """Recursive forecasts of a univariate series, with conformal intervals, by `ebit.forecast.Forecaster`.

    model: a row of `ebit.models()` with `cell` true. options: of the model, a dict. input_size: values that the model looks
    at. season: m: it sees each value less the one m before. seeds: models whose answers are averaged. epochs, lr, batch: of the
    training; train: more as a dict. scale: a row of `ebit.scalers()`. calibration: rolling forecasts behind the intervals.
    random_state: a whole number, a numpy RandomState, or None for another one each time: of initial weights and order. Rows
    count as consecutive whatever their index.

    fit(y, fh=..) needs the horizon, as intervals are made a step ahead each. Raises ebit.Error for a series that is too short.

    >>> import numpy as np, pandas as pd
    >>> from ebit.sktime import QuantumForecaster
    >>> y = pd.Series(np.sin(np.arange(60) / 3))
    >>> QuantumForecaster(input_size=8, epochs=5).fit(y, fh=[1, 2, 3]).predict().shape
    (3,)
    """

    _tags = {
        "authors": "ebit developers",
        "maintainers": "ebit developers",
        "y_inner_mtype": "pd.Series",
        "capability:multivariate": False,
        "capability:exogenous": False,
        "capability:insample": False,
        "capability:pred_int": True,
        "capability:pred_int:insample": False,
        "capability:missing_values": False,
        "capability:random_state": True,
        "property:randomness": "derandomized",
        "requires-fh-in-fit": True,
    }

    def __init__(self, model="daskin-probabilities", options=None, input_size=12, season=None, seeds=1, epochs=100, lr=0.02,
                 batch=32, train=None, scale="minmax-half", calibration=50, random_state=1):
        self.model = model
        self.options = options
        self.input_size = input_size
        self.season = season
        self.seeds = seeds
        self.epochs = epochs
        self.lr = lr
        self.batch = batch
        self.train = train
        self.scale = scale
        self.calibration = calibration
        self.random_state = random_state
        super().__init__()

    def _fit(self, y, X, fh):
        seed = self.random_state
        if not hasattr(seed, "__index__"):
            seed = check_random_state(seed).randint(2**31 - 1)
        self.forecaster_ = Forecaster(
            self.model, h=int(max(self._ahead(fh))), input_size=self.input_size, season=self.season, seeds=self.seeds,
            epochs=self.epochs, lr=self.lr, batch=self.batch, train=self.train, scale=self.scale, calibration=self.calibration,
            seed=seed, name="forecast", **(self.options or {}))
        self.forecaster_.fit(pd.DataFrame({"ds": range(len(y)), "y": y.to_numpy("float64")}))
        self._name = y.name
        return self

    def _ahead(self, fh):
        return [int(k) for k in fh.to_relative(self.cutoff)]

    def _rows(self, fh, level):
        table = self.forecaster_.predict(level=level).drop(columns="ds").iloc[[k - 1 for k in self._ahead(fh)]]
        return table.set_axis(fh.to_absolute_index(self.cutoff), axis=0)

    def _predict(self, fh, X=None):
        return self._rows(fh, [])["forecast"].rename(self._name)

    def _predict_interval(self, fh, X, coverage):
        levels = [round(100 * c, 8) for c in coverage]
        rows = self._rows(fh, [v for v in levels if 0 < v < 100])
        point, name = rows["forecast"], self._get_varnames()[0]
        out = {}
        for c, v in zip(coverage, levels):
            for side, column in (("lower", "lo"), ("upper", "hi")):
                wide = float("-inf") if side == "lower" else float("inf")
                out[name, c, side] = rows[f"forecast-{column}-{v:g}"] if 0 < v < 100 else point if v <= 0 else point * 0 + wide
        return pd.DataFrame(out, index=rows.index)

    @classmethod
    def get_test_params(cls, parameter_set="default"):
        """Small settings for sktime's own tests."""
        return [{"input_size": 3, "epochs": 2},
                {"model": "daskin-collapse", "input_size": 2, "season": 1, "epochs": 1, "calibration": 20}]
