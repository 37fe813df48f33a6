"""A descriptor of every frame, and what the record keeps of it: mean, variance and percentiles.

Of several numbers a frame it keeps a list of each: mfcc_median is the median of every coefficient.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adapters.audio.compiled import compiled, reassociated
from adapters.audio.frames import Rows
from adapters.audio.taps.sounding import Mask, Sounding
from adapters.audio.taps.tap import Stream
from domain.analysis import Descriptor, Range

PERCENTILES = (5, 25, 50, 75, 95)
QUARTILES = {"p25": 25, "median": 50, "p75": 75}
_AT_A_TIME = 1 << 21  # bytes of a column looked at: three coefficients of an hour, one of four hours

SILENT = "the mean of the channels is digital silence throughout"
TOO_LARGE = "the samples are too large to compute with"

LIBROSA = "librosa 0.11"
"""Where most of them are defined: its functions, fed with the shared STFT, give the same."""


Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]

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


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of `count` frames, at least one; of each of n numbers: (n,), and (percentiles, n)."""

    count: int
    mean: Doubles
    variance: Doubles
    percentiles: Doubles


class _Summary:
    """What is measured goes to the column; all the rest is worked out at the end, over the frames that `sounding` tells
    of and that are finite."""

    percents: tuple[int, ...]

    def __init__(self, stream: Stream, column: Column, sounding: Sounding) -> None:
        self._frames, self._column, self._sounding = stream.frames, column, sounding
        self._rows = column.rows(stream.hop)

    def add(self, values: NDArray[np.floating]) -> None:
        """The next frames' values, (frames,) or (frames, n)."""
        self._frames.add(self._column.name, values, self._rows)

    def statistics(self) -> Statistics | None:
        """Once all was added; None where no frame counts."""
        sounding = self._sounding.all()
        width = self._frames.width(self._column.name)
        some = min(width, max(1, _AT_A_TIME // (4 * len(sounding))))
        room = np.empty((some, len(sounding)), np.float32)
        moments, percentiles = np.empty((2, width)), np.empty((len(self.percents), width))
        count = 0
        for first in range(0, width, some):
            values = room[: width - first]
            count = self._gather(first, sounding, values)
            if not count:
                return None
            _measure(values, count, moments[:, first : first + some])
            percentiles[:, first : first + some] = _percentiles(values[:, :count], self.percents)
        return Statistics(count, moments[0], moments[1], percentiles)

    def _gather(self, first: int, sounding: Mask, values: Floats) -> int:
        """Puts numbers of each frame that counts, from `first` on, to `values`; says how many frames these are."""
        count = at = 0
        for rows in self._frames.pieces(self._column.name):
            count = _pick(rows, sounding[at : at + len(rows)], first, values, count)
            at += len(rows)
        return count

    def _none(self) -> str:
        """Why no frame counts."""
        return TOO_LARGE if self._sounding.all().any() else SILENT


class Summary(_Summary):
    """Of one number a frame."""

    percents = PERCENTILES

    def descriptors(self) -> tuple[Descriptor, ...]:
        found = self.statistics()
        if found is None:
            return tuple(_one(self._column, what, None, self._none()) for what in ("mean", "variance", "percentiles"))
        return (
            _one(self._column, "mean", found.mean[0]),
            _one(self._column, "variance", found.variance[0]),
            _one(self._column, "percentiles", found.percentiles[:, 0]),
        )


class VectorSummary(_Summary):
    """Of several numbers a frame."""

    percents = tuple(QUARTILES.values())

    def descriptors(self) -> tuple[Descriptor, ...]:
        found = self.statistics()
        return self.missing(self._none()) if found is None else self.told(found)

    def told(self, found: Statistics) -> tuple[Descriptor, ...]:
        return (
            _one(self._column, "mean", found.mean),
            _one(self._column, "variance", found.variance),
            *(_one(self._column, *each) for each in zip(QUARTILES, found.percentiles, strict=True)),
        )

    def missing(self, reason: str) -> tuple[Descriptor, ...]:
        return tuple(_one(self._column, what, None, reason) for what in ("mean", "variance", *QUARTILES))


@compiled
def _pick(rows: Floats, sounding: Mask, first: int, values: Floats, at: int) -> int:
    """Puts numbers of each row that sounds and is finite throughout to `values`, (numbers, frames), from place `at` on.

    Returns where they end; row[first] is the first number.
    """
    for i in range(rows.shape[0]):
        counts = sounding[i]
        for k in range(rows.shape[1]):
            counts = counts and np.isfinite(rows[i, k])
        if counts:
            for j in range(values.shape[0]):
                values[j, at] = rows[i, first + j]
            at += 1
    return at


@reassociated
def _measure(values: Floats, count: int, moments: Doubles) -> None:
    """Mean and variance (of the population) of the first `count` in each row."""
    for j in range(values.shape[0]):
        total = squares = 0.0
        for i in range(count):
            total += float(values[j, i])
        mean = total / count
        for i in range(count):
            distance = float(values[j, i]) - mean
            squares += distance * distance
        moments[0, j], moments[1, j] = mean, squares / count


def _percentiles(values: Floats, percents: tuple[int, ...]) -> Doubles:
    """Of each row, between the nearest ranks, as numpy.percentile has them: (percentiles, rows). Orders the values."""
    places, below, above = _ranks(percents, values.shape[1])
    values.partition(np.concatenate((below, above)), axis=1)
    lower = values[:, below].astype(np.float64)
    found: Doubles = lower + (places - below) * (values[:, above] - lower)
    return found.T


@lru_cache(maxsize=4)
def _ranks(percents: tuple[int, ...], count: int) -> tuple[Doubles, NDArray[np.int64], NDArray[np.int64]]:
    """Where percentiles lie among so many, and the ranks below and above."""
    places = np.array(percents) / 100 * (count - 1)
    below = places.astype(np.int64)
    return places, below, np.minimum(below + 1, count - 1)


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
        return tuple([float(f"{one:.6g}") for one in value.tolist()])
    return float(f"{value:.6g}")
