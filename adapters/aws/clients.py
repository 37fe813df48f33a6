"""Where every client of AWS is made: one session, and one way to wait, to try again and to be sent elsewhere."""

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient
    from mypy_boto3_sqs import SQSClient

CONNECT_SECONDS = 5
READ_SECONDS = 60  # above the 20 s of SQS's long poll
ATTEMPTS = 4


@dataclass(frozen=True)
class AwsPlace:
    """Where the services are. Without a region the SDK's own chain says; `endpoint_url` names a double of them all,
    and botocore's AWS_ENDPOINT_URL_<SERVICE> one of a single service.

    `connections` may be open at a time to one service: no less than there are threads that ask.
    """

    region: str | None = None
    endpoint_url: str | None = None
    connections: int = 64


class AwsClients:
    """Made when first asked for, and shared: clients may be used by several threads at a time, sessions may not."""

    def __init__(self, place: AwsPlace) -> None:
        self._place = place
        self._making = threading.RLock()

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        with self._making:
            return self._session.client("dynamodb", endpoint_url=self._place.endpoint_url, config=self._config())

    @cached_property
    def s3(self) -> "S3Client":
        return self._s3()

    @cached_property
    def s3_without_checksums(self) -> "S3Client":
        """For parts of multiparts that were begun without: S3 refuses those that the SDK adds by itself."""
        return self._s3(request_checksum_calculation="when_required")

    def _s3(self, **more: object) -> "S3Client":
        # A double on loopback has no names of its own for buckets, as AWS has.
        style = "path" if self._place.endpoint_url else "virtual"
        config = self._config(signature_version="s3v4", s3={"addressing_style": style}, **more)
        with self._making:
            return self._session.client("s3", endpoint_url=self._place.endpoint_url, config=config)

    @cached_property
    def sqs(self) -> "SQSClient":
        with self._making:
            return self._session.client("sqs", endpoint_url=self._place.endpoint_url, config=self._config())

    @cached_property
    def sagemaker(self) -> "SageMakerClient":
        with self._making:
            return self._session.client("sagemaker", endpoint_url=self._place.endpoint_url, config=self._config())

    def sagemaker_runtime(self, read_seconds: float) -> "SageMakerRuntimeClient":
        """A client of its own for each time limit. It tries once: its adapter knows which answers deserve another."""
        config = self._config(read_timeout=read_seconds, retries={"mode": "standard", "total_max_attempts": 1})
        with self._making:
            return self._session.client("sagemaker-runtime", endpoint_url=self._place.endpoint_url, config=config)

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(region_name=self._place.region)

    def _config(self, **more: object) -> Config:
        return Config(
            **{  # type: ignore[arg-type]  # botocore's options, of as many types
                "connect_timeout": CONNECT_SECONDS,
                "read_timeout": READ_SECONDS,
                "retries": {"mode": "standard", "total_max_attempts": ATTEMPTS},
                "max_pool_connections": self._place.connections,
                "tcp_keepalive": True,
                **more,
            }
        )
