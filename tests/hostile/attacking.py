"""Files that would cost far more than they weigh: bombs, floods of metadata, deep nests, and references in circles."""

import struct
from collections.abc import Iterator
from functools import partial

from tests import sounds
from tests.hostile.case import Case, either, refused, unusable, usable
from tests.hostile.lying import UNUSABLE, patched, sound

TOO_LONG, TOO_MUCH = "decoded-size-limit", "metadata-limit"


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", 8 + len(body)) + kind + body


def chunk(name: bytes, body: bytes = b"", order: str = "<") -> bytes:
    return name + struct.pack(order + "I", len(body)) + body + b"\0" * (len(body) % 2)


def element(kind: str, *bodies: bytes) -> bytes:
    """An EBML element whose size takes four bytes."""
    body = b"".join(bodies)
    return bytes.fromhex(kind) + (0x10000000 | len(body)).to_bytes(4, "big") + body


def syncsafe(n: int) -> bytes:
    return bytes(n >> shift & 0x7F for shift in (21, 14, 7, 0))


def page(serial: int, number: int, packets: list[bytes], granule: int, kind: int = 0) -> bytes:
    """An Ogg page (RFC 3533) of whole packets."""
    laces = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, kind, granule, serial, number, 0, len(laces)) + laces
    whole = head + b"".join(packets)
    return patched(whole, 22, struct.pack("<I", _ogg_crc(whole)))


def _table() -> tuple[int, ...]:
    table = []
    for n in range(256):
        crc = n << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc & 1 << 31 else 0)) & 0xFFFFFFFF
        table.append(crc)
    return tuple(table)


_CRC = _table()


def _ogg_crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc = (crc << 8 & 0xFFFFFFFF) ^ _CRC[crc >> 24 ^ byte]
    return crc


# ---- bombs -------------------------------------------------------------------------------------------------------


