"""The models of a family that has endpoints: the one in this process, and those that the settings name."""

from collections.abc import Iterator

from adapters.aws.async_models import AsyncModel
from adapters.aws.blobs import S3Blobs
from adapters.aws.clients import AwsClients
from adapters.aws.models import SOCKET_MARGIN_SECONDS, RealTimeModel
from adapters.models.shelf import ModelShelf, OneModel
from adapters.models.speech import SpeechModel
from entrypoints.remote_model import Mode
from entrypoints.settings import Settings

QUEUEING_SECONDS = 30.0  # an asynchronous invocation is only put into a queue


def models(settings: Settings, clients: AwsClients, blobs: S3Blobs) -> ModelShelf:
    """One that the settings name takes the place of the one in this process that is called the same."""
    elsewhere = list(_remote(settings, clients, blobs))
    named = {model.card.name for model in elsewhere}
    return ModelShelf([*(model for model in (SpeechModel(),) if model.card.name not in named), *elsewhere])


def _remote(settings: Settings, clients: AwsClients, blobs: S3Blobs) -> Iterator[OneModel]:
    if not settings.sagemaker_models:
        return
    answering = clients.sagemaker_runtime(settings.sagemaker_realtime_seconds + SOCKET_MARGIN_SECONDS)
    queueing = clients.sagemaker_runtime(QUEUEING_SECONDS)
    for each in settings.sagemaker_models:
        if each.mode is Mode.REALTIME:
            yield RealTimeModel(answering, each.endpoint, each.card(settings.sagemaker_realtime_bytes))
        else:
            yield AsyncModel(
                queueing,
                clients.s3,
                blobs,
                each.card(settings.sagemaker_async_bytes),
                bucket=settings.aws_bucket,
                endpoint=each.endpoint,
                seconds=settings.sagemaker_async_seconds,
            )
