"""FLAC's metadata blocks (RFC 9639)."""

import re

from adapters.audio.headers import tags
from adapters.audio.headers.claims import Claims, Purse, Source
from domain.errors import EmptyAudio, UndecodableAudio

_LEFT_OVER_BYTES = 64 << 10  # behind the sound, e.g. a tag
_MASKS = (0, 0x4, 0x3, 0x7, 0x33, 0x607, 0x60F, 0x70F, 0x63F)  # by channels, as ffmpeg reads RFC 9639, 9.1.3


def read(source: Source, purse: Purse) -> Claims:
    """Raises UndecodableAudio without STREAMINFO, EmptyAudio when the file ends with the metadata."""
    at = tags.leading_id3(source, purse) + 4
    info, mask, last = b"", None, False
    while not last and at + 4 <= source.size:
        purse.step()
        head = source.read(at, 4)
        kind, last, size = head[0] & 0x7F, bool(head[0] & 0x80), int.from_bytes(head[1:4], "big")
        if kind == 0:
            info = source.read(at + 4, 34)
        elif kind == 4:
            purse.tag_bytes(size)
            comments = source.read(at + 4, size)
            tags.vorbis_comment(comments, purse)
            mask = mask or _said_mask(comments)
        elif kind != 1:
            purse.tag_bytes(size)
        at += 4 + size
    if len(info) < 34:
        raise UndecodableAudio("The flac file has no stream information. Encode it again.")
    if at >= source.size:
        raise EmptyAudio("The flac file has a header and no samples. Send a recording.")
    packed = int.from_bytes(info[10:18], "big")
    rate, channels, frames = packed >> 44, (packed >> 41 & 7) + 1, packed & 0xFFFFFFFFF
    verbatim = frames * channels * ((packed >> 36 & 31) + 8) // 8
    return Claims(
        sample_rate_hz=rate,
        channels=channels,
        duration_seconds=frames / rate if frames and rate else None,
        payload_bytes=source.size - at,
        # Frames are never larger than what they hold but for a few bytes: so much more is more sound than is promised.
        sizes_lie=bool(frames) and source.size - at > verbatim * 9 // 8 + _LEFT_OVER_BYTES,
        codec="flac",
        bit_depth=(packed >> 36 & 31) + 1,
        channel_mask=mask or _MASKS[channels],
        pcm_md5=info[18:],
    )


def _said_mask(comments: bytes) -> int | None:
    """Other places than the usual ones stand in a comment (RFC 9639, 8.6.2)."""
    found = re.search(rb"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x([0-9a-f]{1,8})", comments, re.IGNORECASE)
    return int(found[1], 16) if found else None
