"""The one short-time Fourier transform that all taps share, streamed."""

import math
from dataclasses import dataclass
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

BESIDE_FRAMES, BESIDE_STEP = 4096, 4
"""See Stft; 4,096 frames are a minute and a half at 44.1 kHz."""

Power = NDArray[np.float32]
"""Of shape (frames, bins): squared magnitudes, not scaled, as librosa has them."""


def window_of(rate: int) -> int:
    return max(16, 1 << round(math.log2(rate * WINDOW_SECONDS)))


@dataclass(frozen=True, slots=True)
class Beside:
    """What is beside the mean of the channels (see Stft): of frame n its power is `power[rows[n]]`, and the channels'
    mean power is that and `share` (0 or 1) of the mean's.
    """

    power: Power
    rows: NDArray[np.int64]
    share: np.float32


class Spectra:
    """Frames in a row, `first` being the number of the first one; frame n has its middle at sample n * hop."""

    def __init__(self, first: int, mix: Power, beside: Beside, bands: MelBands) -> None:
        self.first = first
        self._bands = bands
        self.mix = mix
        """Power of the mean of the channels."""
        self.beside = beside

    def __len__(self) -> int:
        return len(self.mix)

    def total(self, first: int, end: int) -> Power:
        """Sum of these frames' power, the mean over the channels, so that opposite phases do not hide each other."""
        total = np.zeros(self.mix.shape[1], np.float32)
        beside = self.beside
        _add(self.mix[first:end], beside.share, beside.power, beside.rows[first:end], total)
        return total

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

    What is measured is the mean of the channels, in double precision: in single precision, bins 100 dB below a tone are
    rounding errors, and with them bandwidth and contrast of a clean tone. Beside it there is what only pictures look
    at: of two channels half their difference (the side), whose power and the mean's add up to the channels' mean
    power; of more, the channels. Pictures have far fewer columns than there are frames: behind the first BESIDE_FRAMES
    every BESIDE_STEPth of these frames stands for the next ones too.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.window = window_of(rate)
        self.hop = self.window // 2
        self.bins = self.window // 2 + 1
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.window) / self.window)
        self._exact = _Transform(hann, np.dtype(np.float64))
        self._quick = _Transform(hann, np.dtype(np.float32))
        # The mean, and what stands beside it; half a window goes over from chunk to chunk.
        rows = 1 + (0, 1, channels)[min(channels, 3) - 1]
        self._line = np.zeros((rows, self.window), np.float32)
        self._beside = np.zeros((1, self.bins), np.float32)  # of the last frame that was looked at
        self._frames = 0
        self._bands = mel_bands(rate, self.window)

    def feed(self, samples: NDArray[np.float32], mix: NDArray[np.float32], *, last: bool) -> Spectra:
        """The frames that (channels, n) more samples and their mean complete; all that are left after the last.

        But for the last, n is the same at every call and a multiple of the hop.
        """
        half, length = self.hop, len(mix)
        if self._line.shape[1] < length + self.window:
            self._line = np.pad(self._line, ((0, 0), (0, length + self.window - self._line.shape[1])))
        new = self._line[:, half : half + length]
        new[0] = mix
        if len(new) == 2:
            np.subtract(samples[0], samples[1], out=new[1])
            new[1] *= np.float32(0.5)
        elif len(new) > 2:
            new[1:] = samples
        if last:
            self._line[:, half + length : self.window + length] = 0
        count = length // half + last
        first, self._frames = self._frames, self._frames + count
        mixed = np.empty((count, self.bins), np.float32)
        with np.errstate(over="ignore"):  # float files may hold samples of any size
            self._exact.power(self._line[0], half * np.arange(count), mixed)
            beside = self._look_beside(first, count)
        self._line[:, :half] = self._line[:, count * half : (count + 1) * half]
        return Spectra(first, mixed, beside, self._bands)

    def _look_beside(self, first: int, count: int) -> Beside:
        numbers = np.arange(first, first + count)
        looked_at = (numbers < BESIDE_FRAMES) | (numbers % BESIDE_STEP == 0)
        places = self.hop * np.flatnonzero(looked_at)
        power = np.zeros((1 + len(places), self.bins), np.float32)
        power[0] = self._beside
        room = np.empty_like(power[1:])
        for row in self._line[1:]:
            self._quick.power(row, places, room)
            power[1:] += room
        power[1:] *= np.float32(1 / max(1, len(self._line) - 1))
        self._beside = power[-1:].copy()
        return Beside(power, np.cumsum(looked_at), np.float32(len(self._line) <= 2))


class _Transform:
    """In one precision, with rooms for all batches: making new ones costs as much as the transforms."""

    def __init__(self, hann: NDArray[np.float64], kind: np.dtype[Any]) -> None:
        self._hann = hann.astype(kind)
        self._windowed = np.empty((_BATCH, len(hann)), kind)
        self._spectra = np.empty((_BATCH, len(hann) // 2 + 1), np.result_type(kind, np.complex64))

    def power(self, line: NDArray[np.float32], places: NDArray[np.int64], power: Power) -> None:
        """Of the frames that begin at those places of the line."""
        for start in range(0, len(places), _BATCH):
            some = places[start : start + _BATCH]
            windowed = self._windowed[: len(some)]
            _shape(line, some, self._hann, windowed)
            spectra = ducc0.fft.r2c(windowed, axes=(1,), out=self._spectra[: len(some)])
            _square(spectra, power[start : start + _BATCH])


@compiled
def _add(mix: Power, share: np.float32, beside: Power, rows: NDArray[np.int64], total: Power) -> None:
    for n in range(len(mix)):
        middle, other = mix[n], beside[rows[n]]
        for k in range(len(middle)):
            total[k] += share * middle[k] + other[k]


@compiled
def _shape(
    line: NDArray[np.float32], places: NDArray[np.int64], hann: NDArray[np.floating], windowed: NDArray[np.floating]
) -> None:
    for i in range(len(places)):
        frame = line[places[i] : places[i] + len(hann)]
        for k in range(len(hann)):
            windowed[i, k] = frame[k] * hann[k]


@compiled
def _square(spectra: NDArray[np.complexfloating], power: Power) -> None:
    for i in range(spectra.shape[0]):
        for k in range(spectra.shape[1]):
            power[i, k] = spectra[i, k].real * spectra[i, k].real + spectra[i, k].imag * spectra[i, k].imag
