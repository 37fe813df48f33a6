"""How loud each frame is, and how much its spectrum differs from the one before: what tells noise from tones."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.compiled import reassociated
from adapters.audio.frames import Frames, Rows

LOWEST_HZ = 100.0
"""Below it there is rumble, whose level is never still."""

SILENT_DBFS = -100.0
"""The rounding noise of 16 bits is at -101."""


class Movement:
    """Level and flux of every frame of the STFT of the mean of the channels: 1.2 MB an hour, in columns of its own that
    nobody else sees.

    The taps of a pass share one. Each feeds it all chunks and any may be the first: it takes each chunk once.
    """

    def __init__(self, rate: int, window: int, columns: Frames) -> None:
        self.frames_per_second = 2 * rate / window
        self._first = int(np.ceil(LOWEST_HZ * window / rate))
        # A full-scale sine has a mean square of one half; half of its power is in the bins of a Hann window.
        self._scale = np.float32(2 / (0.375 * window**2))
        self._before = np.zeros(window // 2 + 1, np.float32)
        self._columns, self._hop = columns, window // 2
        self._next = 0  # sample
        self._told: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    def feed(self, chunk: Chunk) -> None:
        if chunk.at < self._next:
            return
        self._next = chunk.at + len(chunk)
        power = chunk.spectra.mix
        found = np.empty((2, len(power)), np.float32)
        if len(power):
            _measure(power, self._before, self._first, found)
            self._before = power[-1].copy()
        self._columns.add("power", found[0], Rows("1", self._hop))
        self._columns.add("flux", found[1], Rows("1", self._hop))

    def result(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Levels in dBFS (RMS, no lower than SILENT_DBFS), and flux: 0 for a spectrum that stays, 1 for another one.

        Flux is the sum of the differences of power over the sum of both: near 0.45 for steady noise of any colour,
        below 0.1 for steady tones.
        """
        if self._told is None:
            levels, flux = self._columns.column("power"), self._columns.column("flux")
            # Float files may hold samples of any size, whose power is infinite and whose flux is not a number.
            levels *= self._scale
            np.clip(levels, 10 ** (SILENT_DBFS / 10), 1e10, out=levels)
            np.log10(levels, out=levels)
            levels *= np.float32(10)
            self._told = levels, np.nan_to_num(flux, copy=False)
        return self._told


@reassociated
def _measure(power: NDArray[np.float32], before: NDArray[np.float32], first: int, found: NDArray[np.float32]) -> None:
    """Power and flux of each frame from the bin `first` on; `before` is the frame before them."""
    for n in range(len(power)):
        row, last = power[n, first:], before[first:]  # which vectorises
        total, moved, both = np.float32(0), np.float32(0), np.float32(1e-20)
        for k in range(len(row)):
            total += row[k]
            moved += abs(row[k] - last[k])
            both += row[k] + last[k]
        found[0, n], found[1, n] = total, moved / both
        before = power[n]
