"""Forecasts of one series or many by a quantum recurrent model, on tables of pandas, polars and pyarrow.

Tables are long: a column `unique_id` that names the series (not needed where there is one), `ds` with dates, times or whole
numbers, and `y`; other columns are not looked at. Answers come as a table of the same library. Times with a zone go on by the
clock there where they are days or more apart, else by UTC.

>>> import math, pandas as pd, ebit.forecast
>>> df = pd.DataFrame({"unique_id": "tide", "ds": pd.date_range("2024-01-01", periods=120, freq="h"),
...                    "y": [math.sin(k / 2) for k in range(120)]})
>>> model = ebit.forecast.Forecaster(h=3, input_size=8, epochs=20).fit(df)
>>> list(model.predict(level=[90]).columns)
['unique_id', 'ds', 'daskin-probabilities', 'daskin-probabilities-lo-90', 'daskin-probabilities-hi-90']
"""
import dataclasses
import html
import warnings
from typing import Any

from . import _panel, _windows
from ._arrays import np
from ._calendar import month_day
from ._core import Error
from ._model import Model, with_head
from ._scaling import Scaler
from ._tables import need_cell

__all__ = ["Forecaster"]

BASELINES = ("naive", "seasonal-naive", "linear")


@dataclasses.dataclass
class Fitted:
    """What one fit gave: models of several seeds, and what each series goes on from."""

    models: list
    tails: list
    linear: Any = None  #: the baseline's answer
    errors: Any = None  #: absolute errors of rolling forecasts [n, h], in units of each series' scale; None: not asked for
    losses: list = dataclasses.field(default_factory=list)


