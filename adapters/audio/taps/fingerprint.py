"""An acoustic fingerprint: one code of 32 bits for each eighth of a second, from how the sound's bands change.

After Haitsma and Kalker (ISMIR 2002): a bit says whether the difference of two neighbouring bands grew from the half
second before to the half second after. How codes are compared stands in domain/fingerprint.py.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.compiled import compiled
from adapters.audio.stft import Power
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Artefact, Descriptor
from domain.fingerprint import CODE_STEPS, CODES_PER_SECOND, MAX_CODES, MIN_CODES

NAME = "fingerprint.bin"

LOWEST_RATE = 8000  # Hz

_BANDS = 33
_LOWEST, _HIGHEST = 300.0, 2800.0  # Hz: where speech and music have most, and every codec leaves it
_HALF = CODE_STEPS // 2

_QUIET = 1e-6  # of the loudest half second's power: there is nothing but noise below it
_STEADY = 0.02  # of a half second's power: a smaller change of all bands is none

Grid = NDArray[np.float32]
"""Power of shape (steps of 1/8 s, bands). It does not depend on the sample rate but for a factor."""


class Fingerprint:
    """`acoustic_fingerprint`, in codes that say something; the codes themselves in fingerprint.bin."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._first_bin, self._weights = _bands(stream.rate, stream.window)
        self._steps_per_frame = CODES_PER_SECOND * stream.hop / stream.rate
        self._frames = 0
        # Steps from which codes are still to be made, the first of them being number `_count`.
        self._grid = np.zeros((0, _BANDS), np.float32)
        self._codes, self._powers = np.empty(MAX_CODES, np.uint32), np.empty(MAX_CODES, np.float32)
        self._count = 0

    def feed(self, chunk: Chunk) -> None:
        self._frames += len(chunk)
        if self._stream.rate < LOWEST_RATE or self._count == MAX_CODES:
            return
        spectra = chunk.spectra
        stop = self._first_bin + len(self._weights)
        with np.errstate(over="ignore", invalid="ignore"):  # float files may hold samples of any size
            powers = spectra.mix[:, self._first_bin : stop] @ self._weights
        end = (spectra.first + len(powers) - 0.5) * self._steps_per_frame
        grid = np.zeros((int(end) + 1 - self._count, _BANDS), np.float32)
        grid[: len(self._grid)] = self._grid
        _spread(powers, spectra.first, self._steps_per_frame, self._count, grid)
        self._grid = grid
        self._make_codes(int(end) - self._count)  # the last step may not be full yet

    def _make_codes(self, steps: int) -> None:
        """Of so many steps, the first ones of the grid; those that are then needed no more are dropped."""
        count = min(max(0, steps - CODE_STEPS + 1), MAX_CODES - self._count)
        if count:
            new = slice(self._count, self._count + count)
            self._codes[new], self._powers[new] = _signs(self._grid[: count + CODE_STEPS - 1])
            self._grid = self._grid[count:].copy()
            self._count += count

    def result(self) -> Told:
        steps = self._frames * CODES_PER_SECOND // self._stream.rate  # what frames reach beyond the end is none
        self._make_codes(min(steps - self._count, len(self._grid)))
        length = min(max(0, steps - CODE_STEPS + 1), self._count)
        codes = _heard(self._codes[:length], self._powers[:length])
        count = int(np.count_nonzero(codes))
        reason = self._why_not(length, count)
        descriptor = Descriptor(
            "acoustic_fingerprint",
            None if reason else count,
            "codes",
            "signs of changes of 33 bands of 300 to 2800 Hz over 1 s, 8 times a second; the first 2 h",
            reason,
            range=(MIN_CODES, MAX_CODES),
            source="Haitsma, Kalker: A Highly Robust Audio Fingerprinting System, ISMIR 2002",
        )
        return Told((descriptor,), artefacts=() if reason else (self._artefact(codes),))

    def _why_not(self, length: int, count: int) -> str | None:
        if self._stream.rate < LOWEST_RATE:
            return f"a fingerprint needs a sample rate of {LOWEST_RATE} Hz or more"
        if length < MIN_CODES:
            return f"the recording is shorter than {(MIN_CODES + CODE_STEPS - 1) / CODES_PER_SECOND:g} s"
        if count < MIN_CODES:
            return "nothing in it changes between 300 and 2800 Hz: silence, or a steady sound"
        return None

    def _artefact(self, codes: NDArray[np.uint32]) -> Artefact:
        path = self._stream.workspace / NAME
        path.write_bytes(codes.astype("<u4").tobytes())
        settings = {"codes": len(codes), "codes_per_second": CODES_PER_SECOND}
        return Artefact(NAME, path, "application/octet-stream", settings)


@lru_cache(maxsize=4)
def _bands(rate: int, window: int) -> tuple[int, Power]:
    """The first bin of the bands, and what share of each bin from there on lies in each band: (bins, bands)."""
    edges = np.geomspace(_LOWEST, _HIGHEST, _BANDS + 1) * window / rate  # in bins, each half a bin wide to either side
    first, last = round(edges[0]), round(edges[-1])
    bins = np.arange(first, last + 1)[:, None]
    shares = np.minimum(bins + 0.5, edges[1:]) - np.maximum(bins - 0.5, edges[:-1])
    return first, np.maximum(shares, 0).astype(np.float32)


@compiled
def _spread(powers: Power, first: int, steps_per_frame: float, at: int, grid: Grid) -> None:
    """Adds each frame's power to the steps that it lies in. It reaches half a hop to either side of its middle.

    `at` is the number of the grid's first step, before which there are none.
    """
    for i in range(powers.shape[0]):
        start, end = max(first + i - 0.5, 0.0) * steps_per_frame, (first + i + 0.5) * steps_per_frame
        for step in range(int(start), min(int(end) + 1, at + grid.shape[0])):
            share = np.float32(min(end, step + 1.0) - max(start, float(step)))
            for band in range(powers.shape[1]):
                grid[step - at, band] += share * powers[i, band]


def _heard(codes: NDArray[np.uint32], power: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Codes, 0 where it is quiet against the whole."""
    loudest = power.max(initial=0, where=np.isfinite(power))
    return np.where(np.isfinite(power) & (power > _QUIET * loudest), codes, 0).astype(np.uint32)


def _signs(grid: Grid) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """A code for every CODE_STEPS steps in a row, 0 where nothing changes and never 0 elsewhere, and the power of what
    each one looks at.
    """
    count = len(grid) - CODE_STEPS + 1
    with np.errstate(over="ignore", invalid="ignore"):
        halves = np.zeros((count + _HALF, grid.shape[1]), np.float32)
        for step in range(_HALF):
            halves += grid[step : step + len(halves)]
        change = halves[_HALF:] - halves[:count]
        power = halves[_HALF:].sum(axis=1) + halves[:count].sum(axis=1)
        changes = np.abs(change).sum(axis=1) > _STEADY * power
        bits = change[:, :-1] > change[:, 1:]
    codes = np.packbits(bits, axis=1, bitorder="little").view("<u4")[:, 0]
    return np.where(changes, np.maximum(codes, 1), 0).astype(np.uint32), power
