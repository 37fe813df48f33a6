"""A crew's way through the batches of its library, again and again, until nothing is open."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from domain.batch import FORGOTTEN_AFTER, PAGE_ITEMS, Batch, Item, Work
from domain.errors import NotFound
from domain.job import SETTLED, JobStatus
from domain.ports.batches import Batches
from domain.ports.work import Jobs
from domain.ports.world import Clock
from domain.values import JobId, LibraryId

LOOK_AGAIN_EVERY = timedelta(seconds=1)
"""Whether a batch has been paused or cancelled."""


@dataclass
class Rounds:
    """Which batches of its work there are, and what is open in each, in the stripes that are the crew's.

    `next_due` is when the first of what is open and not due will be.
    """

    batches: Batches
    jobs: Jobs
    clock: Clock
    library_id: LibraryId
    work: Work
    stripes: tuple[int, ...]
    next_due: datetime | None = None
    _known: dict[JobId, Batch] = field(default_factory=dict)
    _looks: dict[JobId, tuple[JobStatus | None, datetime]] = field(default_factory=dict)
    _open: dict[JobId, Iterator[Item]] = field(default_factory=dict)
    _dry: set[JobId] = field(default_factory=set)

    @property
    def has_work(self) -> bool:
        return any(self.next_items(batch.id, 1) for batch in self._active())

    def batches_in_turn(self, first: int) -> Iterator[Batch]:
        """Each of them again and again, until nothing is open for this crew in any."""
        while batches := [batch for batch in self._active() if batch.id not in self._dry]:
            start = first % len(batches)
            yield from batches[start:] + batches[:start]

    def status(self, batch_id: JobId) -> JobStatus | None:
        """As it was a second ago, or later; None where there is no job."""
        now = self.clock.now()
        known = self._looks.get(batch_id)
        if known is None or now - known[1] >= LOOK_AGAIN_EVERY:
            job = self.jobs.find(batch_id)
            known = self._looks[batch_id] = (None if job is None else job.status, now)
        return known[0]

    def next_items(self, batch_id: JobId, most: int) -> tuple[Item, ...]:
        """Due ones; none once this crew's stripes have been looked through and nothing was there."""
        if self.status(batch_id) not in {JobStatus.QUEUED, JobStatus.RUNNING}:
            self._dry.add(batch_id)
            return ()
        looking = self._open.pop(batch_id, iter(()))
        items = tuple(islice(looking, most))
        if not items:  # there may be more than what a look shows at once
            looking = self._due(batch_id)
            items = tuple(islice(looking, most))
        if items:
            self._open[batch_id] = looking
        else:
            self._dry.add(batch_id)
        return items

    def _due(self, batch_id: JobId) -> Iterator[Item]:
        for stripe in self.stripes:
            for item in self.batches.open_items(batch_id, stripe, PAGE_ITEMS):
                if item.due_at <= self.clock.now():
                    yield item
                else:
                    self.next_due = min(self.next_due or item.due_at, item.due_at)

    def _active(self) -> list[Batch]:
        found = []
        for batch_id in self.batches.active(self.library_id):
            batch = self._batch(batch_id)
            if batch is not None and batch.work is self.work and self._is_there(batch):
                found.append(batch)
        return found

    def _batch(self, batch_id: JobId) -> Batch | None:
        if batch_id not in self._known:
            try:
                self._known[batch_id] = self.batches.get(self.library_id, batch_id)
            except NotFound:
                return None
        return self._known[batch_id]

    def _is_there(self, batch: Batch) -> bool:
        """Mends what a crash has left: a batch whose job is settled, or was never put on record."""
        status = self.status(batch.id)
        if status is None and self.clock.now() - batch.created_at > FORGOTTEN_AFTER:
            self.batches.remove(batch.library_id, batch.id)
        elif status in SETTLED:
            self.batches.end(batch.library_id, batch.id)
        else:
            return status is not None
        return False
