"""Forecasts of tables."""
import datetime
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest

pytest.importorskip("narwhals", reason="narwhals is not installed: pip install narwhals")

import ebit
from ebit import _calendar, _windows
from ebit.forecast import Forecaster

pd = pytest.importorskip("pandas", reason="pandas is not installed: pip install pandas")
NAME = "daskin-probabilities"


def wave(n, period=12.0, shift=0.0):
    return 10 + 3 * np.sin(2 * np.pi * (np.arange(n) + shift) / period) + np.random.default_rng(n).normal(size=n) * 0.2


def frame(n=80, freq="D", names=("A", "B")):
    ds = pd.date_range("2022-01-31", periods=n, freq=freq)
    parts = [pd.DataFrame({"unique_id": name, "ds": ds, "y": wave(n, shift=3 * k)}) for k, name in enumerate(names)]
    return pd.concat(parts, ignore_index=True)


def small(**more):
    return Forecaster(**{"h": 3, "input_size": 6, "epochs": 3, **more})


def kinds(df):
    """The same table as pandas, polars and pyarrow."""
    pl = pytest.importorskip("polars", reason="polars is not installed: pip install polars")
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install pyarrow")
    return [df, pl.from_pandas(df), pa.Table.from_pandas(df, preserve_index=False)]


def column(table, name):
    c = table[name]
    return np.asarray(c.to_pylist() if hasattr(c, "to_pylist") else c.to_list())


# ---- tables

def test_every_kind_of_table_gives_the_same_numbers_in_its_own_kind():
    df, said, rolled = frame(), [], []
    for table in kinds(df):
        model = small().fit(table)
        out = model.predict(level=[80])
        assert type(out) is type(table)
        names = list(out.column_names if hasattr(out, "column_names") else out.columns)
        assert names == ["unique_id", "ds", NAME, f"{NAME}-lo-80", f"{NAME}-hi-80"]
        said.append([column(out, n) for n in names])
        cv = model.cross_validation(table, n_windows=2, level=[80], baselines=["naive", "linear"])
        assert type(cv) is type(table)
        names = list(cv.column_names if hasattr(cv, "column_names") else cv.columns)
        assert names == ["unique_id", "ds", "cutoff", "y", NAME, f"{NAME}-lo-80", f"{NAME}-hi-80", "naive", "linear"]
        rolled.append([column(cv, n) for n in names])
        assert list(column(model.compare(table), "model")) == [NAME, "naive", "linear"]
    for first, *others in (said, rolled):
        for other in others:
            for a, b in zip(first, other):
                assert [str(v) for v in a] == [str(v) for v in b]
    assert list(said[0][0]) == ["A"] * 3 + ["B"] * 3
    assert said[0][1][0] == pd.Timestamp("2022-04-21")


def test_dtypes_of_names_and_times_are_kept():
    pl = pytest.importorskip("polars", reason="polars is not installed: pip install polars")
    y = wave(40)
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(k) for k in range(40)]
    for value, kind in ((7, pl.Int16), ("a", pl.Categorical)):
        ids = pl.Series([value] * 40, dtype=kind)
        out = small(calibration=0).fit(pl.DataFrame({"unique_id": ids, "ds": days, "y": y})).predict(level=[])
        assert out["unique_id"].dtype == kind and out["ds"].dtype == pl.Date and out["ds"][0] == datetime.date(2024, 2, 10)
    table = pd.DataFrame({"unique_id": pd.Categorical(["a"] * 40), "ds": pd.array(range(5, 45), "int32"),
                          "y": y.astype("float32")})
    out = small(calibration=0).fit(table).predict(level=[])
    assert out.dtypes["ds"] == "int32" and out.dtypes["unique_id"] == "category" and out["ds"].tolist() == [45, 46, 47]


def test_zones_go_by_the_clock_for_days_and_by_utc_for_hours():
    for freq, last in (("D", "2024-04-02 00:00"), ("h", "2024-03-31 03:00")):  # summer time begins on 31 March at 2
        end = pd.Timestamp("2024-03-31 01:00" if freq == "h" else "2024-03-30", tz="Europe/Berlin")
        ds = pd.date_range(end=end, periods=40, freq=freq)
        for table in kinds(pd.DataFrame({"ds": ds, "y": wave(40)})):
            out = column(small(calibration=0).fit(table).predict(level=[]), "ds")
            at = out[0] if freq == "h" else out[2]
            assert pd.Timestamp(at).tz_convert("Europe/Berlin") == pd.Timestamp(last, tz="Europe/Berlin")


