"""The one short-time Fourier transform that all taps share, streamed."""

import math
from functools import cached_property
from typing import Any

import ducc0
import numpy as np
from numpy.typing import NDArray

from adapters.audio.compiled import compiled
from adapters.audio.mel_bands import MelBands, mel_bands

WINDOW_SECONDS = 0.0464
"""2048 samples at 44.1 kHz; the nearest power of two at other rates."""

_BATCH = 8
"""Frames transformed at a time: as many as the FFT has lanes for, and few enough to stay in the cache."""

SIDE_FRAMES, SIDE_STEP = 4096, 4
"""See Stft; 4,096 frames are a minute and a half at 44.1 kHz."""

Power = NDArray[np.float32]
"""Of shape (frames, bins): squared magnitudes, not scaled, as librosa has them."""


def window_of(rate: int) -> int:
    return max(16, 1 << round(math.log2(rate * WINDOW_SECONDS)))


Spectrum = NDArray[np.complexfloating]
"""Of shape (frames, bins). In double precision, for an eighth more time: in single precision, bins 100 dB below a tone
are rounding errors, and bandwidth and contrast of a clean tone with them.
"""


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
    def loudest(self) -> Power:
        """Each frame's highest power of the mean of the channels, (frames,): infinite where single precision ends."""
        highest: Power = self.mix.max(axis=1)
        return highest

    @property
    def sounding(self) -> NDArray[np.bool_]:
        """Which frames are not digital silence in the mean of the channels, (frames,)."""
        sounding: NDArray[np.bool_] = self.loudest > 0
        return sounding

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

    Of two channels their mean (mid) and half their difference (side) are transformed, whose powers add up to the
    channels' mean power. The side is only looked at, in pictures of far fewer columns than frames: behind the first
    SIDE_FRAMES every SIDE_STEPth of its frames stands for the next ones too.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.window = window_of(rate)
        self.hop = self.window // 2
        self.bins = self.window // 2 + 1
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.window) / self.window)
        self._exact = _Transform(hann, np.dtype(np.float64))
        self._quick = _Transform(hann, np.dtype(np.float32))
        self._rest = np.zeros((channels, self.window // 2), np.float32)
        self._side = np.zeros((1, self.bins), np.float32)  # the last one that was looked at
        self._frames = 0
        self._bands = mel_bands(rate, self.window)

    def feed(self, samples: NDArray[np.float32], mix: NDArray[np.float32], *, last: bool) -> Spectra:
        """The frames that (channels, n) more samples and their mean complete; all that are left after the last."""
        if len(samples) == 2:
            samples = np.stack([mix, (samples[0] - samples[1]) * np.float32(0.5)])
        parts = [self._rest, samples]
        if last:
            parts.append(np.zeros((len(samples), self.window // 2), np.float32))
        line = np.concatenate(parts, axis=1)
        count = max(0, 1 + (line.shape[1] - self.window) // self.hop)
        self._rest = line[:, count * self.hop :].copy()
        frames = np.lib.stride_tricks.sliding_window_view(line, self.window, axis=1)[:, :: self.hop]
        first, self._frames = self._frames, self._frames + count
        mixed = np.empty((count, self.bins), np.float32)
        with np.errstate(over="ignore"):  # float files may hold samples of any size
            if len(samples) <= 2:
                self._exact.power(frames[0], mixed)
                power = mixed if len(samples) == 1 else self._with_side(first, frames[1], mixed)
            else:
                power = self._of_many(frames, mixed)
        return Spectra(first, power, mixed, self._bands)

    def _with_side(self, first: int, frames: NDArray[np.float32], mid: Power) -> Power:
        numbers = np.arange(first, first + len(frames))
        looked_at = (numbers < SIDE_FRAMES) | (numbers % SIDE_STEP == 0)
        sides = np.empty((1 + np.count_nonzero(looked_at), self.bins), np.float32)
        sides[0] = self._side
        self._quick.power(frames[looked_at], sides[1:])
        self._side = sides[-1:].copy()
        power = np.empty_like(mid)
        _add_rows(mid, sides, np.cumsum(looked_at), power)
        return power

    def _of_many(self, frames: NDArray[np.float32], mixed: Power) -> Power:
        """The channels' mean power; `mixed` is that of their mean, whose transform is the mean of theirs."""
        power = np.zeros_like(mixed)
        squared = np.empty_like(mixed[:_BATCH])
        for start in range(0, len(mixed), _BATCH):
            part = frames[:, start : start + _BATCH]
            total = np.zeros((part.shape[1], self.bins), np.complex128)
            for one in part:
                spectrum = self._exact.spectrum(one)
                _square(spectrum, squared[: len(spectrum)])
                power[start : start + _BATCH] += squared[: len(spectrum)]
                total += spectrum
            _square(total / len(part), mixed[start : start + _BATCH])
        power /= np.float32(len(frames))
        return power


class _Transform:
    """In one precision, with rooms for all batches: making new ones costs as much as the transforms."""

    def __init__(self, hann: NDArray[np.float64], kind: np.dtype[Any]) -> None:
        self._hann = hann.astype(kind)
        self._windowed = np.empty((_BATCH, len(hann)), kind)
        self._spectra = np.empty((_BATCH, len(hann) // 2 + 1), np.result_type(kind, np.complex64))

    def power(self, frames: NDArray[np.float32], power: Power) -> None:
        for start in range(0, len(frames), _BATCH):
            _square(self.spectrum(frames[start : start + _BATCH]), power[start : start + _BATCH])

    def spectrum(self, frames: NDArray[np.float32]) -> Spectrum:
        """Only valid until the next one is asked for."""
        windowed = self._windowed[: len(frames)]
        _shape(frames, self._hann, windowed)
        spectrum: Spectrum = ducc0.fft.r2c(windowed, axes=(1,), out=self._spectra[: len(frames)])
        return spectrum


@compiled
def _shape(frames: NDArray[np.float32], hann: NDArray[np.floating], windowed: NDArray[np.floating]) -> None:
    for i in range(windowed.shape[0]):
        for k in range(len(hann)):
            windowed[i, k] = frames[i, k] * hann[k]


@compiled
def _square(spectrum: Spectrum, power: Power) -> None:
    for i in range(spectrum.shape[0]):
        for k in range(spectrum.shape[1]):
            power[i, k] = spectrum[i, k].real * spectrum[i, k].real + spectrum[i, k].imag * spectrum[i, k].imag


@compiled
def _add_rows(one: Power, other: Power, places: NDArray[np.int64], total: Power) -> None:
    """Rows of one, and those of the other that `places` name."""
    for i in range(one.shape[0]):
        for k in range(one.shape[1]):
            total[i, k] = one[i, k] + other[places[i], k]
