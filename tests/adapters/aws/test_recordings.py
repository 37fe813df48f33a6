"""Recordings in the table: what is written beside them, long titles and documents, and an index that lags behind."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.aws.audit import DynamoAuditTrail
from adapters.aws.documents import INLINE
from adapters.aws.recording_items import companions_of, facet_partition, item_of, recording_key
from adapters.aws.recordings import DynamoRecordings
from adapters.aws.schema import BY_UPDATED, INDEXES
from adapters.aws.table import Range, Table
from domain.access import system_actor
from domain.audit import AuditEntry
from domain.errors import NotFound
from domain.listing import Field, Filter, Op, RecordingQuery, SortKey
from domain.ports.access import AuditQuery
from domain.recording import Recording
from tests.adapters.aws.conftest import Behind, in_index
from tests.aws import AwsDouble
from tests.builders import LIBRARY, NOON, a_recording, an_entry
from tests.contracts.test_recordings_search import expected, paged

LOTS = tuple(f"tag {n:03d}" for n in range(100))
OTHERS = tuple(f"other {n:03d}" for n in range(100))


@pytest.fixture
def recordings(table: Table) -> DynamoRecordings:
    return DynamoRecordings(table)


def partition(table: Table, recording: Recording) -> list[str]:
    pk, _ = recording_key(recording.library_id, recording.id)
    return [str(item["sk"]) for item in table.items(Range(pk))]


def tagged(table: Table, *tags: str) -> int:
    return sum(1 for tag in tags for _ in table.items(Range(facet_partition(LIBRARY, Field.TAG, tag))))


def test_more_tags_change_than_a_transaction_holds(table: Table, recordings: DynamoRecordings) -> None:
    recording = a_recording(tags=LOTS)
    recordings.add(recording, an_entry())
    assert tagged(table, *LOTS) == 100
    retagged = recording.described(NOON, tags=OTHERS)
    recordings.save(retagged, 1, an_entry())
    assert (tagged(table, *LOTS), tagged(table, *OTHERS)) == (0, 100)
    assert recordings.get(LIBRARY, recording.id) == retagged
    recordings.remove(retagged, 2, an_entry())
    assert tagged(table, *OTHERS) == 0


def test_nothing_is_left_of_a_recording_that_is_removed(table: Table, recordings: DynamoRecordings) -> None:
    recording = a_recording(tags=("dog",))
    recordings.add(recording, an_entry())
    beside = [*companions_of(recording), (f"claim#{LIBRARY}#{recording.sha256}", "claim")]
    assert len(table.get_all(beside)) == len(beside)
    recordings.remove(recording, 1, an_entry())
    assert table.get_all(beside) == {}
    assert partition(table, recording) == []


def a_long_one(seed: int) -> Recording:
    rng = random.Random(seed)
    texts = ("".join(rng.choices([chr(c) for c in range(0x4E00, 0x9000)], k=4096)) for _ in range(100))
    return a_recording(fields={f"f{n}": text for n, text in enumerate(texts)})


def test_a_document_longer_than_an_item_is_kept_in_several(table: Table, recordings: DynamoRecordings) -> None:
    long = a_long_one(1)
    recordings.add(long, an_entry())
    assert len(partition(table, long)) > 2
    assert all(
        len(item["doc"]) <= INLINE  # type: ignore[arg-type]  # deflated, and so bytes
        for item in table.items(Range(recording_key(LIBRARY, long.id)[0]))
    )
    assert recordings.get(LIBRARY, long.id) == long
    assert recordings.search(LIBRARY, RecordingQuery()).items == (long,)
    changed = replace(long, fields=a_long_one(2).fields, version=2)
    recordings.save(changed, 1, an_entry())
    assert recordings.get(LIBRARY, long.id) == changed
    short = changed.described(NOON, fields={})
    recordings.save(short, 2, an_entry())
    assert partition(table, long) == ["recording"]
    recordings.save(replace(long, version=4), 3, an_entry())
    recordings.remove(replace(long, version=4), 4, an_entry())
    assert partition(table, long) == []
    with pytest.raises(NotFound):
        recordings.get(LIBRARY, long.id)


def test_the_entry_of_a_long_change_is_told_whole(table: Table, recordings: DynamoRecordings) -> None:
    long = a_long_one(1)
    entries = [
        AuditEntry.of_change("1", NOON, system_actor(LIBRARY, "test"), "recording.receive", before=None, after=long),
        an_entry(at=NOON, id="2"),
    ]
    for recording, entry in zip((long, a_recording()), entries, strict=True):
        recordings.add(recording, entry)
    trail = DynamoAuditTrail(table)
    for query in (AuditQuery(), AuditQuery(limit=1)):
        assert trail.search(LIBRARY, query).items == tuple(reversed(entries))[: query.limit]
    assert trail.search(LIBRARY, AuditQuery(subject_id=long.id)).items == (entries[0],)


def test_titles_longer_than_a_key_are_sorted_by_their_beginnings(recordings: DynamoRecordings) -> None:
    titles = ["🎧" * 255, "🎧" * 254 + "a", "🎧" * 200, "a", "🎧" * 255]
    stored = [a_recording(title=title) for title in titles]
    for recording in stored:
        recordings.add(recording, an_entry())
    query = RecordingQuery(sort=SortKey.TITLE, descending=False, limit=2)
    beginnings = [replace(recording, title=recording.title[:249]) for recording in stored]
    in_order = [recording.id for recording in expected(beginnings, query)]
    assert [recording.id for recording in paged(recordings, LIBRARY, query)] == in_order


def test_a_filter_longer_than_a_key_finds_nothing(recordings: DynamoRecordings) -> None:
    recordings.add(a_recording(), an_entry())
    for field in (Field.TAG, Field.FILENAME):
        assert recordings.search(LIBRARY, RecordingQuery((Filter(field, Op.EQ, "x" * 3000),))).items == ()


def test_an_index_that_lags_behind_decides_nothing(table: Table, aws_double: AwsDouble) -> None:
    client: Any = Behind(aws_double.clients.dynamodb)
    recordings = DynamoRecordings(Table(client, aws_double.name))
    trashed, renamed, removed, kept = made = [a_recording(title=title) for title in ("a", "b", "c", "d")]
    for recording in made:
        recordings.add(recording, an_entry())
    by_title = RecordingQuery(sort=SortKey.TITLE, descending=False)
    assert recordings.search(LIBRARY, by_title).items == tuple(made)
    recordings.save(trashed.trashed(NOON), 1, an_entry())
    recordings.save(renamed.described(NOON, title="z"), 1, an_entry())
    recordings.remove(removed, 1, an_entry())
    assert recordings.search(LIBRARY, by_title).items == (kept,)  # what was renamed is not where it was


def test_a_filter_for_equality_is_never_behind(table: Table, aws_double: AwsDouble) -> None:
    client: Any = Behind(aws_double.clients.dynamodb)
    recordings = DynamoRecordings(Table(client, aws_double.name))
    dogs = RecordingQuery((Filter(Field.TAG, Op.EQ, "dog"),))
    of_size = replace(dogs, sort=SortKey.SIZE)
    assert recordings.search(LIBRARY, dogs).items == recordings.search(LIBRARY, of_size).items == ()
    dog = a_recording(tags=("dog",))
    recordings.add(dog, an_entry())
    assert recordings.search(LIBRARY, dogs).items == recordings.search(LIBRARY, of_size).items == (dog,)


def test_a_change_of_the_document_alone_writes_one_index() -> None:
    recording = a_recording()
    before = item_of(recording)
    described = item_of(recording.described(NOON + timedelta(hours=1), fields={"take": 2}))
    assert {index for index in INDEXES if in_index(index, before) != in_index(index, described)} == {BY_UPDATED}