def opus_bomb(packets: int) -> bytes:
    """Packets of 4 bytes that each stand for 120 ms of silence in stereo: 48 frames of CELT, 2.5 ms, empty."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48000, 0, 0)
    comments = b"OpusTags" + struct.pack("<II", 0, 0)
    silent = bytes([0b11100111, 48])
    pages = (page(1, 2 + n, [silent] * 255, 5760 * 255 * (n + 1)) for n in range(packets // 255))
    return page(1, 0, [head], 0, 2) + page(1, 1, [comments], 0) + b"".join(pages)


def hidden_flac_bomb() -> bytes:
    """Every frame says that it is the first one, so that no demuxer can add up how long they are."""
    block, frames, channels = 65535, 4000, 8
    bomb = sounds.flac_bomb(hours=1 / 3600, channels=channels)
    frame = b"\xff\xf8\x70" + bytes([channels - 1 << 4 | 0b1000]) + b"\0" + struct.pack(">H", block - 1)
    frame += bytes([sounds._crc(frame, 8, 0x07)]) + bytes(3 * channels)
    return bomb[:42] + (frame + struct.pack(">H", sounds._crc(frame, 16, 0x8005))) * frames


def one_chunk_for_all(times: int = 50_000) -> bytes:
    """An m4a whose index has every chunk begin at the same sound."""
    data = sounds.encoded("m4a", sounds.silence(0.5))
    stco = data.index(b"stco") - 4
    size = int.from_bytes(data[stco : stco + 4], "big")
    offset = data[stco + 16 : stco + 20]
    longer = box(b"stco", bytes(4), struct.pack(">I", times), offset * times)
    grown = data[:stco] + longer + data[stco + size :]
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        at = grown.index(kind) - 4
        held = int.from_bytes(grown[at : at + 4], "big") + len(longer) - size
        grown = patched(grown, at, struct.pack(">I", held))
    return grown


def bombs() -> Iterator[Case]:
    yield refused("flac of 10 hours", sounds.flac_bomb, TOO_LONG)
    yield refused("flac of 8 channels and hours", sounds.eight_channel_bomb, TOO_LONG)
    yield unusable("flac that hides how long it is", hidden_flac_bomb, TOO_LONG)
    yield unusable("opus of 4 hours of nothing", partial(opus_bomb, 120_000), TOO_LONG)
    yield usable("opus of a minute of nothing", partial(opus_bomb, 510))
    yield either("m4a whose chunks are all the same one", one_chunk_for_all, *UNUSABLE)
    adpcm = partial(sounds.raw_wav, bytes(2048), tag=0x11, bits=4, channels=1)
    yield either("wav of adpcm with a block of no length", adpcm, *UNUSABLE)
    huge = struct.pack("<HHIIHHHH", 0x11, 1, 44100, 22050, 65535, 4, 2, 65535)
    body = b"WAVE" + chunk(b"fmt ", huge) + chunk(b"data", bytes(4096))
    yield either("wav of adpcm with a huge block", lambda: b"RIFF" + struct.pack("<I", len(body)) + body, *UNUSABLE)
    yield either("mp3 of the slowest frames", lambda: (b"\xff\xe3\x18\xc4" + bytes(68)) * 4000, *UNUSABLE)


# ---- floods ------------------------------------------------------------------------------------------------------


def comments(count: int, text: bytes = b"A=b") -> bytes:
    return struct.pack("<II", 0, count) + (struct.pack("<I", len(text)) + text) * count


def flac_with(*blocks: tuple[int, bytes]) -> bytes:
    data = sound("flac")
    more = b"".join(bytes([kind]) + len(body).to_bytes(3, "big") + body for kind, body in blocks)
    return data[:4] + b"\0" + data[5:42] + more + data[42:]


def wav_with(*chunks: bytes) -> bytes:
    return sound("wav")[:12] + b"".join(chunks) + sound("wav")[12:]


def mp4_with(*boxes: bytes) -> bytes:
    return sound("m4a")[:28] + b"".join(boxes) + sound("m4a")[28:]


def webm_with(*elements: bytes) -> bytes:
    data = sound("webm")
    at = data.index(bytes.fromhex("18538067"))
    return data[:at] + bytes.fromhex("1853806701ffffffffffffff") + b"".join(elements) + data[at + 12 :]


def wma_with(count: int) -> bytes:
    """An extended content description of that many empty attributes."""
    data = sound("wma")
    kind = bytes.fromhex("40a4d0d207e3d21197f000a0c95ea850")
    attributes = kind + struct.pack("<QH", 26 + 8 * count, count) + bytes(8 * count)
    size = int.from_bytes(data[16:24], "little") + len(attributes)
    return data[:16] + struct.pack("<Q", size) + data[24:30] + attributes + data[30:]


def floods() -> Iterator[Case]:
    id3 = sounds.id3_flood(5000)[: -len(sounds.encoded("mp3"))]
    empty = b"ID3\x04\0\0" + syncsafe(1 << 20) + (b"TXXX" + bytes(6)) * ((1 << 20) // 10) + bytes(6)
    yield refused("mp3 of 40,000 tags", sounds.id3_flood, TOO_MUCH)
    yield refused("mp3 of 100,000 empty tags", lambda: empty + sound("mp3"), TOO_MUCH)
    yield refused("mp3 that says its tag has 64 MiB", sounds.huge_id3_mp3, TOO_MUCH)
    yield usable("mp3 of 4,000 tags", partial(sounds.id3_flood, 4000))
    ape = b"APETAGEX" + struct.pack("<IIII8x", 2000, 64, 100_000, 0)
    yield refused("mp3 with an ape tag of 100,000 items", lambda: sound("mp3") + ape, TOO_MUCH)
    yield refused("wav with 5,000 tags of id3", lambda: wav_with(chunk(b"id3 ", id3)), TOO_MUCH)
    yield refused("wav of 10,000 chunks", lambda: wav_with(chunk(b"abcd") * 10_000), TOO_MUCH)
    info = b"INFO" + chunk(b"ICMT", b"x") * 10_000
    yield refused("wav of 10,000 infos", lambda: wav_with(chunk(b"LIST", info)), TOO_MUCH)
    cues = chunk(b"cue ", struct.pack("<I", 0xFFFFFFFF) + bytes(24) * 20_000)
    yield usable("wav of 20,000 cues", lambda: wav_with(cues))
    aiff = sound("aiff")
    yield refused("aiff of 10,000 chunks", lambda: aiff[:12] + chunk(b"ANNO") * 10_000 + aiff[12:], TOO_MUCH)
    caf = sound("caf")
    user = b"uuid" + struct.pack(">q", 16) + bytes(16)
    yield refused("caf of 10,000 chunks", lambda: caf[:8] + caf[8:52] + user * 10_000 + caf[52:], TOO_MUCH)
    yield refused("flac of 10,000 blocks", lambda: flac_with(*[(2, b"abcd")] * 10_000), TOO_MUCH)
    yield refused("flac of 50,000 comments", lambda: flac_with((4, comments(50_000))), TOO_MUCH)
    yield usable("flac of 4,000 comments", lambda: flac_with((4, comments(4_000))))
    lying = struct.pack("<II", 0, 0xFFFFFFFF) + bytes(64)
    yield either("flac that says it has 4 billion comments", lambda: flac_with((4, lying)), *UNUSABLE)
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 2, 0, 48000, 0, 0)
    tags = b"OpusTags" + comments(50_000)
    pieces = [tags[at : at + 60_000] for at in range(0, len(tags), 60_000)]
    many = b"".join(page(1, n + 1, [piece + b"\0"], 0) for n, piece in enumerate(pieces))
    yield unusable("opus of 50,000 comments", lambda: page(1, 0, [head], 0, 2) + many, *UNUSABLE)
    void = b"".join(page(1, n, [], -1) for n in range(1, 10_000))
    yield refused("ogg of 10,000 empty pages", lambda: page(1, 0, [head], 0, 2) + void, TOO_MUCH)
    free = box(b"free") * 10_000
    yield refused("m4a of 10,000 boxes", lambda: mp4_with(free), TOO_MUCH)
    items = box(b"moov", box(b"udta", box(b"meta", bytes(4), box(b"ilst", box(b"\xa9nam") * 4_000))))
    yield either("m4a of 4,000 tags in an index of its own", lambda: mp4_with(items), *UNUSABLE)
    yield refused("webm of 10,000 elements", lambda: webm_with(element("ec") * 10_000), TOO_MUCH)
    simple = element("67c8", element("45a3", b"A"), element("4487", b"b"))
    flood = element("1254c367", element("7373", *[simple] * 3_000))
    yield refused("webm of 3,000 tags", lambda: webm_with(flood), TOO_MUCH)
    yield refused("wma of 10,000 tags", lambda: wma_with(10_000), TOO_MUCH)


# ---- nests and circles -------------------------------------------------------------------------------------------


def nested_boxes(kind: bytes, depth: int) -> bytes:
    body = b""
    for _ in range(depth):
        body = box(kind, body)
    return mp4_with(box(b"moov", body))


def nested_elements(kind: str, depth: int) -> bytes:
    body = b""
    for _ in range(depth):
        body = element(kind, body)
    return webm_with(element("1254c367", element("7373", body)))


def looping_ogg() -> bytes:
    """The same pages of the same stream, again and again."""
    data = sound("opus")
    sounding = data[data.index(b"OggS", data.index(b"OpusTags")) :]
    return data + sounding * 20


def nests_and_circles() -> Iterator[Case]:
    for depth in (30, 2_000):
        yield refused(f"m4a nested {depth} deep", partial(nested_boxes, b"udta", depth), TOO_MUCH)
    yield either("m4a nested in boxes that nobody opens", partial(nested_boxes, b"wide", 2_000), *UNUSABLE)
    yield either("webm with tags 1,000 deep", partial(nested_elements, "67c8", 1_000), *UNUSABLE)
    yield refused("webm with tags 5,000 deep", partial(nested_elements, "67c8", 5_000), TOO_MUCH)
    at = sound("m4a").index(b"stco")
    itself = struct.pack(">I", at)
    yield either("m4a whose sound is its index", lambda: patched(sound("m4a"), at + 12, itself), *UNUSABLE)
    yield either("ogg that goes round", looping_ogg, *UNUSABLE)
    seek = element("114d9b74", element("4dbb", element("53ab", bytes.fromhex("114d9b74")), element("53ac", bytes(8))))
    yield either("webm whose contents point at themselves", lambda: webm_with(seek * 50), *UNUSABLE)
    segments = bytes.fromhex("1853806701ffffffffffffff") * 200
    yield either("webm of segments in segments", lambda: webm_with(segments), *UNUSABLE)
