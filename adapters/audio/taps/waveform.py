"""Peaks for drawing: BBC audiowaveform's data format, version 2, as .dat and .json.

Format: https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md
"""

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.taps.compiled import compiled
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Artefact

FINEST = 256
"""Samples per pixel to begin with."""

MAX_VALUES = 1 << 18
"""Pixels times channels: 1 MB of .dat. Once reached, pairs of pixels become one."""


@compiled
def _span(block: Block, per_pixel: int, at: int, pixels: NDArray[np.float32]) -> None:
    """Widens the pixels of shape (pixels, channels, 2: lowest, highest); `at` is the place of the first frame."""
    for i in range(block.shape[0]):
        pixel = (at + i) // per_pixel
        for channel in range(block.shape[1]):
            x = block[i, channel]
            pixels[pixel, channel, 0] = min(pixels[pixel, channel, 0], x)
            pixels[pixel, channel, 1] = max(pixels[pixel, channel, 1], x)


class Waveform:
    """Lowest and highest sample of each channel in every pixel, at the finest power of two that fits MAX_VALUES."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._capacity = 1 << (MAX_VALUES // stream.channels).bit_length() - 1
        self._pixels = np.empty((self._capacity, stream.channels, 2), np.float32)
        self._clear(0)
        self._per_pixel = FINEST
        self._frames = 0

    def _clear(self, first: int) -> None:
        self._pixels[first:, :, 0] = np.inf
        self._pixels[first:, :, 1] = -np.inf

    def feed(self, block: Block) -> None:
        while len(block):
            room = self._capacity * self._per_pixel - self._frames
            if not room:
                self._merge()
                continue
            part, block = block[:room], block[room:]
            _span(part, self._per_pixel, self._frames, self._pixels)
            self._frames += len(part)

    def _merge(self) -> None:
        half = self._capacity // 2
        self._pixels[:half, :, 0] = np.minimum(self._pixels[0::2, :, 0], self._pixels[1::2, :, 0])
        self._pixels[:half, :, 1] = np.maximum(self._pixels[0::2, :, 1], self._pixels[1::2, :, 1])
        self._clear(half)
        self._per_pixel *= 2

    def result(self) -> Told:
        length = -(-self._frames // self._per_pixel)
        values = np.clip(np.rint(self._pixels[:length] * 32768.0), -32768, 32767).astype("<i2")
        folder = self._stream.workspace
        return Told(
            artefacts=(
                self._artefact(self._write_dat(folder, values), "application/octet-stream", length),
                self._artefact(self._write_json(folder, values), "application/json", length),
            )
        )

    def _artefact(self, path: Path, content_type: str, length: int) -> Artefact:
        settings = {
            "samples_per_pixel": self._per_pixel,
            "sample_rate_hz": self._stream.rate,
            "channels": self._stream.channels,
            "bits": 16,
            "length": length,
        }
        return Artefact(path.name, path, content_type, settings)

    def _write_dat(self, folder: Path, values: NDArray[np.int16]) -> Path:
        path = folder / "waveform.dat"
        version, sixteen_bits = 2, 0
        rate, channels = self._stream.rate, self._stream.channels
        head = struct.pack("<iIiiIi", version, sixteen_bits, rate, self._per_pixel, len(values), channels)
        path.write_bytes(head + values.tobytes())
        return path

    def _write_json(self, folder: Path, values: NDArray[np.int16]) -> Path:
        path = folder / "waveform.json"
        head = (
            f'{{"version":2,"channels":{self._stream.channels},"sample_rate":{self._stream.rate},'
            f'"samples_per_pixel":{self._per_pixel},"bits":16,"length":{len(values)},"data":['
        )
        path.write_text(head + ",".join(map(str, values.ravel().tolist())) + "]}\n", encoding="ascii")
        return path
