"""What becomes of a job when its run is over, and of what failed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from domain.job import JobStatus


class Verdict(Enum):
    """What an error means for the job, or the item of a batch, that it ended."""

    FAIL = "fail"  # another attempt would end the same
    RETRY = "retry"  # later it may work
    DROP = "drop"  # the job is not ours any more


class WorkerStops(Exception):
    """Raised inside a running job when its worker has to go before the job is done."""


@dataclass(frozen=True)
class Again:
    """Queued again behind all others that wait: it has had its slice of time, or has nothing to do before then."""

    after: timedelta = timedelta()


@dataclass(frozen=True)
class Parked:
    """It runs on in nobody's hands: others do the rest, and it is looked at when they ring, or after so long. With
    `goes_on` it is rung for at once, behind all others that wait: it has had its slice of time."""

    look_again_after: timedelta
    goes_on: bool = False


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Ended:
    """`afterwards` is called once this is on record: it looks for what came in between the last look and now."""

    status: JobStatus = JobStatus.SUCCEEDED
    afterwards: Callable[[], None] = _nothing


Settling = Again | Parked | Ended | None
"""None: it has succeeded."""
