"""ASF, the container of wma (Advanced Systems Format Specification 01.20.05): the objects of its header."""

import struct
from collections.abc import Iterator
from uuid import UUID

from adapters.audio.headers.claims import Claims, Purse, Source
from domain.errors import EmptyAudio, UndecodableAudio

HEADER = UUID("75B22630-668E-11CF-A6D9-00AA0062CE6C").bytes_le
_DATA = UUID("75B22636-668E-11CF-A6D9-00AA0062CE6C").bytes_le
_FILE = UUID("8CABDCA1-A947-11CF-8EE4-00C00C205365").bytes_le
_STREAM = UUID("B7DC0791-A9B7-11CF-8EE6-00C00C205365").bytes_le
_EXTENSION = UUID("5FBF03B5-A92E-11CF-8EE3-00C00C205365").bytes_le
_EXTENDED_CONTENT = UUID("D2D0A440-E307-11D2-97F0-00A0C95EA850").bytes_le
_METADATA = UUID("C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA").bytes_le
_METADATA_LIBRARY = UUID("44231C94-9498-49D1-A141-1D134E457054").bytes_le
_MARKERS = UUID("F487CD01-A951-11CF-8EE6-00C00C205365").bytes_le
_AUDIO = UUID("F8699E40-5B4D-11CF-A8FD-00805F5C442B").bytes_le
_LISTS = frozenset({_EXTENDED_CONTENT, _METADATA, _METADATA_LIBRARY})
_LOSSLESS = 0x163


def read(source: Source, purse: Purse) -> Claims:
    """Rate and channels of the first stream of sound.

    Raises:
        UndecodableAudio: the header describes no sound.
        EmptyAudio: the file ends with its header.
        MetadataLimit: the header is larger than tags may be, or has too many objects or entries.
    """
    size = int.from_bytes(source.read(16, 8), "little")
    end = min(size, source.size)
    purse.tag_bytes(end)
    seconds, sound = None, b""
    for kind, start, length in _objects(source, purse, 30, end):
        if kind == _FILE:
            seconds = _play_seconds(source.read(start, 80))
        elif kind == _STREAM and not sound and source.read(start, 16) == _AUDIO:
            sound = source.read(start + 54, 18)
        elif kind in _LISTS:
            purse.tag_frames(int.from_bytes(source.read(start, 2), "little"))
        elif kind == _MARKERS:
            purse.tag_frames(int.from_bytes(source.read(start + 16, 4), "little"))
        elif kind == _EXTENSION:
            _extension(source, purse, start + 22, start + length)
    if len(sound) < 16:
        raise UndecodableAudio("The wma file's header describes no sound. Export it again.")
    payload = source.size - end - 50  # the data object has a head of its own
    if payload <= 0:
        raise EmptyAudio("The wma file has a header and no samples. Send a recording.")
    data = source.read(end, 24)
    tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", sound[:16])
    return Claims(
        sample_rate_hz=rate,
        channels=channels,
        duration_seconds=seconds,
        payload_bytes=payload,
        bit_depth=bits if tag == _LOSSLESS else None,
        sizes_lie=data[:16] != _DATA,
        missing_bytes=max(0, end + int.from_bytes(data[16:], "little") - source.size) if data[:16] == _DATA else 0,
    )


def _objects(source: Source, purse: Purse, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(GUID, start of the payload, its length) of objects in a row."""
    while at + 24 <= end:
        purse.step()
        head = source.read(at, 24)
        size = int.from_bytes(head[16:], "little")
        if len(head) < 24 or size < 24:
            return
        yield head[:16], at + 24, min(size, end - at) - 24
        at += size


def _extension(source: Source, purse: Purse, at: int, end: int) -> None:
    """Tags that do not fit elsewhere stand in objects inside of the header's extension."""
    for kind, start, _ in _objects(source, purse, at, end):
        if kind in _LISTS:
            purse.tag_frames(int.from_bytes(source.read(start, 2), "little"))


def _play_seconds(properties: bytes) -> float | None:
    """The play duration, in units of 100 ns, less the preroll, in ms, that it counts."""
    if len(properties) < 64:
        return None
    played, _, preroll = struct.unpack("<QQQ", properties[40:64])
    seconds = played / 1e7 - preroll / 1e3
    return seconds if seconds > 0 else None
