"""A descriptor of every frame, and what the record keeps of it: mean, variance and percentiles."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from adapters.audio.frames import Frames
from domain.analysis import Descriptor, Range

PERCENTILES = (5, 25, 50, 75, 95)

SILENT = "the mean of the channels is digital silence throughout"

LIBROSA = "librosa 0.11"
"""Where most of them are defined: its functions, fed with the shared STFT, give the same."""


Doubles = NDArray[np.float64]

Numbers = Doubles | np.float64


@dataclass(frozen=True, slots=True)
class Column:
    """What the descriptor is; see Descriptor. `range` is that of one frame's value."""

    name: str
    unit: str
    range: Range
    method: str
    source: str


class Summary:
    """Of one number a frame: which frames count, those that are not digital silence; the rest is done at the end."""

    def __init__(self, frames: Frames, column: Column) -> None:
        self._frames, self._column = frames, column
        self._counted = bytearray()

    def add(self, values: NDArray[np.floating], sounding: NDArray[np.bool_]) -> None:
        """The next frames' values, and which of these are not digital silence: both (frames,)."""
        self._frames.add(self._column.name, values)
        self._counted += sounding.tobytes()

    def descriptors(self) -> tuple[Descriptor, ...]:
        values = self._frames.column(self._column.name)
        values = np.sort(values[np.frombuffer(self._counted, np.bool_) & np.isfinite(values)])
        if not len(values):
            return _described(self._column, None, None) + _percentiles(self._column, None)
        places = np.array(PERCENTILES) / 100 * (len(values) - 1)
        percentiles = np.interp(places, np.arange(len(values)), values)
        mean, variance = values.mean(dtype=np.float64), values.var(dtype=np.float64)
        return _described(self._column, mean, variance) + _percentiles(self._column, percentiles)


class VectorSummary:
    """Of several numbers a frame: running mean and variance of each, for all of them would be long to read again."""

    def __init__(self, frames: Frames, column: Column) -> None:
        self._frames, self._column = frames, column
        self._count = 0
        self._mean: Doubles = np.zeros(())
        self._squares: Doubles = np.zeros(())  # sums of squared distances from the mean

    def add(self, values: NDArray[np.floating], sounding: NDArray[np.bool_]) -> None:
        """The next frames' values, (frames, n), and which of these are not digital silence, (frames,)."""
        self._frames.add(self._column.name, values)
        counted = sounding & np.isfinite(values).all(axis=1)
        if counted.any():
            self._merge(np.asarray(values if counted.all() else values[counted], np.float64))

    def _merge(self, values: Doubles) -> None:
        """Chan, Golub & LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979."""
        count, mean = len(values), values.mean(axis=0)
        distance, total = mean - self._mean, self._count + len(values)
        self._squares = (
            self._squares + np.square(values - mean).sum(axis=0) + distance**2 * (self._count * count / total)
        )
        self._mean = self._mean + distance * (count / total)
        self._count = total

    def descriptors(self) -> tuple[Descriptor, ...]:
        if not self._count:
            return _described(self._column, None, None)
        return _described(self._column, self._mean, self._squares / self._count)

    @property
    def mean(self) -> Doubles | None:
        """Of each, over the frames that count; None where none does."""
        return self._mean if self._count else None


def _described(column: Column, mean: Numbers | None, variance: Numbers | None) -> tuple[Descriptor, ...]:
    squared = replace(column, unit=_squared(column.unit), range=(0.0, None))
    return (_one(column, "mean", mean), _one(squared, "variance", variance, "of the population, "))


def _percentiles(column: Column, values: Numbers | None) -> tuple[Descriptor, ...]:
    return (_one(column, "percentiles", values, f"{', '.join(map(str, PERCENTILES))} %, "),)


def _one(column: Column, what: str, value: Numbers | None, how: str = "") -> Descriptor:
    return Descriptor(
        name=f"{column.name}_{what}",
        value=rounded(value),
        unit=column.unit,
        method=f"{column.method}; {how}over the frames that are not digital silence",
        reason=SILENT if value is None else None,
        range=column.range,
        source=column.source,
    )


def _squared(unit: str) -> str:
    if unit == "1":
        return unit
    return f"({unit})²" if " " in unit else f"{unit}²"


def rounded(value: Numbers | None) -> float | tuple[float, ...] | None:
    """To six digits, which is what single precision holds."""
    if isinstance(value, np.ndarray) and value.ndim:
        return tuple(float(f"{one:.6g}") for one in value)
    return None if value is None else float(f"{value:.6g}")
