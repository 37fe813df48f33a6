"""Filters, sorts and queries: the words that every store answers alike."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.fixity import FixityStatus
from domain.listing import (
    MAX_LIMIT,
    ORDERED,
    UNKNOWN_LOUDNESS,
    UNKNOWN_NUMBER,
    Comparable,
    Field,
    Filter,
    Op,
    RecordingQuery,
    SortKey,
    field_values,
    filters_of,
    sort_value,
)
from domain.recording import Status
from tests.builders import NOON, a_finding, a_fixity, a_lineage, a_recording, an_audio_format

RECORDING = a_recording(
    tags=("cat", "dog"),
    findings=(a_finding(), a_finding(code="silence")),
    audio=an_audio_format(codec="flac", container="ogg", channels=2, sample_rate_hz=48_000, duration_seconds=1.5),
    loudness_lufs=-23.5,
    size_bytes=100,
    filename="A dog.ogg",
    fixity=a_fixity(FixityStatus.DAMAGED),
    lineage=a_lineage("parent-1"),
)
UNHEARD = a_recording(status=Status.RECEIVING, sha256=None, audio=None)


@pytest.mark.parametrize(
    ("field", "value", "other"),
    [
        (Field.TEXT, "dog", "bird"),
        (Field.STATUS, "ready", "failed"),
        (Field.TAG, "dog", "do"),
        (Field.TAG, "cat", "Cat"),
        (Field.FINDING, "silence", "clip"),
        (Field.FIXITY, "damaged", "missing"),
        (Field.PARENT, "parent-1", "parent"),
        (Field.CODEC, "flac", "mp3"),
        (Field.CONTAINER, "ogg", "wav"),
        (Field.SHA256, RECORDING.sha256, "0" * 64),
        (Field.FILENAME, "A dog.ogg", "A dog"),
        (Field.CHANNELS, 2, 1),
        (Field.SAMPLE_RATE, 48_000, 44_100),
        (Field.DURATION, 1.5, 1.4),
        (Field.LOUDNESS, -23.5, -23.0),
        (Field.SIZE, 100, 99),
        (Field.CREATED, NOON, NOON + timedelta(microseconds=1)),
        (Field.UPDATED, NOON, NOON - timedelta(microseconds=1)),
    ],
)
def test_every_field_is_compared_for_equality(field: Field, value: Comparable, other: Comparable) -> None:
    assert Filter(field, Op.EQ, value).matches(RECORDING)
    assert not Filter(field, Op.EQ, other).matches(RECORDING)


def test_every_field_has_values() -> None:
    assert all(field_values(RECORDING, field) for field in Field)


@given(st.sampled_from(sorted(ORDERED - {Field.CREATED, Field.UPDATED})), st.floats(-100, 1e6))
def test_the_comparisons_agree_with_each_other(field: Field, value: float) -> None:
    matches = {op: Filter(field, op, value).matches(RECORDING) for op in Op}
    assert matches[Op.GTE] == (matches[Op.GT] or matches[Op.EQ])
    assert matches[Op.LTE] == (matches[Op.LT] or matches[Op.EQ])
    assert matches[Op.GT] + matches[Op.EQ] + matches[Op.LT] == 1


@pytest.mark.parametrize("field", [Field.CHANNELS, Field.SAMPLE_RATE, Field.DURATION, Field.LOUDNESS])
@pytest.mark.parametrize("op", Op)
def test_what_has_no_value_never_matches(field: Field, op: Op) -> None:
    assert not Filter(field, op, UNKNOWN_NUMBER).matches(UNHEARD)
    assert not Filter(field, op, UNKNOWN_LOUDNESS).matches(UNHEARD)
    assert not Filter(field, op, 0).matches(UNHEARD)


def test_only_what_is_ordered_is_compared_by_order() -> None:
    for field in Field:
        if field in ORDERED:
            Filter(field, Op.GT, 1)
            continue
        with pytest.raises(Invalid) as refused:
            Filter(field, Op.GT, "x")
        assert refused.value.data["field"] == str(field)


def test_all_filters_must_match() -> None:
    dog, bird = Filter(Field.TAG, Op.EQ, "dog"), Filter(Field.TAG, Op.EQ, "bird")
    cat = Filter(Field.TAG, Op.EQ, "cat")
    assert RecordingQuery((dog, cat)).matches(RECORDING)
    assert not RecordingQuery((dog, bird)).matches(RECORDING)
    assert RecordingQuery().matches(RECORDING)


def test_the_trash_is_shown_to_those_who_ask_for_a_status() -> None:
    trashed = RECORDING.trashed(NOON)
    assert not RecordingQuery().matches(trashed)
    assert RecordingQuery((Filter(Field.STATUS, Op.EQ, Status.TRASHED),)).matches(trashed)
    assert not RecordingQuery((Filter(Field.STATUS, Op.EQ, Status.READY),)).matches(trashed)


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1])
def test_the_limit_is_capped(limit: int) -> None:
    with pytest.raises(Invalid):
        RecordingQuery(limit=limit)


@pytest.mark.parametrize("key", SortKey)
def test_a_sort_always_has_a_value_of_one_type(key: SortKey) -> None:
    known, unknown = sort_value(RECORDING, key), sort_value(UNHEARD, key)
    assert type(known) is type(unknown)


def test_an_unknown_duration_sorts_before_all_known_ones() -> None:
    silent = a_recording(audio=an_audio_format(duration_seconds=0.0))
    undecoded = a_recording(audio=an_audio_format(duration_seconds=None))
    assert sort_value(UNHEARD, SortKey.DURATION) == sort_value(undecoded, SortKey.DURATION) == UNKNOWN_NUMBER
    assert sort_value(silent, SortKey.DURATION) > UNKNOWN_NUMBER  # type: ignore[operator]  # both numbers


def test_an_unknown_loudness_sorts_before_all_known_ones() -> None:
    quiet = a_recording(loudness_lufs=-70.0)
    assert sort_value(UNHEARD, SortKey.LOUDNESS) == UNKNOWN_LOUDNESS
    assert sort_value(quiet, SortKey.LOUDNESS) > UNKNOWN_LOUDNESS  # type: ignore[operator]  # both numbers


def test_filters_are_read_as_addresses_have_them() -> None:
    words = {"tag": ("dog", "loud"), "duration[gte]": ("1.5",), "channels": ("2",), "created[lt]": [NOON.isoformat()]}
    words |= {"loudness[gte]": ["-23.5"], "text": ["Dog"]}
    assert filters_of(words) == (
        Filter(Field.TAG, Op.EQ, "dog"),
        Filter(Field.TAG, Op.EQ, "loud"),
        Filter(Field.DURATION, Op.GTE, 1.5),
        Filter(Field.CHANNELS, Op.EQ, 2),
        Filter(Field.CREATED, Op.LT, NOON),
        Filter(Field.LOUDNESS, Op.GTE, -23.5),
        Filter(Field.TEXT, Op.EQ, "Dog"),
    )


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("colour", "red"),
        ("duration[near]", "1"),
        ("tag[gte]", "dog"),
        ("tag", ""),
        ("status", "lost"),
        ("fixity", "intact"),
        ("duration", "long"),
        ("size", "-1"),
        ("loudness", "-inf"),
        ("text", ""),
        ("text", " \u00b4\t"),
        ("text", "a b c d e f g h i"),
        ("text", "a" * 256),
        ("text[gte]", "dog"),
        ("duration", "nan"),
        ("created", "yesterday"),
        ("created", "2026-03-01T12:00:00"),
        ("created", "0001-01-01T00:00:00+14:00"),
        ("created[lte]", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_what_cannot_be_filtered_by_is_refused(word: str, text: str) -> None:
    with pytest.raises(Invalid):
        filters_of({word: [text]})


def test_a_filter_without_a_value_does_not_mean_all() -> None:
    with pytest.raises(Invalid):
        filters_of({"status": ["ready"], "tag": []})
