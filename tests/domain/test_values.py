"""Values: what is cleaned, what is refused."""

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DigestMismatch, Invalid
from domain.values import (
    MAX_FIELDS,
    MAX_NAME_CHARS,
    MAX_TAGS,
    ByteRange,
    checked_fields,
    checked_sha256,
    checked_tags,
    display_name,
    plain_text,
    require_digest,
)

NASTY = st.text(st.one_of(st.characters(), st.sampled_from("./\\\u202e\u200b\ufeff \t"))).filter(
    lambda raw: not set(raw) & set("\0\r\n")
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("dog.wav", "dog.wav"),
        ("../../etc/passwd", "passwd"),
        ("C:\\sounds\\dog.wav", "dog.wav"),
        (" a   dog .wav ", "a dog .wav"),
        ("...dog.wav...", "dog.wav"),
        ("evil\u202egpj.wav", "evilgpj.wav"),
        ("zero\u200bwidth.wav", "zerowidth.wav"),
        ("Cafe\u0301.wav", "Café.wav"),
        ("\ud800dog.wav", "dog.wav"),
        ("🎧.flac", "🎧.flac"),
    ],
)
def test_a_name_is_shown_without_what_could_harm(raw: str, shown: str) -> None:
    assert display_name(raw) == shown


@pytest.mark.parametrize("raw", ["", ".", "..", "/", "a/", " ", "\u202e", "a\0b", "a\rb", "a\nb", "dir/\0"])
def test_a_name_that_is_an_attack_or_nothing_is_refused(raw: str) -> None:
    with pytest.raises(Invalid) as refused:
        display_name(raw)
    assert refused.value.data["field"] == "filename"


@given(NASTY)
def test_whatever_is_shown_is_short_plain_and_shown_the_same_again(raw: str) -> None:
    try:
        shown = display_name(raw)
    except Invalid:
        return
    assert 1 <= len(shown) <= MAX_NAME_CHARS
    assert not set(shown) & set("/\\\0\r\n")
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"} for char in shown)
    assert shown == shown.strip(". ")
    assert display_name(shown) == shown


@given(st.integers(1, 600), st.sampled_from(["wav", "flac", "x" * 16, "x" * 17]))
def test_a_long_name_keeps_its_suffix(length: int, suffix: str) -> None:
    shown = display_name("n" * length + "." + suffix)
    assert len(shown) <= MAX_NAME_CHARS
    if length + len(suffix) < MAX_NAME_CHARS or len(suffix) <= 16:
        assert shown.endswith("." + suffix)


@pytest.mark.parametrize("raw", ["", "  ", "x" * 11, "a\x00b", "a\x1bb", "a\ud800b"])
def test_text_that_is_empty_long_or_holds_controls_is_refused(raw: str) -> None:
    with pytest.raises(Invalid):
        plain_text(raw, "title", 10)


def test_text_is_trimmed_and_composed() -> None:
    assert plain_text("  Cafe\u0301 ", "title", 10) == "Café"


@given(st.lists(st.sampled_from(["dog", " dog ", "cat", "Cafe\u0301", "Café"])))
def test_tags_are_each_there_once_in_order(raw: list[str]) -> None:
    tags = checked_tags(tuple(raw))
    assert tags == tuple(sorted(set(tags)))
    assert checked_tags(tags) == tags


def test_too_many_tags_and_fields_are_refused() -> None:
    with pytest.raises(Invalid):
        checked_tags(tuple(str(n) for n in range(MAX_TAGS + 1)))
    with pytest.raises(Invalid):
        checked_fields({f"f{n}": n for n in range(MAX_FIELDS + 1)})
    assert len(checked_tags(tuple(str(n) for n in range(MAX_TAGS)))) == MAX_TAGS


@pytest.mark.parametrize("name", ["", "1a", "a b", "ä", "a" * 65, "_a", "a/b", "a\n"])
def test_a_fields_name_is_like_an_identifier(name: str) -> None:
    with pytest.raises(Invalid):
        checked_fields({name: 1})


def test_fields_keep_their_values_and_are_in_order() -> None:
    raw = {"b": None, "a.x-1": "", "c": True, "d": 1.5, "e": "text"}
    assert checked_fields(raw) == raw
    assert list(checked_fields(raw)) == sorted(raw)


@pytest.mark.parametrize("value", ["x" * 4097, "a\x00b", " "])
def test_a_fields_text_is_short_and_plain(value: str) -> None:
    with pytest.raises(Invalid):
        checked_fields({"a": value})


@pytest.mark.parametrize("value", [2**53 + 1, -(10**400), math.inf, math.nan])
def test_a_fields_number_is_the_same_for_every_reader(value: float) -> None:
    assert checked_fields({"a": 2**53, "b": -1e300}) == {"a": 2**53, "b": -1e300}
    with pytest.raises(Invalid, match=r"fields\.a"):
        checked_fields({"a": value})


def test_a_digest_is_lower_case_hexadecimal() -> None:
    assert checked_sha256("AB" * 32) == "ab" * 32
    for wrong in ("", "ab" * 31, "ab" * 33, "zz" * 32, "ab" * 32 + "\n"):
        with pytest.raises(Invalid):
            checked_sha256(wrong)


def test_only_a_digest_that_was_announced_must_agree() -> None:
    require_digest(None, "a")
    require_digest("a", "a")
    with pytest.raises(DigestMismatch) as refused:
        require_digest("a", "b")
    assert refused.value.data == {"announced": "a", "received": "b"}


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_range_counts_both_its_ends(start: int, more: int) -> None:
    assert ByteRange(start, start + more).length == more + 1
