"""Headers that lie: every field that says a size, at nothing, one, one off and the most that it can say."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

from tests import sounds
from tests.hostile.case import Case, either, refused, unusable, usable

UNUSABLE = (
    "unsupported-media-type", "empty-audio", "undecodable-audio", "unsupported-parameters", "metadata-limit",
    "decoded-size-limit",
)  # fmt: skip
MISMATCH, TRUNCATED = "declared-duration-mismatch", "truncated"


@cache
def sound(fmt: str) -> bytes:
    """Half a second of noise, so that no two formats are alike and nothing compresses to nothing."""
    return sounds.encoded(fmt, sounds.noise(0.5, seed=7))


def patched(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


@dataclass(frozen=True)
class Field:
    """A number in a file: `offset` bytes from the first place where a mark stands, of `size` bytes."""

    fmt: str
    mark: bytes
    offset: int
    size: int
    order: Literal["little", "big"]

    @property
    def place(self) -> int:
        return sound(self.fmt).index(self.mark) + self.offset

    @property
    def true_value(self) -> int:
        return int.from_bytes(sound(self.fmt)[self.place : self.place + self.size], self.order)

    def file(self, value: int) -> bytes:
        """The file with that number in it, modulo what fits."""
        lie = value % (1 << 8 * self.size)
        return patched(sound(self.fmt), self.place, lie.to_bytes(self.size, self.order))


FIELDS = {
    "wav RIFF size": Field("wav", b"RIFF", 4, 4, "little"),
    "wav fmt size": Field("wav", b"fmt ", 4, 4, "little"),
    "wav data size": Field("wav", b"data", 4, 4, "little"),
    "wav block align": Field("wav", b"fmt ", 20, 2, "little"),
    "rf64 ds64 size": Field("rf64", b"ds64", 4, 4, "little"),
    "rf64 ds64 data size": Field("rf64", b"ds64", 16, 8, "little"),
    "w64 data size": Field("w64", b"data", 16, 8, "little"),
    "aiff FORM size": Field("aiff", b"FORM", 4, 4, "big"),
    "aiff COMM size": Field("aiff", b"COMM", 4, 4, "big"),
    "aiff frames": Field("aiff", b"COMM", 10, 4, "big"),
    "aiff SSND size": Field("aiff", b"SSND", 4, 4, "big"),
    "aiff SSND offset": Field("aiff", b"SSND", 8, 4, "big"),
    "caf desc size": Field("caf", b"desc", 4, 8, "big"),
    "caf data size": Field("caf", b"data", 4, 8, "big"),
    "caf frames a packet": Field("caf", b"desc", 32, 4, "big"),
    "flac block size": Field("flac", b"fLaC", 8, 2, "big"),
    "flac STREAMINFO size": Field("flac", b"fLaC", 5, 3, "big"),
    "flac total of samples": Field("flac", b"fLaC", 22, 4, "big"),
    "mp3 ID3 size": Field("mp3", b"ID3", 6, 4, "big"),
    "mp3 Info frames": Field("mp3", b"Info", 8, 4, "big"),
    "mp3 Info bytes": Field("mp3", b"Info", 12, 4, "big"),
    "ogg segments of the second page": Field("ogg", b"\x03vorbis", -1, 1, "little"),
    "ogg granule of the first page": Field("ogg", b"OggS", 6, 8, "little"),
    "ogg vendor length": Field("ogg", b"\x03vorbis", 7, 4, "little"),
    "ogg block sizes": Field("ogg", b"\x01vorbis", 28, 1, "little"),
    "opus pre-skip": Field("opus", b"OpusHead", 10, 2, "little"),
    "opus vendor length": Field("opus", b"OpusTags", 8, 4, "little"),
    "m4a ftyp size": Field("m4a", b"ftyp", -4, 4, "big"),
    "m4a moov size": Field("m4a", b"moov", -4, 4, "big"),
    "m4a mdat size": Field("m4a", b"mdat", -4, 4, "big"),
    "m4a trak size": Field("m4a", b"trak", -4, 4, "big"),
    "m4a time scale": Field("m4a", b"mdhd", 16, 4, "big"),
    "m4a stsz count": Field("m4a", b"stsz", 12, 4, "big"),
    "m4a stsz first size": Field("m4a", b"stsz", 16, 4, "big"),
    "m4a stts count": Field("m4a", b"stts", 8, 4, "big"),
    "m4a stts duration of a sample": Field("m4a", b"stts", 16, 4, "big"),
    "m4a stsc samples a chunk": Field("m4a", b"stsc", 16, 4, "big"),
    "m4a stco first offset": Field("m4a", b"stco", 12, 4, "big"),
    "m4a esds size": Field("m4a", b"esds", -4, 4, "big"),
    "alac frame length": Field("alac", b"\0\0\0\x24alac", 12, 4, "big"),
    "wma header size": Field("wma", b"\x30\x26\xb2\x75", 16, 8, "little"),
    "wma header objects": Field("wma", b"\x30\x26\xb2\x75", 24, 4, "little"),
    "wma play duration": Field("wma", b"\xa1\xdc\xab\x8c", 64, 8, "little"),
    "wma packet size": Field("wma", b"\xa1\xdc\xab\x8c", 92, 4, "little"),
    "wma stream's extra bytes": Field("wma", b"\x91\x07\xdc\xb7", 64, 4, "little"),
    "webm segment size": Field("webm", b"\x18\x53\x80\x67", 4, 8, "big"),
    "webm cluster size": Field("webm", b"\x1f\x43\xb6\x75", 4, 2, "big"),
    "webm time scale": Field("webm", b"\x2a\xd7\xb1", 4, 3, "big"),
}
VALUES: dict[str, Callable[[int, int], int]] = {
    "0": lambda _true, _bits: 0,
    "1": lambda _true, _bits: 1,
    "one more": lambda true, _bits: true + 1,
    "the most": lambda _true, bits: (1 << bits) - 1,
}


HARMLESS = {
    "wav RIFF size", "wav block align", "aiff FORM size", "aiff frames", "caf frames a packet", "flac block size",
    "flac total of samples", "mp3 Info frames", "mp3 Info bytes", "m4a esds size", "wma header objects",
    "wma play duration", "webm time scale",
}  # fmt: skip
"""Whatever these say, all of the sound is there."""


def fields() -> Iterator[Case]:
    for name, field in FIELDS.items():
        for how, value in VALUES.items():
            make = partial(field.file, value(field.true_value, 8 * field.size))
            told = f"{name}: {how}"
            yield usable(told, make) if name in HARMLESS else either(told, make, *UNUSABLE)


def lengths() -> Iterator[Case]:
    """Where the sound is whole, a lie about its length is a finding and nothing else."""
    for size, finding in ((0, MISMATCH), (0xFFFFFFFF, MISMATCH), (400_000, TRUNCATED)):
        yield usable(f"wav that says {size} bytes", partial(sounds.lying_size_wav, size), finding)
    yield usable("flac that promises 400 h", sounds.lying_flac, MISMATCH)
    yield usable("mp3 that promises 3 years", sounds.lying_xing_mp3, MISMATCH)
    most = (1 << 32) - 1
    yield usable("m4a whose samples last for hours", partial(FIELDS["m4a stts duration of a sample"].file, most))
    yield usable("m4a whose movie lasts for ever", partial(Field("m4a", b"mvhd", 20, 4, "big").file, most))


def parameters() -> Iterator[Case]:
    """Rates, channels and depths that no recording has."""
    bad = "unsupported-parameters"
    frames = bytes(8192)
    for channels in (0, 33, 1024, 65535):
        yield refused(f"wav of {channels} channels", partial(sounds.raw_wav, frames, channels=channels), bad)
    for rate in (0, 1, 999, 768_001, 0xFFFFFFFF):
        yield refused(f"wav of {rate} Hz", partial(sounds.raw_wav, frames, rate=rate), bad)
    for bits in (0, 65, 65535):
        yield refused(f"wav of {bits} bits", partial(sounds.raw_wav, frames, bits=bits), bad)
    for value in (float("nan"), float("inf"), -44100.0, 0.0, 1e300):
        make = partial(_with, "caf", b"desc", 12, struct.pack(">d", value))
        yield refused(f"caf of {value} Hz", make, bad)
    for channels in (0, 1024):
        yield refused(
            f"aiff of {channels} channels", partial(_with, "aiff", b"COMM", 8, struct.pack(">H", channels)), bad
        )
    yield refused("aiff of 0 Hz", partial(_with, "aiff", b"COMM", 16, bytes(10)), bad)
    yield refused("aiff of endless Hz", partial(_with, "aiff", b"COMM", 16, b"\x7f\xff" + b"\xff" * 8), bad)
    yield refused("flac of 0 Hz", partial(_with, "flac", b"fLaC", 18, b"\0\0\x02"), bad)
    yield refused("opus of 0 channels", partial(_with, "opus", b"OpusHead", 9, b"\0"), bad)
    yield refused("opus of 255 channels", partial(_with, "opus", b"OpusHead", 9, b"\xff"), bad)
    yield refused("ogg of 1 Hz", partial(_with, "ogg", b"\x01vorbis", 12, b"\1\0\0\0"), bad)
    yield refused("wma of 0 channels", partial(_with, "wma", b"\x91\x07\xdc\xb7", 80, b"\0\0"), bad)
    yield unusable("mp4 of 1 Hz", partial(_with, "alac", b"\0\0\0\x24alac", 32, b"\0\0\0\1"), bad, "undecodable-audio")


def _with(fmt: str, mark: bytes, offset: int, value: bytes) -> bytes:
    data = sound(fmt)
    return patched(data, data.index(mark) + offset, value)
