"""Hum of the mains: steady lines at 50 or 60 Hz and their multiples, which loops and bad shields let in."""

import math
from functools import lru_cache
from typing import NamedTuple

import ducc0
import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk, Samples
from adapters.audio.compiled import compiled
from adapters.audio.taps.decimation import Decimator
from adapters.audio.taps.spans import MAX_RANGES
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Finding, Severity

MAINS = (50.0, 60.0)
TOLERANCE_HZ = 0.5
"""Of the fundamental: grids stay within 0.2 Hz, tapes and clocks may not. The notes next to it are 1 Hz off or more."""

HARMONICS = 6
LEAST_LINES = 2
"""A lone line at 50 Hz may be a note or a test tone; the first or the second harmonic is always in a hum."""

AGREEMENT_HZ = 0.1
"""By which the lines of one hum may differ, each divided by its number: half of what a window can tell apart."""

PROMINENCE_DB = 12.0
"""Of a line over the median around it: the highest of the bins of a noise exceeds it once in thousands of windows."""

ALONE_DB = 5.0
"""Of a line over all that is around it: a bar that repeats has lines at every multiple of its rate, and two of a
kick's fall onto the mains, but their neighbours are as high."""

BELOW_ALL_DB = 20.0
"""By which the strongest line must be below the RMS of the whole: what is not is a drone, a held note, a siren."""

SOFT_DBFS = -40.0
"""What is softer is taken for a hum all the same, where there is little else."""

LEAST_LEVEL_DBFS = -80.0
"""Peak of the strongest line: what is below is heard by nobody."""

LOUD_DBFS = -60.0
"""From here on the finding is a warning: it is heard in pauses."""

MOST = 0.5
"""Share of the windows that it must be in: a hum stays, a bass note goes."""

STEADY_DB = 6.0
"""By which its level may differ between the windows, without the highest and lowest tenth."""

SILENT = 1e-12
"""Power of the strongest bin, -120 dBFS: a window of digital silence says nothing for or against."""

WINDOW_SECONDS = 3.0
_SHORTEST = 2 / 3  # of a window that there must be at least
_EACH_SIDE_HZ, _CLEAR_HZ = 8.0, 1.5  # the neighbourhood, and what of it is the line's own


class Heard(NamedTuple):
    """`mains` is the one of MAINS that it belongs to, `hz` where its fundamental is; `dbfs` of the strongest of its
    `lines`. `windows` are the numbers of those that it is in, of `looked_at`."""

    mains: float
    hz: float
    lines: float
    dbfs: float
    windows: NDArray[np.int64]
    looked_at: int
    may_be_meant: bool


