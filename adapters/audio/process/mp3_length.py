"""How long an mp3 is, to the sample: told by the LAME tag in its first frame."""

from pathlib import Path

from adapters.audio.headers import mpeg

_ID3_HEAD = 10
_SEEN = 2048  # more than the longest frame has
_EXTENSION, _DELAY, _CRC = 120, 141, 154
"""Where, behind the word Info or Xing, the LAME tag begins, says delay and padding, and has its check sum."""

_SUMMED = 190  # bytes of the frame


def tell_length(path: Path, frames: int) -> None:
    """Mends what ffmpeg says of the padding. It only tells how much of the last packet is padding (libmp3lame.c), at
    most all of it: where that began in the packet before, which is so for 47 lengths of each 1,152 (or 576), its file
    plays up to 46 frames longer than what went in."""
    with path.open("r+b") as file:
        at = mpeg.id3_end(file.read(_ID3_HEAD), 0)
        file.seek(at)
        head = file.read(_SEEN)
        first = mpeg.frame(head)
        info = 4 + first.side_info if first else 0
        written = head[info : info + 4] in {b"Info", b"Xing"} and head[info + _EXTENSION :].startswith(b"Lavf")
        if first is None or not written:
            return
        told, checked = info + _DELAY, info + _CRC
        delay = int.from_bytes(head[told : told + 3], "big") >> 12
        padding = int.from_bytes(head[info + 8 : info + 12], "big") * first.samples - delay - frames
        if not 0 <= padding < 1 << 12:
            return
        head = head[:told] + (delay << 12 | padding).to_bytes(3, "big") + head[told + 3 :]
        head = head[:checked] + bytes(2) + head[checked + 2 :]
        file.seek(at + told)
        file.write(head[told:checked] + _crc(head[:_SUMMED]).to_bytes(2, "big"))


def _crc(data: bytes) -> int:
    """CRC-16 as LAME has it: x^16 + x^15 + x^2 + 1, lowest bit first."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc
