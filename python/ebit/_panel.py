"""Tables of series: unique_id, ds, y in any frame that narwhals reads, and forecasts back into the same kind of frame."""
import dataclasses
from typing import Any

from . import _calendar
from ._arrays import np
from ._core import Error
from ._needs import missing

try:
    import narwhals.stable.v1 as nw
except ImportError:
    raise missing("ebit.forecast", "narwhals", "forecast") from None


@dataclasses.dataclass
class Columns:
    """Names and dtypes of a table, and the library it is of: what makes another table like it."""

    id: Any  #: name; None where the table holds one series without a column of names
    time: str
    target: str
    backend: str
    id_type: Any = None  #: a dtype of narwhals
    time_type: Any = None
    local: bool = False  #: whether times with a zone are taken by the clock there instead of by UTC

    def state(self):
        """All fields as what JSON holds."""
        t = self.time_type
        kind = type(t).__name__ if not isinstance(t, type) else t.__name__
        return {"id": self.id, "time": self.time, "target": self.target, "backend": self.backend, "local": self.local,
                "id_type": None if self.id_type is None else str(self.id_type), "time_type": kind,
                "unit": getattr(t, "time_unit", None), "zone": getattr(t, "time_zone", None)}

    @classmethod
    def of_state(cls, s):
        """Columns from what state() gave."""
        time = nw.Datetime(s["unit"], s["zone"]) if s["time_type"] == "Datetime" else getattr(nw, s["time_type"])()
        kind = None if s["id_type"] is None else getattr(nw, s["id_type"], nw.String)()
        return cls(s["id"], s["time"], s["target"], s["backend"], kind, time, s["local"])


@dataclasses.dataclass
class Series:
    """One series in order of time."""

    name: Any
    ds: Any  #: int64 or datetime64[us] [N]
    y: Any  #: float64 [N]
    rows: Any  #: of the table, counted from 0

    def __len__(self):
        return len(self.y)

    def cut(self, stop):
        """The first `stop` values."""
        return Series(self.name, self.ds[:stop], self.y[:stop], self.rows[:stop])

    def said(self):
        """"series 'A'", or "the series"."""
        return "the series" if self.name is None else f"series {self.name!r}"


def read(df, id_col, time_col, target_col):
    """(list of Series in order of their names, Columns) of a table; rows in any order.

    Raises Error for what is no table, missing columns, wrong dtypes, NaN, infinite and missing values, and a time that comes
    twice: each names series and row.
    """
    try:
        frame = nw.from_native(df, eager_only=True)
    except TypeError:
        raise Error(f"df must be a table of pandas, polars or pyarrow, not {type(df).__name__}") from None
    have = list(frame.columns)
    for name in (time_col, target_col):
        if name not in have:
            raise Error(f"df has no column {name!r}; it has {', '.join(map(str, have))}: rename it, or say "
                        "time_col= and target_col=")
    if not len(frame):
        raise Error("df has no rows")
    columns = Columns(id_col if id_col in have else None, time_col, target_col, frame.implementation.value)
    names = frame[id_col].to_list() if columns.id else [None] * len(frame)
    codes, order = {}, np.empty(len(names), "int64")
    for row, name in enumerate(names):
        if columns.id and (name is None or name != name):
            raise Error(f"row {row} has no {id_col}")
        order[row] = codes.setdefault(name, len(codes))
    columns.id_type = frame[id_col].dtype if columns.id else None
    ds = _times(frame[time_col], columns, names)
    y = _values(frame[target_col], columns, names, ds)
    place = np.lexsort((np.arange(len(ds)), ds, order))
    ends = np.flatnonzero(np.diff(order[place])) + 1
    series = [Series(name, ds[rows], y[rows], rows) for name, rows in zip(codes, np.split(place, ends))]
    if len({type(name) for name in codes}) == 1 and columns.id:
        series.sort(key=lambda s: s.name)
    for s in series:
        twice = np.flatnonzero(s.ds[1:] == s.ds[:-1])
        if len(twice):
            a, b = s.rows[twice[0]], s.rows[twice[0] + 1]
            more = "" if columns.id else f"; if the table holds several series, name them in a column {id_col!r}"
            raise Error(f"{s.said()} has {time_col} {shown(s.ds[twice[0]])} twice, in rows {a} and {b}{more}")
    return series, columns


def shown(time):
    """A time as text: a number, a date, or a date with its time."""
    if not isinstance(time, np.datetime64):
        return str(time)
    date = time.astype("datetime64[D]")
    return str(date) if time == date else str(time.astype("datetime64[s]")).replace("T", " ")


def _of(names, row):
    return f"row {row}" if names[row] is None else f"row {row} of series {names[row]!r}"


