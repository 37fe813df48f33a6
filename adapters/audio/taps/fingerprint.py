"""An acoustic fingerprint: one code of 32 bits for each eighth of a second, from how the sound's bands change.

After Haitsma and Kalker (ISMIR 2002): a bit says whether the difference of two neighbouring bands grew from the half
second before to the half second after. How codes are compared stands in domain/fingerprint.py.
"""

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

_BATCH = 4096  # codes made at a time, so that little memory is needed beside the grid

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
        self._grid = np.zeros((MAX_CODES + CODE_STEPS - 1, _BANDS), np.float32)  # pages that are not used cost nothing
        self._frames = 0
        self._is_full = False

    def feed(self, chunk: Chunk) -> None:
        self._frames += len(chunk)
        if self._stream.rate < LOWEST_RATE or self._is_full:
            return
        spectra = chunk.spectra
        self._is_full = spectra.first * self._steps_per_frame > len(self._grid)
        stop = self._first_bin + len(self._weights)
        with np.errstate(over="ignore", invalid="ignore"):  # float files may hold samples of any size
            powers = spectra.mix[:, self._first_bin : stop] @ self._weights
        _spread(powers, spectra.first, self._steps_per_frame, self._grid)

    def result(self) -> Told:
        steps = min(self._frames * CODES_PER_SECOND // self._stream.rate, len(self._grid))
        codes = _codes(self._grid[:steps])
        count = int(np.count_nonzero(codes))
        reason = self._why_not(len(codes), count)
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


def _bands(rate: int, window: int) -> tuple[int, Power]:
    """The first bin of the bands, and what share of each bin from there on lies in each band: (bins, bands)."""
    edges = np.geomspace(_LOWEST, _HIGHEST, _BANDS + 1) * window / rate  # in bins, each half a bin wide to either side
    first, last = round(edges[0]), round(edges[-1])
    bins = np.arange(first, last + 1)[:, None]
    shares = np.minimum(bins + 0.5, edges[1:]) - np.maximum(bins - 0.5, edges[:-1])
    return first, np.maximum(shares, 0).astype(np.float32)


@compiled
def _spread(powers: Power, first: int, steps_per_frame: float, grid: Grid) -> None:
    """Adds each frame's power to the steps that it lies in. It reaches half a hop to either side of its middle."""
    for i in range(powers.shape[0]):
        start, end = max(first + i - 0.5, 0.0) * steps_per_frame, (first + i + 0.5) * steps_per_frame
        for step in range(int(start), min(int(end) + 1, grid.shape[0])):
            share = np.float32(min(end, step + 1.0) - max(start, float(step)))
            for band in range(powers.shape[1]):
                grid[step, band] += share * powers[i, band]


def _codes(grid: Grid) -> NDArray[np.uint32]:
    """One for every eight steps in a row; 0 where it is quiet or nothing changes, and never 0 elsewhere."""
    count = max(0, len(grid) - CODE_STEPS + 1)
    codes, power = np.zeros(count, np.uint32), np.zeros(count, np.float32)
    for start in range(0, count, _BATCH):
        part = slice(start, start + _BATCH)
        codes[part], power[part] = _signs(grid[start : start + _BATCH + CODE_STEPS - 1])
    heard = np.isfinite(power) & (power > _QUIET * power.max(initial=0, where=np.isfinite(power)))
    return np.where(heard, codes, 0).astype(np.uint32)


def _signs(grid: Grid) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """The codes, 0 where nothing changes, and the power of what each one looks at."""
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
