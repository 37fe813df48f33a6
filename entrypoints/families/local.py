"""One machine and no server."""

from dependency_injector import containers, providers

from adapters.audio.isolated import IsolatedEngine
from adapters.cron import CalendarCron
from adapters.local.access import SqliteAuditTrail, SqliteKeys, SqliteLibraries
from adapters.local.arrivals import FolderArrivals
from adapters.local.batches import SqliteBatches
from adapters.local.blobs import FileBlobs
from adapters.local.database import Database
from adapters.local.events import SqliteEvents
from adapters.local.fingerprints import SqliteFingerprints
from adapters.local.idempotency import SqliteIdempotentRequests
from adapters.local.outbox import SqliteOutbox
from adapters.local.predictions import SqlitePredictions
from adapters.local.queue import SqliteQueue
from adapters.local.recipes import SqliteRecipes
from adapters.local.recordings import SqliteRecordings
from adapters.local.regions import SqliteRegions
from adapters.local.results import SqliteAnalyses, SqliteRenditions
from adapters.local.runs import NoRuns
from adapters.local.schedules import SqliteSchedules
from adapters.local.sessions import SqliteSessions
from adapters.local.sources import FolderSources
from adapters.local.uploads import SqliteUploads
from adapters.local.webhooks import SqliteDeliveries, SqliteWebhooks
from adapters.local.work import SqliteJobs, SqliteScheduleClaims
from adapters.local.workspaces import FolderWorkspaces
from adapters.models.shelf import ModelShelf
from adapters.models.speech import SpeechModel
from adapters.referring import ReferringBlobs
from adapters.system import StandingMachine, SystemClock, UlidIds
from adapters.tables.metadata import PandasTables
from adapters.tables.results import ParquetResults
from adapters.webhooks.sender import HttpsSender
from entrypoints.families.limits import engine_limits
from entrypoints.settings import Settings

DATABASE = "audio-backend.sqlite"
One = providers.ThreadSafeSingleton  # requests arrive in many threads


class LocalAdapters(containers.DeclarativeContainer):
    """One machine: records in SQLite, bytes in files, sound heard in child processes."""

    settings = providers.Dependency(instance_of=Settings)
    clock = One(SystemClock)
    ids = One(UlidIds, clock)
    workspaces = One(FolderWorkspaces, settings.provided.data_dir.joinpath.call("workspaces"))
    engine = One(
        IsolatedEngine, providers.Callable(engine_limits, settings), children=settings.provided.worker_children
    )

    database = One(Database, settings.provided.data_dir.joinpath.call(DATABASE))
    recordings = One(SqliteRecordings, database)
    analyses = One(SqliteAnalyses, database)
    renditions = One(SqliteRenditions, database)
    fingerprints = One(SqliteFingerprints, database)
    predictions = One(SqlitePredictions, database)
    regions = One(SqliteRegions, database)
    models = One(ModelShelf, providers.List(One(SpeechModel)))
    recipes = One(SqliteRecipes, database)
    schedules = One(SqliteSchedules, database)
    cron = One(CalendarCron)
    uploads = One(SqliteUploads, database)
    libraries = One(SqliteLibraries, database)
    keys = One(SqliteKeys, database)
    sessions = One(SqliteSessions, database)
    trail = One(SqliteAuditTrail, database)
    idempotent_requests = One(SqliteIdempotentRequests, database)
    sources = One(FolderSources)
    arrivals = One(
        FolderArrivals,
        settings.provided.data_dir.joinpath.call("inbox"),
        settings.provided.data_dir.joinpath.call("refused"),
        clock,
    )
    files = One(FileBlobs, settings.provided.data_dir.joinpath.call("blobs"))
    blobs = One(ReferringBlobs, files, sources, workspaces)
    jobs = One(SqliteJobs, database)
    batches = One(SqliteBatches, database)
    queue = One(SqliteQueue, database, clock)
    scale_in = One(StandingMachine)
    claims = One(SqliteScheduleClaims, database)
    events = One(SqliteEvents, database)
    outbox = One(SqliteOutbox, database)
    webhooks = One(SqliteWebhooks, database)
    deliveries = One(SqliteDeliveries, database)
    webhook_sender = One(HttpsSender, settings.provided.webhook_allow_private)
    bulk_results = One(ParquetResults)
    tables = One(PandasTables)
    bulk_runs = One(NoRuns)
