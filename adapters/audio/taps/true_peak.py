"""True peak by ITU-R BS.1770-4, Annex 2: the highest value between the samples, found by oversampling."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import CELL, Chunk, Samples
from adapters.audio.compiled import compiled, reassociated
from adapters.audio.taps.decibels import db, level, levels
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Finding, Severity

CEILING_DBTP = -1.0
"""EBU R 128's highest permitted level."""

_TAPS = 49
_SOURCE = "ITU-R BS.1770-4, Annex 2"


@lru_cache(maxsize=4)
def phases(rate: int) -> NDArray[np.float32]:
    """The interpolator's phases between two samples, shape (phases, taps): 4 times below 96 kHz, twice below 192 kHz.

    A sinc under a Hann window of 49 taps, as libebur128 has it; the phase that gives the samples back is left out.
    """
    factor = 4 if rate < 96_000 else 2 if rate < 192_000 else 1
    t = (np.arange(_TAPS) - _TAPS // 2) / factor
    taps = np.sinc(t) * 0.5 * (1 - np.cos(2 * np.pi * np.arange(_TAPS) / (_TAPS - 1)))
    length = (_TAPS - 1) // factor
    # Reversed, so that a phase is a plain product with the samples in their order.
    rows = [taps[1:][phase::factor][::-1] for phase in range(factor - 1)]
    return np.array(rows, np.float32).reshape(factor - 1, length)


@reassociated
def _highest(line: NDArray[np.float32], filters: NDArray[np.float32]) -> float:
    """The highest value between the samples of a stretch, before which `line` has taps - 1 more."""
    taps = filters.shape[1]
    values = np.empty(len(line) - taps + 1, np.float32)
    bits, top = values.view(np.int32), np.int32(0)  # the highest whole number is found eight times as fast
    for phase in range(filters.shape[0]):
        values[:] = 0
        for tap in range(taps):
            weight, seen = filters[phase, tap], line[tap : tap + len(values)]
            for i in range(len(values)):
                values[i] += weight * seen[i]
        for i in range(len(values)):
            top = max(top, np.int32(bits[i] & np.int32(0x7FFFFFFF)))
    return float(np.int32(top).view(np.float32))


@compiled
def _search(  # noqa: PLR0917 - numba takes positional arguments
    samples: NDArray[np.float32],
    past: NDArray[np.float32],
    cells: NDArray[np.float32],
    before: float,
    filters: NDArray[np.float32],
    gain: float,
    top: float,
) -> float:
    """The peak, raised by a channel's chunk: `cells` are its cells' highest samples, `before` that of the last one.
    `past` are the taps - 1 samples before, and becomes those before the next chunk.

    A cell is left out when the highest sample that its filters see, times `gain`, the most that they can make of it,
    is not above the peak so far: this never changes the result.
    """
    reach = len(past)
    ends = np.concatenate((past, samples[:CELL]))  # only the first cell's filters reach back over the chunk's edge
    for cell in range(len(cells)):
        top = max(top, float(cells[cell]))
        if max(before, float(cells[cell])) * gain > top:
            line = ends if cell == 0 else samples[cell * CELL - reach : (cell + 1) * CELL]
            top = max(top, _highest(line, filters))
        before = float(cells[cell])
    if len(samples) >= reach:
        past[:] = samples[len(samples) - reach :]
    else:
        past[:] = ends[len(ends) - reach :]
    return top


class TruePeak:
    """`true_peak` in dBTP, each channel's, and `true-peak-over` above CEILING_DBTP."""

    def __init__(self, stream: Stream) -> None:
        self._filters = phases(stream.rate)
        # A hair more than the sum, since the filters' sums are rounded to single precision.
        self._gain = 1.000001 * float(np.abs(self._filters).sum(axis=1).max(initial=0.0))
        self._past = np.zeros((stream.channels, max(0, self._filters.shape[1] - 1)), np.float32)
        self._before = np.zeros(stream.channels)
        self._peaks = np.zeros(stream.channels)

    def feed(self, chunk: Chunk) -> None:
        self._add(chunk.samples, chunk.cells.peaks)

    def _add(self, samples: Samples, cells: Samples) -> None:
        for channel, (row, peaks) in enumerate(zip(samples, cells, strict=True)):
            past, top = self._past[channel], self._peaks[channel]
            self._peaks[channel] = _search(row, past, peaks, self._before[channel], self._filters, self._gain, top)
        # The last cell may be shorter than the filters are long.
        self._before = cells[:, -2:].max(axis=1).astype(np.float64)

    def highest(self) -> float | None:
        """dBTP, not rounded; once `result` was called."""
        return db(float(self._peaks.max()))

    def result(self) -> Told:
        # The filters still see the last samples for a while.
        rest = np.zeros((len(self._peaks), self._filters.shape[1]), np.float32)
        self._add(rest, np.zeros((len(self._peaks), 1), np.float32))
        value = self.highest()
        times = f"oversampled {len(self._filters) + 1} times" if len(self._filters) else "of the samples, at this rate"
        told = (
            level("true_peak", value, "dBTP", f"highest of any channel, {times}", source=_SOURCE),
            levels("channel_true_peak", self._peaks.tolist(), "dBTP", f"highest of each channel, {times}", _SOURCE),
        )
        if value is None or value <= CEILING_DBTP:
            return Told(told)
        finding = Finding(
            "true-peak-over",
            Severity.WARNING if value > 0 else Severity.INFO,
            f"The true peak is {value:+.1f} dBTP; {CEILING_DBTP:g} dBTP is the most that EBU R 128 permits.",
            "Lower the level, or limit the true peak, before it is encoded or broadcast.",
        )
        return Told(told, (finding,))
