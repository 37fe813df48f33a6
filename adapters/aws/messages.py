"""Messages of one queue: received, kept, put back, and buried among the dead letters."""

import math
import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from adapters.aws.errors import code_of, translated
from adapters.aws.queues import SERVICE, Queues
from domain.errors import AudioBackendError

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

MAX_WAIT_SECONDS = 20
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html"""
MAX_DELAY = timedelta(minutes=15)
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""
MAX_VISIBILITY = timedelta(hours=12)
"""In all, from when a message was received.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html"""
_NOT_OURS = frozenset({"InvalidParameterValue", "MessageNotInflight", "ReceiptHandleIsInvalid"})


@dataclass(frozen=True, slots=True)
class Message:
    body: str
    receipt: str
    receives: int


class Messages:
    """Of the queue `name`, as one receiver sees it.

    A receipt is good for as long as the message is hidden, by this process's own clock: what SQS does with an older one
    is not certain, and may befall whoever has the message by then.
    """

    def __init__(self, queues: Queues, name: str, letters: str) -> None:
        self._queues = queues
        self._name = name
        self._letters = letters
        self._lock = threading.Lock()
        self._hidden_until: dict[str, float] = {}
        self._stopped: Future[Message | None] = Future()

    def send(self, body: str, delay: timedelta = timedelta(), *, group: str | None = None) -> None:
        """After the delay, or after the most that SQS delays a message."""
        grouped: Any = {} if group is None else {"MessageGroupId": group}
        with translated(SERVICE):
            self._queues.client.send_message(
                QueueUrl=self._queues.url(self._name),
                MessageBody=body,
                DelaySeconds=seconds(delay, MAX_DELAY),
                **grouped,
            )

    def receive(self, wait_seconds: float, visibility: timedelta) -> Message | None:
        """One that is visible now, or becomes so while it waits. None at once when this is stopped."""
        if self._stopped.done():
            return None
        if wait_seconds <= 0:
            return self._ask(0, visibility)
        # In a thread of its own: a request cannot be taken back, and who is told to stop shall not wait for its end.
        answer: Future[Message | None] = Future()
        threading.Thread(target=self._answer, args=(answer, wait_seconds, visibility), daemon=True).start()
        wait((answer, self._stopped), return_when=FIRST_COMPLETED)
        if not answer.done():
            answer.add_done_callback(self._put_back)
            return None
        return answer.result()

    def stop(self) -> None:
        if not self._stopped.done():
            self._stopped.set_result(None)

    @property
    def is_stopped(self) -> bool:
        return self._stopped.done()

    def is_held(self, receipt: str) -> bool:
        with self._lock:
            return time.monotonic() < self._hidden_until.get(receipt, 0.0)

    def hide(self, receipt: str, visibility: timedelta) -> bool:
        """From now on, for so long; with none, it is put back. False when it is not in this receiver's hands."""
        if not self.is_held(receipt):
            return False
        hidden_until = time.monotonic() + visibility.total_seconds()
        with translated(SERVICE):
            try:
                self._queues.client.change_message_visibility(
                    QueueUrl=self._queues.url(self._name),
                    ReceiptHandle=receipt,
                    VisibilityTimeout=seconds(visibility, MAX_VISIBILITY),
                )
            except ClientError as error:
                if not is_not_ours(error):
                    raise
                return False
        self._hold(receipt, hidden_until)
        return True

    def put_back(self, receipt: str, delay: timedelta = timedelta()) -> None:
        """To be received again after the delay, or after the most that SQS delays a message."""
        self.hide(receipt, min(delay, MAX_DELAY))

    def delete(self, receipt: str) -> None:
        if not self.is_held(receipt):
            return
        with translated(SERVICE):
            try:
                self._queues.client.delete_message(QueueUrl=self._queues.url(self._name), ReceiptHandle=receipt)
            except ClientError as error:
                if not is_not_ours(error):
                    raise
        self._hold(receipt, 0.0)

    def bury(self, message: Message, told: Mapping[str, str]) -> None:
        """To the dead letters, with what is told of it. A process that dies meanwhile leaves the message, too."""
        if not self.is_held(message.receipt):
            return
        attributes: dict[str, MessageAttributeValueTypeDef] = {
            name: {"DataType": "String", "StringValue": text} for name, text in told.items() if text
        }
        with translated(SERVICE):
            self._queues.client.send_message(
                QueueUrl=self._queues.url(self._letters), MessageBody=message.body, MessageAttributes=attributes
            )
        self.delete(message.receipt)

    def _ask(self, wait_seconds: float, visibility: timedelta) -> Message | None:
        hidden_until = time.monotonic() + visibility.total_seconds()  # before SQS begins to count
        with translated(SERVICE):
            answer = self._queues.client.receive_message(
                QueueUrl=self._queues.url(self._name),
                MaxNumberOfMessages=1,
                WaitTimeSeconds=min(math.ceil(wait_seconds), MAX_WAIT_SECONDS),
                VisibilityTimeout=seconds(visibility, MAX_VISIBILITY),
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        for message in answer.get("Messages", ()):
            receives = int(message["Attributes"]["ApproximateReceiveCount"])
            self._hold(message["ReceiptHandle"], hidden_until)
            return Message(message["Body"], message["ReceiptHandle"], receives)
        return None

    def _answer(self, answer: "Future[Message | None]", wait_seconds: float, visibility: timedelta) -> None:
        try:
            answer.set_result(self._ask(wait_seconds, visibility))
        except BaseException as error:  # noqa: BLE001 - raised where the answer is waited for
            answer.set_exception(error)

    def _put_back(self, answer: "Future[Message | None]") -> None:
        """Nobody waits for it any more. If this fails, its visibility ends by itself."""
        try:
            message = answer.result()
            if message is not None:
                self.put_back(message.receipt)
        except AudioBackendError:
            return

    def _hold(self, receipt: str, hidden_until: float) -> None:
        now = time.monotonic()
        with self._lock:
            self._hidden_until[receipt] = hidden_until
            for each in [each for each, until in self._hidden_until.items() if until <= now]:
                del self._hidden_until[each]


def is_not_ours(error: ClientError) -> bool:
    """Whether SQS refused because the message is in nobody's hands, in others', or has been in ours for too long."""
    return code_of(error).rpartition(".")[2] in _NOT_OURS


def seconds(period: timedelta, most: timedelta) -> int:
    """Whole ones, as SQS counts: no less than was asked for, unless that is more than it knows."""
    return math.ceil(min(period, most).total_seconds())