class Forecaster:
    """One model over all series, which predicts the next value from the last ones and feeds its answers back.

    model: a row of `ebit.models()` with `cell` true; options: its own, see `ebit.options(model)`. h: rows to forecast.
    input_size: rows that the model looks at. freq: the step of `ds`, such as "h", "D", "B", "MS", "ME" or a whole number; None:
    as the rows tell, which must then be without gaps; given, rows count as consecutive. season: m rows; the model then sees each
    value less the one m rows before, which follows trends (season=1: plain differences). Without it forecasts cannot leave the
    range of values by much, as readouts are bounded.
    seeds: models of several starting values whose answers are averaged. seed: of the first.
    epochs, lr, batch: of the training. validation: share of each series' last windows held out; the best epoch on them is kept,
    and patience: epochs without a better one after which training stops. train: more as a dict, see `ebit.train_options()`.
    scale: a row of `ebit.scalers()`, fitted on each series' own training part; values beyond its range are held inside what
    encoders take, as in `ebit.sklearn`.
    calibration: rolling forecasts a series from its end that intervals are made of; 0: no intervals, and half the time.
    name: of the column of forecasts. id_col, time_col, target_col: names of the table's columns. progress: bars by tqdm.

    Raises ebit.Error, one line that names series and row, for tables that cannot be forecast. A series that is constant
    is predicted as constant, and a warning says so.

    >>> import polars as pl, ebit.forecast
    >>> df = pl.DataFrame({"ds": range(60), "y": [k % 7 for k in range(60)]})
    >>> model = ebit.forecast.Forecaster("daskin-collapse", h=2, input_size=7, epochs=5, calibration=0).fit(df)
    >>> model.predict(level=[]).columns
    ['ds', 'daskin-collapse']
    """

    def __init__(self, model="daskin-probabilities", *, h=1, input_size=12, freq=None, season=None, seeds=1, seed=1, epochs=100,
                 lr=0.02, batch=32, validation=0.0, patience=0, train=None, scale="minmax-half", calibration=50, name=None,
                 id_col="unique_id", time_col="ds", target_col="y", progress=False, **options):
        freq = getattr(freq, "freqstr", freq)  # of an offset of pandas
        self.arguments = {k: v for k, v in locals().items() if k not in ("self", "options", "__class__")} | options
        for what, value, low in (("h", h, 1), ("input_size", input_size, 1), ("season", season or 0, 0), ("seeds", seeds, 1),
                                 ("calibration", calibration, 0), ("epochs", epochs, 1)):
            if isinstance(value, bool) or not hasattr(value, "__index__") or value < low:
                raise Error(f"{what} must be a whole number from {low}, not {value!r}")
        if not 0 <= validation < 1:
            raise Error(f"validation must be a share from 0 to below 1, not {validation!r}")
        if patience and not validation:
            raise Error("patience needs a validation part: give validation=0.2")
        self.model, self.h, self.input_size, self.freq, self.season = model, int(h), int(input_size), freq, int(season or 0)
        self.seeds, self.seed, self.validation, self.calibration = int(seeds), int(seed), float(validation), int(calibration)
        self.id_col, self.time_col, self.target_col, self.progress = id_col, time_col, target_col, progress
        self.scale, self.name = scale, name or model
        Scaler(scale), need_cell(model)  # what is wrong is said at once
        self._options = with_head(model, options)
        self._train = {"epochs": epochs, "lr": lr, "batch": batch, "patience": patience, **(train or {})}
        self._made = self._model(self.seed)
        self._fitted = None

    def _model(self, seed):
        return Model(self.model, inputs=1, outputs=1, seed=seed, **self._options)

    # ---- fit and predict

    def fit(self, df):
        """Trains on all series of the table and calibrates intervals; gives the forecaster.

        For intervals the model is first trained without each series' end (at most a third of it, or h), where forecasts from
        rolling origins tell the errors of each step ahead; then it is trained on everything.
        """
        series, self.columns = self._read(df)
        self.step = _panel.step_of(series, self.freq, self.time_col)
        self._fitted = self._fit(series, self.calibration > 0)
        self._ends = self._ends_of(series)
        self.losses_ = self._fitted.losses
        return self

    def predict(self, h=None, level=(80, 95), df=None):
        """Forecasts of h rows a series behind the table of `fit`: columns unique_id, ds, NAME, NAME-lo-95, .., NAME-hi-95.

        h: rows, at most those of the forecaster where there are intervals. level: percent, several or one; [] for none.
        df: another table to go on from, with at least input_size + season rows a series; series that `fit` saw keep the scale
        they had there, new ones are scaled by these rows.
        An interval holds the value with this probability as far as the errors behind it are like those to come: they are pooled
        over series, each in units of its scale. Where there are fewer than it needs (19 a step for 95), it is NaN and a warning
        says so.
        """
        if self._fitted is None:
            raise Error("the forecaster is not fitted yet: call fit(df) first")
        h, level = self.h if h is None else h, _windows.levels(level)
        if isinstance(h, bool) or not hasattr(h, "__index__") or h < 1:
            raise Error(f"h must be a whole number from 1, not {h!r}")
        if level and h > self.h:
            raise Error(f"intervals are made for h={self.h} steps, not {h}: fit with h={h}, or give level=[]")
        ends, tails, columns = self._ends, self._fitted.tails, self.columns
        if df is not None:
            series, columns = self._read(df)
            ends, tails = self._ends_of(series), self._tails_of(series)
        y = self._forecast(self._fitted, tails, h)
        ds = np.concatenate([self.step.after(last, day, h) for _, last, day in ends])
        return _panel.table(columns, np.repeat(np.array([name for name, _, _ in ends], object), h), ds,
                            self._named(y, self._fitted, tails, level))

    def cross_validation(self, df, n_windows=3, step_size=None, h=None, refit=True, level=(), baselines=()):
        """Forecasts from several cutoffs before the table's end: columns unique_id, ds, cutoff, y, NAME, .., and the baselines'.

        n_windows: cutoffs, `step_size` rows apart (None: h). refit: train anew at every cutoff (a whole number: at every so
        many), or only at the first. level: as in predict, each calibrated before its cutoff. baselines: "naive",
        "seasonal-naive" (needs season) and "linear" (ridge regression on the same windows, fed back alike).
        Nothing behind a cutoff is seen by scalers, models and intervals. The forecaster itself is left as it was.
        """
        panel = self._roll(df, n_windows, step_size, h, refit, level, baselines)
        more = {"cutoff": panel.cutoff, self.target_col: panel.y, **panel.values}
        return _panel.table(panel.columns, panel.names, panel.ds, more)

    def compare(self, df, n_windows=3, step_size=None, h=None, refit=True, level=(), baselines=None):
        """Errors of the model and of baselines over cross_validation: columns model, mae, rmse, mase (and coverage of levels).

        mase: mean absolute error in units of the mean absolute seasonal difference before the first cutoff, averaged over
        series. baselines: None: all that can be had. Smaller is better; look here before believing a forecast.

        >>> import pandas as pd, ebit.forecast
        >>> df = pd.DataFrame({"ds": range(60), "y": [k % 7 + (k * 37 % 11) / 11 for k in range(60)]})
        >>> table = ebit.forecast.Forecaster(h=7, input_size=7, season=7, epochs=5).compare(df)
        >>> table.model.tolist()
        ['daskin-probabilities', 'naive', 'seasonal-naive', 'linear']
        """
        if baselines is None:
            baselines = [b for b in BASELINES if b != "seasonal-naive" or self.season > 1]
        panel = self._roll(df, n_windows, step_size, h, refit, level, baselines)
        y, kinds = panel.y, [self.name, *baselines]
        errors = [panel.values[k] - y for k in kinds]
        out = {"model": kinds, "mae": [float(np.abs(e).mean()) for e in errors],
               "rmse": [float(np.sqrt((e * e).mean())) for e in errors],
               "mase": [float(np.nanmean(np.abs(e).reshape(len(panel.units), -1).mean(1) / panel.units))
                        if np.isfinite(panel.units).any() else float("nan") for e in errors]}
        for v in _windows.levels(level):
            low, high = (panel.values[f"{self.name}-{side}-{v}"] for side in ("lo", "hi"))
            share = float(np.mean((low <= y) & (y <= high))) if np.isfinite(low).all() else float("nan")
            out[f"coverage-{v}"] = [share] + [float("nan")] * len(baselines)
        return _panel.plain_table(panel.columns, out)

    # ---- files

    def save(self, path):
        """Writes the fitted forecaster to a folder, or to one file where the name ends in .zip; see `Forecaster.load`."""
        from ._saved import save
        if self._fitted is None:
            raise Error("the forecaster is not fitted yet: call fit(df) first")
        save(self, path)

    @classmethod
    def load(cls, path):
        """Reads a forecaster that `save` wrote. Raises Error for what is none."""
        from ._saved import load
        return load(cls, path)

    # ---- what they are made of

    def _read(self, df):
        series, columns = _panel.read(df, self.id_col, self.time_col, self.target_col)
        if self.name in (columns.id, columns.time, columns.target, "ds", "y", "cutoff", *BASELINES):
            raise Error(f"name {self.name!r} is that of another column: give name= another one")
        return series, columns

    @staticmethod
    def _ends_of(series):
        """(name, last time, day of the month) of each."""
        return [(s.name, s.ds[-1], month_day(s.ds)) for s in series]

    def _tails_of(self, series):
        """What forecasts behind other histories go on from."""
        size = self.input_size + self.season
        if self.freq is None and any(len(s) > 1 for s in series):
            step = _panel.step_of([s for s in series if len(s) > 1], None, self.time_col)
            if step != self.step:
                raise Error(f"the table has steps of {step}, and the forecaster was fitted on steps of {self.step}")
        known = {name: tail for (name, _, _), tail in zip(self._ends, self._fitted.tails)}
        tails = []
        for s in series:
            if len(s) < size or (s.name not in known and len(s) < size + 1):
                raise Error(f"{self._short(s)} need {size if s.name in known else size + 1} to go on from")
            tails.append(known[s.name].at(s.y, size) if s.name in known else
                         _windows.tail_of(s.y, self.input_size, self.season, self.scale))
        if not self._fitted.models and not all(t.flat for t in tails):
            raise Error("there is no model: all series that fit() saw were constant")
        return tails

    def _short(self, s):
        return (f"{s.said()} (rows {s.rows.min()} to {s.rows.max()}) has {len(s)} values: input_size={self.input_size}, "
                f"season={self.season}")

    def _least(self, series, behind=0):
        least = self.input_size + self.season + 1
        for s in series:
            if len(s) < least + behind:
                more = f" and {behind} rows behind the first cutoff" if behind else ""
                raise Error(f"{self._short(s)}{more} need {least + behind}")
        return least

    def _fit(self, series, calibrate, say=True):
        """A Fitted of whole series."""
        least, errors = self._least(series), None
        if calibrate:
            starts = [_windows.origins(len(s), least, self.h, self.calibration) for s in series]
            errors = np.empty((0, self.h))
            if any(len(o) for o in starts):
                early = self._train_on([s.y[:o[0]] if len(o) else s.y for s, o in zip(series, starts)])
                pairs = [(s, t, k) for s, t, o in zip(series, early.tails, starts) if not t.flat for k in o]
                if pairs:
                    said = self._forecast(early, [t.at(s.y[:k], self.input_size + self.season) for s, t, k in pairs], self.h)
                    true = np.array([s.y[k:k + self.h] for s, _, k in pairs])
                    errors = np.abs(said - true) * np.array([t.scale for _, t, _ in pairs])[:, None]
        fitted = self._train_on([s.y for s in series])
        fitted.errors = errors
        if say:
            flat = [s.said() for s, t in zip(series, fitted.tails) if t.flat]
            if flat:
                said = ", ".join(flat[:5]) + (" .." if len(flat) > 5 else "")
                what = "seasonal differences are" if self.season else "values are"
                warnings.warn(f"{said}: {what} constant and predicted so", stacklevel=3)
        return fitted

    def _train_on(self, parts):
        tails = [_windows.tail_of(y, self.input_size, self.season, self.scale) for y in parts]
        x, y, owner = _windows.windows(parts, tails, self.input_size, self.season)
        fitted = Fitted([], tails, _windows.Ridge(x, y))
        if not len(x):
            return fitted
        x, last = self._inside(x), np.zeros(len(x), bool)
        if self.validation:
            for k in np.unique(owner):
                rows = np.flatnonzero(owner == k)
                last[rows[len(rows) - int(round(self.validation * len(rows))):]] = True
            if not last.any() or last.all():
                raise Error(f"validation={self.validation} of {len(x)} windows leaves {int((~last).sum())} to train on and "
                            f"{int(last.sum())} to validate on")
        held = (x[last], y[last, None]) if last.any() else None
        for k in range(self.seeds):
            model = self._model(self.seed + k)
            result = model.fit(x[~last], y[~last, None], validation=held, progress=self.progress,
                               **({} if model.solved else self._train))
            fitted.models.append(model)
            fitted.losses.append([record["train"] for record in result.history])
        return fitted

    def _inside(self, x):
        return np.clip(x, -1, 1)[:, :, None] if self.scale.startswith("minmax") else np.ascontiguousarray(x)[:, :, None]

    def _forecast(self, fitted, tails, h):
        def answer(x):
            return np.mean([model.predict(self._inside(x))[:, 0] for model in fitted.models], 0)
        return _windows.roll(answer, tails, self.input_size, self.season, h)

    def _named(self, y, fitted, tails, level):
        """Columns of forecasts [S, h] and their intervals, flat."""
        out, h = {self.name: y.reshape(-1)}, y.shape[1]
        errors = np.empty((0, h)) if fitted.errors is None else fitted.errors
        moves = any(not t.flat for t in tails)
        few = [v for v in level if len(errors) < _windows.enough(v)]
        if few and moves:
            least = _windows.enough(few[0])
            warnings.warn(f"too few rolling forecasts for intervals: level {few[0]} needs {least} a step, there are "
                          f"{len(errors)}; their columns are NaN (longer series or a larger calibration= help)", stacklevel=3)
        flat, scale = np.array([[t.flat] for t in tails]), np.array([[t.scale] for t in tails])
        width = {v: np.where(flat, 0.0, _windows.half_width(errors, v)[:h] / scale) for v in level}
        out.update({f"{self.name}-lo-{v}": (y - width[v]).reshape(-1) for v in reversed(level)})
        out.update({f"{self.name}-hi-{v}": (y + width[v]).reshape(-1) for v in level})
        return out

    def _roll(self, df, n_windows, step_size, h, refit, level, baselines):
        h, baselines, level = self.h if h is None else h, list(baselines), _windows.levels(level)
        step = h if step_size is None else step_size
        for what, value in (("n_windows", n_windows), ("step_size", step), ("h", h)):
            if isinstance(value, bool) or not hasattr(value, "__index__") or value < 1:
                raise Error(f"{what} must be a whole number from 1, not {value!r}")
        for b in baselines:
            if b not in BASELINES:
                raise Error(f"{b!r} is no baseline; known: {', '.join(BASELINES)}")
            if b == "seasonal-naive" and not self.season:
                raise Error("the baseline seasonal-naive needs season=")
        if level and h > self.h:
            raise Error(f"intervals are made for h={self.h} steps, not {h}: make the forecaster with h={h}, or give no level")
        series, columns = self._read(df)
        _panel.step_of(series, self.freq, self.time_col)
        self._least(series, h + (n_windows - 1) * step)
        blocks, fitted, every = {}, None, int(refit)
        for w in range(n_windows):
            parts = [s.cut(len(s) - h - (n_windows - 1 - w) * step) for s in series]
            if fitted is None or (every and w % every == 0):
                fitted = self._fit(parts, bool(level) and self.calibration > 0, say=w == 0)
            size = self.input_size + self.season
            tails = [t.at(p.y, size) for t, p in zip(fitted.tails, parts)]
            block = {"ds": np.array([s.ds[len(p):len(p) + h] for s, p in zip(series, parts)]),
                     "cutoff": np.array([np.full(h, p.ds[-1]) for p in parts]),
                     "y": np.array([s.y[len(p):len(p) + h] for s, p in zip(series, parts)]),
                     **self._named(self._forecast(fitted, tails, h), fitted, tails, level)}
            for b in baselines:
                block[b] = (_windows.roll(fitted.linear, tails, self.input_size, self.season, h) if b == "linear" else
                            _windows.naive([p.y for p in parts], h, self.season if b == "seasonal-naive" else 1))
            for k, v in block.items():
                blocks.setdefault(k, []).append(v.reshape(len(series), h))
        flat = {k: np.stack(v, 1).reshape(-1) for k, v in blocks.items()}
        early = [s.y[:len(s) - h - (n_windows - 1) * step] for s in series]
        units = np.array([np.abs(_windows.differences(y, max(1, self.season))).mean() for y in early])
        names = np.repeat(np.array([s.name for s in series], object), h * n_windows)
        return Rolled(columns, names, flat.pop("ds"), flat.pop("cutoff"), flat.pop("y"), flat, np.where(units > 0, units, np.nan))

    def __repr__(self):
        state = "not fitted" if self._fitted is None else f"fitted on {len(self._ends)} series with steps of {self.step}"
        return f"Forecaster({self.name!r}, h={self.h}, input_size={self.input_size}, season={self.season}, {state})"

    def _repr_html_(self):
        rows = {"model": self._made.summary, "forecast": f"{self.h} rows from {self.input_size}", "season": self.season or "none",
                "seeds": self.seeds}
        if self._fitted is not None:
            n = 0 if self._fitted.errors is None else len(self._fitted.errors)
            rows |= {"series": len(self._ends), "step": str(self.step), "errors behind intervals": f"{n} a step",
                     "last training loss": ", ".join(f"{losses[-1]:.4g}" for losses in self.losses_)}
        body = "".join(f"<tr><th>{html.escape(k)}</th><td>{html.escape(str(v))}</td></tr>" for k, v in rows.items())
        return f"<p>{html.escape(repr(self))}</p><table>{body}</table>"


@dataclasses.dataclass
class Rolled:
    """Forecasts from several cutoffs, flat, ordered by series, cutoff and time."""

    columns: Any
    names: Any
    ds: Any
    cutoff: Any
    y: Any
    values: dict  #: forecasts, intervals and baselines
    units: Any  #: of mase, [series]
