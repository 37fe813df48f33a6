"""What is still to be done for a library."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from domain.access import Actor, Permission
from domain.batch import Counts, ItemStatus
from domain.job import Job, JobStatus
from domain.job_kind import JobKind
from domain.ports.batches import Batches
from domain.ports.work import JobQuery, Jobs
from domain.values import LibraryId

MOST_JOBS, MOST_BATCHES = 1000, 50
"""Jobs of one status, and batches, that are looked at: five reads of a page, and one a batch."""

OPEN = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PAUSED)
_PAGE = 200


@dataclass(frozen=True)
class Backlog:
    """`jobs` that are not ended, by kind and status; `items` of the batches among them, queued and running.

    Unless `whole`, there are more than were counted.
    """

    jobs: Mapping[tuple[JobKind, JobStatus], int]
    items_queued: int
    items_running: int
    whole: bool


@dataclass(frozen=True)
class TellBacklog:
    jobs: Jobs
    batches: Batches

    def __call__(self, actor: Actor) -> Backlog:
        actor.require(Permission.READ)
        counts: Counter[tuple[JobKind, JobStatus]] = Counter()
        whole = True
        for status in OPEN:
            found = list(islice(self._of(actor.library_id, status), MOST_JOBS + 1))
            whole = whole and len(found) <= MOST_JOBS
            counts.update((job.kind, status) for job in found[:MOST_JOBS])
        active = self.batches.active(actor.library_id)
        items = sum((self.batches.counts(actor.library_id, each) for each in active[:MOST_BATCHES]), Counts())
        whole = whole and len(active) <= MOST_BATCHES
        return Backlog(counts, items.of(ItemStatus.QUEUED), items.of(ItemStatus.RUNNING), whole)

    def _of(self, library_id: LibraryId, status: JobStatus) -> Iterator[Job]:
        cursor: str | None = None
        while True:
            page = self.jobs.search(library_id, JobQuery(status=status, limit=_PAGE, cursor=cursor))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return
