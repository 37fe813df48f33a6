"""The families of adapters, in one place: a suite runs over each, and knows none."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest

from adapters.aws.access import DynamoKeys, DynamoLibraries
from adapters.aws.audit import DynamoAuditTrail
from adapters.aws.batches import DynamoBatches
from adapters.aws.blobs import S3Blobs
from adapters.aws.events import DynamoEvents
from adapters.aws.fingerprints import DynamoFingerprints
from adapters.aws.idempotency import DynamoIdempotentRequests
from adapters.aws.outbox import DynamoOutbox
from adapters.aws.predictions import DynamoPredictions
from adapters.aws.queue import SqsQueue
from adapters.aws.recipes import DynamoRecipes
from adapters.aws.recording_changes import all_writes
from adapters.aws.recordings import DynamoRecordings
from adapters.aws.regions import DynamoRegions
from adapters.aws.results import DynamoAnalyses, DynamoRenditions
from adapters.aws.schedules import DynamoSchedules
from adapters.aws.sessions import DynamoSessions
from adapters.aws.table import Table
from adapters.aws.uploads import DynamoUploads
from adapters.aws.webhooks import DynamoDeliveries, DynamoWebhooks
from adapters.aws.work import DynamoJobs, DynamoScheduleClaims
from adapters.local import access as local_access
from adapters.local import batches as local_batches
from adapters.local import blobs as local_blobs
from adapters.local import events as local_events
from adapters.local import fingerprints as local_fingerprints
from adapters.local import idempotency as local_idempotency
from adapters.local import outbox as local_outbox
from adapters.local import predictions as local_predictions
from adapters.local import queue as local_queue
from adapters.local import recipes as local_recipes
from adapters.local import recordings as local_recordings
from adapters.local import regions as local_regions
from adapters.local import results as local_results
from adapters.local import schedules as local_schedules
from adapters.local import sessions as local_sessions
from adapters.local import uploads as local_uploads
from adapters.local import webhooks as local_webhooks
from adapters.local import work as local_work
from adapters.local import workspaces as local_workspaces
from adapters.local.database import Database
from adapters.memory import access as memory_access
from adapters.memory import batches as memory_batches
from adapters.memory import blobs as memory_blobs
from adapters.memory import events as memory_events
from adapters.memory import fingerprints as memory_fingerprints
from adapters.memory import idempotency as memory_idempotency
from adapters.memory import outbox as memory_outbox
from adapters.memory import predictions as memory_predictions
from adapters.memory import recipes as memory_recipes
from adapters.memory import recordings as memory_recordings
from adapters.memory import regions as memory_regions
from adapters.memory import results as memory_results
from adapters.memory import schedules as memory_schedules
from adapters.memory import sessions as memory_sessions
from adapters.memory import uploads as memory_uploads
from adapters.memory import webhooks as memory_webhooks
from adapters.memory import work as memory_work
from adapters.memory import workspaces as memory_workspaces
from domain.ports.access import AuditTrail, IdempotentRequests, Keys, Libraries, Sessions
from domain.ports.batches import Batches
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.events import Deliveries, Outbox, Webhooks
from domain.ports.fingerprints import Fingerprints
from domain.ports.models import Predictions
from domain.ports.recipes import Recipes
from domain.ports.recordings import Analyses, Recordings, Renditions, Uploads
from domain.ports.regions import Regions
from domain.ports.schedules import Schedules
from domain.ports.work import Events, JobQueue, Jobs, ScheduleClaims
from domain.ports.world import Clock
from domain.recording import Recording
from tests.aws import AwsDouble, BucketWhenAsked, QueuesWhenAsked, TableWhenAsked, remove_bucket
from tests.builders import FakeClock, an_entry

MAX_RECEIVES = 3
FEW = 2
"""What stores take for a few recordings: so little that every way of searching is gone."""


@dataclass(frozen=True, slots=True)
class Family:
    """One adapter of each port, over stores of their own that are empty."""

    recordings: Recordings
    analyses: Analyses
    renditions: Renditions
    fingerprints: Fingerprints
    predictions: Predictions
    regions: Regions
    recipes: Recipes
    jobs: Jobs
    batches: Batches
    queue: JobQueue
    schedule_claims: ScheduleClaims
    schedules: Schedules
    uploads: Uploads
    libraries: Libraries
    keys: Keys
    sessions: Sessions
    audit_trail: AuditTrail
    idempotent_requests: IdempotentRequests
    events: Events
    outbox: Outbox
    webhooks: Webhooks
    deliveries: Deliveries
    blobs: Blobs
    workspaces: Workspaces
    load: Callable[[Iterable[Recording]], None]
    """Stores many recordings at once, with the entries of none."""
    is_slow: bool = False
    """A request takes a hundredth of a second: what tries many cases tries fewer."""
    queue_takes_turns_unseen: bool = False
    """Who comes next is the service's own secret: it is told which library a message is of, and nothing else."""
    queue_keeps_its_own_time: bool = False
    """What is hidden or delayed there comes when that time has really passed, whatever our clock says."""
    queue_may_deliver_twice: bool = False
    """Of two that receive in the same moment, both may get a message."""
    deliveries_end_by_themselves: bool = False
    """What is old there goes without being purged."""
    blobs_are_files: bool = True
    """One blob's key cannot be a folder on the way to another."""


