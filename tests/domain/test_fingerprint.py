import random

import pytest

from domain.errors import CorruptBlob
from domain.fingerprint import MAX_CODES, MAX_TERMS, MIN_CODES, NEAR, Fingerprint


def codes(count: int, seed: int = 1) -> list[int]:
    draw = random.Random(seed)
    return [draw.randrange(1, 1 << 32) for _ in range(count)]


def printed(values: list[int]) -> Fingerprint:
    return Fingerprint(b"".join(value.to_bytes(4, "little") for value in values))


def blurred(values: list[int], share: float, seed: int = 2) -> list[int]:
    """With that share of all bits turned over."""
    draw = random.Random(seed)
    return [value ^ sum((draw.random() < share) << bit for bit in range(32)) for value in values]


def test_a_sound_is_wholly_like_itself() -> None:
    match = printed(codes(80)).similarity(printed(codes(80)))
    assert (match.similarity, match.offset_seconds) == (1.0, 0.0)
    assert match.overlap_seconds == (80 + 7) / 8  # a code looks at eight steps
    assert match.is_near


@pytest.mark.parametrize("share", [0.01, 0.05, 0.13])
def test_similarity_is_how_far_the_bits_are_from_chance(share: float) -> None:
    match = printed(codes(800)).similarity(printed(blurred(codes(800), share)))
    assert match.similarity == pytest.approx(1 - 2 * share, abs=0.02)
    assert match.is_near


def test_different_sounds_are_not_near() -> None:
    for seed in range(2, 30):
        match = printed(codes(240)).similarity(printed(codes(240, seed)))
        assert match.similarity < NEAR / 2


@pytest.mark.parametrize("cut", [1, 16, 100])
def test_a_sound_that_was_cut_is_found_at_its_place(cut: int) -> None:
    whole = codes(300)
    excerpt = blurred(whole[cut : cut + 150], 0.1)
    match = printed(whole).similarity(printed(excerpt))
    assert match.offset_seconds == cut / 8
    assert match.overlap_seconds == (150 + 7) / 8
    back = printed(excerpt).similarity(printed(whole))
    assert (back.offset_seconds, back.similarity) == (-match.offset_seconds, match.similarity)


def test_a_sound_that_repeats_itself_is_matched_from_its_start() -> None:
    loop = printed(codes(16) * 40)
    match = loop.similarity(printed(blurred(codes(16) * 40, 0.02)))
    assert match.is_near
    assert match.offset_seconds == 0


def test_silence_in_both_is_no_likeness() -> None:
    pause = [0] * 1000
    match = printed([*codes(40), *pause]).similarity(printed([*codes(40, 2), *pause]))
    assert not match.is_near
    assert printed(pause).similarity(printed(pause)).similarity == 0


def test_silence_against_sound_is_a_difference() -> None:
    half_gone = codes(80)[:40] + [0] * 40
    assert not printed(codes(80)).similarity(printed(half_gone)).is_near


def test_too_little_in_common_says_nothing() -> None:
    short = codes(MIN_CODES - 1)
    assert printed(short).similarity(printed(short)).similarity == 0
    assert printed(codes(MIN_CODES)).similarity(printed(codes(MIN_CODES))).similarity == 1
    assert printed([]).similarity(printed(short)).similarity == 0


def test_terms_are_few_and_always_the_same() -> None:
    terms = printed(codes(5000)).terms()
    assert len(terms) == MAX_TERMS
    assert all(0 <= term < 1 << 32 for term in terms)
    assert printed(list(reversed(codes(5000)))).terms() == terms
    assert len(printed([7, 7, 9, 0]).terms()) == 2
    assert printed([0, 0]).terms() == frozenset()


def test_sounds_that_share_codes_share_terms() -> None:
    mine = codes(1000)
    half = printed(mine[:500] + codes(500, 2)).terms()
    assert 10 < len(printed(mine).terms() & half) < 40  # a third of all codes of both are common
    assert printed(mine).terms() & printed(codes(1000, 3)).terms() == frozenset()


def test_like_codes_have_unlike_hashes() -> None:
    """Otherwise the sketch would be that of one kind of sound."""
    low, high = printed(list(range(1, 1001))), printed([value + (1 << 31) for value in range(1, 1001)])
    both = printed([*range(1, 1001), *(value + (1 << 31) for value in range(1, 1001))]).terms()
    assert 16 < len(both & low.terms()) < 48
    assert 16 < len(both & high.terms()) < 48


@pytest.mark.parametrize("damaged", [b"abc", bytes(4 * MAX_CODES + 4)])
def test_what_cannot_be_codes_is_refused(damaged: bytes) -> None:
    with pytest.raises(CorruptBlob):
        Fingerprint(damaged)
