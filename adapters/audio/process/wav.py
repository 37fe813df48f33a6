"""wav, written front to back: RIFF (Microsoft 1994), or RF64 (EBU Tech 3306) once it has grown beyond 4 GB."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from adapters.audio import layouts

_LARGEST = 0xFFFFFFFF
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_GUID = bytes.fromhex("000000001000800000aa00389b71")
"""Of a subformat, behind the two bytes of the plain format (RFC 2361)."""

_INFO = {  # our names for tags -> chunks of LIST/INFO (Microsoft 1991)
    "title": b"INAM", "artist": b"IART", "album": b"IPRD", "date": b"ICRD", "genre": b"IGNR", "comment": b"ICMT",
    "copyright": b"ICOP", "tracknumber": b"ITRK", "engineer": b"IENG", "subject": b"ISBJ", "keywords": b"IKEY",
    "encodedby": b"ITCH", "encodersettings": b"ISFT",
}  # fmt: skip


class WavWriter:
    """A context that writes the file; `write` takes samples as bytes (see `Pcm`).

    `largest` is what a size of four bytes can say: beyond it, the file is RF64.

    The place for RF64's sizes is kept free from the start by a JUNK chunk, as EBU Tech 3306 advises.
    """

    def __init__(  # noqa: PLR0917 - what a header says, in its order
        self,
        path: Path,
        rate: int,
        channels: int,
        depth: int,
        layout: str | None = None,
        tags: Mapping[str, str] | None = None,
        largest: int = _LARGEST,
    ) -> None:
        self._path, self._largest = path, largest
        self._align = channels * depth // 8
        self._fmt = _fmt(rate, channels, depth, layout)
        self._info = _info(tags or {})
        self._written = 0

    def __enter__(self) -> "WavWriter":
        self._file: BinaryIO = self._path.open("wb")
        self._file.write(self._head())
        return self

    def write(self, samples: memoryview) -> None:
        self._written += self._file.write(samples)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._file:
            if kind is None:
                self._file.write(bytes(self._written % 2))
                self._file.seek(0)
                self._file.write(self._head())

    def _head(self) -> bytes:
        """As long whatever has been written. The tags stand before the sound, where they are found in RF64, too."""
        size = 4 + 36 + len(self._fmt) + len(self._info) + 8 + self._written + self._written % 2
        if size <= self._largest:
            riff, place, told = (b"RIFF", size), _chunk(b"JUNK", bytes(28)), self._written
        else:
            sizes = struct.pack("<QQQI", size, self._written, self._written // self._align, 0)
            riff, place, told = (b"RF64", _LARGEST), _chunk(b"ds64", sizes), _LARGEST
        data = struct.pack("<4sI", b"data", told)
        return struct.pack("<4sI4s", *riff, b"WAVE") + place + self._fmt + self._info + data


def _fmt(rate: int, channels: int, depth: int, layout: str | None) -> bytes:
    """The chunks that say how to read it. More than two channels say their places, or that these are not known."""
    tag, align = _FLOAT if depth == 32 else _PCM, channels * depth // 8
    mask = layouts.mask_of(layout) if layout and channels > 2 else 0
    extra = b""
    if channels > 2:
        extra = struct.pack("<HHIH", 22, depth, mask, tag) + _GUID
    elif tag == _FLOAT:
        extra = struct.pack("<H", 0)
    plain = struct.pack("<HHIIHH", _EXTENSIBLE if channels > 2 else tag, channels, rate, rate * align, align, depth)
    return _chunk(b"fmt ", plain + extra)


def _info(tags: Mapping[str, str]) -> bytes:
    """Only what INFO has a name for."""
    texts = [_chunk(_INFO[name], text.encode() + b"\0") for name, text in tags.items() if name in _INFO and text]
    return _chunk(b"LIST", b"INFO" + b"".join(texts)) if texts else b""


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
