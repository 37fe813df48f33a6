"""The boxes of an MP4 or QuickTime file (ISO/IEC 14496-12), walked to a bounded depth, not interpreted."""

import struct

from adapters.audio.headers.claims import Claims, Purse, Source
from domain.errors import MetadataLimit, UndecodableAudio

_PARENTS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"meta", b"ilst", b"edts", b"dinf"})
_MAX_DEPTH = 10
_MAX_TABLE = 32 << 20  # 24 h of AAC need 20 MB; ffmpeg holds 24 bytes of memory for 4 of a table
_TABLES = frozenset({b"stsz", b"stz2", b"stco", b"co64", b"stts", b"stsc", b"ctts", b"stss"})
_FRAGMENTS = frozenset({b"moof", b"mdat", b"sidx", b"styp", b"emsg", b"prft"})


def read(source: Source, purse: Purse) -> Claims:
    """Payload sizes only: rate, channels and duration are the decoder's to say.

    Raises:
        MetadataLimit: boxes too deep, too many, or tables too long.
        UndecodableAudio: no movie box, e.g. because the file is cut off before it.
    """
    seen = _Boxes(source, purse)
    seen.walk(0, source.size, 0, b"")
    if not seen.moov:
        raise UndecodableAudio("The mp4 file has no index (it may be cut off). Export it again.")
    return Claims(payload_bytes=seen.payload or None, missing_bytes=seen.missing)


class _Boxes:
    def __init__(self, source: Source, purse: Purse) -> None:
        self._source, self._purse = source, purse
        self.moov = False
        self.payload = self.missing = 0

    def walk(self, at: int, end: int, depth: int, parent: bytes) -> None:
        if depth > _MAX_DEPTH:
            raise MetadataLimit(f"The mp4 file nests boxes deeper than {_MAX_DEPTH}.", max_depth=_MAX_DEPTH)
        while at + 8 <= end:
            size, kind = struct.unpack(">I4s", self._source.read(at, 8))
            if depth == 0 and kind in _FRAGMENTS:
                self._purse.sound()
            else:
                self._purse.step()
            header = 8
            if size == 1:
                size = int.from_bytes(self._source.read(at + 8, 8), "big")
                header = 16
            elif size == 0:
                size = end - at
            if size < header:
                return
            if kind == b"mdat":
                self.missing += max(0, at + size - end)
            self._box(kind, at + header, min(at + size, end), depth, parent)
            at += size

    def _box(self, kind: bytes, start: int, end: int, depth: int, parent: bytes) -> None:
        size = end - start
        if kind == b"mdat":
            self.payload += size
        elif kind in _TABLES:
            self._table(kind, start, size)
        elif parent == b"ilst":
            self._purse.tag_frames()
        self.moov = self.moov or kind == b"moov"
        if kind in {b"ilst", b"udta"} and parent != b"udta":
            self._purse.tag_bytes(size)
        if kind in _PARENTS:
            skip = 4 if kind == b"meta" and self._source.read(start + 4, 4) != b"hdlr" else 0
            self.walk(start + skip, end, depth + 1, kind)

    def _table(self, kind: bytes, start: int, size: int) -> None:
        """A table that gives all pieces one size has no length of its own: it must fit the file."""
        _, each, count = struct.unpack(">III", self._source.read(start, 12).ljust(12, b"\0"))
        if size > _MAX_TABLE or (kind == b"stsz" and each * count > self._source.size):
            raise MetadataLimit("The mp4 file's index is too long. Split the recording, or export it again.")
