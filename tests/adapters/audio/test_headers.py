"""Headers are read by bounded code, whatever they say."""

import struct
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.audio.claims import examine
from adapters.audio.limits import EngineLimits
from domain.errors import AudioBackendError, DecodedSizeLimit, MetadataLimit, UndecodableAudio, UnsupportedParameters
from tests import sounds

LIMITS = EngineLimits()


def refused(path: Path, data: bytes, kind: type[AudioBackendError]) -> None:
    path.write_bytes(data)
    start = time.process_time()
    with pytest.raises(kind):
        examine(path, LIMITS)
    assert time.process_time() - start < 2


def chunk(name: bytes, body: bytes, order: str = "<") -> bytes:
    return name + struct.pack(order + "I", len(body)) + body + b"\0" * (len(body) % 2)


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


TAG = b"".join(b"TXXX" + struct.pack(">IH", 4, 0) + b"\0k\0v" for _ in range(5000))
ID3 = b"ID3\x03\0\0" + bytes(len(TAG) >> shift & 0x7F for shift in (21, 14, 7, 0)) + TAG


def vorbis_comments(count: int) -> bytes:
    return struct.pack("<I", 0) + struct.pack("<I", count) + b"\x01\0\0\0a" * count


def mp4_nested(depth: int) -> bytes:
    body = b""
    for _ in range(depth):
        body = box(b"udta", body)
    return box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", body)


FLOODS = {
    "id3 in a wav chunk": sounds.tone_wav()[:12] + chunk(b"id3 ", ID3) + sounds.tone_wav()[12:],
    "id3 in an aiff chunk": sounds.encoded("aiff")[:12] + chunk(b"ID3 ", ID3, ">") + sounds.encoded("aiff")[12:],
    "wav of 10,000 chunks": sounds.tone_wav()[:12] + chunk(b"abcd", b"") * 10_000 + sounds.tone_wav()[12:],
    "wav list of 10,000 items": sounds.tone_wav()[:12]
    + chunk(b"LIST", b"INFO" + chunk(b"ICMT", b"x") * 10_000)
    + sounds.tone_wav()[12:],
    "stacked id3": (b"ID3\x03\0\0\0\0\0\x0a" + b"TXXX\0\0\0\0\0\0") * 3 + ID3 + sounds.encoded("mp3"),
    "ape tag": sounds.encoded("mp3")
    + b"APETAGEX"
    + struct.pack("<IIII8x", 2000, 64, 100_000, 0),
    "flac comments": b"fLaC\0\0\0\x22" + sounds.encoded("flac")[8:42]
    + b"\x84" + len(vorbis_comments(50_000)).to_bytes(3, "big") + vorbis_comments(50_000) + bytes(100),
    "mp4 boxes in boxes": mp4_nested(30),
    "mp4 of 10,000 boxes": box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", box(b"free", b"") * 10_000),
    "mp4 of 4 billion samples": box(b"ftyp", b"M4A \0\0\0\0")
    + box(b"moov", box(b"trak", box(b"stsz", struct.pack(">III", 0, 1, 0xFFFFFFFF)))),
}  # fmt: skip


@pytest.mark.parametrize("name", FLOODS)
def test_floods_of_metadata(name: str, tmp_path: Path) -> None:
    refused(tmp_path / "x", FLOODS[name], MetadataLimit)


def test_an_id3_of_empty_frames_costs_no_time(tmp_path: Path) -> None:
    size = 30 << 20
    tag = b"ID3\x04\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    refused(tmp_path / "x", tag + (b"TXXX" + bytes(6)) * (size // 10) + sounds.encoded("mp3"), MetadataLimit)


@pytest.mark.parametrize("bits", [0, 65, 65535])
def test_impossible_depths(bits: int, tmp_path: Path) -> None:
    refused(tmp_path / "x", sounds.raw_wav(bytes(1000), bits=bits), UnsupportedParameters)


@pytest.mark.parametrize("data", [b"RIFF\0\0\0\0WAVE", b"RIFF\x24\0\0\0WAVEdata\x04\0\0\0abcd", b"fLaC\x84\0\0\0abcd"])
def test_headers_without_their_heart(data: bytes, tmp_path: Path) -> None:
    refused(tmp_path / "x", data, UndecodableAudio)


@pytest.mark.parametrize("fmt", [*sounds.FORMATS, *sounds.MORE_FORMATS])
def test_every_cut_of_a_header_is_read_or_refused(fmt: str, tmp_path: Path) -> None:
    data, path = sounds.encoded(fmt, sounds.tone(0.1)), tmp_path / "x"
    for length in [*range(1, 200), *range(200, 2000, 37)]:
        path.write_bytes(data[:length])
        with suppress(AudioBackendError):
            examine(path, LIMITS)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), fmt=st.sampled_from([*sounds.FORMATS, *sounds.MORE_FORMATS]))
def test_every_change_of_a_header_is_read_or_refused(data: st.DataObject, fmt: str, tmp_path: Path) -> None:
    file = bytearray(SMALL[fmt])
    for _ in range(data.draw(st.integers(1, 6))):
        file[data.draw(st.integers(0, min(len(file), 600) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "x"
    path.write_bytes(file)
    with suppress(AudioBackendError):
        examine(path, LIMITS)


SMALL = {fmt: sounds.encoded(fmt, sounds.tone(0.1)) for fmt in (*sounds.FORMATS, *sounds.MORE_FORMATS)}


def test_decoded_size_is_bounded_absolutely_and_by_expansion() -> None:
    LIMITS.check_decoded(8_300_000_000, 1 << 31)
    with pytest.raises(DecodedSizeLimit):
        LIMITS.check_decoded(8_300_000_001, 1 << 31)
    LIMITS.check_decoded(16_000_000, 1)
    with pytest.raises(DecodedSizeLimit):
        LIMITS.check_decoded(16_000_001, 5_000)
    # An hour of digital silence as libFLAC writes it, 44.1 kHz stereo: about 600 kB.
    LIMITS.check_decoded(317_520_000, 600_000)


def test_a_tag_that_ends_too_late_does_not_hide_the_sound(tmp_path: Path) -> None:
    mp3, path = sounds.encoded("mp3"), tmp_path / "x"
    path.write_bytes(mp3[:9] + bytes([mp3[9] + 1]) + mp3[10:])
    assert examine(path, LIMITS).container.name == "mp3"


def test_a_flac_with_more_sound_than_it_promises_is_known(tmp_path: Path) -> None:
    flac, path = sounds.encoded("flac", sounds.noise(1.0)), tmp_path / "x"
    path.write_bytes(flac)
    assert not examine(path, LIMITS).claims.sizes_lie
    path.write_bytes(flac[:22] + struct.pack(">I", 1) + flac[26:])
    assert examine(path, LIMITS).claims.sizes_lie
    path.write_bytes(flac + bytes(10_000))
    assert not examine(path, LIMITS).claims.sizes_lie


def test_a_caf_that_is_cut_off_still_says_how_long_it_was(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(sounds.truncated(sounds.encoded("caf")))
    claims = examine(path, LIMITS).claims
    assert claims.sizes_lie
    assert claims.missing_bytes == len(sounds.encoded("caf")) - path.stat().st_size
    assert claims.duration_seconds == pytest.approx(1.0, abs=0.001)
