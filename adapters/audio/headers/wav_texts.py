"""What stands in a wav beside its sound: LIST/INFO (Microsoft 1991), bext (EBU Tech 3285), cue points with labels."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from adapters.audio.headers.claims import Purse, Source, chunks
from adapters.audio.headers.riff import walk

_UNKNOWN = 0xFFFFFFFF
_MOST_TEXT = 4096
_MOST_ENTRIES = 256
_BEXT = {"description": (0, 256), "originator": (256, 32), "originatorreference": (288, 32), "date": (320, 10)}
"""Field -> where it starts and how many bytes it has."""


@dataclass(slots=True)
class Texts:
    """Tags by their chunks' names, and cue points: id -> first frame, and id -> label."""

    tags: dict[str, str] = field(default_factory=dict)
    cues: dict[int, int] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)


def read(source: Source, purse: Purse) -> Texts:
    """Raises MetadataLimit for a flood of chunks; what is broken otherwise is left out."""
    found = Texts()
    for name, start, size in walk(source, purse):
        there = min(size, source.size - start)
        if name == b"bext":
            _bext(source.read(start, 346), found)
        elif name == b"LIST":
            _list(source, purse, start, there, found)
        elif name == b"cue ":
            for cue, *_, frame in _points(source.read(start + 4, min(there - 4, 24 * _MOST_ENTRIES))):
                found.cues[cue] = frame
        elif name == b"data" and (size > there or size == _UNKNOWN):
            break  # what comes after it cannot be found by walking
    return found


def _bext(chunk: bytes, found: Texts) -> None:
    for name, (start, size) in _BEXT.items():
        text = _decoded(chunk[start : start + size])
        if text:
            found.tags.setdefault(name, text)


def _list(source: Source, purse: Purse, start: int, size: int, found: Texts) -> None:
    kind = source.read(start, 4)
    for name, at, length in islice(chunks(source, purse, start + 4, start + size, "<"), _MOST_ENTRIES):
        body = source.read(at, min(length, _MOST_TEXT))
        if kind == b"INFO":
            found.tags.setdefault(name.decode("latin-1"), _decoded(body))
        elif kind == b"adtl" and name == b"labl" and len(body) > 4:
            found.labels[int.from_bytes(body[:4], "little")] = _decoded(body[4:])


def _points(body: bytes) -> Iterator[tuple[int, ...]]:
    """(id, position in the play list, chunk, its start, block, frame) of each cue point."""
    return struct.iter_unpack("<II4sIII", body[: len(body) // 24 * 24])


def _decoded(raw: bytes) -> str:
    """Up to the first NUL: UTF-8 as writers have it today, or else the code page that Windows had."""
    text = raw.partition(b"\0")[0]
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")
