"""Sample peak, RMS and DC offset, of all channels and of each."""

import numpy as np

from adapters.audio.chunks import Chunk
from adapters.audio.taps.decibels import db, level, levels
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor


class Levels:
    """`sample_peak` (highest of all channels), `rms` (over all channels, a full-scale sine is -3.01), `dc_offset`."""

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
        offsets = tuple(round(float(offset), 7) + 0.0 for offset in self._sums / self._frames)
        peak, rms = float(self._peaks.max()), float(np.sqrt(squares.mean()))
        peaks, each = [float(one) for one in self._peaks], [float(one) for one in np.sqrt(squares)]
        return Told(
            descriptors=(
                level("sample_peak", db(peak), "dBFS", "highest absolute sample of any channel"),
                levels("channel_sample_peak", peaks, "dBFS", "highest absolute sample of each channel"),
                level("rms", db(rms), "dBFS", "root mean square of all channels; full-scale sine -3.01"),
                levels("channel_rms", each, "dBFS", "root mean square of each channel"),
                Descriptor("dc_offset", offsets, "full scale", "mean sample of each channel", range=(-1.0, 1.0)),
            )
        )
