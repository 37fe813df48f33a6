"""A descriptor of every frame, and what the record keeps of it: mean, variance and percentiles.

Of several numbers a frame it keeps a list of each: mfcc_median is the median of every coefficient.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adapters.audio.frames import Rows
from adapters.audio.taps.tap import Stream
from domain.analysis import Descriptor, Range

PERCENTILES = (5, 25, 50, 75, 95)
QUARTILES = {"p25": 25, "median": 50, "p75": 75}
_AT_A_TIME = 1 << 22  # bytes of a column read for quartiles: six coefficients of an hour, one of four hours

SILENT = "the mean of the channels is digital silence throughout"
TOO_LARGE = "the samples are too large to compute with"

LIBROSA = "librosa 0.11"
"""Where most of them are defined: its functions, fed with the shared STFT, give the same."""


Doubles = NDArray[np.float64]

Numbers = Doubles | np.float64


@dataclass(frozen=True, slots=True)
class Column:
    """What the descriptor is; see Descriptor. `range` is that of one frame's value.

    There is a value for each `hops` frames of the STFT in a row.
    """

    name: str
    unit: str
    range: Range
    method: str
    source: str
    hops: int = 1

    def rows(self, hop: int) -> Rows:
        return Rows(self.unit, self.hops * hop, (self.hops - 1) * hop // 2)


class Summary:
    """Of one number a frame: which frames count, those that are not digital silence; the rest is done at the end."""

    def __init__(self, stream: Stream, column: Column) -> None:
        self._frames, self._column = stream.frames, column
        self._rows = column.rows(stream.hop)
        self._counted = bytearray()

    def add(self, values: NDArray[np.floating], sounding: NDArray[np.bool_]) -> None:
        """The next frames' values, and which of these are not digital silence: both (frames,)."""
        self._frames.add(self._column.name, values, self._rows)
        self._counted += sounding.tobytes()

    def descriptors(self) -> tuple[Descriptor, ...]:
        values, sounding = self._frames.column(self._column.name), np.frombuffer(self._counted, np.bool_)
        values = values[sounding & np.isfinite(values)]
        values.sort()
        if not len(values):
            reason = TOO_LARGE if sounding.any() else SILENT
            return tuple(_one(self._column, what, None, reason) for what in ("mean", "variance", "percentiles"))
        places = np.array(PERCENTILES) / 100 * (len(values) - 1)
        below = places.astype(np.int64)
        steps = values[np.minimum(below + 1, len(values) - 1)].astype(np.float64) - values[below]
        return (
            _one(self._column, "mean", values.mean(dtype=np.float64)),
            _one(self._column, "variance", values.var(dtype=np.float64)),
            _one(self._column, "percentiles", values[below] + (places - below) * steps),
        )


class VectorSummary:
    """Of several numbers a frame: running mean and variance of each, and quartiles, for which they are read again."""

    def __init__(self, stream: Stream, column: Column) -> None:
        self._frames, self._column = stream.frames, column
        self._rows = column.rows(stream.hop)
        self._sounding = False
        self._counted = bytearray()
        self.count = 0
        self._mean: Doubles = np.zeros(())
        self._squares: Doubles = np.zeros(())  # sums of squared distances from the mean

    def add(self, values: NDArray[np.floating], sounding: NDArray[np.bool_]) -> None:
        """The next frames' values, (frames, n), and which of these are not digital silence, (frames,)."""
        self._frames.add(self._column.name, values, self._rows)
        self._sounding = self._sounding or bool(sounding.any())
        counted = sounding & np.isfinite(values).all(axis=1)
        self._counted += counted.tobytes()
        if counted.any():
            self._merge(np.asarray(values if counted.all() else values[counted], np.float64))

    def _merge(self, values: Doubles) -> None:
        """Chan, Golub & LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979."""
        count, mean = len(values), values.mean(axis=0)
        distance, total = mean - self._mean, self.count + len(values)
        self._squares = (
            self._squares + np.square(values - mean).sum(axis=0) + distance**2 * (self.count * count / total)
        )
        self._mean = self._mean + distance * (count / total)
        self.count = total

    def descriptors(self) -> tuple[Descriptor, ...]:
        if not self.count:
            return self.missing(TOO_LARGE if self._sounding else SILENT)
        return (
            _one(self._column, "mean", self._mean),
            _one(self._column, "variance", self._squares / self.count),
            *(_one(self._column, *each) for each in zip(QUARTILES, self._quartiles(), strict=True)),
        )

    def missing(self, reason: str) -> tuple[Descriptor, ...]:
        return tuple(_one(self._column, what, None, reason) for what in ("mean", "variance", *QUARTILES))

    def _quartiles(self) -> Doubles:
        """Shape (quartiles, n)."""
        counted = np.frombuffer(self._counted, np.bool_)
        some = max(1, _AT_A_TIME // (4 * len(counted)))
        width = len(self._mean)
        found = np.empty((len(QUARTILES), width))
        for first in range(0, width, some):
            end = min(first + some, width)
            values = self._frames.some(self._column.name, first, end)[:, counted]
            found[:, first:end] = np.percentile(values, tuple(QUARTILES.values()), axis=1, overwrite_input=True)
        return found

    @property
    def mean(self) -> Doubles:
        """Of each, over the frames that count, of which there are `count`: at least one."""
        return self._mean


_HOW = {
    **{name: f"percentile {percent} of each number" for name, percent in QUARTILES.items()},
    "mean": "mean",
    "variance": "variance (of the population)",
    "percentiles": f"percentiles {', '.join(map(str, PERCENTILES))}",
}


def _one(column: Column, what: str, value: Numbers | None, reason: str | None = None) -> Descriptor:
    variance = what == "variance"
    return Descriptor(
        name=f"{column.name}_{what}",
        value=None if value is None else rounded(value),
        unit=_squared(column.unit) if variance else column.unit,
        method=f"{column.method}; {_HOW[what]} over the frames that are not digital silence",
        reason=reason,
        range=(0.0, None) if variance else column.range,
        source=column.source,
    )


def _squared(unit: str) -> str:
    if unit == "1":
        return unit
    return f"({unit})²" if " " in unit else f"{unit}²"


def rounded(value: Numbers) -> float | tuple[float, ...]:
    """To six digits, which is what single precision holds."""
    if isinstance(value, np.ndarray) and value.ndim:
        return tuple(float(f"{one:.6g}") for one in value)
    return float(f"{value:.6g}")
