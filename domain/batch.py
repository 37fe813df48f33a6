"""A batch: one piece of work on many recordings, each an item with its own result."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.backoff import backoff
from domain.errors import IllegalTransition
from domain.job import JobStatus
from domain.parameter import Setting
from domain.values import Failure, JobId, LibraryId, RecordingId, Scalar

ITEM_TRIES = 3
PAGE_ITEMS = 50
"""Items that are made at a time: with the cursor they are stored in one write."""

STRIPES = 16
"""An item belongs to the stripe of its number; at most one crew works on a stripe at a time."""


class Work(StrEnum):
    """What is done with each item."""

    RECIPE = "recipe"
    ANALYSE = "analyse"
    PREDICT = "predict"
    CHANGE = "change"  # title, tags, fields, the trash
    MOVE = "move"  # to another library
    FIXITY = "fixity"
    UNDO = "undo"  # takes back what another batch did


class ItemStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    REVIEW = "review"  # waits for a person
    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"  # nothing was to be done: it is there, or so, already
    FAILED = "failed"


ENDED = frozenset({ItemStatus.REVIEW, ItemStatus.SUCCEEDED, ItemStatus.SKIPPED, ItemStatus.FAILED})


@dataclass(frozen=True, slots=True)
class Selection:
    """Which recordings: a list of them, or all that a query of `before` finds, in the words of the list's filters.

    `rows` names the blob with a table whose rows say what becomes of which recording; `undoes` the batch whose
    succeeded items are taken back. Exactly one of the four is said. `share` (0 to 1) takes a sample.
    """

    recordings: tuple[RecordingId, ...] = ()
    query: Mapping[str, tuple[str, ...]] | None = None
    rows: str | None = None
    undoes: JobId | None = None
    before: datetime | None = None
    share: float = 1.0

    def takes(self, recording_id: RecordingId) -> bool:
        """Whether the recording is in the sample. That of another month is another one: with a share of 1/12 each has
        had its turn within twelve months."""
        if self.share >= 1.0:
            return True
        place = int.from_bytes(hashlib.sha256(recording_id.encode()).digest()[:6]) / 2**48
        turn = (self.before.year * 12 + self.before.month) * self.share if self.before else 0.0
        return (place + turn) % 1.0 < self.share


@dataclass(frozen=True, slots=True)
class Batch:
    """What was asked for, under the id of its job; never changes. `settings` are the work's own: a recipe's name and
    version, a model's parameters, the change."""

    id: JobId
    library_id: LibraryId
    work: Work
    settings: Mapping[str, Setting]
    selection: Selection
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Making:
    """How far the items of a batch have been made. `cursor` goes on where the last page ended; `requeuing` says that
    the cursor goes through failed items, to queue them anew."""

    batch_id: JobId
    made: int = 0
    cursor: str | None = None
    complete: bool = False
    requeuing: bool = False
    version: int = 1

    def advanced(self, made: int, cursor: str | None, *, complete: bool) -> "Making":
        return replace(self, made=self.made + made, cursor=cursor, complete=complete, version=self.version + 1)

    def requeued(self, cursor: str | None, *, requeuing: bool, complete: bool) -> "Making":
        return replace(self, cursor=cursor, requeuing=requeuing, complete=complete, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items are in which status. Always what the items say."""

    by_status: Mapping[ItemStatus, int] = field(default_factory=dict)
    audio_seconds: float = 0.0
    busy_seconds: float = 0.0

    @classmethod
    def of_items(cls, items: "Sequence[Item]") -> "Counts":
        """As if there were no others."""
        return cls(
            dict(Counter(item.status for item in items)),
            sum(item.audio_seconds for item in items),
            sum(item.busy_seconds for item in items),
        )

    def __add__(self, other: "Counts") -> "Counts":
        return self._and(other, 1)

    def __sub__(self, other: "Counts") -> "Counts":
        """May be less than nothing."""
        return self._and(other, -1)

    def _and(self, other: "Counts", times: int) -> "Counts":
        sums = {status: self.of(status) + times * other.of(status) for status in ItemStatus}
        return Counts(
            {status: number for status, number in sums.items() if number},
            self.audio_seconds + times * other.audio_seconds,
            self.busy_seconds + times * other.busy_seconds,
        )

    def of(self, *statuses: ItemStatus) -> int:
        return sum(self.by_status.get(status, 0) for status in statuses)

    @property
    def total(self) -> int:
        return sum(self.by_status.values())

    @property
    def ended(self) -> int:
        return self.of(*ENDED)

    @property
    def verdict(self) -> JobStatus:
        """What a batch is whose items have all ended."""
        failed = self.of(ItemStatus.FAILED)
        if not failed:
            return JobStatus.SUCCEEDED
        return JobStatus.FAILED if failed == self.total else JobStatus.PARTLY_FAILED


@dataclass(frozen=True, slots=True)
class Item:
    """One recording in a batch; `n` counts from 0.

    `settings` are of this item alone, where a table said them. `before` is what an undo needs, as the work wrote it.
    `result` names what was made. `audio_seconds` and `busy_seconds` say how much was dealt with, and how long it took.
    """

    batch_id: JobId
    library_id: LibraryId
    n: int
    recording_id: RecordingId
    updated_at: datetime
    due_at: datetime
    status: ItemStatus = ItemStatus.QUEUED
    version: int = 1
    attempts: int = 0
    settings: Mapping[str, Setting] = field(default_factory=dict)
    result: Mapping[str, Scalar] = field(default_factory=dict)
    before: str = ""
    failure: Failure | None = None
    audio_seconds: float = 0.0
    busy_seconds: float = 0.0

    @property
    def stripe(self) -> int:
        return self.n % STRIPES

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def is_poison(self) -> bool:
        """It had all its tries; one that is still running had its worker die each time."""
        return self.attempts >= ITEM_TRIES

    def started(self, now: datetime) -> "Item":
        if self.has_ended:
            raise IllegalTransition(f"The item is {self.status}.", status=str(self.status))
        return self._next(now, status=ItemStatus.RUNNING, attempts=self.attempts + 1)

    def ended(
        self,
        status: ItemStatus,
        now: datetime,
        *,
        result: Mapping[str, Scalar] | None = None,
        before: str = "",
        failure: Failure | None = None,
        audio_seconds: float = 0.0,
        busy_seconds: float = 0.0,
    ) -> "Item":
        return self._next(
            now,
            status=status,
            result=dict(result or {}),
            before=before,
            failure=failure,
            audio_seconds=audio_seconds,
            busy_seconds=busy_seconds,
        )

    def postponed(self, failure: Failure, now: datetime) -> "Item":
        """Queued again after a failure that may pass."""
        due = now + backoff(f"{self.batch_id}:{self.n}", self.attempts)
        return self._next(now, status=ItemStatus.QUEUED, failure=failure, due_at=due)

    def handed_back(self, now: datetime) -> "Item":
        """Unfinished, by a worker that stops: the try does not count."""
        return self._next(now, status=ItemStatus.QUEUED, attempts=max(0, self.attempts - 1))

    def requeued(self, now: datetime, settings: Mapping[str, Setting] | None = None) -> "Item":
        """Anew with all its tries: one that failed, or that a person has agreed to."""
        return self._next(
            now,
            status=ItemStatus.QUEUED,
            attempts=0,
            failure=None,
            due_at=now,
            settings={**self.settings, **(settings or {})},
        )

    def _next(self, now: datetime, **changes: object) -> "Item":
        return replace(self, updated_at=now, version=self.version + 1, **changes)  # type: ignore[arg-type]  # names checked by replace


FORGOTTEN_AFTER = timedelta(hours=1)
"""A batch without a job was cut off at its start, when it is older than this."""

LOOK_AGAIN_AFTER = timedelta(minutes=1)
"""A batch whose items run is looked at so often, whoever else has looked."""
