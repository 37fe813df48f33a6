"""The doorbell in SQS: a queue for each lane, whose messages carry a job's id."""

import itertools
import time
from collections.abc import Sequence
from datetime import timedelta

from adapters import cursors, refusals
from adapters.aws.dead_letters import DIED_AT, REASON, RECEIVES, DeadLetterQueue, is_job_id
from adapters.aws.messages import MAX_WAIT_SECONDS, Message, Messages
from adapters.aws.queues import DEAD_LETTERS, MAX_RECEIVES, Queues
from domain.job_kind import Lane
from domain.ports.work import DeadLetter, Delivery, JobQueue
from domain.ports.world import Clock
from domain.values import JobId, LibraryId

TURN_SECONDS = 1
"""SQS waits for one queue at a time: who waits for several lanes listens to each in its turn."""


class SqsQueue(JobQueue):
    """Each send is a message of its own, and SQS may deliver one twice: whoever claims the job has it.

    Within one lane, a message that was sent is received as soon as a request can carry it; over several, it waits for
    its lane's turn, a second for each of the others. Delays end after 15 minutes at the latest, and a message is kept
    hidden for 12 hours at most: the job's own `due_at` and lease say what may be done. A library is a message group:
    SQS then lets others pass one that has many messages in hands (developer guide, "Amazon SQS fair queues").
    """

    def __init__(self, queues: Queues, clock: Clock, max_receives: int = MAX_RECEIVES) -> None:
        self._queues = queues
        self._clock = clock
        self._lanes = {lane: Messages(queues, lane, DEAD_LETTERS) for lane in Lane}
        self._letters = DeadLetterQueue(queues, max_receives)

    def send(self, job_id: JobId, lane: Lane, library_id: LibraryId, delay: timedelta = timedelta()) -> None:
        self._lanes[lane].send(job_id, delay, group=library_id)

    def receive(self, lanes: Sequence[Lane], wait: timedelta, visibility: timedelta) -> Delivery | None:
        deadline = time.monotonic() + wait.total_seconds()
        for lane in lanes:
            delivery = self._receive(lane, 0, visibility)
            if delivery is not None:
                return delivery
        turn = MAX_WAIT_SECONDS if len(lanes) == 1 else TURN_SECONDS
        for lane in itertools.cycle(lanes):
            left = deadline - time.monotonic()
            if left <= 0 or self._lanes[lane].is_stopped:
                break
            delivery = self._receive(lane, min(left, turn), visibility)
            if delivery is not None:
                return delivery
        return None

    def stop_receiving(self) -> None:
        for messages in self._lanes.values():
            messages.stop()

    def extend(self, delivery: Delivery, visibility: timedelta) -> None:
        if not self._lanes[delivery.lane].hide(delivery.receipt, visibility):
            raise refusals.lost(delivery.job_id)

    def acknowledge(self, delivery: Delivery) -> None:
        self._lanes[delivery.lane].delete(delivery.receipt)

    def release(self, delivery: Delivery, delay: timedelta) -> None:
        self._lanes[delivery.lane].put_back(delivery.receipt, delay)

    def bury(self, delivery: Delivery, reason: str) -> None:
        message = Message(delivery.job_id, delivery.receipt, delivery.receives)
        self._bury(delivery.lane, message, reason)

    def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        return self._letters.oldest(limit)

    def forget(self, job_id: JobId) -> None:
        self._letters.forget(job_id)

    def ping(self) -> None:
        self._queues.ping(*Lane, DEAD_LETTERS)

    def _receive(self, lane: Lane, wait_seconds: float, visibility: timedelta) -> Delivery | None:
        message = self._lanes[lane].receive(wait_seconds, visibility)
        if message is None:
            return None
        if not is_job_id(message.body):
            self._bury(lane, message, "It is no job's id.")
            return None
        return Delivery(JobId(message.body), lane, message.receipt, message.receives)

    def _bury(self, lane: Lane, message: Message, reason: str) -> None:
        told = {REASON: reason, RECEIVES: str(message.receives), DIED_AT: cursors.moment(self._clock.now())}
        self._lanes[lane].bury(message, told)
