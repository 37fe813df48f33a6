"""Mel-frequency cepstral coefficients: Davis & Mermelstein, 1980, on librosa's mel bands."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.mel_bands import BANDS
from adapters.audio.taps.sounding import Sounding
from adapters.audio.taps.summary import LIBROSA, Column, VectorSummary
from adapters.audio.taps.tap import Stream, Told

COEFFICIENTS = 20

_METHOD = (
    f"{COEFFICIENTS} coefficients: orthonormal DCT-II of the decibels of {BANDS} mel bands of the mean of the "
    "channels, floor -100 dB; no floor relative to the loudest frame (top_db): a moment would change all the others"
)


class Mfcc:
    """The column and summaries of `mfcc`."""

    def __init__(self, stream: Stream) -> None:
        column = Column("mfcc", "dB", (None, None), _METHOD, f"{LIBROSA} feature.mfcc of power_to_db(top_db=None)")
        self._sounding = Sounding()
        self._summary = VectorSummary(stream, column, self._sounding)
        self._cosines = cosines()

    def feed(self, chunk: Chunk) -> None:
        with np.errstate(invalid="ignore"):  # float files may hold samples of any size
            self._summary.add(chunk.spectra.mel_db @ self._cosines)
        self._sounding.add(chunk.spectra.sounding)

    def result(self) -> Told:
        return Told(self._summary.descriptors())


@cache
def cosines() -> NDArray[np.float32]:
    """The DCT-II's first rows as columns, (BANDS, COEFFICIENTS): scipy.fft.dct(norm="ortho")."""
    angles = np.pi / BANDS * (np.arange(BANDS)[:, None] + 0.5) * np.arange(COEFFICIENTS)
    rows = np.sqrt(2 / BANDS) * np.cos(angles)
    rows[:, 0] = np.sqrt(1 / BANDS)
    return np.asarray(rows, np.float32)
