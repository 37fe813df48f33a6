"""AWS over HTTP on loopback: a moto server in a process of its own, and a place of one's own on it."""

import itertools
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from adapters.aws.clients import AwsClients, AwsPlace

REGION = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
START_SECONDS = 30.0

_numbers = itertools.count(1)


@dataclass(frozen=True)
class AwsDouble:
    """Names that nobody else uses, on a server that others may use too. Nothing is made yet under these names."""

    url: str
    name: str = field(default_factory=lambda: f"t{os.getpid()}-{next(_numbers)}")

    @property
    def clients(self) -> AwsClients:
        return AwsClients(AwsPlace(REGION, self.url))

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


@contextmanager
def moto_server() -> Iterator[str]:
    """Its address, for as long as the context is open."""
    port = free_port()
    command = [sys.executable, "-m", "tests.moto_server", str(port)]
    environment = {**os.environ, **CREDENTIALS}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/moto-api/data.json", process)
            yield url
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, "the server has ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
