"""Recordings: versions, content that is claimed once, and what the sweeps look for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import Conflict, DuplicateContent, NotFound, VersionMismatch
from domain.listing import Field, Filter, Op, RecordingQuery
from domain.ports.access import AuditQuery
from domain.ports.recordings import Recordings
from domain.recording import Recording, Status
from domain.source import Source
from domain.values import Failure
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_finding, a_recording, a_sha256, an_entry
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race


@pytest.fixture
def recordings(family: Family) -> Recordings:
    return family.recordings


def entries(family: Family) -> int:
    return len(family.audit_trail.search(LIBRARY, AuditQuery()).items)


def test_what_was_added_is_got_back_unchanged(recordings: Recordings) -> None:
    recording = a_recording(
        title="Ärger 🎧",
        tags=("dog", "loud"),
        fields={"bpm": 120, "gain": -1.5, "live": True, "note": None, "place": "Köln", "empty": ""},
        findings=(a_finding(), a_finding(code="silence", ranges=())),
        analysis_key="1",
        failure=Failure("x", "y"),
        trashed_at=NOON,
        restore_to=Status.READY,
        source=Source("s3://bucket/Ärger 🎧.wav", "e-1", 288_044, by_reference=True),
    )
    recordings.add(recording, an_entry())
    assert recordings.get(LIBRARY, recording.id) == recording


def test_an_id_is_taken_once(family: Family, recordings: Recordings) -> None:
    recording = a_recording()
    recordings.add(recording, an_entry())
    with pytest.raises(Conflict):
        recordings.add(replace(recording, sha256=a_sha256("other"), title="Another"), an_entry())
    assert recordings.get(LIBRARY, recording.id) == recording
    assert entries(family) == 1


def test_another_librarys_id_is_as_unknown_as_none(recordings: Recordings) -> None:
    recording = a_recording()
    recordings.add(recording, an_entry())
    with pytest.raises(NotFound) as foreign:
        recordings.get(OTHER_LIBRARY, recording.id)
    with pytest.raises(NotFound) as missing:
        recordings.get(LIBRARY, a_recording().id)
    assert foreign.value.title == missing.value.title
    assert foreign.value.data.keys() == missing.value.data.keys()
    assert recordings.search(OTHER_LIBRARY, RecordingQuery()).items == ()


def test_save_replaces_the_version_it_names(recordings: Recordings) -> None:
    recording = a_recording()
    recordings.add(recording, an_entry())
    described = recording.described(NOON, title="A cat")
    recordings.save(described, recording.version, an_entry())
    assert recordings.get(LIBRARY, recording.id) == described


def test_save_over_another_version_changes_nothing(family: Family, recordings: Recordings) -> None:
    recording = a_recording()
    recordings.add(recording, an_entry())
    with pytest.raises(VersionMismatch) as refused:
        recordings.save(recording.described(NOON, title="A cat"), recording.version + 1, an_entry())
    assert refused.value.data["version"] == recording.version
    assert recordings.get(LIBRARY, recording.id) == recording
    assert entries(family) == 1


def test_what_is_not_there_cannot_be_saved_or_removed(family: Family, recordings: Recordings) -> None:
    stored = a_recording()
    recordings.add(stored, an_entry())
    for stranger in (a_recording(), replace(stored, library_id=OTHER_LIBRARY)):
        with pytest.raises(NotFound):
            recordings.save(stranger, stranger.version, an_entry())
        with pytest.raises(NotFound):
            recordings.remove(stranger, stranger.version, an_entry())
    assert recordings.get(LIBRARY, stored.id) == stored
    assert entries(family) == 1


def test_the_change_and_its_entry_are_stored_both_or_neither(family: Family, recordings: Recordings) -> None:
    kept, entry = a_recording(), an_entry()
    recordings.add(kept, entry)
    new = a_recording()
    with pytest.raises(Conflict):
        recordings.add(new, entry)
    with pytest.raises(NotFound):
        recordings.get(LIBRARY, new.id)
    with pytest.raises(Conflict):
        recordings.save(kept.described(NOON, title="A cat"), kept.version, entry)
    with pytest.raises(Conflict):
        recordings.remove(kept, kept.version, entry)
    assert recordings.get(LIBRARY, kept.id) == kept
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == (entry,)


def test_content_is_claimed_once_in_a_library(family: Family, recordings: Recordings) -> None:
    first = a_recording()
    recordings.add(first, an_entry())
    with pytest.raises(DuplicateContent) as refused:
        recordings.add(a_recording(sha256=first.sha256), an_entry())
    assert refused.value.data["recording_id"] == first.id
    assert entries(family) == 1
    recordings.add(a_recording(sha256=first.sha256, keep_duplicate=True), an_entry())
    recordings.add(a_recording(sha256=first.sha256, library_id=OTHER_LIBRARY), an_entry())


def test_content_is_claimed_by_save_too(recordings: Recordings) -> None:
    first = a_recording()
    receiving = a_recording(sha256=None, status=Status.RECEIVING)
    also_receiving = a_recording(sha256=None, status=Status.RECEIVING)
    for recording in (first, receiving, also_receiving):
        recordings.add(recording, an_entry())
    with pytest.raises(DuplicateContent) as refused:
        recordings.save(receiving.assembled(1, str(first.sha256), NOON), 1, an_entry())
    assert refused.value.data["recording_id"] == first.id
    assert recordings.get(LIBRARY, receiving.id) == receiving


def test_a_recording_does_not_stand_in_its_own_way(recordings: Recordings) -> None:
    recording = a_recording()
    recordings.add(recording, an_entry())
    recordings.save(recording.described(NOON, title="A cat"), 1, an_entry())


@pytest.mark.parametrize("gone", [Status.TRASHED, Status.FAILED])
def test_what_is_not_live_gives_its_claim_up(recordings: Recordings, gone: Status) -> None:
    first = a_recording()
    recordings.add(first, an_entry())
    left = replace(first, status=gone, version=2, restore_to=Status.READY, trashed_at=NOON)
    recordings.save(left, 1, an_entry())
    second = a_recording(sha256=first.sha256)
    recordings.add(second, an_entry())
    back = replace(left, status=Status.READY, version=3)
    with pytest.raises(DuplicateContent) as refused:
        recordings.save(back, 2, an_entry())
    assert refused.value.data["recording_id"] == second.id


def test_of_many_that_claim_one_content_at_once_one_wins(family: Family, recordings: Recordings) -> None:
    candidates = [a_recording(sha256=a_sha256("same")) for _ in range(RACERS)]
    results = race(lambda n: recordings.add(candidates[n], an_entry()))
    assert results.count(None) == 1
    winner = candidates[results.index(None)]
    losers = [result for result in results if isinstance(result, DuplicateContent)]
    assert [loser.data["recording_id"] for loser in losers] == [winner.id] * (RACERS - 1)
    assert entries(family) == 1


def test_of_many_that_save_over_one_version_at_once_one_wins(recordings: Recordings) -> None:
    recording = a_recording()
    recordings.add(recording, an_entry())
    changed = [recording.described(NOON, title=f"Title {n}") for n in range(RACERS)]
    results = race(lambda n: recordings.save(changed[n], 1, an_entry()))
    assert results.count(None) == 1
    assert sum(isinstance(result, VersionMismatch) for result in results) == RACERS - 1
    assert recordings.get(LIBRARY, recording.id) == changed[results.index(None)]


def test_content_is_found_in_the_oldest_live_recording(recordings: Recordings) -> None:
    sha256 = a_sha256("same")
    trashed = a_recording(sha256=sha256, status=Status.TRASHED, created_at=NOON - timedelta(hours=3))
    failed = a_recording(sha256=sha256, status=Status.FAILED, created_at=NOON - timedelta(hours=2))
    kept = a_recording(sha256=sha256, keep_duplicate=True, created_at=NOON - timedelta(hours=1))
    claiming = a_recording(sha256=sha256)
    for recording in (trashed, failed, claiming):
        recordings.add(recording, an_entry())
    assert recordings.find_by_content(LIBRARY, sha256) == claiming
    recordings.add(kept, an_entry())
    assert recordings.find_by_content(LIBRARY, sha256) == kept
    assert recordings.find_by_content(OTHER_LIBRARY, sha256) is None
    assert recordings.find_by_content(LIBRARY, a_sha256("unknown")) is None


def test_a_removed_recording_is_gone_with_its_labels(family: Family, recordings: Recordings) -> None:
    recording = a_recording(tags=("dog",))
    recordings.add(recording, an_entry())
    with pytest.raises(VersionMismatch):
        recordings.remove(recording, recording.version + 1, an_entry())
    recordings.remove(recording, recording.version, an_entry())
    with pytest.raises(NotFound):
        recordings.get(LIBRARY, recording.id)
    assert recordings.search(LIBRARY, RecordingQuery((Filter(Field.TAG, Op.EQ, "dog"),))).items == ()
    assert entries(family) == 2
    recordings.add(a_recording(sha256=recording.sha256), an_entry())


def test_the_longest_in_the_trash_come_first(recordings: Recordings) -> None:
    trashed = [
        a_recording(
            status=Status.TRASHED,
            trashed_at=NOON - timedelta(hours=hours),
            library_id=LIBRARY if hours % 2 else OTHER_LIBRARY,
        )
        for hours in (1, 3, 2, 0)
    ]
    for recording in (*trashed, a_recording()):
        recordings.add(recording, an_entry())
    an_hour, three, two, _ = trashed
    assert recordings.trashed_before(NOON - timedelta(minutes=1), 10) == (three, two, an_hour)
    assert recordings.trashed_before(NOON - timedelta(minutes=1), 2) == (three, two)
    assert recordings.trashed_before(NOON - timedelta(hours=4), 10) == ()


def test_the_unfinished_that_nobody_touched_come_oldest_first(recordings: Recordings) -> None:
    old = a_recording(status=Status.PROCESSING, updated_at=NOON - timedelta(hours=2))
    older = a_recording(
        status=Status.RECEIVING, sha256=None, library_id=OTHER_LIBRARY, updated_at=NOON - timedelta(hours=3)
    )
    at_the_moment = a_recording(status=Status.PROCESSING, updated_at=NOON - timedelta(hours=1))
    fresh = a_recording(status=Status.PROCESSING)
    finished = a_recording(status=Status.READY, updated_at=NOON - timedelta(hours=9))
    for recording in (old, older, at_the_moment, fresh, finished):
        recordings.add(recording, an_entry())
    moment = NOON - timedelta(hours=1)
    assert recordings.unfinished_since(moment, 10) == (older, old, at_the_moment)
    assert recordings.unfinished_since(moment, 1) == (older,)


def of_source(url: str, **changes: Any) -> Recording:
    return a_recording(source=Source(url, "1", 10), **changes)


def sourced_from(recordings: Recordings, address: str) -> list[tuple[str, str]]:
    return [(each.source.url, each.recording_id) for each in recordings.from_sources(LIBRARY, address)]


def test_recordings_are_found_by_where_they_came_from(recordings: Recordings) -> None:
    """By code point, which is the order in which buckets are listed, and only below the address."""
    long = "s3://bucket/x/" + "ü" * 450  # more than fits into a key of some stores
    urls = [
        "s3://bucket/x/a",
        "s3://bucket/x-a",
        "s3://bucket/x/\ue000",
        "s3://bucket/x/🎧",
        f"{long}b",
        f"{long}a",
        long,
    ]
    made = {url: of_source(url) for url in urls}
    for recording in (*made.values(), of_source("s3://bucket2/x/a"), of_source("s3://bucket/y"), a_recording()):
        recordings.add(recording, an_entry())
    recordings.add(of_source("s3://bucket/x/a", library_id=OTHER_LIBRARY), an_entry(library_id=OTHER_LIBRARY))
    expected = [(url, made[url].id) for url in sorted(urls)]
    assert sourced_from(recordings, "s3://bucket/x") == expected
    assert sourced_from(recordings, "s3://bucket/x/") == [each for each in expected if "/x/" in each[0]]
    assert sourced_from(recordings, long) == [each for each in expected if each[0].startswith(long)]
    assert sourced_from(recordings, "s3://bucket/nothing") == []
    (first, *_) = recordings.from_sources(LIBRARY, "s3://bucket/x/a")
    assert first.source == made["s3://bucket/x/a"].source


def test_a_source_follows_its_recording(recordings: Recordings) -> None:
    """Older ones of the same object first; the trash and what was removed are left out."""
    older, newer = of_source("s3://b/a"), of_source("s3://b/a")
    for recording in (newer, older):
        recordings.add(recording, an_entry())
    assert sourced_from(recordings, "s3://b/") == [("s3://b/a", older.id), ("s3://b/a", newer.id)]
    trashed = newer.trashed(NOON)
    recordings.save(trashed, replaces=newer.version, audit=an_entry())
    assert sourced_from(recordings, "s3://b/") == [("s3://b/a", older.id)]
    restored = trashed.restored(NOON)
    recordings.save(restored, replaces=trashed.version, audit=an_entry())
    moved = older.sourced(Source("s3://b/c", "1", 10), NOON)
    recordings.save(moved, replaces=older.version, audit=an_entry())
    assert sourced_from(recordings, "s3://b/") == [("s3://b/a", newer.id), ("s3://b/c", older.id)]
    recordings.remove(restored, replaces=restored.version, audit=an_entry())
    assert sourced_from(recordings, "s3://b/") == [("s3://b/c", older.id)]


def test_more_sources_than_a_page_are_read_on(family: Family) -> None:
    urls = [f"s3://b/{n:04}" for n in range(205)]
    family.load(of_source(url) for url in urls)
    assert [url for url, _ in sourced_from(family.recordings, "s3://b/")] == urls
