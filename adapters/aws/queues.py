"""The queues by name: one for each lane, one for what arrives, and the dead letters of both.

Production's queues are made by infra/, doubles and tests make theirs here: a test holds the two together.
"""

import json
import threading
from typing import TYPE_CHECKING

from adapters.aws.errors import translated
from domain.job_kind import Lane

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SERVICE = "SQS"
INBOX = "inbox"
DEAD_LETTERS, INBOX_DEAD_LETTERS = "dead-letters", "inbox-dead-letters"
DEAD_LETTERS_OF: dict[str, str] = {**dict.fromkeys(Lane, DEAD_LETTERS), INBOX: INBOX_DEAD_LETTERS}
"""Where a queue's messages end that were received too often."""

MAX_RECEIVES = 10
INBOX_MAX_RECEIVES = 50
"""Nothing rings again for what has arrived. With the delays of application/arrivals.py, eleven hours of trouble pass
until it is given up on."""

RETENTION_SECONDS = 14 * 24 * 3600
"""The most that SQS keeps a message, from when it was first sent: also in a queue for dead letters.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"""


class Queues:
    """The addresses of the queues with one prefix, asked for when they are first needed."""

    def __init__(self, client: "SQSClient", prefix: str) -> None:
        self.client = client
        self._prefix = prefix
        self._lock = threading.Lock()
        self._urls: dict[str, str] = {}

    def url(self, name: str) -> str:
        """Raises Unavailable when there is no such queue."""
        with self._lock:
            if name not in self._urls:
                with translated(SERVICE):
                    self._urls[name] = self.client.get_queue_url(QueueName=queue_name(self._prefix, name))["QueueUrl"]
            return self._urls[name]

    def ping(self, *names: str) -> None:
        for name in names:
            with translated(SERVICE):
                self.client.get_queue_attributes(QueueUrl=self.url(name), AttributeNames=["QueueArn"])


def queue_name(prefix: str, name: str) -> str:
    return f"{prefix}-{name}"


def create_queues(client: "SQSClient", prefix: str, max_receives: int = MAX_RECEIVES) -> None:
    """All of them; what is there already stays what it is. `max_receives` is that of the lanes."""
    kept = {"MessageRetentionPeriod": str(RETENTION_SECONDS)}
    arns = {name: _create(client, prefix, name, kept) for name in sorted(set(DEAD_LETTERS_OF.values()))}
    for name, letters in DEAD_LETTERS_OF.items():
        most = INBOX_MAX_RECEIVES if name == INBOX else max_receives
        redrive = json.dumps({"deadLetterTargetArn": arns[letters], "maxReceiveCount": most})
        _create(client, prefix, name, {**kept, "RedrivePolicy": redrive})


def _create(client: "SQSClient", prefix: str, name: str, attributes: dict[str, str]) -> str:
    url = client.create_queue(QueueName=queue_name(prefix, name), Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]  # the names are literals
    return client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
