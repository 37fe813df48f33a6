"""The queue of dead letters, read and tidied.

SQS shows what is in a queue to nobody but a receiver. A look therefore receives all letters, each hidden for as long
as the look lasts so that none comes twice, and puts back those that it does not delete. One that dies leaves them
hidden for a minute, no more. A look may miss letters that another is looking at, and some that SQS did not find in its
haste; what one misses, the next finds.
"""

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from adapters.aws.errors import translated
from adapters.aws.items import batches
from adapters.aws.queues import DEAD_LETTERS, SERVICE, Queues
from domain.ports.work import DeadLetter
from domain.values import JobId

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

REASON, RECEIVES, DIED_AT = "reason", "receives", "died_at"
"""Attributes of a letter that was buried here; one that SQS itself has moved has none."""

LOOK = timedelta(minutes=1)
MOST_SEEN = 1_000  # letters of one look: so many want an operator, and no longer list
_AT_ONCE = 10  # messages of one request
_JOB_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class _Seen:
    letter: DeadLetter
    receipt: str


class DeadLetterQueue:
    """Of the jobs. A letter that names none stays where it is, for whoever looks into the queue itself."""

    def __init__(self, queues: Queues, max_receives: int) -> None:
        self._queues = queues
        self._max_receives = max_receives
        self._lock = threading.Lock()
        self._receipts: dict[JobId, list[str]] = {}
        """Of the last look. They are good until somebody else has looked."""

    def oldest(self, limit: int) -> tuple[DeadLetter, ...]:
        """One for each job."""
        with self._look() as seen:
            letters = {each.letter.job_id: each.letter for each in seen}
            receipts: dict[JobId, list[str]] = {}
            for each in seen:
                receipts.setdefault(each.letter.job_id, []).append(each.receipt)
        with self._lock:
            self._receipts = receipts
        return tuple(sorted(letters.values(), key=lambda letter: (letter.died_at, letter.job_id))[:limit])

    def forget(self, job_id: JobId) -> None:
        """What the last look has seen of it, so that many are forgotten after one look; or else what is seen now.

        Where somebody else has looked in between, the letter stays until the sweep has looked again.
        """
        with self._lock:
            receipts = self._receipts.pop(job_id, None)
        if receipts is not None:
            self._delete(receipts)
            return
        with self._look() as seen:
            self._delete(each.receipt for each in seen if each.letter.job_id == job_id)

    @contextmanager
    def _look(self) -> Iterator[list[_Seen]]:
        """All letters that can be received now; put back at the end, where they have not been deleted."""
        receipts: list[str] = []
        seen: list[_Seen] = []
        try:
            while len(receipts) < MOST_SEEN and (messages := self._received()):
                for message in messages:
                    receipts.append(message["ReceiptHandle"])
                    if is_job_id(message["Body"]):
                        seen.append(_Seen(self._letter(message), message["ReceiptHandle"]))
            yield seen
        finally:
            self._put_back(receipts)

    def _received(self) -> "list[MessageTypeDef]":
        with translated(SERVICE):
            answer = self._queues.client.receive_message(
                QueueUrl=self._queues.url(DEAD_LETTERS),
                MaxNumberOfMessages=_AT_ONCE,
                VisibilityTimeout=int(LOOK.total_seconds()),
                WaitTimeSeconds=0,
                MessageSystemAttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            )
        return answer.get("Messages", [])

    def _letter(self, message: "MessageTypeDef") -> DeadLetter:
        told = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
        reason = told.get(REASON, "")
        if DIED_AT in told:
            return DeadLetter(
                JobId(message["Body"]), reason, int(told[RECEIVES]), datetime.fromisoformat(told[DIED_AT])
            )
        sent_at = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
        reason = f"It was received {self._max_receives} times and never finished."
        return DeadLetter(JobId(message["Body"]), reason, self._max_receives, sent_at)

    def _delete(self, receipts: Iterable[str]) -> None:
        for batch in batches(receipts, _AT_ONCE):
            with translated(SERVICE):
                self._queues.client.delete_message_batch(
                    QueueUrl=self._queues.url(DEAD_LETTERS),
                    Entries=[{"Id": str(n), "ReceiptHandle": receipt} for n, receipt in enumerate(batch)],
                )

    def _put_back(self, receipts: Iterable[str]) -> None:
        """Those that were deleted are refused one by one, and the others put back."""
        for batch in batches(receipts, _AT_ONCE):
            with translated(SERVICE):
                self._queues.client.change_message_visibility_batch(
                    QueueUrl=self._queues.url(DEAD_LETTERS),
                    Entries=[
                        {"Id": str(n), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                        for n, receipt in enumerate(batch)
                    ],
                )


def is_job_id(body: str) -> bool:
    return _JOB_ID.fullmatch(body) is not None
