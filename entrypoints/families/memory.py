"""Everything in this process."""

from dependency_injector import containers, providers

from adapters.audio.engine import LibrosaEngine
from adapters.cron import CalendarCron
from adapters.local.runs import NoRuns
from adapters.memory.access import AuditLog, MemoryAuditTrail, MemoryKeys, MemoryLibraries
from adapters.memory.arrivals import MemoryArrivals
from adapters.memory.batches import MemoryBatches
from adapters.memory.blobs import MemoryBlobs
from adapters.memory.events import MemoryEvents
from adapters.memory.fingerprints import MemoryFingerprints
from adapters.memory.idempotency import MemoryIdempotentRequests
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.predictions import MemoryPredictions
from adapters.memory.recipes import MemoryRecipes
from adapters.memory.recordings import MemoryRecordings
from adapters.memory.regions import MemoryRegions
from adapters.memory.results import MemoryAnalyses, MemoryRenditions
from adapters.memory.schedules import MemorySchedules
from adapters.memory.sessions import MemorySessions
from adapters.memory.sources import MemorySources
from adapters.memory.uploads import MemoryUploads
from adapters.memory.webhooks import MemoryDeliveries, MemoryWebhooks
from adapters.memory.work import MemoryJobs, MemoryQueue, MemoryScheduleClaims
from adapters.memory.workspaces import MemoryWorkspaces
from adapters.models.shelf import ModelShelf
from adapters.models.speech import SpeechModel
from adapters.referring import ReferringBlobs
from adapters.system import StandingMachine, SystemClock, UlidIds
from adapters.tables.metadata import PandasTables
from adapters.tables.results import ParquetResults
from adapters.webhooks.sender import HttpsSender
from entrypoints.families.limits import engine_limits
from entrypoints.settings import Settings

One = providers.ThreadSafeSingleton  # requests arrive in many threads


class MemoryAdapters(containers.DeclarativeContainer):
    """Nothing outlives the process; sound is heard in it, too."""

    settings = providers.Dependency(instance_of=Settings)
    clock = One(SystemClock)
    ids = One(UlidIds, clock)
    workspaces = One(MemoryWorkspaces)
    engine = One(LibrosaEngine, providers.Callable(engine_limits, settings))

    audit_log = One(AuditLog)
    recordings = One(MemoryRecordings, audit_log)
    analyses = One(MemoryAnalyses)
    renditions = One(MemoryRenditions)
    fingerprints = One(MemoryFingerprints)
    predictions = One(MemoryPredictions)
    regions = One(MemoryRegions, audit_log)
    models = One(ModelShelf, providers.List(One(SpeechModel)))
    recipes = One(MemoryRecipes, audit_log)
    schedules = One(MemorySchedules, audit_log)
    cron = One(CalendarCron)
    uploads = One(MemoryUploads, audit_log)
    libraries = One(MemoryLibraries, audit_log)
    keys = One(MemoryKeys, audit_log)
    sessions = One(MemorySessions, audit_log)
    trail = One(MemoryAuditTrail, audit_log)
    idempotent_requests = One(MemoryIdempotentRequests)
    sources = One(MemorySources, clock)
    arrivals = One(MemoryArrivals, sources, clock)
    blobs = One(ReferringBlobs, One(MemoryBlobs, clock), sources, workspaces)
    jobs = One(MemoryJobs, audit_log)
    batches = One(MemoryBatches)
    queue = One(MemoryQueue, clock)
    scale_in = One(StandingMachine)
    claims = One(MemoryScheduleClaims)
    events = One(MemoryEvents)
    outbox = One(MemoryOutbox, audit_log)
    webhooks = One(MemoryWebhooks, audit_log)
    deliveries = One(MemoryDeliveries)
    webhook_sender = One(HttpsSender, settings.provided.webhook_allow_private)
    bulk_results = One(ParquetResults)
    tables = One(PandasTables)
    bulk_runs = One(NoRuns)
