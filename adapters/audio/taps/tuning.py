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
        """Of the powers, the upper one of two: by 16 bits and then 16 more, for floats above 0 are ordered as these."""
        rank = self._peaks.tell() // 8 // 2
        high = np.zeros(1 << 15, np.int64)  # the sign's bit is 0
        for peaks in self._pieces():
            high += np.bincount(peaks[:, 0].view(np.uint32) >> 16, minlength=1 << 15)
        upper = int(np.searchsorted(np.cumsum(high), rank, side="right"))
        rank -= int(high[:upper].sum())
        low = np.zeros(1 << 16, np.int64)
        for peaks in self._pieces():
            bits = peaks[:, 0].view(np.uint32)
            low += np.bincount(bits[bits >> 16 == upper] & 0xFFFF, minlength=1 << 16)
        lower = int(np.searchsorted(np.cumsum(low), rank, side="right"))
        return np.uint32(upper << 16 | lower).view(np.float32)


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
