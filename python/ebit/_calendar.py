"""How the times of a series go on: whole numbers, fixed spans, months and workdays, without pandas."""
import dataclasses
import re

from ._arrays import np
from ._core import Error

_SECOND = 1_000_000  # times are datetime64[us]
_DAY = 86_400 * _SECOND
# Aliases of pandas and of polars. Where in its month, quarter or year a row lies is told by the rows, not by the alias.
_SPANS = {"us": 1, "ms": 1000, "s": _SECOND, "min": 60 * _SECOND, "T": 60 * _SECOND, "m": 60 * _SECOND, "h": 3600 * _SECOND,
          "H": 3600 * _SECOND, "D": _DAY, "d": _DAY, "W": 7 * _DAY, "w": 7 * _DAY}
_MONTHS = {"MS": 1, "M": 1, "ME": 1, "mo": 1, "QS": 3, "Q": 3, "QE": 3, "q": 3,
           "YS": 12, "Y": 12, "YE": 12, "y": 12, "AS": 12, "A": 12}
_UNITS = ((7 * _DAY, "week"), (_DAY, "day"), (3600 * _SECOND, "hour"), (60 * _SECOND, "minute"), (_SECOND, "second"),
          (1000, "millisecond"), (1, "microsecond"))


@dataclasses.dataclass(frozen=True)
class Step:
    """From a row's time to the next one's.

    kind: "number", "span" (microseconds), "month", "workday", or "pandas" (an offset by its alias). count: how many of them.
    """

    kind: str
    count: int = 1
    alias: str = ""

    def __str__(self):
        if self.kind == "pandas":
            return self.alias
        n, unit = self.count, self.kind
        if self.kind == "span":
            size, unit = next((s, u) for s, u in _UNITS if self.count % s == 0)
            n = self.count // size
        elif self.kind == "month" and n % 12 == 0:
            n, unit = n // 12, "year"
        elif self.kind == "number":
            return str(n)
        return f"{n} {unit}{'' if n == 1 else 's'}"

    def after(self, last, day, h):
        """The h times behind `last`. day: of months, see month_day()."""
        k = np.arange(1, h + 1)
        if self.kind == "number":
            return last + self.count * k
        if self.kind == "span":
            return last + (self.count * k).astype("timedelta64[us]")
        if self.kind == "workday":
            date = last.astype("datetime64[D]")
            return np.busday_offset(date, self.count * k, roll="backward").astype("datetime64[us]") + (last - date)
        if self.kind == "month":
            months = last.astype("datetime64[M]") + (self.count * k).astype("timedelta64[M]")
            dates = months.astype("datetime64[D]") + (np.minimum(day, _lengths(months)) - 1).astype("timedelta64[D]")
            return dates.astype("datetime64[us]") + (last - last.astype("datetime64[D]"))
        import pandas
        offset = pandas.tseries.frequencies.to_offset(self.alias)
        out, at = [], pandas.Timestamp(last)
        for _ in range(h):
            at = at + offset
            out.append(at.to_datetime64())
        return np.array(out).astype("datetime64[us]")


def _lengths(months):
    """Days of months, datetime64[M]."""
    return ((months + np.timedelta64(1, "M")).astype("datetime64[D]") - months.astype("datetime64[D]")).astype("int64")


def month_day(ds):
    """The day of the month that times keep to: 31 where all are the last of their month. 0 for numbers."""
    if ds.dtype.kind != "M":
        return 0
    months = ds.astype("datetime64[M]")
    days = (ds.astype("datetime64[D]") - months.astype("datetime64[D]")).astype("int64") + 1
    return 31 if np.all(days == _lengths(months)) else int(days.max())


def parse(freq):
    """The Step of an alias such as "h", "15min", "D", "B", "W", "MS", "ME", "1mo", "QS", "YE", or of a whole number.

    Raises Error for what is no alias; others, such as "BME", are pandas' own and need it.
    """
    if isinstance(freq, int) and not isinstance(freq, bool):
        if freq < 1:
            raise Error(f"freq must be at least 1, not {freq}")
        return Step("number", freq)
    found = re.fullmatch(r"(\d*)([A-Za-z]+)(-[A-Z]{3})?", str(freq))
    if found:
        n, alias = int(found[1] or 1), found[2]
        if n < 1:
            raise Error(f"freq must be at least one step, not {freq!r}")
        if alias in _SPANS and (alias == "W" or not found[3]):
            return Step("span", n * _SPANS[alias])
        if alias in _MONTHS:
            return Step("month", n * _MONTHS[alias])
        if alias == "B" and not found[3]:
            return Step("workday", n)
    known = ", ".join([*_SPANS, *_MONTHS, "B"])
    try:
        import pandas
    except ImportError:
        raise Error(f"freq {freq!r} is not known here: take one of {known}, or install pandas") from None
    try:
        pandas.tseries.frequencies.to_offset(freq)
        return Step("pandas", alias=str(freq))
    except (ValueError, TypeError):
        raise Error(f"freq {freq!r} is not known: take one of {known}, or one of pandas") from None


def infer(ds):
    """(Step, None) of increasing times, or (None, index) with the first row that comes at an unexpected time.

    ds: int64 or datetime64[us], at least two.
    """
    gaps = np.diff(ds)
    if ds.dtype.kind != "M":
        return _same(gaps, lambda gap: Step("number", int(gap)))
    months, days = ds.astype("datetime64[M]"), ds.astype("datetime64[D]")
    hops, worked, times = np.diff(months).astype("int64"), np.busday_count(days[:-1], days[1:]), ds - days
    equal = np.all(times == times[0])  # times of the day
    if equal and _usual(hops) > 0:
        kept = (days - months.astype("datetime64[D]")).astype("int64") + 1 == np.minimum(month_day(ds), _lengths(months))
        if np.all(hops == hops[0]) and np.all(kept):
            return Step("month", int(hops[0])), None
        if np.any(hops != _usual(hops)) and not np.all(gaps == gaps[0]):
            return None, 1 + int(np.argmax(hops != _usual(hops)))
    if equal and np.all(np.is_busday(days)) and _usual(worked) == 1 and not np.all(gaps == gaps[0]):
        return _same(worked, lambda _: Step("workday"))
    return _same(gaps, lambda gap: Step("span", int(gap.astype("int64"))))


def _same(gaps, step):
    """(step of the gap, None) where all gaps are equal, else (None, row) of the first unusual one."""
    if np.all(gaps == gaps[0]):
        return step(gaps[0]), None
    return None, 1 + int(np.argmax(gaps != _usual(gaps)))


def _usual(gaps):
    values, counts = np.unique(gaps, return_counts=True)
    return values[np.argmax(counts)]
