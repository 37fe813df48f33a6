"""FLAC's metadata blocks (RFC 9639)."""

from adapters.audio.headers import tags
from adapters.audio.headers.claims import Claims, Purse, Source
from domain.errors import EmptyAudio, UndecodableAudio


def read(source: Source, purse: Purse) -> Claims:
    """Raises UndecodableAudio without STREAMINFO, EmptyAudio when the file ends with the metadata."""
    at = tags.leading_id3(source, purse) + 4
    info, last = b"", False
    while not last and at + 4 <= source.size:
        purse.step()
        head = source.read(at, 4)
        kind, last, size = head[0] & 0x7F, bool(head[0] & 0x80), int.from_bytes(head[1:4], "big")
        if kind == 0:
            info = source.read(at + 4, 34)
        elif kind == 4:
            purse.tag_bytes(size)
            tags.vorbis_comment(source.read(at + 4, size), purse)
        elif kind != 1:
            purse.tag_bytes(size)
        at += 4 + size
    if len(info) < 34:
        raise UndecodableAudio("The flac file has no stream information. Encode it again.")
    if at >= source.size:
        raise EmptyAudio("The flac file has a header and no samples. Send a recording.")
    packed = int.from_bytes(info[10:18], "big")
    rate, channels, frames = packed >> 44, (packed >> 41 & 7) + 1, packed & 0xFFFFFFFFF
    return Claims(
        sample_rate_hz=rate,
        channels=channels,
        duration_seconds=frames / rate if frames and rate else None,
        payload_bytes=source.size - at,
        codec="flac",
        bit_depth=(packed >> 36 & 31) + 1,
    )
