"""wav in its three sizes: RIFF (Microsoft 1994), RF64/BW64 (EBU Tech 3306, ITU-R BS.2088), Sony Wave64."""

import struct
from collections.abc import Iterator

from adapters.audio.headers import tags
from adapters.audio.headers.claims import Claims, Purse, Source, chunks
from domain.errors import EmptyAudio, UndecodableAudio, UnsupportedParameters

_UNKNOWN = 0xFFFFFFFF


def read(source: Source, purse: Purse) -> Claims:
    """Claims of a wav, rf64 or w64 file.

    Raises:
        UndecodableAudio: no format or no data chunk.
        EmptyAudio: the data chunk is the end of the file.
    """
    fmt, long_size, data, said = b"", None, None, 0
    for name, start, size in walk(source, purse):
        if name == b"fmt ":
            fmt = source.read(start, 40)
        elif name == b"ds64":
            long_size = struct.unpack("<Q", source.read(start + 8, 8).ljust(8, b"\0"))[0]
        elif name == b"data":
            data, said = start, size
            if long_size is not None and size == _UNKNOWN:
                said = long_size
            if not fmt or start + said >= source.size or said == 0:
                break  # what comes after cannot be found by walking, or was not promised
        else:
            _pay(source, purse, name, start, min(size, source.size - start))
    if len(fmt) < 16 or data is None:
        raise UndecodableAudio("The wav file has no format or no data chunk. Export it again.")
    return _claims(fmt, data, said, source.size)


def walk(source: Source, purse: Purse) -> Iterator[tuple[bytes, int, int]]:
    """(name, start of the payload, size as written) of the file's chunks."""
    w64 = source.read(0, 4) == b"riff"
    return _w64_chunks(source, purse) if w64 else chunks(source, purse, 12, source.size, "<")


def _pay(source: Source, purse: Purse, name: bytes, start: int, size: int) -> None:
    if name in {b"id3 ", b"ID3 "}:
        tags.id3(source, purse, start)
    elif name == b"LIST":
        purse.tag_bytes(size)
        for _ in chunks(source, purse, start + 4, start + size, "<"):
            purse.tag_frames()
    elif name not in {b"JUNK", b"FLLR", b"PAD "}:
        purse.tag_bytes(size)


def _w64_chunks(source: Source, purse: Purse) -> Iterator[tuple[bytes, int, int]]:
    """Wave64 names chunks by GUIDs that start with the four letters; sizes are of 8 bytes and count the header."""
    at = 40
    while at + 24 <= source.size:
        purse.step()
        head = source.read(at, 24)
        size = int(struct.unpack("<q", head[16:])[0])
        if size < 24:
            yield head[:4], at + 24, 0
            return
        yield head[:4], at + 24, size - 24
        at += size + (-size % 8)


def _claims(fmt: bytes, data: int, said: int, file_size: int) -> Claims:
    tag, channels, rate, byte_rate, align, bits = struct.unpack("<HHIIHH", fmt[:16])
    there = file_size - data
    if there <= 0:
        raise EmptyAudio("The wav file has a header and no samples. Send a recording.")
    lies = said != there and (said in {0, _UNKNOWN} or said > there)
    # PCM and float say their rate by the block; the rest, e.g. ADPCM, by the bytes of a second.
    linear = tag in {1, 3} or (tag == 0xFFFE and fmt[24:26] in {b"\1\0", b"\3\0"})
    per_second = rate * align if linear else byte_rate
    if linear and not 1 <= bits <= 64:
        raise UnsupportedParameters(f"The wav file says it has {bits} bits a sample; 1 to 64 are supported.", bits=bits)
    promised = said if 0 < said < _UNKNOWN or said > _UNKNOWN else None
    return Claims(
        sample_rate_hz=rate,
        channels=channels,
        duration_seconds=promised / per_second if promised and per_second else None,
        payload_bytes=there if lies else said,
        sizes_lie=lies,
        missing_bytes=max(0, promised - there) if promised else 0,
        channel_mask=int.from_bytes(fmt[20:24], "little") or None if tag == 0xFFFE else None,
    )
