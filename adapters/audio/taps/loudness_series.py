"""Loudness over time, second by second: the file that its curve is drawn from.

`loudness.dat`, little-endian:

    offset  bytes
    0       4      "LUFS"
    4       4      1, the version of this format
    8       4      sample rate in Hz
    12      4      samples per point
    16      4      points
    20      4      2, the numbers of a point
    24      2 + 2  of each point: momentary and short-term loudness in hundredths of LUFS, signed

A number of -32768 says that there is none: nothing above the absolute gate, no whole window yet, or a sound whose
loudness cannot be measured, as the descriptor `integrated_loudness` says then.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from adapters.audio.taps.gating import ABSOLUTE_GATE
from adapters.audio.taps.kweighting import PARTS, hop_of
from adapters.audio.taps.tap import Stream
from domain.analysis import Artefact

NAME = "loudness.dat"
UNMEASURED = -32768

_HEAD = struct.Struct("<4sIIIII")
_HOPS = 10  # of a point: a second, but where a tenth of the rate is no whole number
_GREATEST = 32767


class LoudnessSeries:
    """Of each point the highest momentary loudness (400 ms) of all windows that end in it, each 10 ms, and the
    short-term loudness (3 s) that it ends with: EBU Tech 3341, 2.2. The last point may be shorter.

    Written while the sound is heard: what is kept does not grow with its length.
    """

    def __init__(self, stream: Stream) -> None:
        self._rate, self._per_point = stream.rate, max(1, _HOPS * hop_of(stream.rate))
        self._path = stream.workspace / NAME
        self._file = stream.resources.enter_context(self._path.open("wb"))
        self._file.write(bytes(_HEAD.size))
        self._open = np.empty((2, 0))  # energies of the point that has not ended
        self._frames = self._length = 0

    def add(self, momentary: NDArray[np.float64], short_term: NDArray[np.float64], *, frames: int) -> None:
        """What Loudness.hear tells of so many samples."""
        self._frames += frames
        self._open = np.concatenate([self._open, [momentary, short_term]], axis=1)
        ended = self._open.shape[1] // (_HOPS * PARTS) * _HOPS * PARTS
        self._write(self._open[:, :ended].reshape(2, -1, _HOPS * PARTS))
        self._open = self._open[:, ended:]

    def result(self) -> Artefact:
        if self._open.shape[1]:
            self._write(self._open[:, np.newaxis])
        missing = -(-self._frames // self._per_point) - self._length
        self._file.write(np.full((missing, 2), UNMEASURED, "<i2").tobytes())
        self._length += missing
        self._file.seek(0)
        self._file.write(_HEAD.pack(b"LUFS", 1, self._rate, self._per_point, self._length, 2))
        self._file.close()
        settings = {"samples_per_point": self._per_point, "sample_rate_hz": self._rate, "length": self._length}
        return Artefact(NAME, self._path, "application/octet-stream", settings)

    def _write(self, points: NDArray[np.float64]) -> None:
        """(2, points, energies of each)."""
        energies = np.stack([points[0].max(axis=1, initial=0), points[1, :, -1]], axis=1)
        self._file.write(_hundredths(energies).tobytes())
        self._length += len(energies)


def _hundredths(energies: NDArray[np.float64]) -> NDArray[np.int16]:
    """Weighted mean squares in hundredths of LUFS."""
    steps = np.full(energies.shape, UNMEASURED, "<i2")
    some = energies > 0
    told = np.rint(100 * (-0.691 + 10 * np.log10(energies[some])))  # see gating.lufs
    steps[some] = np.where((told >= 100 * ABSOLUTE_GATE) & (told <= _GREATEST), told, UNMEASURED)
    return steps
