"""The hash of the decoded samples: the same sound has the same one in any container and under any tags."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import CHUNK_FRAMES, Chunk, Samples
from adapters.audio.compiled import compiled
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor, Finding, Severity

_EXACT_BITS = 24
"""The decoders give float32, in which these are exact."""

_ROUNDED_BITS = 16
_WITHOUT_DEPTH = frozenset({"pcm_mulaw", "pcm_alaw"})
"""Their 8 bits are not the samples' own: they stand for 14 and 13."""


class SampleBytes:
    """Samples as the bytes over which FLAC's MD5 is defined (RFC 9639, 8.2): interleaved, signed, little endian, in as
    many whole bytes as the bit depth needs. Lossy codecs have no depth and are rounded to 16 bits; what float32 cannot
    hold exactly, or is float itself, stays float32.
    """

    def __init__(self, channels: int, bit_depth: int | None, codec: str) -> None:
        bits = _ROUNDED_BITS if bit_depth is None or codec in _WITHOUT_DEPTH else bit_depth
        self.are_exact = bits <= _EXACT_BITS
        self._scale = np.float32(2 ** (bits - 1))
        self._width = (bits + 7) // 8 if self.are_exact else 4
        self._room = np.empty(CHUNK_FRAMES * channels * self._width, np.uint8)

    def of(self, samples: Samples) -> memoryview:
        """Only valid until the next call."""
        room = self._room[: samples.size * self._width]
        if not self.are_exact:
            room.view(np.float32).reshape(-1, len(samples))[:] = samples.T
        elif self._width == 2:
            _pack(samples, self._scale, room.view(np.int16))
        else:
            _pack_bytes(samples, self._scale, self._width, room)
        return room.data


class PcmHash:
    """`pcm_sha256`, and whether the samples have the checksum that a flac file carries of them."""

    def __init__(self, stream: Stream) -> None:
        self._bytes = SampleBytes(stream.channels, stream.bit_depth, stream.codec)
        self._sha256 = hashlib.sha256()
        self._expected = stream.pcm_md5 if self._bytes.are_exact and any(stream.pcm_md5 or b"") else None
        self._md5 = hashlib.md5(usedforsecurity=False)

    def feed(self, chunk: Chunk) -> None:
        data = self._bytes.of(chunk.samples)
        self._sha256.update(data)
        if self._expected is not None:
            self._md5.update(data)

    def result(self) -> Told:
        method = "SHA-256 of the samples, interleaved, signed little endian at the file's depth; lossy ones at 16 bits"
        descriptor = Descriptor(
            "pcm_sha256", self._sha256.hexdigest(), "sha256", method, source="FIPS 180-4; samples as in RFC 9639, 8.2"
        )
        if self._expected is None or self._expected == self._md5.digest():
            return Told((descriptor,))
        detail = "The sound differs from the checksum that its encoder wrote."
        remedy = "Part of the file is damaged or missing: send it again from its source."
        return Told((descriptor,), (Finding("checksum-mismatch", Severity.ERROR, detail, remedy),))


@compiled
def _code(sample: np.float32, scale: np.float32) -> np.int32:
    """The whole number that a sample stands for, full scale being `scale`."""
    rounded = np.floor(sample * scale + np.float32(0.5))
    return np.int32(min(max(rounded, -scale), scale - np.float32(1)))


@compiled
def _pack(samples: Samples, scale: np.float32, out: NDArray[np.int16]) -> None:
    channels = samples.shape[0]
    if channels == 2:  # one pass over what is written, which vectorises
        left, right = samples[0], samples[1]
        for i in range(len(left)):
            out[2 * i], out[2 * i + 1] = _code(left[i], scale), _code(right[i], scale)
        return
    for channel in range(channels):
        for i in range(samples.shape[1]):
            out[i * channels + channel] = _code(samples[channel, i], scale)


@compiled
def _pack_bytes(samples: Samples, scale: np.float32, width: int, out: NDArray[np.uint8]) -> None:
    """One byte a sample, or three."""
    channels = samples.shape[0]
    for channel in range(channels):
        for i in range(samples.shape[1]):
            value = _code(samples[channel, i], scale)
            at = width * (i * channels + channel)
            out[at] = value & 0xFF
            if width == 3:
                out[at + 1] = value >> 8 & 0xFF
                out[at + 2] = value >> 16 & 0xFF