def test_columns_may_have_other_names_and_rows_any_order(rng):
    df = frame().rename(columns={"unique_id": "shop", "ds": "day", "y": "sold"})
    named = small(id_col="shop", time_col="day", target_col="sold", name="quantum")
    a = named.fit(df).predict()
    assert list(a.columns[:3]) == ["shop", "day", "quantum"]
    mixed = df.iloc[rng.permutation(len(df))]
    pd.testing.assert_frame_equal(a, named.fit(mixed).predict())
    assert "sold" in named.cross_validation(df, n_windows=1).columns


@pytest.mark.parametrize("change, words", [
    (lambda d: d.drop(columns="y"), "no column 'y'"),
    (lambda d: d.assign(y="a"), "must hold numbers"),
    (lambda d: d.assign(ds=d.ds.astype(str)), "make dates of it first"),
    (lambda d: d.assign(ds=np.arange(len(d)) * 0.5), "must hold dates, times or whole numbers"),
    (lambda d: d.assign(y=d.y.where(d.index != 90)), "row 90 of series 'B' (ds 2022-02-10) has no value in 'y'"),
    (lambda d: d.assign(y=d.y.where(d.index != 3, np.inf)), "row 3 of series 'A' (ds 2022-02-03) has the value inf"),
    (lambda d: d.assign(ds=d.ds.where(d.index != 90)), "row 90 of series 'B' has no ds"),
    (lambda d: d.assign(unique_id=d.unique_id.where(d.index != 90)), "row 90 has no unique_id"),
    (lambda d: pd.concat([d, d.iloc[[85]]], ignore_index=True), "series 'B' has ds 2022-02-05 twice, in rows 85 and 160"),
    (lambda d: d.drop(columns="unique_id"), "twice, in rows 0 and 80; if the table holds several series"),
    (lambda d: d.drop(index=90), "series 'B', row 90: ds 2022-02-11 comes after 2022-02-09"),
    (lambda d: d[(d.unique_id == "A") | (d.ds < "2022-02-05")],
     "series 'B' (rows 80 to 84) has 5 values: input_size=6, season=0 need 7"),
    (lambda d: d[:0], "df has no rows"),
    (lambda d: d.y.tolist(), "must be a table of pandas, polars or pyarrow, not list"),
    (lambda d: pd.concat([d[:80], frame(freq="W")[80:]]), "series 'B' has steps of 1 week and series 'A' of 1 day"),
])
def test_what_cannot_be_forecast_is_said_in_one_line(change, words):
    with pytest.raises(ebit.Error) as error:
        small().fit(change(frame()))
    assert words in str(error.value) and "\n" not in str(error.value)


def test_wrong_settings_are_said_at_once():
    for more, words in (({"h": 0}, "h must be"), ({"input_size": 1.5}, "input_size"), ({"season": -1}, "season"),
                        ({"validation": 1}, "validation"), ({"patience": 3}, "validation=0.2"),
                        ({"scale": "robust"}, "scale must be one of"), ({"model": "daskin"}, "daskin"), ({"model": "lstm"}, "no quantum cell"),
                        ({"n_ancila": 2}, "n_ancilla")):
        with pytest.raises(ebit.Error, match=words):
            small(**more)
    model = small()
    with pytest.raises(ebit.Error, match="not fitted yet"):
        model.predict()
    model.fit(frame())
    with pytest.raises(ebit.Error, match="intervals are made for h=3"):
        model.predict(h=4)
    assert len(model.predict(h=4, level=[])) == 8
    for level in ([0], [100], ["90"], [True]):
        with pytest.raises(ebit.Error, match="level must be percent"):
            model.predict(level=level)
    for more, words in (({"n_windows": 0}, "n_windows"), ({"baselines": ["ets"]}, "no baseline"),
                        ({"baselines": ["seasonal-naive"]}, "season="),
                        ({"n_windows": 25}, "rows behind the first cutoff"), ({"h": 9, "level": [80]}, "h=9")):
        with pytest.raises(ebit.Error, match=words):
            model.cross_validation(frame(), **more)
    with pytest.raises(ebit.Error, match="does not fit column"):
        small(freq=1).fit(frame())


