"""Columns of numbers to the numbers that a cell takes, and back."""
from ._arrays import np
from ._core import Error
from ._tables import scalers

_LOW, _HIGH = -1.0, 1.0  # what encoders of expectation values take


class Scaler:
    """`scaled = (value - offset) * scale` for each column; see `ebit.scalers()`.

    name: a row of the table. What `minmax-half` and its relatives give is held inside [-1, 1] by `inside()`: with `minmax-half`
    a value further than half the fitted range outside of it counts as one at that distance. A constant column has
    scale 1.
    """

    def __init__(self, name="minmax-half"):
        known = scalers().names()
        if name not in known:
            raise Error(f"scale must be one of {', '.join(known)}, not {name!r}")
        self.name = name

    def fit(self, columns):
        """Fits offset [C] and scale [C] on columns [N, C]."""
        low, high, mean = columns.min(0), columns.max(0), columns.mean(0)
        spread = high - low
        spread = np.where((spread > 0) & np.isfinite(spread), spread, 1.0)
        deviation = columns.std(0)
        self.offset, self.scale = {
            "minmax": (low, 1 / spread),
            "minmax-half": (low + (high - low) / 2, 1 / spread),
            "minmax-sym": (low + (high - low) / 2, 2 / spread),
            "standard": (mean, 1 / np.where(deviation > 0, deviation, 1.0)),
            "none": (np.zeros_like(mean), np.ones_like(mean)),
        }[self.name]
        return self

    def transform(self, values):
        """Scaled values [.., C]."""
        return (values - self.offset) * self.scale

    def inside(self, values):
        """Scaled values [.., C], held inside [-1, 1] unless the scaler is `standard` or `none`."""
        scaled = self.transform(values)
        return np.clip(scaled, _LOW, _HIGH) if self.name.startswith("minmax") else scaled

    def back(self, scaled):
        """Values [.., C] in the units that were fitted."""
        return scaled / self.scale + self.offset
