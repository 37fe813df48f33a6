"""The spectrogram of a stretch, as wide and high as is asked: every pixel is a place in time and frequency, no axes."""

import math
from pathlib import Path

import ducc0
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from adapters.audio.blocks import Block, Decoder
from adapters.audio.claims import Candidate
from adapters.audio.decode import by_either_decoder
from adapters.audio.limits import EngineLimits
from adapters.audio.scales import hz_to_mel, mel_to_hz
from adapters.audio.taps.picture import palette, shades_of
from adapters.audio.window import window
from domain.analysis import Artefact
from domain.stretch import FrequencyScale, SpectrogramWindow

NAME = "spectrogram-window.png"
CEILING_DB = 0.0
"""The power of a sine at full scale."""

_BATCH_VALUES = 1 << 20
"""Of samples that are transformed at a time, overlaps counted: 4 MB."""

_QUIETEST = 1e-20


def spectrogram_window(
    candidate: Candidate, limits: EngineLimits, workspace: Path, asked: SpectrogramWindow
) -> Artefact:
    """Left in the workspace as spectrogram-window.png, in palette colours.

    Raises UnusableAudio's leaves, and OSError when the workspace cannot be written.
    """

    def look(decoder: Decoder) -> Artefact:
        columns = _Columns(asked, decoder.rate, decoder.channels if asked.channel is None else 1)
        for block in window(decoder, candidate, limits, *columns.reach):
            columns.feed(block if asked.channel is None else block[:, asked.channel : asked.channel + 1])
        decibels = 10 * np.log10(np.maximum(columns.result(), _QUIETEST))
        rows = shades_of(decibels.T[::-1], asked.floor_db, CEILING_DB)
        image = Image.fromarray(np.ascontiguousarray(rows)).convert("P")
        image.putpalette(palette())
        path = workspace / NAME
        image.save(path, optimize=False)
        return Artefact(path.name, path, "image/png", {"width": asked.width, "height": asked.height})

    return by_either_decoder(candidate, look)


class _Columns:
    """Power by column and row, while the stretch streams through.

    A column is the mean of one or more STFT frames, evenly spread over its time and at most half a window apart, so
    that every sample counts. Frames reach beyond the stretch into the sound around it; around the recording there are
    zeros.
    """

    def __init__(self, asked: SpectrogramWindow, rate: int, channels: int) -> None:
        self._window = asked.window
        first, stop = asked.stretch.start * rate, asked.stretch.end * rate
        span = (stop - first) / asked.width
        self._each = max(1, math.ceil(span / (asked.window // 2)))
        middles = first + (np.arange(asked.width * self._each) + 0.5) * (span / self._each)
        self._starts = np.rint(middles).astype(np.int64) - asked.window // 2
        hann = np.hanning(asked.window + 1)[:-1].astype(np.float32)
        # A sine's mean square is half its peak's; one-sided bins count twice: all bins of a full-scale sine sum to 1.
        self._shape = hann * np.float32(2 / math.sqrt(asked.window * float(np.square(hann, dtype=np.float64).sum())))
        self._edges = _edges(asked) * asked.window / rate  # in bins
        self._powers = np.zeros((asked.width, asked.height))
        self._done = 0
        # Samples from `_at` on that frames still need: zeros where the first of them begin before the recording.
        self._at = int(self._starts[0])
        self._line = np.zeros((channels, max(0, -self._at)), np.float32)
        self.reach = max(0, self._at), int(self._starts[-1]) + asked.window

    def feed(self, block: Block) -> None:
        self._line = np.concatenate([self._line, block.T], axis=1)
        self._transform(int(np.searchsorted(self._starts, self._at + self._line.shape[1] - self._window, "right")))

    def _transform(self, ready: int) -> None:
        """The frames that are not done yet, before the number `ready`."""
        batch = max(1, _BATCH_VALUES // self._window)
        while self._done < ready:
            numbers = np.arange(self._done, min(ready, self._done + batch))
            places = (self._starts[numbers] - self._at)[:, None] + np.arange(self._window)
            power = np.zeros((len(numbers), self._window // 2 + 1))
            for channel in self._line:
                spectrum = ducc0.fft.r2c(channel[places] * self._shape, axes=(1,))
                power += spectrum.real.astype(np.float64) ** 2 + spectrum.imag.astype(np.float64) ** 2
            columns, firsts = np.unique(numbers // self._each, return_index=True)
            means = np.add.reduceat(power, firsts, axis=0) / (len(self._line) * self._each)
            self._powers[columns] += _in_rows(means, self._edges)
            self._done += len(numbers)
        if self._done < len(self._starts):
            keep = max(0, int(self._starts[self._done]) - self._at)
            self._line, self._at = self._line[:, keep:], self._at + keep

    def result(self) -> NDArray[np.float64]:
        """Of shape (width, height), rows from low to high."""
        missing = max(0, self.reach[1] - self._at - self._line.shape[1])
        self._line = np.pad(self._line, ((0, 0), (0, missing)))
        self._transform(len(self._starts))
        return self._powers


def _edges(asked: SpectrogramWindow) -> NDArray[np.float64]:
    """The frequencies in Hz between the rows, from the lowest up: (height + 1,)."""
    low, high, count = asked.min_hz, asked.max_hz, asked.height + 1
    match asked.scale:
        case FrequencyScale.MEL:
            return np.asarray(mel_to_hz(np.linspace(float(hz_to_mel(low)), float(hz_to_mel(high)), count)))
        case FrequencyScale.LOG:
            return np.geomspace(low, high, count)
        case FrequencyScale.LINEAR:
            return np.linspace(low, high, count)


def _in_rows(power: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power of bins to power of rows, (n, bins) to (n, rows); `edges` in bins.

    A bin reaches half a bin to either side. A row that holds several has their sum; one that is narrower than a bin
    has the bin's whole power, so that a tone is as light on every scale.
    """
    total = np.pad(np.cumsum(power, axis=1), ((0, 0), (1, 0)))
    places = np.clip(edges + 0.5, 0, power.shape[1])
    whole = np.minimum(places.astype(np.int64), power.shape[1] - 1)
    below = total[:, whole] + (places - whole) * power[:, whole]
    rows: NDArray[np.float64] = np.diff(below, axis=1) / np.minimum(np.diff(edges), 1.0)
    return np.maximum(rows, 0.0)
