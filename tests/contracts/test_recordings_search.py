"""Recordings.search: what the domain's own `matches` and `sort_value` say, in pages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.fixity import FixityStatus
from domain.listing import ORDERED, Field, Filter, Op, RecordingQuery, SortKey, sort_value
from domain.ports.recordings import Recordings
from domain.recording import Recording, Status
from domain.values import LibraryId
from tests.builders import (
    LIBRARY,
    NOON,
    OTHER_LIBRARY,
    a_finding,
    a_fixity,
    a_lineage,
    a_recording,
    a_sha256,
    an_audio_format,
    an_entry,
)
from tests.contracts.conftest import Family

T = TypeVar("T")

_libraries = (LibraryId(f"library-{n}") for n in count())  # each example searches one of its own

TAGS = ("dog", "Dog", "café", "100%", "a_b", "'; --")
CODES = ("clipping", "silence")
TITLES = ("A dog", "a dog", "B", "Ä", "z", "🎧", "\u00ff", "A dog ")
TIMES = tuple(NOON + timedelta(microseconds=micros) for micros in (0, 1, 500_000, 1_000_000))
LOUDNESSES = (None, -70.0, -23.1, -23.0, 0.5)
FILENAMES = ("a.wav", "b.wav", "Cafe\u0301_1%.wav")
DURATIONS = (None, 0.0, 0.1, 1.5, 1.5000000000000002, 3600.25)
SIZES = (1, 2, 2**31, 2**40)
STATUSES = tuple(Status)


@st.composite
def recordings_of(draw: st.DrawFn, library_id: LibraryId) -> Recording:
    def pick(values: Sequence[T]) -> T:
        return draw(st.sampled_from(values))

    heard = draw(st.booleans())
    audio = an_audio_format(
        codec=pick(("mp3", "flac")),
        container=pick(("mp3", "ogg")),
        channels=pick((1, 2)),
        sample_rate_hz=pick((8000, 48000)),
        duration_seconds=pick(DURATIONS),
    )
    return a_recording(
        library_id=library_id,
        title=pick(TITLES),
        filename=pick(FILENAMES),
        status=pick(STATUSES),
        created_at=pick(TIMES),
        updated_at=pick(TIMES),
        sha256=pick((None, a_sha256(1), a_sha256(2))),
        keep_duplicate=True,
        size_bytes=pick(SIZES),
        tags=tuple(sorted(draw(st.sets(st.sampled_from(TAGS), max_size=3)))),
        findings=tuple(a_finding(code=code) for code in draw(st.sets(st.sampled_from(CODES)))),
        audio=audio if heard else None,
        loudness_lufs=pick(LOUDNESSES) if heard else None,
        fixity=pick((None, *(a_fixity(status) for status in FixityStatus))),
        lineage=pick((None, a_lineage("one"), a_lineage("other"))),
    )


_VALUES = {
    Field.TEXT: ("dog", "DOG a", "café", "CAFE dog", "a.w", "%", "_", "dogdog", "ÿ", "ß", "🎧", "a " * 8),
    Field.STATUS: STATUSES,
    Field.TAG: (*TAGS, "unknown", "do"),
    Field.FINDING: CODES,
    Field.FIXITY: ("damaged", "intact"),
    Field.PARENT: ("one", "on"),
    Field.CODEC: ("mp3", "MP3"),
    Field.CONTAINER: ("ogg",),
    Field.SHA256: (a_sha256(1),),
    Field.FILENAME: ("a.wav", "a"),
    Field.CHANNELS: (1, 2, 1.5),
    Field.SAMPLE_RATE: (8000, 8000.0, 44_100),
    Field.DURATION: (0, 0.1, 1.5, 2),
    Field.LOUDNESS: (-1000.0, -70, -23.1, -23, 0.5, 5),
    Field.SIZE: (1, 2**31, 10**30, -(10**30), 0.5),
    Field.CREATED: TIMES,
    Field.UPDATED: TIMES,
}


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    field = draw(st.sampled_from(tuple(Field)))
    op = draw(st.sampled_from(tuple(Op))) if field in ORDERED else Op.EQ
    return Filter(field, op, draw(st.sampled_from(_VALUES[field])))


queries = st.builds(
    RecordingQuery,
    filters=st.lists(filters(), max_size=2).map(tuple),
    sort=st.sampled_from(tuple(SortKey)),
    descending=st.booleans(),
    limit=st.integers(1, 4),
)


def paged(recordings: Recordings, library_id: LibraryId, query: RecordingQuery) -> list[Recording]:
    """All items, through all the cursors."""
    seen: list[Recording] = []
    while True:
        page = recordings.search(library_id, query)
        assert len(page.items) <= query.limit
        seen += page.items
        assert len({recording.id for recording in seen}) == len(seen)  # or paging would go round and round
        if page.next_cursor is None:
            return seen
        query = replace(query, cursor=page.next_cursor)


def expected(stored: list[Recording], query: RecordingQuery) -> list[Recording]:
    return sorted(
        (recording for recording in stored if query.matches(recording)),
        key=lambda recording: (sort_value(recording, query.sort), recording.id),
        reverse=query.descending,
    )


def test_search_is_what_the_domain_says_it_is(family: Family) -> None:
    @settings(max_examples=10 if family.is_slow else 60, deadline=None)
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        library_id = next(_libraries)
        stored = data.draw(st.lists(recordings_of(library_id), max_size=8))
        family.load(stored)
        for query in data.draw(st.lists(queries, min_size=4, max_size=8)):
            assert paged(family.recordings, library_id, query) == expected(stored, query)

    holds()


@pytest.fixture
def five(family: Family) -> tuple[Recording, ...]:
    made = tuple(a_recording(created_at=NOON + timedelta(hours=n), tags=("dog",)) for n in range(5))
    for recording in made:
        family.recordings.add(recording, an_entry())
    return made


def test_paging_sees_each_once_that_is_there_from_start_to_end(family: Family, five: tuple[Recording, ...]) -> None:
    query = RecordingQuery(limit=2, descending=False)
    page = family.recordings.search(LIBRARY, query)
    assert page.items == five[:2]
    family.recordings.remove(five[1], 1, an_entry())  # where the cursor stands
    family.recordings.remove(five[2], 1, an_entry())
    family.recordings.add(a_recording(created_at=NOON - timedelta(hours=1)), an_entry())
    rest = family.recordings.search(LIBRARY, replace(query, cursor=page.next_cursor))
    assert rest.items == five[3:]
    assert rest.next_cursor is None


def test_the_limit_may_change_from_page_to_page(family: Family, five: tuple[Recording, ...]) -> None:
    cursor = family.recordings.search(LIBRARY, RecordingQuery(limit=1)).next_cursor
    assert family.recordings.search(LIBRARY, RecordingQuery(limit=3, cursor=cursor)).items == five[3:0:-1]


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "ä", "%%%%", "bnVsbA", "WzEsMiwzXQ", "e30", "W10", "x" * 10_000])
def test_an_unreadable_cursor_is_refused(family: Family, cursor: str) -> None:
    with pytest.raises(Invalid):
        family.recordings.search(LIBRARY, RecordingQuery(cursor=cursor))


def test_a_cursor_of_another_query_is_refused(family: Family, five: tuple[Recording, ...]) -> None:
    cursor = family.recordings.search(LIBRARY, RecordingQuery(limit=2)).next_cursor
    others = (
        RecordingQuery(sort=SortKey.TITLE),
        RecordingQuery(sort=SortKey.SIZE),
        RecordingQuery(descending=False),
        RecordingQuery((Filter(Field.TAG, Op.EQ, "dog"),)),
    )
    for query in others:
        with pytest.raises(Invalid):
            family.recordings.search(LIBRARY, replace(query, cursor=cursor))
    with pytest.raises(Invalid):
        family.recordings.search(OTHER_LIBRARY, RecordingQuery(cursor=cursor))


def test_labels_follow_the_recording_when_it_changes(family: Family) -> None:
    recording = a_recording(tags=("cat", "dog"))
    family.recordings.add(recording, an_entry())
    family.recordings.save(recording.described(NOON, tags=("bird", "dog")), 1, an_entry())

    def tagged(tag: str) -> int:
        return len(family.recordings.search(LIBRARY, RecordingQuery((Filter(Field.TAG, Op.EQ, tag),))).items)

    assert (tagged("cat"), tagged("dog"), tagged("bird")) == (0, 1, 1)


def test_what_lies_in_the_trash_is_shown_to_those_who_ask_for_it(family: Family) -> None:
    trashed = a_recording(status=Status.TRASHED, trashed_at=NOON)
    family.recordings.add(trashed, an_entry())
    assert family.recordings.search(LIBRARY, RecordingQuery()).items == ()
    asked = RecordingQuery((Filter(Field.STATUS, Op.EQ, "trashed"),))
    assert family.recordings.search(LIBRARY, asked).items == (trashed,)
