"""What a crew does in its slice of time."""

from dataclasses import dataclass, replace
from datetime import timedelta

from application.crews import CallCrews
from application.do_items import BatchCancelled, DoItems
from application.notices import Notices
from application.rounds import Rounds
from application.settling import Again, Ended, Settling
from application.work import StartJob
from domain.batch import PAGE_ITEMS, Batch, Work
from domain.job import Job, JobStatus
from domain.ports.audio import Progress
from domain.ports.batches import Batches
from domain.ports.work import Jobs
from domain.ports.world import Clock
from domain.values import LibraryId

SLICE = timedelta(seconds=15)
"""Then others have their turn; an item that takes longer is brought to its end."""


@dataclass(frozen=True)
class RunCrew:
    """Goes round the library's batches of its work, an item or a group of quick ones from each in turn, so that a small
    batch does not wait behind a large one. Its stripes are its own: no other crew takes the same items.

    It ends when nothing is open, and looks once more after it has ended: a batch may just have made some.
    """

    batches: Batches
    jobs: Jobs
    start_job: StartJob
    notices: Notices
    do_items: DoItems
    call_crews: CallCrews
    clock: Clock

    def __call__(self, job: Job, progress: Progress) -> Settling:
        work, slot = Work(str(job.parameters["work"])), int(str(job.parameters["slot"]))
        rounds = self._rounds(job.library_id, work, slot)
        until = self.clock.now() + SLICE
        # Where the last slice had time for one batch, this one begins with the next.
        for batch in rounds.batches_in_turn(job.claims):
            progress(0.0, "")
            if not self._help(job, batch, rounds, progress):
                self._wake_if_done(batch)
            if self.clock.now() >= until:
                self._tell(job, batch)
                return Again()
        if rounds.next_due is not None:
            return Again(max(timedelta(), rounds.next_due - self.clock.now()))
        return Ended(afterwards=lambda: self._look_once_more(job.library_id, work))

    def _help(self, job: Job, batch: Batch, rounds: Rounds, progress: Progress) -> bool:
        """Whether there was something to do."""

        def within(_share: float, _stage: str) -> None:
            progress(0.0, "")  # how far an item is, is nowhere kept
            if rounds.status(batch.id) is JobStatus.CANCELLED:
                raise BatchCancelled

        # A crew whose worker was lost takes one at a time, to find out at which it is lost.
        in_groups = self.call_crews.works[batch.work].is_quick and job.attempts <= 1
        items = rounds.next_items(batch.id, PAGE_ITEMS if in_groups else 1)
        try:
            if in_groups and items:
                self.do_items.group(batch, items, within)
            else:
                for item in items:
                    self.do_items.one(batch, item, within)
        except BatchCancelled:
            return False
        return bool(items)

    def _tell(self, crew: Job, batch: Batch) -> None:
        """How far the batch is, to those who watch: by one crew of them all."""
        job = self.jobs.find(batch.id)
        if job is not None and not job.is_settled and crew.parameters["slot"] == 0:
            counts = self.batches.counts(batch.library_id, batch.id)
            self.notices.progress(replace(job, progress=counts.ended / max(1, counts.total), stage="items"))

    def _wake_if_done(self, batch: Batch) -> None:
        counts = self.batches.counts(batch.library_id, batch.id)
        if self.batches.making(batch.id).complete and counts.ended == counts.total:
            job = self.jobs.find(batch.id)
            if job is not None and not job.is_settled:
                self.start_job.ring(job)

    def _look_once_more(self, library_id: LibraryId, work: Work) -> None:
        """For other crews, too: workers that have not been told the same number of slots do not call the same ones."""
        for slot in range(self.call_crews.slots(work)):
            if self._rounds(library_id, work, slot).has_work:
                self.call_crews.one(library_id, work, slot)

    def _rounds(self, library_id: LibraryId, work: Work, slot: int) -> Rounds:
        return Rounds(self.batches, self.jobs, self.clock, library_id, work, self.call_crews.stripes(work, slot))