# ---- time

@pytest.mark.parametrize("freq", ["D", "B", "W-WED", "MS", "ME", "h", "15min", "QS", "QE", "YS", "YE", "2MS", "28D", "s"])
def test_times_go_on_as_pandas_says(freq):
    ds = pd.date_range("2023-01-05", periods=45, freq=freq).to_numpy().astype("datetime64[us]")
    step, wrong = _calendar.infer(ds[:40])
    assert wrong is None
    np.testing.assert_array_equal(step.after(ds[39], _calendar.month_day(ds[:40]), 5), ds[40:])
    given = _calendar.parse(freq)
    np.testing.assert_array_equal(given.after(ds[39], _calendar.month_day(ds[:40]), 5), ds[40:])


def test_days_that_some_months_lack_and_gaps():
    day30 = np.array([f"2023-{m:02d}-{min(d, 30):02d}" for m, d in zip(range(1, 13), (30, 28, *[30] * 10))], "datetime64[us]")
    step, _ = _calendar.infer(day30)
    assert str(step) == "1 month" and [str(v)[:10] for v in step.after(day30[-1], _calendar.month_day(day30), 3)] == [
        "2024-01-30", "2024-02-29", "2024-03-30"]
    for freq in ("D", "B", "MS", "h"):
        ds = np.delete(pd.date_range("2023-01-02", periods=40, freq=freq).to_numpy().astype("datetime64[us]"), 17)
        assert _calendar.infer(ds) == (None, 17)
    assert _calendar.infer(np.array([1, 3, 5, 7])) == (_calendar.Step("number", 2), None)
    for bad in ("foo", 0, "0D", True):
        with pytest.raises(ebit.Error, match="freq"):
            _calendar.parse(bad)


def test_with_a_freq_holidays_are_no_gaps_and_pandas_offsets_work():
    df = frame(60, "B", ["A"]).drop(index=17)
    with pytest.raises(ebit.Error, match="fill the gap, or say freq="):
        small().fit(df)
    out = small(freq="B").fit(df).predict(level=[50])
    assert out["ds"].tolist() == list(pd.bdate_range(df.ds.iloc[-1], periods=4)[1:])
    out = small(freq=pd.offsets.BMonthEnd(), calibration=0).fit(frame(60, "BME", ["A"])).predict(level=[])
    assert out["ds"].tolist() == list(pd.date_range("2022-01-31", periods=63, freq="BME")[60:])


# ---- numbers

def test_forecasts_follow_trends_and_seasons():
    n = 120
    y = 50 + 0.5 * np.arange(n) + 8 * np.sin(2 * np.pi * np.arange(n) / 12) + np.random.default_rng(0).normal(size=n)
    df = pd.DataFrame({"ds": range(n), "y": y})
    model = Forecaster(h=12, input_size=12, season=12, epochs=60).fit(df[:-12])
    said = model.predict()
    naive = np.sqrt(np.mean((y[-12:] - y[-13])**2))
    assert np.sqrt(np.mean((said[NAME] - y[-12:])**2)) < 0.5 * naive
    assert np.mean((said[f"{NAME}-lo-95"] <= y[-12:]) & (y[-12:] <= said[f"{NAME}-hi-95"])) >= 0.7
    assert (said[f"{NAME}-hi-95"] >= said[f"{NAME}-hi-80"]).all()
    table = model.compare(df, level=[80]).set_index("model")
    assert list(table.columns) == ["mae", "rmse", "mase", "coverage-80"] and table.loc[NAME, "rmse"] < table.loc["naive", "rmse"]


def test_cross_validation_sees_nothing_behind_its_cutoff():
    df = frame()
    model = small(h=4)
    cv = model.cross_validation(df, n_windows=3, step_size=2, level=[80], baselines=["naive", "linear"])
    changed = df.assign(y=df.y.where(df.groupby("unique_id").cumcount() < 75, 1e3))
    other = model.cross_validation(changed, n_windows=3, step_size=2, level=[80], baselines=["naive", "linear"])
    early = cv["cutoff"] <= df.ds[71 + 1]
    assert early.sum() == 8 and cv["cutoff"].nunique() == 3
    pd.testing.assert_frame_equal(cv[early].drop(columns="y"), other[early].drop(columns="y"))
    by_hand = small(h=4).fit(df[df.ds <= cv.cutoff[0]]).predict(level=[80])
    np.testing.assert_allclose(by_hand[NAME], cv[early][NAME], rtol=1e-12)
    np.testing.assert_allclose(by_hand[f"{NAME}-hi-80"], cv[early][f"{NAME}-hi-80"], rtol=1e-12)
    at = df.set_index(["unique_id", "ds"]).y
    np.testing.assert_array_equal(cv["naive"], [at[i, c] for i, c in zip(cv.unique_id, cv.cutoff)])
    once = model.cross_validation(df, n_windows=3, step_size=2, refit=False)
    assert np.array_equal(once[NAME][:4], cv[NAME][:4]) and not np.allclose(once[NAME][4:12], cv[NAME][4:12])
    assert model._fitted is None