class MakeFamily(Protocol):
    def __call__(self, clock: Clock, folder: Path, few: int = FEW) -> AbstractContextManager[Family]: ...


def _one_by_one(stored: Recordings) -> Callable[[Iterable[Recording]], None]:
    def load(recordings: Iterable[Recording]) -> None:
        for recording in recordings:
            stored.add(recording, an_entry(library_id=recording.library_id))

    return load


@contextmanager
def _memory(clock: Clock, folder: Path, few: int = FEW) -> Iterator[Family]:
    log = memory_access.AuditLog()
    recordings = memory_recordings.MemoryRecordings(log)
    yield Family(
        recordings=recordings,
        analyses=memory_results.MemoryAnalyses(),
        renditions=memory_results.MemoryRenditions(),
        fingerprints=memory_fingerprints.MemoryFingerprints(),
        predictions=memory_predictions.MemoryPredictions(),
        regions=memory_regions.MemoryRegions(log),
        recipes=memory_recipes.MemoryRecipes(log),
        jobs=memory_work.MemoryJobs(log),
        batches=memory_batches.MemoryBatches(),
        queue=memory_work.MemoryQueue(clock, max_receives=MAX_RECEIVES),
        schedule_claims=memory_work.MemoryScheduleClaims(),
        schedules=memory_schedules.MemorySchedules(log),
        uploads=memory_uploads.MemoryUploads(log),
        libraries=memory_access.MemoryLibraries(log),
        keys=memory_access.MemoryKeys(log),
        sessions=memory_sessions.MemorySessions(log),
        audit_trail=memory_access.MemoryAuditTrail(log),
        idempotent_requests=memory_idempotency.MemoryIdempotentRequests(),
        events=memory_events.MemoryEvents(),
        outbox=memory_outbox.MemoryOutbox(log),
        webhooks=memory_webhooks.MemoryWebhooks(log),
        deliveries=memory_webhooks.MemoryDeliveries(),
        blobs=memory_blobs.MemoryBlobs(clock),
        workspaces=memory_workspaces.MemoryWorkspaces(),
        load=_one_by_one(recordings),
    )


