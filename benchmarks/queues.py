"""The queues that are measured, and a program that sends from another process.

`python -m benchmarks.queues sqlite PATH`, or `… sqs URL PREFIX`, sends a job for each line that it reads, and says when
that was done.
"""

import sys
import time
from pathlib import Path

from adapters.aws.clients import AwsClients, AwsPlace
from adapters.aws.queue import SqsQueue
from adapters.aws.queues import Queues
from adapters.local.database import Database
from adapters.local.queue import SqliteQueue
from adapters.system import SystemClock
from domain.job_kind import Lane
from domain.ports.work import JobQueue
from domain.values import JobId
from tests.aws import REGION
from tests.builders import LIBRARY


def sqlite(path: str) -> JobQueue:
    return SqliteQueue(Database(Path(path)), SystemClock())


def sqs(url: str, prefix: str) -> JobQueue:
    return SqsQueue(Queues(AwsClients(AwsPlace(REGION, url)).sqs, prefix), SystemClock())


if __name__ == "__main__":
    queue = sqlite(*sys.argv[2:]) if sys.argv[1] == "sqlite" else sqs(*sys.argv[2:])
    for line in sys.stdin:
        queue.send(JobId(line.strip()), Lane.LISTENING, LIBRARY)
        print(time.monotonic(), flush=True)
