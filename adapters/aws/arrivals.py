"""The inbox as a part of the bucket: S3 tells a queue of what is put there.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import json
import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, unquote_plus

from botocore.exceptions import ClientError

from adapters import cursors, refusals
from adapters.aws.dead_letters import DIED_AT, REASON, RECEIVES
from adapters.aws.errors import status_of, translated
from adapters.aws.messages import Message, Messages
from adapters.aws.queues import INBOX, INBOX_DEAD_LETTERS, Queues
from domain.blob_keys import INBOX_PREFIX
from domain.ports.arrivals import Arrival, Arrivals
from domain.ports.world import Clock
from domain.source import SourceObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

SERVICE = "S3"
_GONE, _CHANGED = 404, 412


class S3Arrivals(Arrivals):
    """Objects below `inbox/` of one bucket. What is set aside stays where it is, with a letter that says why.

    S3 may tell of an object twice, in any order, and of several at once: those are told one by one.
    """

    def __init__(self, client: "S3Client", bucket: str, queues: Queues, clock: Clock) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock
        self._messages = Messages(queues, INBOX, INBOX_DEAD_LETTERS)

    def receive(self, wait: timedelta, visibility: timedelta) -> Arrival | None:
        deadline = time.monotonic() + wait.total_seconds()
        while True:
            left = deadline - time.monotonic()
            message = self._messages.receive(left, visibility)
            arrival = self._arrival(message) if message is not None else None
            if arrival is not None or (message is None and left <= 0) or self._messages.is_stopped:
                return arrival

    def stop_receiving(self) -> None:
        self._messages.stop()

    def extend(self, arrival: Arrival, visibility: timedelta) -> None:
        if not self._messages.hide(arrival.receipt, visibility):
            raise refusals.let_go(arrival.url)

    def acknowledge(self, arrival: Arrival) -> None:
        self._messages.delete(arrival.receipt)

    def release(self, arrival: Arrival, delay: timedelta) -> None:
        self._messages.put_back(arrival.receipt, delay)

    def bury(self, arrival: Arrival, reason: str) -> None:
        bucket, _, key = arrival.url.removeprefix("s3://").partition("/")
        self._bury(Message(event(bucket, key), arrival.receipt, arrival.receives), reason)

    def remove(self, found: SourceObject) -> None:
        bucket, _, key = found.url.removeprefix("s3://").partition("/")
        with translated(SERVICE):
            try:
                self._client.delete_object(Bucket=bucket, Key=key, IfMatch=f'"{found.etag}"')
            except ClientError as error:
                if status_of(error) not in {_GONE, _CHANGED}:
                    raise
                log.info("%s was gone or another before it could be removed", found.url)

    def _arrival(self, message: Message) -> Arrival | None:
        """None where the message tells of none, or of several: those come again, in messages of their own."""
        try:
            created = objects_created(message.body)
        except ValueError:
            self._bury(message, "It is no event of S3.")
            return None
        named = [(bucket, key, library) for bucket, key in created if (library := _library(key))]
        if len(named) == 1:
            bucket, key, library = named[0]
            if bucket != self._bucket:
                self._bury(message, f"It tells of the bucket {bucket}, and the inbox lies in {self._bucket}.")
                return None
            return Arrival(library, f"s3://{bucket}/{key}", message.receipt, message.receives)
        for bucket, key, _ in named:
            self._messages.send(event(bucket, key))
        self._messages.delete(message.receipt)
        return None

    def _bury(self, message: Message, reason: str) -> None:
        told = {REASON: reason, RECEIVES: str(message.receives), DIED_AT: cursors.moment(self._clock.now())}
        self._messages.bury(message, told)


def objects_created(body: str) -> list[tuple[str, str]]:
    """Bucket and key of each object that an event says was created. None in the event that S3 sends to try a queue.

    Raises ValueError when it is no event of S3.
    """
    told: Any = json.loads(body)
    try:
        if told.get("Event") == "s3:TestEvent":
            return []
        return [
            (str(record["s3"]["bucket"]["name"]), unquote_plus(record["s3"]["object"]["key"]))
            for record in told["Records"]
            if str(record["eventName"]).startswith("ObjectCreated:")
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("no event of S3") from error


def event(bucket: str, key: str) -> str:
    """As much of an event as is read here; keys are encoded as in a form."""
    told = {"bucket": {"name": bucket}, "object": {"key": quote_plus(key)}}
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": told}]})


def _library(key: str) -> str:
    """The name of the library for which it has arrived; empty where the key is none of an arrival."""
    library, _, rest = key.removeprefix(INBOX_PREFIX).partition("/")
    return library if key.startswith(INBOX_PREFIX) and rest and not rest.endswith("/") else ""


def notify_inbox(client: "S3Client", bucket: str, queues: Queues) -> None:
    """Makes S3 tell the queue of what is put into the inbox; production's bucket is told so by infra/."""
    told = queues.client.get_queue_attributes(QueueUrl=queues.url(INBOX), AttributeNames=["QueueArn"])
    client.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": told["Attributes"]["QueueArn"],
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": INBOX_PREFIX}]}},
                }
            ]
        },
    )
