"""The one short-time Fourier transform that all taps share, streamed."""

import math
from functools import cached_property

import ducc0
import numpy as np
from numpy.typing import NDArray

from adapters.audio.compiled import compiled
from adapters.audio.mel_bands import MelBands, mel_bands

WINDOW_SECONDS = 0.0464
"""2048 samples at 44.1 kHz; the nearest power of two at other rates."""

_BATCH = 8
"""Frames transformed at a time: as many as the FFT has lanes for, and few enough to stay in the cache."""

Power = NDArray[np.float32]
"""Of shape (frames, bins): squared magnitudes, not scaled, as librosa has them."""


def window_of(rate: int) -> int:
    return max(16, 1 << round(math.log2(rate * WINDOW_SECONDS)))


class Spectra:
    """Frames in a row, `first` being the number of the first one; frame n has its middle at sample n * hop."""

    def __init__(self, first: int, power: Power, mix: Power, bands: MelBands) -> None:
        self.first = first
        self._bands = bands
        self.power = power
        """Mean over the channels of their power, so that opposite phases do not hide each other."""
        self.mix = mix
        """Power of the mean of the channels."""

    def __len__(self) -> int:
        return len(self.power)

    @cached_property
    def magnitude(self) -> Power:
        """Of the mean of the channels."""
        return np.sqrt(self.mix)

    @cached_property
    def mel(self) -> Power:
        """Power of the mean of the channels in 128 bands, as librosa.feature.melspectrogram has it."""
        return self._bands.power(self.mix)

    @cached_property
    def mel_db(self) -> Power:
        """As librosa.power_to_db(mel, top_db=None); -100 and up."""
        return np.float32(10) * np.log10(np.maximum(self.mel, np.float32(1e-10)))


class Stft:
    """Periodic Hann window, hop of half a window, centred with zeros: librosa's center=True with n_fft = `window`.

    N samples give 1 + N // hop frames of window // 2 + 1 bins.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.window = window_of(rate)
        self.hop = self.window // 2
        self.bins = self.window // 2 + 1
        self._hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.window) / self.window)).astype(np.float32)
        self._rest = np.zeros((channels, self.window // 2), np.float32)
        # Rooms for all batches: making new ones costs as much as the transforms.
        self._windowed = np.empty((_BATCH, self.window), np.float32)
        self._one, self._other = (np.empty((_BATCH, self.bins), np.complex64) for _ in range(2))
        self._frames = 0
        self._bands = mel_bands(rate, self.window)

    def feed(self, samples: NDArray[np.float32], *, last: bool) -> Spectra:
        """The frames that (channels, n) more samples complete; all that are left when they are the last."""
        parts = [self._rest, samples]
        if last:
            parts.append(np.zeros((len(samples), self.window // 2), np.float32))
        line = np.concatenate(parts, axis=1)
        count = max(0, 1 + (line.shape[1] - self.window) // self.hop)
        self._rest = line[:, count * self.hop :].copy()
        first, self._frames = self._frames, self._frames + count
        frames = np.lib.stride_tricks.sliding_window_view(line, self.window, axis=1)[:, :: self.hop]
        power = np.empty((count, self.bins), np.float32)
        mix = power if len(samples) == 1 else np.empty_like(power)
        for start in range(0, count, _BATCH):
            part = slice(start, start + _BATCH)
            self._transform(frames[:, part], power[part], mix[part])
        return Spectra(first, power, mix, self._bands)

    def _transform(self, frames: NDArray[np.float32], power: Power, mix: Power) -> None:
        with np.errstate(over="ignore"):  # float files may hold samples of any size
            if len(frames) == 1:
                _square(self._spectrum(frames[0], self._one), power)
                return
            if len(frames) == 2:
                left, right = self._spectrum(frames[0], self._one), self._spectrum(frames[1], self._other)
                _square_both(left, right, power, mix)
                return
            total, squared = np.zeros(power.shape, np.complex64), np.empty_like(power)
            power[:] = 0
            for one in frames:
                spectrum = self._spectrum(one, self._one)
                _square(spectrum, squared)
                power += squared
                total += spectrum
            power /= np.float32(len(frames))
            _square(total / np.float32(len(frames)), mix)

    def _spectrum(self, frames: NDArray[np.float32], room: NDArray[np.complex64]) -> NDArray[np.complex64]:
        windowed = np.multiply(frames, self._hann, out=self._windowed[: len(frames)])
        spectrum: NDArray[np.complex64] = ducc0.fft.r2c(windowed, axes=(1,), out=room[: len(frames)])
        return spectrum


@compiled
def _square(spectrum: NDArray[np.complex64], power: Power) -> None:
    for i in range(spectrum.shape[0]):
        for k in range(spectrum.shape[1]):
            power[i, k] = spectrum[i, k].real * spectrum[i, k].real + spectrum[i, k].imag * spectrum[i, k].imag


@compiled
def _square_both(left: NDArray[np.complex64], right: NDArray[np.complex64], power: Power, mix: Power) -> None:
    half, quarter = np.float32(0.5), np.float32(0.25)
    for i in range(left.shape[0]):
        for k in range(left.shape[1]):
            a, b, c, d = left[i, k].real, left[i, k].imag, right[i, k].real, right[i, k].imag
            power[i, k] = half * (a * a + b * b + c * c + d * d)
            mix[i, k] = quarter * ((a + c) * (a + c) + (b + d) * (b + d))
