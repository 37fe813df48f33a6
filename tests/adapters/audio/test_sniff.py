"""What the first bytes tell, and what hides behind tags."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.audio.headers import mpeg
from adapters.audio.sniff import HEAD_BYTES, sniff
from domain.errors import EmptyAudio, Unsupported
from tests import sounds


def id3(size: int) -> bytes:
    return b"ID3\x04\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)


def test_tags_in_front_are_looked_behind_as_far_as_the_head_reaches() -> None:
    assert sniff(id3(100) + sounds.encoded("flac")) == "flac"
    assert sniff(id3(100) + sounds.encoded("mp3")[20:]) == "mp3"
    assert sniff(id3(100) + sounds.encoded("aac")) == "aac"
    assert sniff((id3(10_000) + sounds.encoded("mp3"))[:HEAD_BYTES]) == "mp3"
    assert sniff(id3(100) + id3(50) + sounds.encoded("mp3")) == "mp3"
    with pytest.raises(Unsupported):
        sniff(id3(100) + sounds.text_file())


def test_one_frame_header_is_no_mp3() -> None:
    """Any byte sequence has a good chance to hold one: a second one must stand where the first one ends."""
    frame = sounds.lying_xing_mp3()[:417]
    with pytest.raises(Unsupported):
        sniff(frame + sounds.text_file())
    assert sniff(frame * 3) == "mp3"


@pytest.mark.parametrize("zeros", [1, 100, 3000])
def test_zeros_in_front_of_an_mp3_are_passed_over(zeros: int) -> None:
    assert sniff(bytes(zeros) + sounds.encoded("mp3")[20:]) == "mp3"


def test_zeros_excuse_nothing_else() -> None:
    frames = sounds.lying_xing_mp3()[:417] * 3
    noise = np.random.default_rng(1).bytes(HEAD_BYTES)
    for data in (
        bytes(HEAD_BYTES),
        bytes(HEAD_BYTES) + frames,
        bytes(1000) + frames[:417] + sounds.text_file(),
        bytes(1000) + sounds.text_file(),
        bytes(1000) + noise,
        bytes(1000) + sounds.encoded("flac"),
        bytes(1000) + sounds.encoded("aac"),
        b"some text first" + frames,
        b"\0text\0" + frames,
        noise,
    ):
        with pytest.raises(Unsupported):
            sniff(data)


def test_nothing_is_empty() -> None:
    with pytest.raises(EmptyAudio):
        sniff(b"")


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_named_or_refused(head: bytes) -> None:
    with suppress(Unsupported):
        sniff(head)


@given(st.binary(max_size=40), st.integers(0, 40))
def test_frame_headers_are_read_of_any_bytes(data: bytes, at: int) -> None:
    for frame in (mpeg.frame(data, at), mpeg.adts(data, at)):
        assert frame is None or (frame.size > 0 and frame.rate > 0)
