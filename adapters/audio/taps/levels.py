"""Sample peak, RMS and DC offset, of all channels and of each."""

import numpy as np

from adapters.audio.chunks import Chunk
from adapters.audio.taps.decibels import db, level, levels
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor

_PEAK = "highest absolute sample"
_RMS = "root mean square, a full-scale sine is -3.01"
_FULL_SCALE = "AES17-2020: full scale is an amplitude of 1"


class Levels:
    """`sample_peak` (highest of all channels), `rms` (over all channels), each one's, and `dc_offset`."""

    def __init__(self, stream: Stream) -> None:
        self._peaks = np.zeros(stream.channels)
        self._sums, self._squares = np.zeros(stream.channels), np.zeros(stream.channels)
        self._frames = 0

    def feed(self, chunk: Chunk) -> None:
        cells = chunk.cells
        self._peaks = np.maximum(self._peaks, cells.peaks.max(axis=1))
        self._sums += cells.sums.sum(axis=1)
        self._squares += cells.squares.sum(axis=1)
        self._frames += len(chunk)

    def result(self) -> Told:
        squares = self._squares / self._frames
        offsets = tuple(round(offset, 7) + 0.0 for offset in (self._sums / self._frames).tolist())
        peak, rms = float(self._peaks.max()), float(np.sqrt(squares.mean()))
        peaks, each = self._peaks.tolist(), np.sqrt(squares).tolist()
        mean = "mean sample of each channel over the whole recording"
        return Told(
            descriptors=(
                level("sample_peak", db(peak), "dBFS", f"{_PEAK} of any channel", source=_FULL_SCALE),
                levels("channel_sample_peak", peaks, "dBFS", f"{_PEAK} of each channel", _FULL_SCALE),
                level("rms", db(rms), "dBFS", f"{_RMS}; over all channels", source=_FULL_SCALE),
                levels("channel_rms", each, "dBFS", f"{_RMS}; of each channel", _FULL_SCALE),
                Descriptor("dc_offset", offsets, "full scale", mean, source=_FULL_SCALE),
            )
        )
