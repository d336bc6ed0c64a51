"""Windows of many series, recursive forecasts over them, baselines in closed form, and conformal intervals."""
import dataclasses
import math

from ._arrays import np
from ._core import Error
from ._scaling import Scaler


@dataclasses.dataclass
class Tail:
    """What a forecast of one series goes on from.

    y: the last input_size + season values. offset, scale: of what the model sees, the series or its seasonal differences.
    flat: whether that was constant where it was fitted: it then stays so.
    """

    y: list
    offset: float
    scale: float
    flat: bool

    def at(self, y, size):
        """The same scaling behind other values."""
        return dataclasses.replace(self, y=[float(v) for v in y[-size:]])


def differences(y, season):
    """The series itself, or with a season m what is added to its value m rows before: [N - m]."""
    return y[season:] - y[:-season] if season else y


def tail_of(y, size, season, scale):
    """The Tail of a training part."""
    d = differences(y, season)
    flat = bool(np.ptp(d) <= 1e-12 * max(1e-300, np.abs(y).max()))
    s = Scaler(scale).fit(d[:, None])
    return Tail([float(v) for v in y[-size - season:]], float(d.mean() if flat else s.offset[0]), float(s.scale[0]), flat)


def windows(parts, tails, size, season):
    """(x [N, size], y [N], series [N]): all windows of all series that are not constant, scaled; x not yet held inside."""
    xs, ys, owner = [], [], []
    for k, (part, tail) in enumerate(zip(parts, tails)):
        if tail.flat:
            continue
        d = (differences(part, season) - tail.offset) * tail.scale
        w = np.lib.stride_tricks.sliding_window_view(d, size + 1)
        xs.append(w[:, :-1]), ys.append(w[:, -1]), owner.append(np.full(len(w), k))
    if not xs:
        return np.empty((0, size)), np.empty(0), np.empty(0, "int64")
    return np.concatenate(xs), np.concatenate(ys), np.concatenate(owner)


def roll(answer, tails, size, season, h):
    """Forecasts [B, h] behind tails, each answer fed back. answer: scaled windows [B, size] -> next scaled value [B]."""
    y = np.array([t.y for t in tails], "float64")
    offset, scale = np.array([t.offset for t in tails]), np.array([t.scale for t in tails])
    moves = np.array([not t.flat for t in tails])
    out = np.empty((len(tails), h))
    for k in range(h):
        d = y[:, season:] - y[:, :-season] if season else y
        p = offset.copy()
        if moves.any():
            p[moves] += answer((d[moves, -size:] - offset[moves, None]) * scale[moves, None]) / scale[moves]
        out[:, k] = p + y[:, -season] if season else p
        y = np.append(y[:, 1:], out[:, k:k + 1], 1)
    return out


class Ridge:
    """Ridge regression on windows x [N, size] and y [N] in closed form, the baseline `linear`; called on windows it answers."""

    def __init__(self, x, y, penalty=1e-6):
        self.x = x.mean(0) if len(x) else np.zeros(x.shape[1])
        self.y = y.mean() if len(x) else 0.0
        a = (x - self.x).T @ (x - self.x)
        self.slope = np.linalg.solve(a + penalty * max(1.0, np.trace(a)) * np.eye(len(a)), (x - self.x).T @ (y - self.y))

    def __call__(self, x):
        return (x - self.x) @ self.slope + self.y


def naive(parts, h, season=1):
    """Each series' last value, or its last season, repeated: [S, h]."""
    return np.array([np.resize(y[-season:], h) for y in parts])


def origins(length, least, h, most):
    """The ends of the training parts that rolling forecasts of h steps start from: at most `most`, from the last third.

    least: values that the first part must have.
    """
    first = max(least, length - max(length // 3, h), length - h - most + 1)
    return range(first, length - h + 1)


def enough(level):
    """Errors a step that an interval of this level needs: the smallest n with ceil((n + 1) level / 100) <= n."""
    return max(1, math.ceil(level / (100 - level) - 1e-9))


def half_width(errors, level):
    """Half the width of the interval of each step, [h], from errors [n, h]; NaN where there are too few.

    The k-th smallest error with k = ceil((n + 1) level / 100): split conformal prediction (Vovk et al. 2005; Lei et al. 2018).
    """
    n = len(errors)
    k = math.ceil((n + 1) * level / 100 - 1e-9)
    if k > n or n == 0:
        return np.full(errors.shape[1], np.nan)
    return np.sort(errors, 0)[max(k, 1) - 1]


def levels(level):
    """Levels in percent, sorted. Raises Error for what is none."""
    out = [level] if isinstance(level, (int, float)) else list(level or ())
    for v in out:
        if isinstance(v, bool) or not isinstance(v, (int, float)) or not 0 < v < 100:
            raise Error(f"level must be percent between 0 and 100, such as [80, 95], not {v!r}")
    return sorted({int(v) if v == int(v) else v for v in out})
