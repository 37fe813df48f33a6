"""A spectrogram of bounded width: streamed STFT at the file's own rate, power in mel bands, columns merged in pairs."""

import math

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.taps import mel
from adapters.audio.taps.picture import Plot, draw
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Artefact

MAX_COLUMNS = 2048
WINDOW_SECONDS = 0.0929
"""4096 samples at 44.1 kHz; the nearest power of two at other rates."""

FLOOR_DB, CEILING_DB = -100.0, 0.0
"""Drawn range; 0 dB is the power of a full-scale sine."""

_BATCH = 64


class Spectrogram:
    """Mean power of all channels, so that opposite phases do not hide each other.

    A column holds `span` samples. It starts with one window each eighth of a window; whenever MAX_COLUMNS are full,
    pairs become one and spans double, windows moving apart with them up to half a window. Every sample is heard.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._window = 1 << round(math.log2(stream.rate * WINDOW_SECONDS))
        self._span = self._window // 8
        hann = np.hanning(self._window + 1)[:-1].astype(np.float32)
        # A full-scale sine has a mean square of one half; one-sided bins count twice.
        self._shape = hann * np.float32(2 / np.sqrt(self._window * np.square(hann, dtype=np.float64).sum()))
        self._corners = mel.edges(stream.rate, self._window)
        self._mel = mel.weights(self._corners, stream.rate, self._window)
        self._columns = np.zeros((MAX_COLUMNS, len(self._mel)), np.float32)
        self._full = 0
        self._power = np.zeros(self._window // 2 + 1)
        self._windows = 0
        # Samples from `_start` on that windows still need; the first window reaches back before the first sample.
        self._line = np.zeros((stream.channels, self._window // 2), np.float32)
        self._start = -self._window // 2
        self._next = self._hop // 2

    @property
    def _hop(self) -> int:
        return min(self._span, self._window // 2)

    def feed(self, block: Block) -> None:
        self._line = np.concatenate([self._line, block.T], axis=1)
        self._transform(self._start + self._line.shape[1])

    def _transform(self, end: int) -> None:
        """All windows that lie before `end`, in batches that stay within one column's size."""
        half = self._window // 2
        while self._next + half <= end:
            ready = (end - half - self._next) // self._hop + 1
            count = min(ready, _BATCH, self._to_merge())
            first = self._next - half - self._start
            stop = first + (count - 1) * self._hop + self._window
            frames = np.lib.stride_tricks.sliding_window_view(self._line[:, first:stop], self._window, axis=1)
            self._collect(self._powers(frames[:, :: self._hop]))
            self._next += count * self._hop
            if self._full == MAX_COLUMNS:
                self._merge()
        keep = max(0, self._next - half - self._start)
        self._line = self._line[:, keep:]
        self._start += keep

    def _to_merge(self) -> int:
        """Windows until all columns are full: the hop changes there."""
        return (MAX_COLUMNS - self._full) * (self._span // self._hop) - self._windows

    def _powers(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mean power spectra of the channels: (channels, n, window) to (n, bins)."""
        total = np.zeros((frames.shape[1], self._window // 2 + 1), np.float32)
        with np.errstate(over="ignore"):  # float files may hold samples of any size: drawn as the ceiling
            for channel in frames:
                spectrum = scipy.fft.rfft(channel * self._shape, axis=1, overwrite_x=True)
                total += spectrum.real**2 + spectrum.imag**2
        total /= np.float32(len(frames))
        return total

    def _collect(self, powers: NDArray[np.float32]) -> None:
        each = self._span // self._hop
        if each == 1:
            self._columns[self._full : self._full + len(powers)] = self._bands(powers)
            self._full += len(powers)
            return
        while len(powers):
            taken = min(each - self._windows, len(powers))
            self._power += powers[:taken].sum(axis=0, dtype=np.float64)
            self._windows += taken
            powers = powers[taken:]
            if self._windows == each:
                self._close()

    def _close(self) -> None:
        self._columns[self._full] = self._bands(self._power / self._windows)
        self._full += 1
        self._power[:] = 0
        self._windows = 0

    def _bands(self, powers: NDArray[np.floating]) -> NDArray[np.float32]:
        with np.errstate(over="ignore", invalid="ignore"):
            bands: NDArray[np.float32] = powers.astype(np.float32) @ self._mel.T
        return np.nan_to_num(bands, copy=False, nan=np.inf, posinf=np.inf)

    def _merge(self) -> None:
        half = MAX_COLUMNS // 2
        with np.errstate(over="ignore"):
            self._columns[:half] = (self._columns[0::2] + self._columns[1::2]) / 2
        self._full = half
        self._span *= 2

    def result(self) -> Told:
        frames = self._start + self._line.shape[1]
        # Only windows whose middle lies inside the sound: the rest would be the padding's.
        padding = np.zeros((self._stream.channels, self._window), np.float32)
        self._line = np.concatenate([self._line, padding], axis=1)
        self._transform(max(frames - 1, self._hop // 2) + self._window // 2)
        if self._windows:
            self._close()
        duration = frames / self._stream.rate
        power = np.maximum(self._columns[: self._full], 1e-20)
        decibels = 10 * np.log10(power, where=np.isfinite(power), out=np.full(power.shape, CEILING_DB, np.float32))
        plot = Plot(decibels, self._corners, self._span / self._stream.rate, duration, FLOOR_DB, CEILING_DB)
        path = self._stream.workspace / "spectrogram.png"
        drawn = draw(plot, path)
        settings = {"window": "hann", "window_samples": self._window, "sample_rate_hz": self._stream.rate, **drawn}
        return Told(artefacts=(Artefact(path.name, path, "image/png", settings),))
