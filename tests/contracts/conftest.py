"""The families of adapters, in one place: a suite runs over each, and knows none."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from adapters.local import access as local_access
from adapters.local import blobs as local_blobs
from adapters.local import events as local_events
from adapters.local import fingerprints as local_fingerprints
from adapters.local import idempotency as local_idempotency
from adapters.local import predictions as local_predictions
from adapters.local import queue as local_queue
from adapters.local import recordings as local_recordings
from adapters.local import results as local_results
from adapters.local import uploads as local_uploads
from adapters.local import work as local_work
from adapters.local import workspaces as local_workspaces
from adapters.local.database import Database
from adapters.memory import access as memory_access
from adapters.memory import blobs as memory_blobs
from adapters.memory import events as memory_events
from adapters.memory import fingerprints as memory_fingerprints
from adapters.memory import idempotency as memory_idempotency
from adapters.memory import predictions as memory_predictions
from adapters.memory import recordings as memory_recordings
from adapters.memory import results as memory_results
from adapters.memory import uploads as memory_uploads
from adapters.memory import work as memory_work
from adapters.memory import workspaces as memory_workspaces
from domain.ports.access import AuditTrail, IdempotentRequests, Keys, Libraries
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.fingerprints import Fingerprints
from domain.ports.models import Predictions
from domain.ports.recordings import Analyses, Recordings, Renditions, Uploads
from domain.ports.work import Events, JobQueue, Jobs, ScheduleClaims
from domain.ports.world import Clock
from tests.builders import FakeClock

MAX_RECEIVES = 3


@dataclass(frozen=True, slots=True)
class Family:
    """One adapter of each port, over stores of their own that are empty."""

    recordings: Recordings
    analyses: Analyses
    renditions: Renditions
    fingerprints: Fingerprints
    predictions: Predictions
    jobs: Jobs
    queue: JobQueue
    schedule_claims: ScheduleClaims
    uploads: Uploads
    libraries: Libraries
    keys: Keys
    audit_trail: AuditTrail
    idempotent_requests: IdempotentRequests
    events: Events
    blobs: Blobs
    workspaces: Workspaces
    queue_keeps_its_own_time: bool = False
    """What is hidden or delayed there comes when that time has really passed, whatever our clock says."""
    queue_may_deliver_twice: bool = False
    """Of two that receive in the same moment, both may get a message."""


MakeFamily: TypeAlias = Callable[[Clock, Path], AbstractContextManager[Family]]


@contextmanager
def _memory(clock: Clock, folder: Path) -> Iterator[Family]:
    log = memory_access.AuditLog()
    yield Family(
        recordings=memory_recordings.MemoryRecordings(log),
        analyses=memory_results.MemoryAnalyses(),
        renditions=memory_results.MemoryRenditions(),
        fingerprints=memory_fingerprints.MemoryFingerprints(),
        predictions=memory_predictions.MemoryPredictions(),
        jobs=memory_work.MemoryJobs(log),
        queue=memory_work.MemoryQueue(clock, max_receives=MAX_RECEIVES),
        schedule_claims=memory_work.MemoryScheduleClaims(),
        uploads=memory_uploads.MemoryUploads(log),
        libraries=memory_access.MemoryLibraries(log),
        keys=memory_access.MemoryKeys(log),
        audit_trail=memory_access.MemoryAuditTrail(log),
        idempotent_requests=memory_idempotency.MemoryIdempotentRequests(),
        events=memory_events.MemoryEvents(),
        blobs=memory_blobs.MemoryBlobs(clock),
        workspaces=memory_workspaces.MemoryWorkspaces(),
    )


@contextmanager
def _local(clock: Clock, folder: Path) -> Iterator[Family]:
    database = Database(folder / "audio.db")
    yield Family(
        recordings=local_recordings.SqliteRecordings(database, few=2),
        analyses=local_results.SqliteAnalyses(database),
        renditions=local_results.SqliteRenditions(database),
        fingerprints=local_fingerprints.SqliteFingerprints(database),
        predictions=local_predictions.SqlitePredictions(database),
        jobs=local_work.SqliteJobs(database),
        queue=local_queue.SqliteQueue(database, clock, max_receives=MAX_RECEIVES),
        schedule_claims=local_work.SqliteScheduleClaims(database),
        uploads=local_uploads.SqliteUploads(database),
        libraries=local_access.SqliteLibraries(database),
        keys=local_access.SqliteKeys(database),
        audit_trail=local_access.SqliteAuditTrail(database),
        idempotent_requests=local_idempotency.SqliteIdempotentRequests(database),
        events=local_events.SqliteEvents(database),
        blobs=local_blobs.FileBlobs(folder / "blobs"),
        workspaces=local_workspaces.FolderWorkspaces(folder / "work"),
    )
    database.close()


FAMILIES: dict[str, MakeFamily] = {"memory": _memory, "local": _local}


@pytest.fixture(params=FAMILIES)
def make_family(request: pytest.FixtureRequest) -> MakeFamily:
    return FAMILIES[request.param]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def family(make_family: MakeFamily, clock: FakeClock, tmp_path: Path) -> Iterator[Family]:
    with make_family(clock, tmp_path) as made:
        yield made
