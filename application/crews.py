"""Crews: so many items of a library at a time. Each is a job that deals with items for a while, then queues up."""

from collections.abc import Mapping
from dataclasses import dataclass

from application.item_work import ItemWork
from application.work import StartJob
from domain.batch import STRIPES, Work
from domain.errors import VersionMismatch
from domain.job import WHOLE_LIBRARY, Job
from domain.job_kind import JobKind
from domain.ports.work import Jobs
from domain.ports.world import Clock, Ids
from domain.values import JobId, LibraryId, Scalar


@dataclass(frozen=True)
class CallCrews:
    """Sees to it that the crews of a library for a sort of work are there: adds them, or wakes those that have ended.

    Those that wait or run are left alone: their bells ring, and the sweep rings for lost ones.
    """

    jobs: Jobs
    start_job: StartJob
    works: Mapping[Work, ItemWork]
    bulk_slots: int
    clock: Clock
    ids: Ids

    def __call__(self, library_id: LibraryId, work: Work) -> None:
        for slot in range(self.slots(work)):
            self.one(library_id, work, slot)

    def slots(self, work: Work) -> int:
        """Items at a time, or groups of those that take no more than a few writes."""
        return min(self.bulk_slots, STRIPES)

    def stripes(self, work: Work, slot: int) -> tuple[int, ...]:
        """Those whose items are this crew's; none where there have been more crews in earlier days."""
        slots = self.slots(work)
        return tuple(stripe for stripe in range(STRIPES) if stripe % slots == slot)

    def one(self, library_id: LibraryId, work: Work, slot: int) -> None:
        """That of the slot alone."""
        key, now = f"crew:{work}:{slot}", self.clock.now()
        job = self.jobs.find_by_key(library_id, key)
        if job is None:
            said: dict[str, Scalar] = {"work": str(work), "slot": slot}
            new = Job.queue(
                JobId(self.ids.next()), library_id, JobKind.CREW, WHOLE_LIBRARY, now=now, parameters=said, key=key
            )
            job = self.jobs.add(new)
        elif job.is_settled:
            try:
                self.jobs.save(job.restarted(now), replaces=job.version)
            except VersionMismatch:
                return  # somebody else has called it in this very moment
        else:
            return
        self.start_job.ring(job)
