"""No question walks through a table: SQLite's own plan of every statement that is run says so."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.local.access import SqliteAuditTrail, SqliteKeys, SqliteLibraries
from adapters.local.batches import SqliteBatches
from adapters.local.database import Database
from adapters.local.events import SqliteEvents
from adapters.local.fingerprints import SqliteFingerprints
from adapters.local.idempotency import SqliteIdempotentRequests
from adapters.local.predictions import SqlitePredictions
from adapters.local.queue import SqliteQueue
from adapters.local.recipes import SqliteRecipes
from adapters.local.recordings import SqliteRecordings
from adapters.local.regions import SqliteRegions
from adapters.local.results import SqliteAnalyses, SqliteRenditions
from adapters.local.uploads import SqliteUploads
from adapters.local.work import SqliteJobs, SqliteScheduleClaims
from domain.batch import ItemStatus
from domain.job import JobStatus
from domain.job_kind import JobKind, Lane
from domain.listing import Comparable, Field, Filter, Op, RecordingQuery, SortKey
from domain.ports.access import AuditQuery
from domain.ports.batches import ItemQuery
from domain.ports.models import PredictionQuery
from domain.ports.work import JobQuery
from domain.recording import Status
from domain.region import Origin, OriginKind
from domain.values import JobId, RecordingId
from tests.builders import (
    LIBRARY,
    NOON,
    FakeClock,
    a_batch,
    a_job,
    a_prediction,
    a_recipe,
    a_recording,
    a_region,
    an_entry,
    an_idempotent_request,
    an_identity,
    an_item,
    an_upload,
)

RECORDING = RecordingId("1")
VALUES: dict[Field, Comparable] = {
    Field.CHANNELS: 2,
    Field.SAMPLE_RATE: 48_000,
    Field.DURATION: 1.5,
    Field.LOUDNESS: -23.0,
    Field.SIZE: 5,
    Field.CREATED: NOON,
    Field.UPDATED: NOON,
    Field.STATUS: Status.READY,
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "audio.db")
    yield opened
    opened.close()


def plans(database: Database, ask: Callable[[], object]) -> list[str]:
    """The steps of all that is run for the question."""
    statements: list[str] = []
    with database.reading() as connection:
        connection.set_trace_callback(statements.append)
        ask()
        connection.set_trace_callback(None)
        plannable = [statement for statement in statements if re.match("SELECT|UPDATE|DELETE|INSERT", statement)]
        assert plannable
        steps = [connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall() for statement in plannable]
    return [row[3] for rows in steps for row in rows]


def walks(steps: list[str]) -> list[str]:
    """Steps over all of a table. A subquery that was found by its index is small, whatever is done with it."""
    return [step for step in steps if re.match(r"SCAN (?!\(subquery)", step) and "INDEX" not in step]


@pytest.mark.parametrize("few", [0, 2000])
@pytest.mark.parametrize("sort", SortKey)
@pytest.mark.parametrize("status", [None, Status.READY, Status.TRASHED])
def test_a_listing_walks_through_no_table(database: Database, few: int, sort: SortKey, status: Status | None) -> None:
    recordings = SqliteRecordings(database, few=few)
    always = (Filter(Field.STATUS, Op.EQ, status),) if status else ()
    for field in Field:
        query = RecordingQuery((*always, Filter(field, Op.EQ, VALUES.get(field, "x"))), sort=sort)
        assert walks(plans(database, lambda query=query: recordings.search(LIBRARY, query))) == []  # type: ignore[misc]  # called at once


def test_a_tally_of_all_looks_at_indexes_alone(database: Database) -> None:
    """At no recording but the newest of each failure: the rows are ten times as large as what is counted."""
    recordings = SqliteRecordings(database)
    steps = plans(database, lambda: recordings.tally(LIBRARY, ()))
    looks = [step for step in steps if " recordings " in step]
    assert walks(steps) == ["SCAN newest"]  # a row for each failure code
    assert [step for step in looks if "COVERING INDEX recordings_tallied" not in step] == [
        "SEARCH recordings USING INTEGER PRIMARY KEY (rowid=?)"
    ]


@pytest.mark.parametrize("sort", SortKey)
@pytest.mark.parametrize("status", [None, Status.READY])
def test_the_usual_listing_sorts_nothing(database: Database, sort: SortKey, status: Status | None) -> None:
    recordings = SqliteRecordings(database, few=0)
    for _ in range(3):
        recordings.add(a_recording(), an_entry())
    query = RecordingQuery((Filter(Field.STATUS, Op.EQ, status),) if status else (), sort=sort, limit=1)
    cursor = recordings.search(LIBRARY, query).next_cursor
    for page in (query, RecordingQuery(query.filters, sort, limit=1, cursor=cursor)):
        steps = plans(database, lambda page=page: recordings.search(LIBRARY, page))  # type: ignore[misc]  # called at once
        assert not [step for step in steps if "TEMP B-TREE" in step]


def test_what_lies_in_a_batch_is_found_by_what_is_asked_for(database: Database) -> None:
    """Not by its batch alone: that may have a million items."""
    batches, batch = SqliteBatches(database), a_batch()
    batches.add(batch)
    item = an_item(batch_id=batch.id)
    making = batches.making(batch.id)
    steps = {
        "make": plans(database, lambda: batches.put_items([item], replace(making, version=2), 1)),
        "save": plans(database, lambda: batches.save_items([item.started(NOON)])),
        "item": plans(database, lambda: batches.item(LIBRARY, batch.id, 0)),
        "open": plans(database, lambda: batches.open_items(batch.id, 0, 10)),
        "items": plans(database, lambda: batches.items(LIBRARY, batch.id, ItemQuery())),
        "failed": plans(database, lambda: batches.items(LIBRARY, batch.id, ItemQuery(ItemStatus.FAILED))),
    }
    found = {
        name: [re.sub(r".*batch_items USING ", "", step) for step in of if "batch_items" in step]
        for name, of in steps.items()
    }
    number = "INDEX batch_items_by_number (batch_id=? AND n=?)"
    assert found == {
        "make": [number],
        "save": [number],
        "item": [number],
        "open": ["INDEX batch_items_open (batch_id=? AND stripe=?)"],
        "items": ["INDEX batch_items_by_number (batch_id=? AND n>?)"],
        "failed": ["INDEX batch_items_by_status (batch_id=? AND status=? AND n>?)"],
    }
    assert not [step for of in steps.values() for step in of if "TEMP B-TREE" in step]


def questions(database: Database) -> dict[str, Callable[[], object]]:
    recordings, jobs, uploads = SqliteRecordings(database), SqliteJobs(database), SqliteUploads(database)
    fingerprints, predictions = SqliteFingerprints(database), SqlitePredictions(database)
    recipes, regions = SqliteRecipes(database), SqliteRegions(database)
    batches, batch = SqliteBatches(database), a_batch()
    queue, events, trail = SqliteQueue(database, FakeClock()), SqliteEvents(database), SqliteAuditTrail(database)
    return {
        "content": lambda: recordings.find_by_content(LIBRARY, "0"),
        "claim": lambda: recordings.add(a_recording(), an_entry()),
        "sources": lambda: list(recordings.from_sources(LIBRARY, "s3://bucket/")),
        "trash": lambda: recordings.trashed_before(NOON, 10),
        "unfinished": lambda: recordings.unfinished_since(NOON, 10),
        "jobs": lambda: jobs.search(LIBRARY, JobQuery()),
        "jobs of status": lambda: jobs.search(LIBRARY, JobQuery(status=JobStatus.FAILED)),
        "jobs of kind": lambda: jobs.search(LIBRARY, JobQuery(kind=JobKind.INGEST)),
        "jobs of recording": lambda: jobs.search(LIBRARY, JobQuery(recording_id=RECORDING)),
        "jobs of key": lambda: jobs.find_by_key(LIBRARY, "x"),
        "jobs to ring": lambda: jobs.to_ring(NOON, 10),
        "same job": lambda: jobs.add(a_job()),
        "remove jobs": lambda: jobs.remove_of_recording(LIBRARY, RECORDING),
        "batch": lambda: batches.add(batch),
        "counts": lambda: batches.counts(LIBRARY, batch.id),
        "active batches": lambda: batches.active(LIBRARY),
        "end of a batch": lambda: batches.end(LIBRARY, batch.id),
        "no batch": lambda: batches.remove(LIBRARY, batch.id),
        "uploads": lambda: uploads.expired(NOON, 10),
        "new upload": lambda: uploads.add(an_upload(), an_entry()),
        "multipart": lambda: uploads.find_by_multipart("a", "b"),
        "audit": lambda: trail.search(LIBRARY, AuditQuery()),
        "audit of actor": lambda: trail.search(LIBRARY, AuditQuery(actor="x")),
        "audit of action": lambda: trail.search(LIBRARY, AuditQuery(action="x")),
        "audit of subject": lambda: trail.search(LIBRARY, AuditQuery(subject_id="x", since=NOON, until=NOON)),
        "token": lambda: SqliteKeys(database).find_by_token("0"),
        "keys": lambda: SqliteKeys(database).of_library(LIBRARY),
        "library": lambda: SqliteLibraries(database).find_by_name("x"),
        "analysis": lambda: SqliteAnalyses(database).find(LIBRARY, "x"),
        "analyses": lambda: SqliteAnalyses(database).of_content(LIBRARY, "0"),
        "renditions": lambda: SqliteRenditions(database).of_recording(LIBRARY, RECORDING),
        "predictions": lambda: predictions.search(LIBRARY, PredictionQuery()),
        "predictions of model": lambda: predictions.search(LIBRARY, PredictionQuery(model="x")),
        "predictions of recording": lambda: predictions.search(LIBRARY, PredictionQuery(RECORDING)),
        "same prediction": lambda: predictions.put(a_prediction()),
        "recipe": lambda: recipes.find(LIBRARY, "x"),
        "version of a recipe": lambda: recipes.find(LIBRARY, "x", 1),
        "recipes": lambda: recipes.latest(LIBRARY, 10, after="x"),
        "versions of a recipe": lambda: recipes.versions(LIBRARY, "x", 10, below=5),
        "new recipe": lambda: recipes.add(a_recipe(), an_entry()),
        "regions": lambda: regions.of_recording(LIBRARY, RECORDING),
        "region of an origin": lambda: regions.add(a_region(origin=Origin(OriginKind.FINDING, "hum", 0)), an_entry()),
        "no regions": lambda: regions.remove_all(LIBRARY, RECORDING),
        "fingerprint": lambda: fingerprints.put(an_identity()),
        "same samples": lambda: fingerprints.of_samples(LIBRARY, "0", 10),
        "shared terms": lambda: fingerprints.sharing(LIBRARY, {1}, 10),
        "no fingerprint": lambda: fingerprints.remove(LIBRARY, RECORDING),
        "request": lambda: SqliteIdempotentRequests(database).begin(an_idempotent_request()),
        "old requests": lambda: SqliteIdempotentRequests(database).purge(NOON),
        "ring": lambda: queue.send(JobId("1"), Lane.HEAVY, LIBRARY),
        "receive": lambda: queue.receive(tuple(Lane), NOON - NOON, NOON - NOON),
        "dead letters": lambda: queue.dead_letters(10),
        "events": lambda: events.since(LIBRARY, "0"),
        "old events": lambda: events.purge(NOON),
        "slot": lambda: SqliteScheduleClaims(database).claim("sweep", NOON),
    }


def test_no_question_walks_through_a_table(database: Database) -> None:
    walked = {name: walks(plans(database, ask)) for name, ask in questions(database).items()}
    assert {name: steps for name, steps in walked.items() if steps} == {}
