"""An MPEG audio or ADTS file: tags, the first frame, and what a Xing, Info or VBRI header in it promises."""

from dataclasses import replace

from adapters.audio.headers import mpeg, tags
from adapters.audio.headers.claims import Claims, Purse, Source
from domain.errors import EmptyAudio, UndecodableAudio

_UNKNOWN = 0xFFFFFFFF
_SEARCHED = 64 << 10  # after a tag, some writers leave this much padding or junk


def read(source: Source, purse: Purse) -> Claims:
    """Raises UndecodableAudio when no frame is found, EmptyAudio when there is nothing but tags."""
    start, head, found = _first(source, purse)
    end = source.size - tags.trailing_ape(source, purse)
    if start >= end:
        raise EmptyAudio("The file has tags and no sound. Send a recording.")
    at = mpeg.first_frame(head, found)
    if at is None:
        raise UndecodableAudio("No MPEG audio was found in the file. Encode it again.")
    payload = end - start - at
    missing = max(0, _promised_bytes(head, at) - payload)
    return replace(_claims(head, at), payload_bytes=payload, missing_bytes=missing, starts_at=start + at)


def read_adts(source: Source, purse: Purse) -> Claims:
    start, head, found = _first(source, purse)
    first = mpeg.adts(head, found)
    if first is None:
        raise UndecodableAudio("No AAC frame was found in the file. Encode it again.")
    # 0 channels here means that they are configured inside the stream: the decoder finds out. SBR doubles the rate.
    return Claims(sample_rate_hz=first.rate, channels=first.channels, payload_bytes=source.size - start)


def _first(source: Source, purse: Purse) -> tuple[int, bytes, int]:
    start = tags.leading_id3(source, purse)
    head = source.read(start, _SEARCHED)
    return start, head, mpeg.skip_padding(head, 0) if start else 0


def _claims(head: bytes, at: int) -> Claims:
    frame = mpeg.frame(head, at)
    assert frame is not None  # noqa: S101 - frames_agree has just seen it
    return Claims(
        sample_rate_hz=frame.rate,
        channels=frame.channels,
        duration_seconds=_promised(head, at, frame),
        codec=f"mp{frame.layer}",
    )


def _promised(head: bytes, at: int, frame: mpeg.Frame) -> float | None:
    """Seconds by the frame count of a Xing/Info or VBRI header, without the encoder's delay and padding."""
    xing = at + 4 + frame.side_info
    if head[xing : xing + 4] in {b"Xing", b"Info"} and head[xing + 7 : xing + 8] and head[xing + 7] & 1:
        frames = int.from_bytes(head[xing + 8 : xing + 12], "big")
        trimmed = _lame_trim(head, xing)
    elif head[at + 36 : at + 40] == b"VBRI":
        frames, trimmed = int.from_bytes(head[at + 50 : at + 54], "big"), 0
    else:
        return None
    return max(0, frames * frame.samples - trimmed) / frame.rate if frames else None


def _promised_bytes(head: bytes, at: int) -> int:
    """From the first frame to the end of the sound, by the same headers; 0 where they do not say."""
    frame = mpeg.frame(head, at)
    assert frame is not None  # noqa: S101 - as above
    place, xing = at + 46, at + 4 + frame.side_info
    if head[xing : xing + 4] in {b"Xing", b"Info"}:
        flags = int.from_bytes(head[xing + 4 : xing + 8], "big")
        if not flags & 2:
            return 0
        place = xing + 8 + 4 * (flags & 1)
    elif head[at + 36 : at + 40] != b"VBRI":
        return 0
    said = int.from_bytes(head[place : place + 4], "big")
    return said if said < _UNKNOWN else 0


def _lame_trim(head: bytes, xing: int) -> int:
    """Delay and padding in samples: 12 bits each, 21 bytes into LAME's extension, which follows 120 bytes of Xing."""
    flags = head[xing + 7]
    extension = xing + 8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1)
    if head[extension : extension + 4] not in {b"LAME", b"Lavc", b"Lavf"}:
        return 0
    packed = int.from_bytes(head[extension + 21 : extension + 24], "big")
    return (packed >> 12) + (packed & 0xFFF)