@contextmanager
def _local(clock: Clock, folder: Path, few: int = FEW) -> Iterator[Family]:
    database = Database(folder / "audio.db")
    recordings = local_recordings.SqliteRecordings(database, few=few)
    yield Family(
        recordings=recordings,
        analyses=local_results.SqliteAnalyses(database),
        renditions=local_results.SqliteRenditions(database),
        fingerprints=local_fingerprints.SqliteFingerprints(database),
        predictions=local_predictions.SqlitePredictions(database),
        regions=local_regions.SqliteRegions(database),
        recipes=local_recipes.SqliteRecipes(database),
        jobs=local_work.SqliteJobs(database),
        batches=local_batches.SqliteBatches(database),
        queue=local_queue.SqliteQueue(database, clock, max_receives=MAX_RECEIVES),
        schedule_claims=local_work.SqliteScheduleClaims(database),
        schedules=local_schedules.SqliteSchedules(database),
        uploads=local_uploads.SqliteUploads(database),
        libraries=local_access.SqliteLibraries(database),
        keys=local_access.SqliteKeys(database),
        sessions=local_sessions.SqliteSessions(database),
        audit_trail=local_access.SqliteAuditTrail(database),
        idempotent_requests=local_idempotency.SqliteIdempotentRequests(database),
        events=local_events.SqliteEvents(database),
        outbox=local_outbox.SqliteOutbox(database),
        webhooks=local_webhooks.SqliteWebhooks(database),
        deliveries=local_webhooks.SqliteDeliveries(database),
        blobs=local_blobs.FileBlobs(folder / "blobs"),
        workspaces=local_workspaces.FolderWorkspaces(folder / "work"),
        load=_one_by_one(recordings),
    )
    database.close()


def _shortly(seconds: float) -> None:
    """The pause of who waits by looking, where what is waited for comes at once."""
    time.sleep(min(seconds, 0.01))


@contextmanager
def _aws(url: str, clock: Clock, folder: Path, few: int = FEW) -> Iterator[Family]:
    """Over names of its own, gone at the end: the server copies all that it holds for each transaction."""
    double = AwsDouble(url)
    dynamodb: Any = TableWhenAsked(double)
    bucket = BucketWhenAsked(double)
    table = Table(dynamodb, double.name, pause=lambda _seconds: None)
    yield Family(
        recordings=DynamoRecordings(table, few=few, walk=10 * few),
        analyses=DynamoAnalyses(table),
        renditions=DynamoRenditions(table),
        fingerprints=DynamoFingerprints(table),
        predictions=DynamoPredictions(table),
        regions=DynamoRegions(table),
        recipes=DynamoRecipes(table),
        jobs=DynamoJobs(table),
        batches=DynamoBatches(table),
        queue=SqsQueue(QueuesWhenAsked(double, MAX_RECEIVES), clock, max_receives=MAX_RECEIVES),
        schedule_claims=DynamoScheduleClaims(table),
        schedules=DynamoSchedules(table),
        uploads=DynamoUploads(table),
        libraries=DynamoLibraries(table),
        keys=DynamoKeys(table),
        sessions=DynamoSessions(table),
        audit_trail=DynamoAuditTrail(table),
        idempotent_requests=DynamoIdempotentRequests(table),
        events=DynamoEvents(table, pause=_shortly),
        outbox=DynamoOutbox(table),
        webhooks=DynamoWebhooks(table),
        deliveries=DynamoDeliveries(table),
        blobs=S3Blobs(bucket, double.name),
        workspaces=memory_workspaces.MemoryWorkspaces(),
        load=lambda recordings: table.write_each(write for each in recordings for write in all_writes(each)),
        is_slow=True,
        queue_keeps_its_own_time=True,
        queue_takes_turns_unseen=True,
        queue_may_deliver_twice=True,
        deliveries_end_by_themselves=True,
        blobs_are_files=False,
    )
    if bucket.has_made_it:
        remove_bucket(double)
    if dynamodb.has_made_it:
        dynamodb.delete_table(TableName=double.name)


FAMILIES: dict[str, MakeFamily] = {"memory": _memory, "local": _local}


NAMES = (*FAMILIES, "aws")


@pytest.fixture(params=NAMES)
def make_family(request: pytest.FixtureRequest) -> MakeFamily:
    return maker_of(request)


def maker_of(request: pytest.FixtureRequest) -> MakeFamily:
    """What makes the family that a fixture with the parameters NAMES is asked for."""
    if request.param == "aws":
        return partial(_aws, request.getfixturevalue("aws_url"))
    return FAMILIES[request.param]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def family(make_family: MakeFamily, clock: FakeClock, tmp_path: Path) -> Iterator[Family]:
    with make_family(clock, tmp_path) as made:
        yield made
