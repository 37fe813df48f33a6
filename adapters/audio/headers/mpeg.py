"""Frame headers of MPEG audio (ISO/IEC 11172-3, 13818-3) and ADTS (13818-7), and the ID3v2 tag before them."""

from dataclasses import dataclass

_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # by version bits
_KBITS_V1 = {  # by layer bits: 3 is layer I, 1 is layer III
    3: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
}
_KBITS_V2 = {
    3: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    1: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_ADTS_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame's header. `size` is in bytes with the header, `samples` per channel."""

    rate: int
    channels: int
    layer: int
    size: int
    samples: int
    side_info: int = 0

    def alike(self, other: "Frame | None") -> bool:
        """Of the same stream: what a stream may change from frame to frame is its size."""
        return other is not None and (self.rate, self.layer) == (other.rate, other.layer)


def frame(data: bytes, at: int = 0) -> Frame | None:
    """The MPEG audio frame whose header stands at that place, or None."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    kbits, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 0 or kbits in {0, 15} or rate == 3 or head[3] & 3 == 2:
        return None
    hz = _RATES[version][rate]
    bits = 1000 * (_KBITS_V1 if version == 3 else _KBITS_V2)[layer][kbits - 1]
    mono = head[3] >> 6 == 3
    if layer == 3:
        return Frame(hz, 1 if mono else 2, 1, (12 * bits // hz + padding) * 4, 384)
    samples = 576 if layer == 1 and version != 3 else 1152
    side = (17 if mono else 32) if version == 3 else (9 if mono else 17)
    return Frame(hz, 1 if mono else 2, 4 - layer, samples // 8 * bits // hz + padding, samples, side)


def frames_agree(data: bytes, at: int) -> bool:
    """Whether a stream of MPEG audio starts there: three frames of one kind in a row, two where the data end."""
    first = frame(data, at)
    if first is None:
        return False
    last, end = first, at + first.size
    for _ in range(2):
        if end + 4 > len(data):
            break
        following = frame(data, end)
        if following is None or not first.alike(following):
            return False
        last, end = following, end + following.size
    return last is not first


def first_frame(data: bytes, at: int) -> int | None:
    """Where a stream of MPEG audio starts, from that place on."""
    return next((n for n in range(at, len(data)) if data[n] == 0xFF and frames_agree(data, n)), None)


def adts(data: bytes, at: int = 0) -> Frame | None:
    """The ADTS frame whose header stands at that place, or None."""
    head = data[at : at + 7]
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return None
    rate = head[2] >> 2 & 15
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    if rate >= len(_ADTS_RATES) or size < 8:
        return None
    channels = (head[2] & 1) << 2 | head[3] >> 6
    return Frame(_ADTS_RATES[rate], (1, 1, 2, 3, 4, 5, 6, 8)[channels], 0, size, 1024 * (1 + (head[6] & 3)))


def adts_agrees(data: bytes, at: int) -> bool:
    first = adts(data, at)
    return first is not None and first.alike(adts(data, at + first.size))


def id3_end(data: bytes, at: int) -> int:
    """Where the ID3v2 tag that starts at that place ends; `at` itself when there is none."""
    head = data[at : at + 10]
    if len(head) < 10 or head[:3] != b"ID3" or head[3] > 9 or any(byte & 0x80 for byte in head[6:10]):
        return at
    return at + 10 + syncsafe(head[6:10]) + (10 if head[5] & 0x10 else 0)


def syncsafe(four: bytes) -> int:
    a, b, c, d = four.ljust(4, b"\0")
    return (a & 0x7F) << 21 | (b & 0x7F) << 14 | (c & 0x7F) << 7 | d & 0x7F


def skip_padding(data: bytes, at: int) -> int:
    """Past zeros that some writers leave between a tag and the sound."""
    while at < len(data) and data[at] == 0:
        at += 1
    return at
