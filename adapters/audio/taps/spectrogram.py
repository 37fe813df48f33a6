"""The overview spectrogram, of bounded width: power in mel bands, columns merged in pairs."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.compiled import compiled
from adapters.audio.mel_bands import picture_bands
from adapters.audio.stft import Spectra
from adapters.audio.taps.picture import Plot, draw
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Artefact
from domain.values import Scalar

MAX_COLUMNS = 2048

FLOOR_DB, CEILING_DB = -100.0, 0.0
"""Drawn range; 0 dB is the power of a full-scale sine."""


class Spectrogram:
    """Mean power of all channels. A column holds one frame of the STFT to begin with; whenever MAX_COLUMNS are full,
    pairs become one, and columns hold twice as many frames from then on. Every sample is in one."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        window = stream.window
        hann = np.hanning(window + 1)[:-1]
        # A full-scale sine has a mean square of one half; one-sided bins count twice.
        self._scale = np.float32(4 / (window * np.square(hann).sum()))
        self._bands = picture_bands(stream.rate, window)
        self._columns = np.empty((MAX_COLUMNS, len(self._bands.matrix)), np.float32)
        self._full = 0
        self._each = 1  # frames in a column
        self._open = np.zeros(window // 2 + 1, np.float32)
        self._opened = 0  # frames in it
        self._frames = 0

    def feed(self, chunk: Chunk) -> None:
        spectra = chunk.spectra
        self._frames += len(chunk)
        done = 0
        while done < len(spectra):
            room = (MAX_COLUMNS - self._full) * self._each - self._opened
            self._collect(spectra, done, min(done + room, len(spectra)))
            done += room
            if self._full == MAX_COLUMNS:
                self._merge()

    def _collect(self, spectra: Spectra, first: int, end: int) -> None:
        """Frames that fit: the rest of the open column, whole columns, and the start of the next."""
        mix, beside = spectra.mix[first:end], spectra.beside
        means = np.empty(((self._opened + len(mix)) // self._each, mix.shape[1]), np.float32)
        rows = beside.rows[first:end]
        _average(mix, beside.share, beside.power, rows, self._each, self._opened, self._open, means)
        self._opened = (self._opened + len(mix)) % self._each
        self._put(means)

    def _put(self, power: NDArray[np.float32]) -> None:
        columns = self._columns[self._full : self._full + len(power)]
        with np.errstate(over="ignore", invalid="ignore"):
            np.multiply(self._bands.power(power), self._scale, out=columns)
        np.nan_to_num(columns, copy=False, nan=np.inf, posinf=np.inf)
        self._full += len(power)

    def _merge(self) -> None:
        half = MAX_COLUMNS // 2
        with np.errstate(over="ignore"):
            self._columns[:half] = (self._columns[0::2] + self._columns[1::2]) / 2
        self._full = half
        self._each *= 2

    def result(self) -> Told:
        if self._opened:
            self._put((self._open / np.float32(self._opened))[None])
        duration = self._frames / self._stream.rate
        power = np.maximum(self._columns[: self._full], 1e-20)
        decibels = 10 * np.log10(power, where=np.isfinite(power), out=np.full(power.shape, CEILING_DB, np.float32))
        step = self._each * self._stream.hop / self._stream.rate
        plot = Plot(decibels, self._bands.corners, step, duration, FLOOR_DB, CEILING_DB)
        path = self._stream.workspace / "spectrogram.png"
        drawn = draw(plot, path)
        window: dict[str, Scalar] = {
            "window": "hann",
            "window_samples": self._stream.window,
            "sample_rate_hz": self._stream.rate,
        }
        return Told(artefacts=(Artefact(path.name, path, "image/png", {**window, **drawn}),))


@compiled
def _average(  # noqa: PLR0917 - numba takes positional arguments
    mix: NDArray[np.float32],
    share: np.float32,
    beside: NDArray[np.float32],
    rows: NDArray[np.int64],
    each: int,
    opened: int,
    total: NDArray[np.float32],
    means: NDArray[np.float32],
) -> None:
    """Means of so many frames each; `total` holds the sum of the `opened` ones that are left over, before and after."""
    count = 0
    part = np.float32(1) / np.float32(each)
    for n in range(len(mix)):
        middle, other = mix[n], beside[rows[n]]
        for k in range(len(middle)):
            total[k] += share * middle[k] + other[k]
        opened += 1
        if opened == each:
            for k in range(len(middle)):
                means[count, k] = total[k] * part
                total[k] = 0
            opened = 0
            count += 1
