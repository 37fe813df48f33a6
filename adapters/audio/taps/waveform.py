"""Peaks for drawing, and the RMS band beside them: BBC audiowaveform's data format, version 2, in zooms.

Format: https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md
"""

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import CELL, Cells, Chunk
from adapters.audio.compiled import compiled
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Artefact

ZOOMS = (CELL, 16 * CELL, 256 * CELL)
"""Samples per pixel. Chunks begin where pixels of every zoom begin."""

MAX_VALUES = 1 << 18
"""Pixels times channels of the overview: 1 MB of .dat. Once reached, pairs of pixels become one."""

_TOGETHER = 8
"""Chunks that are drawn at a time."""

_NUMBERS = 1 << 14
"""Numbers that are written as text at a time."""

_VERSION, _SIXTEEN_BITS = 2, 0
_FULL_SCALE = 32768.0

Pixels = NDArray[np.float32]
"""Of shape (channels, pixels, 2): lowest and highest."""


class Waveform:
    """`waveform-N.dat` and `rms-N.dat` for each zoom of N samples per pixel, and the overview of bounded size.

    The overview, `waveform.dat` and `waveform.json`, has the finest power of two that keeps it within MAX_VALUES.
    In the RMS files a pixel's lowest and highest value are minus and plus its root mean square.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._zooms = [_Zoom(stream, per_pixel) for per_pixel in ZOOMS]
        self._overview = _Overview(stream.channels)
        self._waiting: list[Cells] = []
        self._frames = 0

    def feed(self, chunk: Chunk) -> None:
        self._waiting.append(chunk.cells)
        self._frames += len(chunk)
        if len(self._waiting) == _TOGETHER or chunk.last:
            self._draw()

    def _draw(self) -> None:
        lowest, highest, squares = (
            np.concatenate([getattr(cells, name) for cells in self._waiting], axis=1)
            for name in ("lowest", "highest", "squares")
        )
        pixels = np.stack([lowest, highest], axis=2)
        for zoom in self._zooms:
            zoom.add(pixels, squares, self._frames)
        self._overview.add(pixels)
        self._waiting, self._frames = [], 0

    def result(self) -> Told:
        zooms = [artefact for zoom in self._zooms for artefact in zoom.result()]
        per_pixel, pixels = self._overview.result()
        values = _steps(pixels)
        folder = self._stream.workspace
        dat, text = folder / "waveform.dat", folder / "waveform.json"
        dat.write_bytes(_head(self._stream, per_pixel, len(values)) + values.tobytes())
        _write_json(text, self._stream, per_pixel, values)
        overview = (
            _artefact(self._stream, dat, "application/octet-stream", per_pixel, len(values)),
            _artefact(self._stream, text, "application/json", per_pixel, len(values)),
        )
        return Told(artefacts=(*overview, *zooms))


class _Zoom:
    """Two files that grow while the sound is heard: a long recording's finest zoom is never in memory."""

    def __init__(self, stream: Stream, per_pixel: int) -> None:
        self._stream, self._per_pixel = stream, per_pixel
        self._length = 0
        self._paths = [stream.workspace / f"{name}-{per_pixel}.dat" for name in ("waveform", "rms")]
        self._files: list[BinaryIO] = [stream.resources.enter_context(path.open("wb")) for path in self._paths]
        for file in self._files:
            file.write(_head(stream, per_pixel, 0))

    def add(self, pixels: Pixels, squares: NDArray[np.float64], frames: int) -> None:
        starts = np.arange(0, pixels.shape[1], self._per_pixel // CELL)
        lowest = np.minimum.reduceat(pixels[:, :, 0], starts, axis=1)
        highest = np.maximum.reduceat(pixels[:, :, 1], starts, axis=1)
        lengths = np.minimum(self._per_pixel, frames - starts * CELL)
        rms = np.sqrt(np.add.reduceat(squares, starts, axis=1) / lengths).astype(np.float32)
        for file, low, high in zip(self._files, (lowest, -rms), (highest, rms), strict=True):
            file.write(_steps(np.stack([low, high], axis=2)).tobytes())
        self._length += len(starts)

    def result(self) -> tuple[Artefact, ...]:
        for file in self._files:
            file.seek(0)
            file.write(_head(self._stream, self._per_pixel, self._length))
            file.close()
        kind = "application/octet-stream"
        return tuple(_artefact(self._stream, path, kind, self._per_pixel, self._length) for path in self._paths)


class _Overview:
    """Pixels of equally many cells: twice as many whenever there is no room for more."""

    def __init__(self, channels: int) -> None:
        self._capacity = 1 << (MAX_VALUES // channels).bit_length() - 1
        self._pixels = np.empty((channels, self._capacity, 2), np.float32)
        self._seen = 0  # cells
        self._each = 1

    def add(self, pixels: Pixels) -> None:
        while self._seen + pixels.shape[1] > self._capacity * self._each:
            self._merge()
        first, begun = divmod(self._seen, self._each)
        starts = np.arange(-begun, pixels.shape[1], self._each).clip(0)
        lowest = np.minimum.reduceat(pixels[:, :, 0], starts, axis=1)
        highest = np.maximum.reduceat(pixels[:, :, 1], starts, axis=1)
        if begun:
            lowest[:, 0] = np.minimum(lowest[:, 0], self._pixels[:, first, 0])
            highest[:, 0] = np.maximum(highest[:, 0], self._pixels[:, first, 1])
        self._pixels[:, first : first + len(starts)] = np.stack([lowest, highest], axis=2)
        self._seen += pixels.shape[1]

    def _merge(self) -> None:
        filled = -(-self._seen // self._each)
        half = -(-filled // 2)
        if filled % 2:
            self._pixels[:, filled] = self._pixels[:, filled - 1]
        left, right = self._pixels[:, 0 : 2 * half : 2], self._pixels[:, 1 : 2 * half : 2]
        self._pixels[:, :half, 0] = np.minimum(left[:, :, 0], right[:, :, 0])
        self._pixels[:, :half, 1] = np.maximum(left[:, :, 1], right[:, :, 1])
        self._each *= 2

    def result(self) -> tuple[int, Pixels]:
        """Samples per pixel, and the pixels."""
        return self._each * CELL, self._pixels[:, : -(-self._seen // self._each)]


def _steps(pixels: Pixels) -> NDArray[np.int16]:
    """As the format has them: (pixels, channels, 2) of 16 bits."""
    steps = np.rint(pixels.transpose(1, 0, 2) * _FULL_SCALE)
    clipped: NDArray[np.int16] = np.clip(steps, -_FULL_SCALE, _FULL_SCALE - 1).astype("<i2", order="C")
    return clipped


def _head(stream: Stream, per_pixel: int, length: int) -> bytes:
    return struct.pack("<iIiiIi", _VERSION, _SIXTEEN_BITS, stream.rate, per_pixel, length, stream.channels)


def _write_json(path: Path, stream: Stream, per_pixel: int, values: NDArray[np.int16]) -> None:
    head = (
        f'{{"version":{_VERSION},"channels":{stream.channels},"sample_rate":{stream.rate},'
        f'"samples_per_pixel":{per_pixel},"bits":16,"length":{len(values)},"data":['
    )
    flat, text = values.ravel(), np.empty(_NUMBERS * len(",-32768"), np.uint8)
    with path.open("wb") as file:
        file.write(head.encode())
        for start in range(0, len(flat), _NUMBERS):
            length = _write_numbers(flat[start : start + _NUMBERS], text)
            file.write(text[not start : length].data)  # no comma before the first
        file.write(b"]}\n")


@compiled
def _write_numbers(numbers: NDArray[np.int16], text: NDArray[np.uint8]) -> int:
    """As ASCII with a comma before each; how many bytes they take. Python's own text of them takes thirty times as
    long: 46 ms of five minutes of sound, of which all else takes 700."""
    at = 0
    for number in numbers:
        text[at] = ord(",")
        at += 1
        rest = np.int32(number)
        if rest < 0:
            text[at] = ord("-")
            at += 1
            rest = -rest
        digits = 1
        power = np.int32(10)
        while rest >= power:
            power *= np.int32(10)
            digits += 1
        for place in range(at + digits - 1, at - 1, -1):
            text[place] = ord("0") + rest % 10
            rest //= 10
        at += digits
    return at


def _artefact(stream: Stream, path: Path, content_type: str, per_pixel: int, length: int) -> Artefact:
    settings = {
        "samples_per_pixel": per_pixel,
        "sample_rate_hz": stream.rate,
        "channels": stream.channels,
        "bits": 16,
        "length": length,
    }
    return Artefact(path.name, path, content_type, settings)
