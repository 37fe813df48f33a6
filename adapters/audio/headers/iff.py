"""AIFF and AIFF-C (Apple 1989, 1991), and CAF (Apple Core Audio Format Specification 1.0)."""

import struct

from adapters.audio.headers import tags
from adapters.audio.headers.claims import Claims, Purse, Source, chunks
from domain.errors import EmptyAudio, UndecodableAudio


def read_aiff(source: Source, purse: Purse) -> Claims:
    """Raises UndecodableAudio without a common chunk, EmptyAudio without sound data."""
    common, payload, missing, mask = b"", 0, 0, None
    for name, start, size in chunks(source, purse, 12, source.size, ">"):
        if name == b"COMM":
            common = source.read(start, 22)
        elif name == b"SSND":
            payload = min(size, source.size - start) - 8
            missing = max(0, start + size - source.size)
        elif name in {b"ID3 ", b"id3 "}:
            tags.id3(source, purse, start)
        elif name == b"CHAN":
            mask = _mask(source.read(start, _LAYOUT_BYTES))
        elif name != b"FVER":
            purse.tag_bytes(min(size, source.size - start))
    if len(common) < 18:
        raise UndecodableAudio("The aiff file has no common chunk. Export it again.")
    if payload <= 0:
        raise EmptyAudio("The aiff file has a header and no samples. Send a recording.")
    channels, frames = struct.unpack(">HI", common[:6])
    rate = _extended(common[8:18])
    return Claims(
        sample_rate_hz=rate,
        channels=channels,
        duration_seconds=frames / rate if frames and rate else None,
        payload_bytes=payload,
        missing_bytes=missing,
        channel_mask=mask,
    )


def _extended(ten: bytes) -> float:
    """An 80-bit IEEE 754 number; 0 for what is no size of anything."""
    sign_exponent, mantissa = struct.unpack(">HQ", ten)
    exponent = sign_exponent - 16383 - 63
    return float(mantissa) * 2.0**exponent if -80 < exponent < 60 else 0.0


def read_caf(source: Source, purse: Purse) -> Claims:
    """Raises UndecodableAudio without a description, EmptyAudio without sound data."""
    description, frames, payload, promised, lies, mask = b"", 0, 0, 0, False, None
    for name, start, size in chunks(source, purse, 8, source.size, ">", size_bytes=8, align=1):
        there = source.size - start
        if name == b"desc":
            description = source.read(start, 32)
        elif name == b"data":
            lies = size > there  # -1 is allowed: to the end of the file
            payload = (there if size < 0 else min(size, there)) - 4
            promised = size - 4 if size >= 0 else payload
        elif name == b"pakt":
            frames = struct.unpack(">q", source.read(start + 8, 8).ljust(8, b"\0"))[0]
        elif name == b"chan":
            mask = _mask(source.read(start, _LAYOUT_BYTES))
        elif name not in {b"free", b"kuki"}:
            purse.tag_bytes(max(0, min(size, there)))
    if len(description) < 32:
        raise UndecodableAudio("The caf file has no description of its audio. Export it again.")
    if payload <= 0:
        raise EmptyAudio("The caf file has a header and no samples. Send a recording.")
    rate, _, _, packet_bytes, packet_frames, channels, _ = struct.unpack(">d4s5I", description)
    if packet_bytes and packet_frames:
        frames = promised // packet_bytes * packet_frames
    return Claims(
        sample_rate_hz=rate,
        channels=channels,
        duration_seconds=frames / rate if frames > 0 and rate > 0 else None,
        payload_bytes=payload,
        sizes_lie=lies,
        missing_bytes=max(0, promised - payload),
        channel_mask=mask,
    )


_LAYOUT_BYTES = 12 + 32 * 20
_BITMAP, _DESCRIPTIONS = 1 << 16, 0
_LAYOUT_MASKS = {100 << 16 | 1: 0x4, 101 << 16 | 2: 0x3, 108 << 16 | 4: 0x33, 113 << 16 | 3: 0x7, 117 << 16 | 5: 0x37,
                 121 << 16 | 6: 0x3F}  # fmt: skip


def _mask(layout: bytes) -> int | None:
    """WAVEFORMATEXTENSIBLE's mask for an AudioChannelLayout (Core Audio), None where its order is another one."""
    if len(layout) < 12:
        return None
    tag, bitmap, count = struct.unpack(">III", layout[:12])
    if tag == _BITMAP:
        return int(bitmap) or None
    if tag != _DESCRIPTIONS:
        return _LAYOUT_MASKS.get(tag)
    labels = [int.from_bytes(layout[at : at + 4], "big") for at in range(12, min(len(layout), 12 + 20 * count), 20)]
    if labels != sorted(set(labels)) or not all(1 <= label <= 18 for label in labels):
        return None
    return sum(1 << label - 1 for label in labels) or None
