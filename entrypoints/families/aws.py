"""Amazon Web Services: records in DynamoDB, bytes in S3, the bell in SQS, sound heard in child processes."""

from dependency_injector import containers, providers

from adapters.audio.isolated import IsolatedEngine
from adapters.aws.arrivals import S3Arrivals
from adapters.aws.clients import AwsClients, AwsPlace
from adapters.aws.queue import SqsQueue
from adapters.aws.queues import Queues
from adapters.aws.scale_in import EcsScaleIn
from adapters.aws.sources import S3Sources
from adapters.aws.table import Table
from adapters.local.workspaces import FolderWorkspaces
from adapters.system import StandingMachine, SystemClock, UlidIds
from domain.ports.work import ScaleIn
from entrypoints.families.limits import engine_limits
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
    sources = One(S3Sources, clients.provided.s3)
    table = One(Table, clients.provided.dynamodb, settings.provided.aws_table)
    queues = One(Queues, clients.provided.sqs, settings.provided.aws_queue_prefix)
    queue = One(SqsQueue, queues, clock)
    arrivals = One(S3Arrivals, clients.provided.s3, settings.provided.aws_bucket, queues, clock)
    scale_in = One(_scale_in, settings, clock)
