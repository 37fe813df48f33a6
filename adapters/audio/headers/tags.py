"""Tags that any file may carry: ID3v2 (id3.org, 2.2 to 2.4), APEv2 at the end, Vorbis comments."""

import struct

from adapters.audio.headers import mpeg
from adapters.audio.headers.claims import Purse, Source

_APE = b"APETAGEX"
MAX_STACKED = 8


def leading_id3(source: Source, purse: Purse) -> int:
    """Pays for the ID3v2 tags at the start of the file; returns where they end."""
    at = 0
    for _ in range(MAX_STACKED):
        end = id3(source, purse, at)
        if end == at:
            break
        at = end
    return at


def id3(source: Source, purse: Purse, at: int) -> int:
    """Pays for one ID3v2 tag; returns where it ends, `at` when there is none.

    Frames are counted by walking them. Writers of 2.4 have used both kinds of sizes: the walk that finds more counts.
    """
    head = source.read(at, 10)
    end = mpeg.id3_end(head, 0)
    if not end:
        return at
    purse.step()
    purse.tag_bytes(end)
    body = source.read(at + 10, end - 10)
    plain = _walk_id3(body, head[3], purse.most_frames, syncsafe=False)
    purse.tag_frames(max(plain, _walk_id3(body, 4, purse.most_frames, syncsafe=True)) if head[3] == 4 else plain)
    return at + end


def _walk_id3(body: bytes, version: int, most: int, *, syncsafe: bool) -> int:
    name, header = (3, 6) if version == 2 else (4, 10)
    at = count = 0
    while at + header <= len(body) and body[at] and count < most:
        size = body[at + name : at + 2 * name]
        at += header + (mpeg.syncsafe(size) if syncsafe else int.from_bytes(size, "big"))
        count += 1
    return count


def trailing_ape(source: Source, purse: Purse) -> int:
    """Pays for an APEv2 tag at the end, before an ID3v1 tag; returns how many bytes the tags at the end take."""
    id3v1 = 128 if source.read(source.size - 128, 3) == b"TAG" else 0
    footer = source.read(source.size - id3v1 - 32, 32)
    if len(footer) < 32 or footer[:8] != _APE:
        return id3v1
    size, items = struct.unpack("<II", footer[12:20])
    purse.tag_bytes(size)
    purse.tag_frames(items)
    return id3v1 + int(size)


def vorbis_comment(block: bytes, purse: Purse) -> None:
    """Pays for a Vorbis comment block by the number of entries that it says it has, as far as they fit in it."""
    if len(block) < 8:
        return
    vendor = int.from_bytes(block[:4], "little")
    said = int.from_bytes(block[4 + vendor : 8 + vendor], "little")
    purse.tag_frames(min(said, len(block) // 4))
