"""Ogg (RFC 3533) as it carries Vorbis, Opus (RFC 7845), FLAC, Speex: first packet, comments, last page."""

import struct
from collections.abc import Iterator

from adapters.audio.headers import tags
from adapters.audio.headers.claims import Claims, Purse, Source
from domain.errors import EmptyAudio, UndecodableAudio

_LAST_PAGES = 128 << 10  # two pages at their largest


def read(source: Source, purse: Purse) -> Claims:
    """Raises UndecodableAudio when the first packet is of no known codec, EmptyAudio when nothing follows it."""
    packets = _packets(source, purse)
    serial, first = next(packets, (b"", b""))
    codec, rate, channels, skip = _identified(first)
    _, second = next(((s, p) for s, p in packets if s == serial), (b"", b""))
    if not second:
        raise EmptyAudio("The ogg file has a header and no samples. Send a recording.")
    prefix = {"vorbis": 7, "opus": 8, "flac": 4}.get(codec, 0)
    tags.vorbis_comment(second[prefix:], purse)
    granule, missing = _last_page(source, serial)
    clock = 48000 if codec == "opus" else rate
    return Claims(
        sample_rate_hz=rate,
        channels=channels,
        duration_seconds=max(0, granule - skip) / clock if granule and clock else None,
        payload_bytes=source.size,
        missing_bytes=missing,
        codec=codec,
        bit_depth=(int.from_bytes(first[27:35], "big") >> 36 & 31) + 1 if codec == "flac" else None,
    )


def _identified(packet: bytes) -> tuple[str, int, int, int]:
    """Codec, rate, channels, samples to skip. Opus decodes at 48 kHz whatever its input was."""
    if packet[:7] == b"\x01vorbis" and len(packet) >= 30:
        channels, rate = struct.unpack("<BI", packet[11:16])
        return "vorbis", rate, channels, 0
    if packet[:8] == b"OpusHead" and len(packet) >= 19:
        channels, skip = struct.unpack("<BH", packet[9:12])
        return "opus", 48000, channels, skip
    if packet[:5] == b"\x7fFLAC" and len(packet) >= 51:
        packed = int.from_bytes(packet[27:35], "big")
        return "flac", packed >> 44, (packed >> 41 & 7) + 1, 0
    if packet[:8] == b"Speex   " and len(packet) >= 52:
        rate, _, _, channels = struct.unpack("<IIII", packet[36:52])
        return "speex", rate, channels, 0
    raise UndecodableAudio("The ogg file does not start with a stream of Vorbis, Opus, FLAC or Speex.")


def _packets(source: Source, purse: Purse) -> Iterator[tuple[bytes, bytes]]:
    """(serial, packet) from the start; what has no end yet is paid for as it grows, so that it cannot grow for ever."""
    at, open_packets = 0, dict[bytes, bytes]()
    while True:
        head = source.read(at, 27)
        if len(head) < 27 or head[:4] != b"OggS":
            return
        purse.step()
        laces = source.read(at + 27, head[26])
        body = source.read(at + 27 + len(laces), sum(laces))
        purse.tag_bytes(len(body))
        serial, start, length = head[14:18], 0, 0
        for lace in laces:
            length += lace
            if lace < 255:
                yield serial, open_packets.pop(serial, b"") + body[start : start + length]
                start, length = start + length, 0
        open_packets[serial] = open_packets.get(serial, b"") + body[start:]
        at += 27 + len(laces) + len(body)


def _last_page(source: Source, serial: bytes) -> tuple[int, int]:
    """The time that the stream's last page names, in samples, and how many bytes of the page itself are missing.

    Zeros when it is not found near the end.
    """
    tail = source.read(max(0, source.size - _LAST_PAGES), _LAST_PAGES)
    at = len(tail)
    while (at := tail.rfind(b"OggS", 0, at)) >= 0:
        if tail[at + 14 : at + 18] == serial and tail[at + 6 : at + 14] != b"\xff" * 8:
            laces = tail[at + 27 : at + 27 + tail[at + 26]] if at + 26 < len(tail) else b""
            end = at + 27 + len(laces) + sum(laces)
            return max(0, int.from_bytes(tail[at + 6 : at + 14], "little", signed=True)), max(0, end - len(tail))
    return 0, 0
