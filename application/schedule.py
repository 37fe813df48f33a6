"""Which scheduled job runs when; two schedulers never start the same run twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from application.upkeep import Report
from domain.ports import Clock, ScheduleClaims

EVERY: Mapping[str, timedelta] = {
    "sweep": timedelta(seconds=10),
    "purge-expired-uploads": timedelta(minutes=15),
    "reconcile-blobs": timedelta(hours=24),
    "empty-trash": timedelta(hours=1),
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def slot_of(task: str, now: datetime) -> datetime:
    """The start of the period that `now` lies in: the same for every scheduler, whenever it was started."""
    return now - (now - _EPOCH) % EVERY[task]


@dataclass(frozen=True)
class RunDueTasks:
    """Runs each task whose period has begun and that nobody has started in it."""

    tasks: Mapping[str, Callable[[], Report]]
    claims: ScheduleClaims
    clock: Clock

    def __call__(self) -> dict[str, Report]:
        now = self.clock.now()
        return {name: task() for name, task in self.tasks.items() if self.claims.claim(name, slot_of(name, now))}
