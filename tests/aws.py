"""AWS over HTTP: a double on loopback in a process of its own, or a real account, and a place of one's own there.

AUDIO_TEST_AWS says which: `moto` by default; `ministack`, by `make test-doubles`; `real` with credentials and a region
in the environment, where tables, queues and buckets are made and removed, and cost what they cost.
"""

import itertools
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from adapters.aws.bucket import create_bucket
from adapters.aws.clients import AwsClients, AwsPlace
from adapters.aws.queues import MAX_RECEIVES, Queues, create_queues
from adapters.aws.schema import create_table

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REGION = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
START_SECONDS = 30.0
BACKEND = os.environ.get("AUDIO_TEST_AWS", "moto")
REAL = "real"
BATCH = 25  # items that one request may write or delete
_OWN = f"audio-test-{secrets.token_hex(6)}" if BACKEND == REAL else f"t{os.getpid()}"

_numbers = itertools.count(1)


@dataclass(frozen=True)
class AwsDouble:
    """Names that nobody else uses, on a server that others may use too. Nothing is made yet under these names.

    The real account has no `url`.
    """

    url: str
    name: str = field(default_factory=lambda: f"{_OWN}-{next(_numbers)}")

    @property
    def clients(self) -> AwsClients:
        return clients_of(self.url)

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the service is told, to work there."""
        return {
            **CREDENTIALS,
            "AUDIO_PROFILE": "aws",
            "AUDIO_AWS_REGION": REGION,
            "AUDIO_AWS_ENDPOINT_URL": self.url,
            "AUDIO_AWS_BUCKET": self.name,
            "AUDIO_AWS_TABLE": self.name,
            "AUDIO_AWS_QUEUE_PREFIX": self.name,
        }


@cache
def clients_of(url: str) -> AwsClients:
    """The same for all who ask: a session and each client of it take a good part of a second to make."""
    return AwsClients(_place(url))


def _place(url: str) -> AwsPlace:
    return AwsPlace(REGION, url) if url else AwsPlace()


class BucketWhenAsked(AwsClients):
    """Makes the bucket when S3 is first asked for: most tests want none, and it takes seven requests."""

    def __init__(self, double: AwsDouble) -> None:
        super().__init__(_place(double.url))
        self._double = double
        self._turn = threading.Lock()
        self.has_made_it = False

    @property
    def s3(self) -> "S3Client":  # by one of those that race for it
        client = self._double.clients.s3
        with self._turn:
            if not self.has_made_it:
                create_bucket(client, self._double.name)
                self.has_made_it = True
        return client

    @property
    def s3_without_checksums(self) -> "S3Client":
        return self._double.clients.s3_without_checksums


class TableWhenAsked:
    """A client of DynamoDB that makes the table when it is first asked for something."""

    def __init__(self, double: AwsDouble) -> None:
        self._double = double
        self._turn = threading.Lock()
        self.has_made_it = False

    def __getattr__(self, name: str) -> Any:
        client = self._double.clients.dynamodb
        with self._turn:
            if not self.has_made_it:
                create_table(client, self._double.name)
                self.has_made_it = True
        return getattr(client, name)


class QueuesWhenAsked(Queues):
    """Makes the queues when one is first asked for: most tests want none, and it takes 13 requests."""

    def __init__(self, double: AwsDouble, max_receives: int = MAX_RECEIVES) -> None:
        super().__init__(double.clients.sqs, double.name)
        self._double = double
        self._max_receives = max_receives
        self._turn = threading.Lock()
        self._made = False

    def url(self, name: str) -> str:
        with self._turn:
            if not self._made:
                create_queues(self.client, self._double.name, self._max_receives)
                self._made = True
        return super().url(name)


def remove_bucket(double: AwsDouble) -> None:
    """With all that is in it, where there is one."""
    client, name = double.clients.s3, double.name
    if name not in {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}:
        return
    _empty_bucket(double)
    client.delete_bucket(Bucket=name)


def remove(double: AwsDouble) -> None:
    """Bucket and table. moto keeps much of what was deleted: what nobody else has there just now is given up whole."""
    if BACKEND == "moto":
        urllib.request.urlopen(urllib.request.Request(f"{double.url}/moto-api/reset", method="POST")).close()
        return
    remove_bucket(double)
    double.clients.dynamodb.delete_table(TableName=double.name)


def empty(double: AwsDouble) -> None:
    """Bucket and table as they were when they had just been made. A queue may be purged but once a minute."""
    _empty_bucket(double)
    dynamodb = double.clients.dynamodb
    keys = dynamodb.scan(TableName=double.name, ProjectionExpression="pk, sk", ConsistentRead=True)["Items"]
    for at in range(0, len(keys), BATCH):
        doomed: Any = [{"DeleteRequest": {"Key": key}} for key in keys[at : at + BATCH]]
        while doomed:
            answer = dynamodb.batch_write_item(RequestItems={double.name: doomed})
            doomed = answer["UnprocessedItems"].get(double.name)


def _empty_bucket(double: AwsDouble) -> None:
    client, name = double.clients.s3, double.name
    for page in client.get_paginator("list_object_versions").paginate(Bucket=name):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        doomed: Any = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
        if doomed:
            client.delete_objects(Bucket=name, Delete={"Objects": doomed})
    for upload in client.list_multipart_uploads(Bucket=name).get("Uploads", ()):
        client.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])


def server() -> AbstractContextManager[str]:
    """The address of the one that AUDIO_TEST_AWS names, for as long as the context is open; none of the real one."""
    if BACKEND == REAL:
        return nullcontext("")
    return ministack_server() if BACKEND == "ministack" else moto_server()


def moto_server() -> AbstractContextManager[str]:
    return _server(
        [sys.executable, "-m", "tests.moto_server", "{port}"], {**os.environ, **CREDENTIALS}, "moto-api/data.json"
    )


def ministack_server() -> AbstractContextManager[str]:
    """It starts what it is asked to run: its environment has nothing but what it needs."""
    environment = {**CREDENTIALS, "PATH": os.environ["PATH"], "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": "{port}"}
    return _server([".venv/doubles/bin/ministack"], environment, "_ministack/health")


@contextmanager
def _server(command: list[str], environment: dict[str, str], healthy: str) -> Iterator[str]:
    """`{port}` stands for the port in both."""
    port = str(free_port())
    command = [word.format(port=port) for word in command]
    environment = {name: port if value == "{port}" else value for name, value in environment.items()}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/{healthy}", process)
            yield url
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, "the server has ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