def _times(column, columns, names):
    kind = column.dtype
    missing = np.flatnonzero(np.asarray(column.is_null().to_list(), bool))
    if len(missing):
        raise Error(f"{_of(names, missing[0])} has no {columns.time}")
    columns.time_type = kind
    if kind.is_integer():
        return column.to_numpy().astype("int64")
    if kind == nw.Date:
        return column.cast(nw.Datetime("us")).to_numpy().astype("datetime64[us]")
    if kind == nw.Datetime:
        if kind.time_zone is None:
            return column.to_numpy().astype("datetime64[us]")
        clock = column.dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")
        times = clock - clock.astype("datetime64[D]")
        columns.local = bool(np.all(times == times[0]))  # days and longer: those of the place; hours: those of UTC
        if columns.local:
            return clock
        return column.dt.convert_time_zone("UTC").dt.replace_time_zone(None).to_numpy().astype("datetime64[us]")
    hint = f": make dates of it first, such as pandas.to_datetime(df[{columns.time!r}])" if kind in (nw.String, nw.Object) else ""
    raise Error(f"column {columns.time!r} must hold dates, times or whole numbers, not {kind}{hint}")


def _values(column, columns, names, ds):
    if not column.dtype.is_numeric():
        raise Error(f"column {columns.target!r} must hold numbers, not {column.dtype}")
    y = np.array([np.nan if v is None else v for v in column.to_list()], "float64")
    bad = np.flatnonzero(~np.isfinite(y))
    if len(bad):
        row = bad[0]
        what = "no value" if np.isnan(y[row]) else f"the value {y[row]}"
        raise Error(f"{_of(names, row)} ({columns.time} {shown(ds[row])}) has {what} in {columns.target!r}: "
                    "fill or remove it first")
    return y


def step_of(series, freq, time_col):
    """The Step of all series: `freq`, or what their times say.

    With `freq` the rows of a series count as consecutive whatever their times are. Raises Error where the times of a series
    are not equally far apart, and where series have different steps; both name series and row.
    """
    dates = series[0].ds.dtype.kind == "M"
    if freq is not None:
        step = _calendar.parse(freq)
        if dates == (step.kind == "number"):
            raise Error(f"freq {freq!r} does not fit column {time_col!r}, which holds {'dates' if dates else 'whole numbers'}")
        return step
    first = None
    for s in sorted(series, key=len, reverse=True):
        if len(s) < 2:
            if first is None:
                raise Error(f"{s.said()} has one row, which does not tell its step: say freq=")
            continue
        step, wrong = _calendar.infer(s.ds)
        if step is None:
            raise Error(f"{s.said()}, row {s.rows[wrong]}: {time_col} {shown(s.ds[wrong])} comes after "
                        f"{shown(s.ds[wrong - 1])}, unlike the step of its other rows: fill the gap, or say freq= if "
                        "rows count as consecutive")
        if first is None:
            first = (step, s)
        elif step != first[0]:
            if {step.kind, first[0].kind} == {"span", "workday"} and _fits(s.ds, first[0]):
                continue
            raise Error(f"{s.said()} has steps of {step} and {first[1].said()} of {first[0]}: forecast them apart, or say freq=")
    return first[0]


def _fits(ds, step):
    """Whether times without a weekend in between also have the step."""
    return bool(np.all(step.after(ds[0], 0, len(ds) - 1) == ds[1:]))


def table(columns, names, ds, more):
    """A table like the one that was read. names: of the rows. ds: their times. more: further columns by name."""
    data = {}
    try:
        if columns.id:
            ids = nw.new_series(columns.id, list(names), backend=columns.backend)
            data[columns.id] = ids if ids.dtype == columns.id_type else ids.cast(columns.id_type)
        data[columns.time] = _written(columns.time, ds, columns)
        for name, values in more.items():
            if getattr(values, "dtype", None) is not None and values.dtype.kind in "mMi":
                data[name] = _written(name, values, columns)
            else:
                data[name] = nw.new_series(name, values, backend=columns.backend)
    except ImportError:
        raise missing("a table like that", str(columns.backend)) from None
    return nw.from_dict(data).to_native()


def plain_table(columns, data):
    """A table of the same library with columns of texts and numbers."""
    return nw.from_dict({n: nw.new_series(n, v, backend=columns.backend) for n, v in data.items()}).to_native()


def _written(name, ds, columns):
    s, kind = nw.new_series(name, ds, backend=columns.backend), columns.time_type
    if kind == nw.Datetime:
        s = s.cast(nw.Datetime(kind.time_unit))
        if kind.time_zone is not None:
            s = s.dt.replace_time_zone(kind.time_zone) if columns.local else (
                s.dt.replace_time_zone("UTC").dt.convert_time_zone(kind.time_zone))
        return s
    return s if s.dtype == kind else s.cast(kind)