def test_baselines_in_closed_form(rng):
    y = [0.0, 1.0]
    for _ in range(60):
        y.append(1.2 * y[-1] - 0.9 * y[-2] + 0.05)
    df = pd.DataFrame({"ds": range(62), "y": y})
    table = small(h=5, input_size=2, epochs=1).cross_validation(df, n_windows=2, baselines=["linear"])
    np.testing.assert_allclose(table["linear"], table["y"], atol=1e-3)  # a recursion of two terms is what it fits
    np.testing.assert_array_equal(_windows.naive([np.arange(5.0)], 5, 2), [[3, 4, 3, 4, 3]])


def test_intervals_are_the_finite_sample_quantile(rng):
    errors = np.arange(1.0, 20)[:, None]
    assert _windows.half_width(errors, 95)[0] == 19 and _windows.half_width(errors, 80)[0] == 16
    assert np.isnan(_windows.half_width(errors[:18], 95)[0])
    assert [_windows.enough(v) for v in (50, 80, 90, 95, 99)] == [1, 4, 9, 19, 99]
    inside = []
    for _ in range(400):
        e = np.abs(rng.normal(size=(30, 1)))
        inside.append(abs(rng.normal()) <= _windows.half_width(e, 90)[0])
    assert 0.85 < np.mean(inside) < 0.96


def test_too_few_errors_for_an_interval_are_said():
    model = small(calibration=5).fit(frame(40, names=["A"]))
    with pytest.warns(UserWarning, match="level 95 needs 19 a step, there are 5"):
        out = model.predict(level=[50, 95])
    assert out[f"{NAME}-lo-95"].isna().all() and out[f"{NAME}-lo-50"].notna().all()


def test_constant_series_stay_and_say_so():
    df = frame()
    df.loc[df.unique_id == "B", "y"] = 4.0
    with pytest.warns(UserWarning, match="series 'B': values are constant"):
        model = small().fit(df)
    out = model.predict(level=[80])
    assert (out[out.unique_id == "B"][[NAME, f"{NAME}-lo-80", f"{NAME}-hi-80"]] == 4).all(axis=None)
    line = pd.DataFrame({"ds": range(40), "y": 3.0 * np.arange(40)})
    with pytest.warns(UserWarning, match="the series: seasonal differences are constant"):
        out = small(season=1).fit(line).predict()
    np.testing.assert_allclose(out[NAME], [120, 123, 126])


def test_each_series_has_its_own_scale():
    df = frame()
    big = df.assign(y=df.y.where(df.unique_id == "A", 1e6 + 1e4 * df.y))
    a, b = small().fit(df).predict(), small().fit(big).predict()
    np.testing.assert_allclose(a[NAME][:3], b[NAME][:3], rtol=1e-6)
    np.testing.assert_allclose((b[NAME][3:] - 1e6) / 1e4, a[NAME][3:], rtol=1e-5)


def test_other_tables_to_go_on_from():
    df = frame()
    model = small().fit(df[df.ds < "2022-04-01"])
    again = model.predict(df=df[df.ds < "2022-04-01"])
    pd.testing.assert_frame_equal(again, model.predict())
    later = model.predict(df=df.assign(unique_id=df.unique_id.replace("B", "new")))
    assert later.unique_id.unique().tolist() == ["A", "new"] and later.ds[0] == df.ds[79] + pd.Timedelta("1D")
    assert np.abs(later[NAME] - 10).max() < 6
    once = small().cross_validation(df, n_windows=2, refit=False)
    cut = df[df.ds <= once.cutoff.unique()[1]]
    first = small().fit(df[df.ds <= once.cutoff[0]])
    np.testing.assert_allclose(first.predict(df=cut, level=[])[NAME][:3], once[NAME][3:6], rtol=1e-12)
    with pytest.raises(ebit.Error, match="has 4 values: input_size=6, season=0 need 6"):
        model.predict(df=df[:4])
    with pytest.raises(ebit.Error, match="steps of 1 hour"):
        model.predict(df=frame(freq="h"))


