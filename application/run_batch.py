"""What the job of a batch does: makes the items, calls the crews, and ends when all items have."""

from dataclasses import dataclass
from datetime import timedelta

from application.changes import ChangeJob
from application.crews import CallCrews
from application.making import MakeItems
from application.run_crew import SLICE
from application.settling import Ended, Parked, Settling
from application.work import StartJob
from domain.access import system_actor
from domain.batch import LOOK_AGAIN_AFTER, Batch, Making
from domain.job import RING_FIRST_AFTER, Job
from domain.ports.audio import Progress
from domain.ports.batches import Batches
from domain.ports.work import Jobs
from domain.ports.world import Clock

CALL_EVERY = timedelta(seconds=2)
"""While items are made, in case that the crews were faster and have ended."""


@dataclass(frozen=True)
class RunBatch:
    """Items are dealt with from the first page on, while the rest of a million is still being made."""

    batches: Batches
    jobs: Jobs
    make_items: MakeItems
    call_crews: CallCrews
    reopen_batch: "ReopenBatch"
    clock: Clock

    def __call__(self, job: Job, progress: Progress) -> Settling:
        batch = self.batches.get(job.library_id, job.id)
        if job.id not in self.batches.active(job.library_id):
            self.batches.reopen(job.library_id, job.id)  # whoever ended it had looked before the job was started again
        making = self._make(batch, progress)
        self.call_crews(batch.library_id, batch.work)
        if not making.complete:
            return Parked(RING_FIRST_AFTER, goes_on=True)
        counts = self.batches.counts(batch.library_id, batch.id)
        if counts.ended < counts.total:
            progress(counts.ended / counts.total, "items")
            return Parked(LOOK_AGAIN_AFTER)
        self.batches.end(batch.library_id, batch.id)
        return Ended(counts.verdict, afterwards=lambda: self._look_once_more(batch))

    def _make(self, batch: Batch, progress: Progress) -> Making:
        making = self.batches.making(batch.id)
        now = self.clock.now()
        until, call_at = now + SLICE, now
        while not making.complete and now < until:
            progress(0.0, "making items")
            making = self.make_items(batch, making)
            now = self.clock.now()
            if now >= call_at:
                self.call_crews(batch.library_id, batch.work)
                call_at = now + CALL_EVERY
        return making

    def _look_once_more(self, batch: Batch) -> None:
        """A person may have brought back an item while this job was about to end."""
        counts = self.batches.counts(batch.library_id, batch.id)
        if counts.ended < counts.total:
            self.reopen_batch(batch)


@dataclass(frozen=True)
class ReopenBatch:
    """Goes on with a batch that has ended, since an item of it is open again."""

    batches: Batches
    jobs: Jobs
    change_job: ChangeJob
    start_job: StartJob

    def __call__(self, batch: Batch) -> None:
        self.batches.reopen(batch.library_id, batch.id)
        job = self.jobs.get(batch.library_id, batch.id)
        actor = system_actor(batch.library_id, f"job:{batch.id}", job.request_id)
        if job.is_settled:
            job = self.change_job(actor, job.id, "job.restart", lambda old, now: old.restarted(now))
        self.start_job.ring(job)
