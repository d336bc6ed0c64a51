"""What a sweep consists of: the rows of a grid, of a list, or of random draws."""
from __future__ import annotations

import difflib
import hashlib
import itertools
import json
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .. import Error

# Columns that tables have of their own.
COLUMNS = ("row", "seed", "state", "value", "seconds", "host", "pid", "started", "tries", "error")


def rows_of(space: Mapping[str, Any] | Sequence[Mapping[str, Any]], seeds: int | Iterable[int], *,
            draws: int | None = None, draw_seed: int = 0, known: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """All rows of a sweep, {"row": number, "params": {...}, "seed": seed}: the seeds of a variant stand together."""
    if isinstance(space, Mapping):
        names = list(space)
        variants = _grid(space) if draws is None else _drawn(space, draws, draw_seed)
    elif isinstance(space, Iterable) and not isinstance(space, (str, bytes)):
        if draws is not None:
            raise Error("draws needs ranges, a dict: a list of variants is taken as it is")
        variants = [_variant(i, v) for i, v in enumerate(space)]
        names = list(dict.fromkeys(k for v in variants for k in v))
    else:
        raise Error(f"space must be a dict of lists or a list of dicts, not {type(space).__name__}")
    if not variants:
        raise Error("the space is empty: there is no variant to run")
    _check_names(names, known)
    first: dict[str, int] = {}
    for i, v in enumerate(variants):
        j = first.setdefault(json.dumps(v, sort_keys=True), i)
        if j != i and draws is None:
            raise Error(f"variants {j} and {i} are the same: {v}")
    pairs = itertools.product([variants[i] for i in first.values()], _seeds(seeds))
    return [{"row": i, "params": v, "seed": s} for i, (v, s) in enumerate(pairs)]


def digest(rows: list[dict[str, Any]], direction: str) -> str:
    """A fingerprint of a sweep's contents."""
    return hashlib.sha256(json.dumps([direction, rows], sort_keys=True).encode()).hexdigest()[:16]


def nearest(name: str, names: Iterable[str]) -> str:
    """'; did you mean X?' for a misspelt name, else what there is."""
    names = list(names)
    close = difflib.get_close_matches(str(name), names, 1)
    return f"; did you mean '{close[0]}'?" if close else "; there are: " + (", ".join(names) or "none")


def _check_names(names: list[Any], known: Iterable[str] | None) -> None:
    known = None if known is None else list(known)
    for name in names:
        if not isinstance(name, str) or not name:
            raise Error(f"a parameter's name must be a string, not {name!r}")
        if name in COLUMNS:
            raise Error(f"a parameter must not be called '{name}': tables have a column of that name")
        if known is not None and name not in known:
            raise Error(f"unknown parameter '{name}'{nearest(name, known)}")


def _seeds(seeds: int | Iterable[int]) -> list[int]:
    if isinstance(seeds, int) and not isinstance(seeds, bool):
        if seeds < 1:
            raise Error(f"seeds must be at least 1, not {seeds}")
        return list(range(seeds))
    if isinstance(seeds, (str, bytes)) or not isinstance(seeds, Iterable):
        raise Error(f"seeds must be a number or a list of numbers, not {seeds!r}")
    found = [_plain("seeds", s) for s in seeds]
    for s in found:
        if not isinstance(s, int) or isinstance(s, bool) or s < 0:
            raise Error(f"a seed must be a whole number from 0, not {s!r}")
    if not found or len(set(found)) != len(found):
        raise Error("seeds must be at least one" if not found else "a seed stands twice in seeds")
    return found


def _variant(i: int, variant: Any) -> dict[str, Any]:
    if not isinstance(variant, Mapping):
        raise Error(f"variant {i} must be a dict of parameters, not {type(variant).__name__}")
    return {k: _plain(k, v) for k, v in variant.items()}


def _grid(space: Mapping[str, Any]) -> list[dict[str, Any]]:
    for name, values in space.items():
        if isinstance(values, tuple):
            raise Error(f"{name}: the range {values} needs draws=N; a grid takes lists")
    axes = [_choices(name, values) for name, values in space.items()]
    return [dict(zip(space, combination)) for combination in itertools.product(*axes)] if axes else []


def _choices(name: str, values: Any) -> list[Any]:
    """The values of one parameter: a list, a range, an array; anything else is one value."""
    if hasattr(values, "tolist") and getattr(values, "ndim", 0) == 1:
        values = values.tolist()
    found = [_plain(name, v) for v in values] if isinstance(values, (list, range)) else [_plain(name, values)]
    if not found:
        raise Error(f"{name}: the list of values is empty")
    return found


def _plain(name: str, value: Any) -> Any:
    """The value as JSON keeps it: numpy's scalars and tuples become plain."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float) and not math.isfinite(value):
        raise Error(f"{name}: {value} is not finite")
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        raise Error(f"{name}: {value!r} is not a number, text, truth value or list of such") from None


def _drawn(space: Mapping[str, Any], draws: int, seed: int) -> list[dict[str, Any]]:
    """Every parameter has a stream of its own, so that another one more does not change its draws."""
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 1:
        raise Error(f"draws must be at least 1, not {draws!r}")
    streams = {name: random.Random(f"{seed}/{name}") for name in space}
    rules = {name: _rule(name, values) for name, values in space.items()}
    return [{name: rules[name](streams[name].random()) for name in space} for _ in range(draws)] if space else []


def _rule(name: str, values: Any) -> Callable[[float], Any]:
    """From a number in [0, 1) to a value of the parameter."""
    if not isinstance(values, tuple):
        choices = _choices(name, values)
        return lambda u: choices[int(u * len(choices))]
    log = len(values) == 3 and values[0] == "log"
    ends = [_plain(name, v) for v in (values[1:] if log else values)]
    if len(ends) != 2 or any(isinstance(v, bool) or not isinstance(v, (int, float)) for v in ends):
        raise Error(f'{name}: a range is (low, high) or ("log", low, high), not {values}')
    low, high = ends
    if low > high or (log and low <= 0):
        raise Error(f"{name}: the range must begin {'above 0 and ' if log else ''}below its end, not {values}")
    whole = isinstance(low, int) and isinstance(high, int)
    if not log:
        return (lambda u: low + int(u * (high - low + 1))) if whole else (lambda u: low + (high - low) * u)
    # Whole numbers get the piece of the axis that rounds to them.
    a, b = (math.log(low - 0.5), math.log(high + 0.5)) if whole else (math.log(low), math.log(high))

    def value(u: float) -> float:
        x: float = min(max(math.exp(a + (b - a) * u), low), high)
        return round(x) if whole else x
    return value