def test_polars_is_enough():
    pytest.importorskip("polars", reason="polars is not installed: pip install polars")
    code = """
import sys
for name in ("pandas", "sklearn", "torch", "pyarrow"):
    sys.modules[name] = None
import datetime, polars as pl, ebit.forecast
ds = pl.date_range(datetime.date(2020, 1, 31), datetime.date(2023, 12, 31), "1mo", eager=True).dt.month_end()
df = pl.DataFrame({"ds": ds, "y": [k % 5 for k in range(48)]})
out = ebit.forecast.Forecaster(h=2, input_size=4, epochs=2).fit(df).predict(level=[50])
assert out["ds"].to_list() == [datetime.date(2024, 1, 31), datetime.date(2024, 2, 29)], out
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_values_far_outside_the_training_range_are_taken():
    y = wave(80)
    y[-3:] = 1e4
    for model in ("fellner-qrnn", "li-pqrnn", NAME):
        df = pd.DataFrame({"ds": range(80), "y": y})
        cv = small(model=model, epochs=2).cross_validation(df, n_windows=3, step_size=1, refit=False, h=1)
        assert np.isfinite(cv[model]).all()


@pytest.mark.parametrize("model", [m.name for m in ebit.models() if m.cell and m.family not in ("rvqe", "measured")])  # these answer with words
def test_every_cell_forecasts(model):
    out = small(model=model, epochs=1, calibration=0).fit(frame(30, names=["A"])).predict(level=[])
    assert np.isfinite(out[model]).all()


def test_seeds_validation_and_options():
    df = frame()
    two = small(seeds=2, validation=0.2, patience=1, epochs=30, lr=0.1, train={"optimizer": "adamw"}, n_ancilla=1).fit(df)
    assert len(two.losses_) == 2 and len(two._fitted.models) == 2 and "n_ancilla" in two.arguments
    a, b = small(calibration=0).fit(df).predict(level=[]), small(calibration=0, seed=2).fit(df).predict(level=[])
    assert not np.allclose(a[NAME], b[NAME])
    pd.testing.assert_frame_equal(a, small(calibration=0).fit(df).predict(level=[]))


# ---- files and notebooks

@pytest.mark.parametrize("place", ["folder", "model.zip"])
def test_saved_forecasters_answer_alike(tmp_path, place):
    for df in (*kinds(frame(freq="ME")), pd.DataFrame({"ds": range(60), "y": wave(60)})):
        model = small(seeds=2, season=1, n_ancilla=1).fit(df)
        model.save(tmp_path / place)
        again = Forecaster.load(tmp_path / place)
        a, b = model.predict(level=[50, 80]), again.predict(level=[50, 80])
        assert type(a) is type(b) and a.equals(b)
        assert again.arguments == model.arguments
        assert pickle.loads(pickle.dumps(model)).predict(level=[50, 80]).equals(a)


def test_what_is_no_forecaster_is_refused(tmp_path):
    with pytest.raises(ebit.Error, match="no saved forecaster"):
        Forecaster.load(tmp_path)
    (tmp_path / "a.zip").write_text("x")
    with pytest.raises(ebit.Error, match="no saved forecaster"):
        Forecaster.load(tmp_path / "a.zip")
    with pytest.raises(ebit.Error, match="not fitted"):
        small().save(tmp_path / "b")


def test_how_it_shows(capsys):
    pytest.importorskip("tqdm", reason="tqdm is not installed: pip install tqdm")
    model = small(progress=True, calibration=0, name="<b>")
    assert "not fitted" in repr(model)
    model.fit(frame())
    assert "2 series with steps of 1 day" in repr(model)
    assert "&lt;b&gt;" in model._repr_html_() and "<b>" not in model._repr_html_()
    assert "epoch" in capsys.readouterr().err


def test_examples_of_the_docstrings():
    import doctest
    import ebit.forecast
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert doctest.testmod(ebit.forecast).failed == 0
