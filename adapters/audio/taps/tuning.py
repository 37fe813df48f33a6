"""How far notes are from A = 440 Hz: the deviation that most peaks of the spectrum have, as librosa.estimate_tuning."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

import numpy as np
from numpy.typing import NDArray

from adapters.audio.compiled import compiled

LOWEST_HZ, HIGHEST_HZ = 150.0, 4000.0
THRESHOLD = np.float32(0.1)
"""Share of a frame's highest power that its peaks are above."""

STEPS = 100
"""In a semitone."""

_PIECE = 1 << 19  # bytes read at a time

_BITS = 8
"""By which the median is looked for at a time: four passes, and little to add up after each."""

Floats = NDArray[np.float32]


class Tuning:
    """Keeps power and frequency of all peaks in the room that it is given: which of them count is known at the end."""

    def __init__(self, rate: int, window: int, room: SpooledTemporaryFile[bytes]) -> None:
        self._bin = (float(rate), window)
        frequencies = np.fft.rfftfreq(window, 1 / rate)
        low, high = np.searchsorted(frequencies, (LOWEST_HZ, min(HIGHEST_HZ, rate / 2)))
        self._first, self._end = max(int(low), 1), min(int(high), len(frequencies) - 1)
        self._peaks = room

    def feed(self, power: Floats) -> None:
        """Frames of (frames, bins), all finite."""
        found = np.empty((len(power) * ((self._end - self._first) // 2 + 1), 2), np.float32)
        count = _find_peaks(power, power.max(axis=1), self._first, self._end, found)
        frequencies = found[:count, 1]
        frequencies *= self._bin[0]
        frequencies /= self._bin[1]
        self._peaks.write(found[:count].tobytes())

    def estimate(self) -> float | None:
        """In semitones, from -0.5 to 0.49 in hundredths; None where there are no peaks."""
        if not self._peaks.tell():
            return None
        threshold = self._median()
        counts = np.zeros(STEPS, np.int64)
        edges = np.linspace(-0.5, 0.5, STEPS + 1)
        for peaks in self._pieces():
            frequencies = peaks[peaks[:, 0] >= threshold, 1]
            residuals = np.mod(12 * np.log2(frequencies / np.float32(27.5)), np.float32(1))
            residuals[residuals >= 0.5] -= 1
            counts += np.histogram(residuals, edges)[0]
        return float(edges[np.argmax(counts)])

    def _pieces(self) -> Iterator[Floats]:
        self._peaks.seek(0)
        while piece := self._peaks.read(_PIECE):
            yield np.frombuffer(piece, np.float32).reshape(-1, 2)

    def _median(self) -> np.float32:
        """Of the powers, the upper one of two: by a few bits and then a few more, for floats above 0 are ordered as
        these."""
        rank = self._peaks.tell() // 8 // 2
        found = 0
        for shift in range(32 - _BITS, -_BITS, -_BITS):
            counts = np.zeros(1 << _BITS, np.int64)
            for peaks in self._pieces():
                _count(peaks.view(np.uint32), shift, found, counts)
            up_to = np.cumsum(counts)
            digit = int(np.searchsorted(up_to, rank, side="right"))
            rank -= int(up_to[digit] - counts[digit])
            found = found << _BITS | digit
        return np.uint32(found).view(np.float32)


@compiled
def _count(peaks: NDArray[np.uint32], shift: int, above: int, counts: NDArray[np.int64]) -> None:
    """The digits at `shift` of the powers whose digits above it are those."""
    for n in range(len(peaks)):
        digits = np.int64(peaks[n, 0]) >> shift
        if digits >> _BITS == above:
            counts[digits & ((1 << _BITS) - 1)] += 1


@compiled
def _find_peaks(power: Floats, highest: Floats, first: int, end: int, found: Floats) -> int:
    """Power and place (in bins) of the peaks' parabolas, with librosa's roundings; how many there are."""
    count = 0
    for i in range(power.shape[0]):
        row, threshold = power[i], THRESHOLD * highest[i]
        for k in range(first, end):
            here, left, right = row[k], row[k - 1], row[k + 1]
            if here <= threshold:
                continue
            above_left = left if left > threshold else np.float32(0)
            above_right = right if right > threshold else np.float32(0)
            if not (here > above_left and here >= above_right):
                continue
            curve, slope = left + right - 2.0 * here, (right - left) / 2.0
            shift = np.float32(0) if abs(slope) >= abs(curve) else np.float32(-slope / curve)
            found[count, 0] = here + np.float32(0.5) * np.float32(slope) * shift
            found[count, 1] = k + shift
            count += 1
    return count
