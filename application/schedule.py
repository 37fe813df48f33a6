"""Which scheduled job runs when; two schedulers never start the same run twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.ports.work import ScheduleClaims
from domain.ports.world import Clock

EVERY: Mapping[str, timedelta] = {
    "sweep": timedelta(seconds=10),
    "purge-expired-uploads": timedelta(minutes=15),
    "purge-on-request": timedelta(minutes=10),
    "reconcile-blobs": timedelta(hours=24),
    "empty-trash": timedelta(hours=1),
    "relay-events": timedelta(seconds=10),
    "send-webhooks": timedelta(seconds=10),
    "run-schedules": timedelta(seconds=10),
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slot_of(task: str, now: datetime) -> datetime:
    """The start of the period that `now` lies in: the same for every scheduler, whenever it was started."""
    return now - (now - _EPOCH) % EVERY[task]


@dataclass(frozen=True)
class ClaimTask:
    """True for the one scheduler that is to run the task in the period that has begun."""

    claims: ScheduleClaims
    clock: Clock

    def __call__(self, task: str) -> bool:
        return self.claims.claim(task, slot_of(task, self.clock.now()))