class Hum:
    """`hum`, where at least LEAST_LINES lines stand out in MOST windows of the channels' mean or difference."""

    def __init__(self, stream: Stream) -> None:
        self._stream_rate = stream.rate
        # The mean of the channels, and half the difference of two: what is in them in opposite polarity.
        self._decimators = [Decimator(stream.rate) for _ in range(2 if stream.channels == 2 else 1)]
        self._rate = self._decimators[0].rate
        self._size = 1 << round(math.log2(WINDOW_SECONDS * self._rate))
        self._waiting = np.empty((len(self._decimators), 0), np.float32)
        self._hann = _hann(self._size)
        self._windows: list[NDArray[np.float64]] = []
        self._silent: list[bool] = []
        self._frames = 0
        self._squares = 0.0

    def feed(self, chunk: Chunk) -> None:
        self._frames += len(chunk)
        self._squares += float(chunk.cells.squares.sum()) / len(chunk.samples)
        rows = [chunk.mix, _side(chunk.samples)] if len(self._decimators) == 2 else [chunk.mix]
        new = [decimator.feed(row) for decimator, row in zip(self._decimators, rows, strict=True)]
        self._waiting = np.concatenate([self._waiting, new], axis=1)
        while self._waiting.shape[1] >= self._size:
            self._look(self._waiting[:, : self._size])
            self._waiting = self._waiting[:, self._size // 2 :]
        if chunk.last and not self._windows and self._waiting.shape[1] >= _SHORTEST * self._size:
            self._look(self._waiting)

    def _look(self, rows: Samples) -> None:
        length = rows.shape[1]
        hann = self._hann if length == self._size else _hann(length)
        padded = np.zeros(self._size, np.float32)
        hums, silent = np.zeros((len(MAINS), 3)), True
        for row in rows:
            np.multiply(row, hann, out=padded[:length])
            power = _power(ducc0.fft.r2c(padded), 2 / float(hann.sum()))
            found = _hums(power, self._rate / self._size, np.array(MAINS))
            hums = np.where(found[:, 1:2] > hums[:, 1:2], found, hums)
            silent = silent and bool(power.max() < SILENT)
        self._windows.append(hums)
        self._silent.append(silent)

    def heard(self) -> Heard | None:
        """Once the last chunk was fed."""
        if not self._windows:
            return None
        windows = np.stack(self._windows)  # (windows, mains, (frequency, level, lines)); a level of 0: none
        heard = windows[:, :, 1] > 0
        mains = int(np.argmax(heard.sum(axis=0)))
        found = np.flatnonzero(heard[:, mains])
        looked_at = len(windows) - sum(self._silent)
        if len(found) <= MOST * looked_at:
            return None
        frequencies, levels, lines = windows[found, mains].T
        decibels = 10 * np.log10(levels)
        low, middle, high = np.percentile(decibels, (10, 50, 90))
        if middle < LEAST_LEVEL_DBFS or high - low > STEADY_DB:
            return None
        meant = self._may_be_meant(float(middle))
        hz, many = float(np.median(frequencies)), float(np.median(lines))
        return Heard(MAINS[mains], hz, many, float(middle), found, looked_at, meant)

    def result(self) -> Told:
        heard = self.heard()
        if heard is None:
            return Told()
        ranges = self._ranges(heard.windows)
        detail = (
            f"A hum of {heard.hz:.1f} Hz with {heard.lines:.0f} lines, the strongest at "
            f"{heard.dbfs:.0f} dBFS, in {len(heard.windows)} of {heard.looked_at} windows of {WINDOW_SECONDS:g} s."
        )
        remedy = f"Look for a ground loop or a bad cable; notch filters at {heard.mains:g} Hz and its multiples help."
        severity = Severity.WARNING if heard.dbfs >= LOUD_DBFS else Severity.INFO
        if heard.may_be_meant:
            severity = Severity.INFO
            detail += " It is so loud against the whole that it may be the sound itself: a drone or a held note."
            remedy = f"Nothing, where it is meant; else: {remedy}"
        total = sum(end - start for start, end in ranges)
        return Told(findings=(Finding("hum", severity, detail, remedy, ranges[:MAX_RANGES], total),))

    def _may_be_meant(self, peak: float) -> bool:
        """`peak` of the strongest line in dBFS."""
        line = peak - 10 * math.log10(2)  # RMS of a sine
        return line >= SOFT_DBFS and line > 10 * math.log10(self._squares / self._frames) - BELOW_ALL_DB

    def _ranges(self, found: NDArray[np.int64]) -> tuple[tuple[float, float], ...]:
        """Windows overlap by half: those that touch are one range."""
        breaks = np.flatnonzero(np.diff(found) > 2)
        firsts, lasts = found[np.append(0, breaks + 1)], found[np.append(breaks, len(found) - 1)]
        step = self._size / 2 / self._rate
        end = self._frames / self._stream_rate
        pairs = zip(firsts.tolist(), lasts.tolist(), strict=True)
        return tuple((first * step, min((last + 2) * step, end)) for first, last in pairs)


@lru_cache(maxsize=4)
def _hann(length: int) -> Samples:
    return np.hanning(length + 2)[1:-1].astype(np.float32)


@compiled
def _side(samples: Samples) -> Samples:
    side = np.empty(samples.shape[1], np.float32)
    for n in range(len(side)):
        side[n] = np.float32(0.5) * (samples[0, n] - samples[1, n])
    return side


@compiled
def _power(spectrum: NDArray[np.complex64], scale: float) -> NDArray[np.float64]:
    """Such that a sine has its peak squared."""
    power = np.empty(len(spectrum))
    for k in range(len(spectrum)):
        real, imaginary = float(spectrum[k].real), float(spectrum[k].imag)
        power[k] = (real * real + imaginary * imaginary) * scale * scale
    return power


@compiled
def _hums(power: NDArray[np.float64], step: float, mains: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each mains its frequency, the power of its strongest line and the number of lines; zeros where there is none.

    `power` is that of bins `step` Hz apart.
    """
    hums = np.zeros((len(mains), 3))
    lines = np.zeros((HARMONICS, 2))
    for m in range(len(mains)):
        lines[:] = 0
        for k in range(1, HARMONICS + 1):
            if k * mains[m] + _EACH_SIDE_HZ < (len(power) - 2) * step:
                lines[k - 1, 0], lines[k - 1, 1] = _line(power, step, k * mains[m], k * TOLERANCE_HZ)
                lines[k - 1, 0] /= k
        strongest = np.argmax(lines[:, 1])
        agree = (lines[:, 1] > 0) & (np.abs(lines[:, 0] - lines[strongest, 0]) <= AGREEMENT_HZ)
        if agree.sum() >= LEAST_LINES and agree[:2].any():
            hums[m, 0], hums[m, 1], hums[m, 2] = lines[strongest, 0], lines[strongest, 1], agree.sum()
    return hums


@compiled
def _line(power: NDArray[np.float64], step: float, frequency: float, tolerance: float) -> tuple[float, float]:
    """Frequency and power of a line there that stands out, zeros without one."""
    around, clear = round(_EACH_SIDE_HZ / step), round(_CLEAR_HZ / step)
    first, end = int((frequency - tolerance) / step), math.ceil((frequency + tolerance) / step) + 1
    peak = first + np.argmax(power[first:end])
    top = power[peak]
    if top <= 0 or top < power[max(peak - clear, 0) : peak + clear + 1].max():
        return 0.0, 0.0
    below, above = power[max(peak - around, 1) : peak - clear], power[peak + clear + 1 : peak + around + 1]
    if top < 10 ** (PROMINENCE_DB / 10) * np.median(np.concatenate((below, above))):
        return 0.0, 0.0
    if top < 10 ** (ALONE_DB / 10) * max(below.max(), above.max()):
        return 0.0, 0.0
    # The vertex of a parabola through the logarithms.
    a, b, c = np.log(power[peak - 1] + 1e-30), np.log(top), np.log(power[peak + 1] + 1e-30)
    shift = 0.5 * (a - c) / (a - 2 * b + c)
    found = (peak + shift) * step
    return (found, np.exp(b - 0.25 * (a - c) * shift)) if abs(found - frequency) <= tolerance else (0.0, 0.0)
