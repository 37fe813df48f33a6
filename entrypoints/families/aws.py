"""Amazon Web Services: records in DynamoDB, bytes in S3, the bell in SQS, sound heard in child processes."""

from dependency_injector import containers, providers

from adapters.audio.isolated import IsolatedEngine
from adapters.aws.access import DynamoKeys, DynamoLibraries
from adapters.aws.arrivals import S3Arrivals, notify_inbox
from adapters.aws.audit import DynamoAuditTrail
from adapters.aws.batches import DynamoBatches
from adapters.aws.blobs import S3Blobs
from adapters.aws.bucket import create_bucket
from adapters.aws.clients import AwsClients, AwsPlace
from adapters.aws.events import DynamoEvents
from adapters.aws.fingerprints import DynamoFingerprints
from adapters.aws.idempotency import DynamoIdempotentRequests
from adapters.aws.outbox import DynamoOutbox
from adapters.aws.predictions import DynamoPredictions
from adapters.aws.processing_jobs import ProcessingPlace, SageMakerRuns
from adapters.aws.queue import SqsQueue
from adapters.aws.queues import Queues, create_queues
from adapters.aws.recipes import DynamoRecipes
from adapters.aws.recordings import DynamoRecordings
from adapters.aws.regions import DynamoRegions
from adapters.aws.results import DynamoAnalyses, DynamoRenditions
from adapters.aws.scale_in import EcsScaleIn
from adapters.aws.schedules import DynamoSchedules
from adapters.aws.schema import create_table
from adapters.aws.sessions import DynamoSessions
from adapters.aws.sources import S3Sources
from adapters.aws.table import Table
from adapters.aws.uploads import DynamoUploads
from adapters.aws.webhooks import DynamoDeliveries, DynamoWebhooks
from adapters.aws.work import DynamoJobs, DynamoScheduleClaims
from adapters.cron import CalendarCron
from adapters.local.workspaces import FolderWorkspaces
from adapters.referring import ReferringBlobs
from adapters.system import StandingMachine, SystemClock, UlidIds
from adapters.tables.metadata import PandasTables
from adapters.tables.results import ParquetResults
from adapters.webhooks.sender import HttpsSender
from domain.ports.work import ScaleIn
from entrypoints.families.limits import engine_limits
from entrypoints.families.models import models
from entrypoints.settings import Settings

One = providers.ThreadSafeSingleton  # requests arrive in many threads


def _place(settings: Settings) -> AwsPlace:
    return AwsPlace(settings.aws_region, settings.aws_endpoint_url, connections=2 * settings.web_threads)


def _scale_in(settings: Settings, clock: SystemClock) -> ScaleIn:
    """Only ECS takes machines away."""
    return EcsScaleIn(settings.ecs_agent_uri, clock) if settings.ecs_agent_uri else StandingMachine()


class AwsAdapters(containers.DeclarativeContainer):
    """Many machines over one bucket, one table and a few queues, which are there before the service is."""

    settings = providers.Dependency(instance_of=Settings)
    clock = One(SystemClock)
    ids = One(UlidIds, clock)
    workspaces = One(FolderWorkspaces, settings.provided.data_dir.joinpath.call("workspaces"))
    engine = One(
        IsolatedEngine, providers.Callable(engine_limits, settings), children=settings.provided.worker_children
    )

    clients = One(AwsClients, providers.Callable(_place, settings))
    table = One(Table, clients.provided.dynamodb, settings.provided.aws_table)
    recordings = One(DynamoRecordings, table)
    analyses = One(DynamoAnalyses, table)
    renditions = One(DynamoRenditions, table)
    fingerprints = One(DynamoFingerprints, table)
    predictions = One(DynamoPredictions, table)
    regions = One(DynamoRegions, table)
    recipes = One(DynamoRecipes, table)
    schedules = One(DynamoSchedules, table)
    cron = One(CalendarCron)
    uploads = One(DynamoUploads, table)
    libraries = One(DynamoLibraries, table)
    keys = One(DynamoKeys, table)
    sessions = One(DynamoSessions, table)
    trail = One(DynamoAuditTrail, table)
    idempotent_requests = One(DynamoIdempotentRequests, table)
    sources = One(S3Sources, clients.provided.s3)
    objects = One(
        S3Blobs,
        clients,
        settings.provided.aws_bucket,
        storage_class=settings.provided.aws_storage_class,
        part_bytes=settings.provided.aws_part_bytes,
        concurrency=settings.provided.aws_concurrency,
        scratch=settings.provided.data_dir,
    )
    blobs = One(ReferringBlobs, objects, sources, workspaces)
    models = One(models, settings, clients, objects)
    jobs = One(DynamoJobs, table)
    batches = One(DynamoBatches, table)
    queues = One(Queues, clients.provided.sqs, settings.provided.aws_queue_prefix)
    queue = One(SqsQueue, queues, clock)
    arrivals = One(S3Arrivals, clients.provided.s3, settings.provided.aws_bucket, queues, clock)
    scale_in = One(_scale_in, settings, clock)
    claims = One(DynamoScheduleClaims, table)
    events = One(DynamoEvents, table)
    outbox = One(DynamoOutbox, table)
    webhooks = One(DynamoWebhooks, table)
    deliveries = One(DynamoDeliveries, table)
    webhook_sender = One(HttpsSender, settings.provided.webhook_allow_private)
    bulk_results = One(ParquetResults)
    tables = One(PandasTables)
    bulk_runs = One(
        SageMakerRuns,
        clients.provided.sagemaker,
        One(ProcessingPlace, settings.provided.processing_image_uri, settings.provided.processing_role_arn),
    )


def prepare(settings: Settings) -> None:
    """Makes the bucket, the table and the queues that the settings name. What is there already stays what it is."""
    clients = AwsClients(_place(settings))
    create_bucket(clients.s3, settings.aws_bucket, settings.cors_origins or ("*",))
    create_table(clients.dynamodb, settings.aws_table)
    create_queues(clients.sqs, settings.aws_queue_prefix)
    notify_inbox(clients.s3, settings.aws_bucket, Queues(clients.sqs, settings.aws_queue_prefix))
