"""Batches as people see them: started, looked at, paused and resumed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from application.changes import ChangeJob
from application.crews import CallCrews
from application.item_work import ItemWork
from application.run_batch import ReopenBatch
from application.selecting import CheckSelection
from application.work import StartJob
from domain.access import Actor, Permission
from domain.batch import Batch, Counts, Item, ItemStatus, Making, Selection, Work
from domain.errors import IllegalTransition, Invalid
from domain.job import WHOLE_LIBRARY, Job, JobStatus
from domain.job_kind import JobKind
from domain.ports.batches import Batches, ItemQuery
from domain.ports.work import Jobs
from domain.ports.world import Clock, Ids
from domain.values import Failure, JobId, Page


@dataclass(frozen=True)
class StartBatch:
    """Puts a batch on record and rings; its items are made by its job. With a `key` that a batch of the library was
    started with before, that one is the answer.
    """

    batches: Batches
    jobs: Jobs
    works: Mapping[Work, ItemWork]
    check_selection: CheckSelection
    start_job: StartJob
    clock: Clock
    ids: Ids

    def __call__(
        self, actor: Actor, work: Work, asked: Mapping[str, object], selection: Selection, key: str | None = None
    ) -> Job:
        """`asked` is in the work's own words. Raises Invalid, NotFound, Forbidden."""
        actor.require(Permission.WRITE)
        batch_id, now = JobId(self.ids.next()), self.clock.now()
        job_key = f"batch:{key or batch_id}"
        started = self.jobs.find_by_key(actor.library_id, job_key)
        if started is not None:
            return started
        settings = work_of(self.works, work).settled(actor, asked)
        self.check_selection(actor, selection)
        frozen = replace(selection, before=now)
        self.batches.add(Batch(batch_id, actor.library_id, work, settings, frozen, now, actor.name))
        said = {"work": str(work)}
        job = self.start_job(actor, JobKind.BATCH, WHOLE_LIBRARY, said, job_id=batch_id, key=job_key)
        if job.id != batch_id:
            self.batches.remove(actor.library_id, batch_id)  # somebody was faster with the same key
        return job


def work_of(works: Mapping[Work, ItemWork], work: Work) -> ItemWork:
    if work not in works:
        raise Invalid(f"This service does not do {work} in batches.", field="work")
    return works[work]


@dataclass(frozen=True)
class BatchState:
    """`crews` is how many items are dealt with at a time, while they are at it."""

    batch: Batch
    counts: Counts
    making: Making
    crews: int

    @property
    def items_per_second(self) -> float | None:
        """By the time that its items took; None while none has ended."""
        return self._per_second(self.counts.ended)

    @property
    def audio_seconds_per_second(self) -> float | None:
        return self._per_second(self.counts.audio_seconds)

    @property
    def seconds_left(self) -> float | None:
        """None while it is not known how many items there will be, or how long one takes."""
        rate, left = self.items_per_second, self.counts.total - self.counts.ended
        if not self.making.complete or (left and not rate):
            return None
        return left / rate if rate else 0.0

    @property
    def progress(self) -> float:
        return self.counts.ended / self.counts.total if self.counts.total and self.making.complete else 0.0

    def _per_second(self, amount: float) -> float | None:
        busy = self.counts.busy_seconds
        return amount * self.crews / busy if busy > 0 and amount else None


@dataclass(frozen=True)
class LookAtBatch:
    batches: Batches
    call_crews: CallCrews

    def __call__(self, actor: Actor, job_id: JobId) -> BatchState:
        actor.require(Permission.READ)
        batch = self.batches.get(actor.library_id, job_id)
        crews = self.call_crews.slots(batch.work)
        return BatchState(batch, self.batches.counts(actor.library_id, job_id), self.batches.making(job_id), crews)


@dataclass(frozen=True)
class ListItems:
    batches: Batches

    def __call__(self, actor: Actor, job_id: JobId, query: ItemQuery) -> Page[Item]:
        actor.require(Permission.READ)
        self.batches.get(actor.library_id, job_id)
        return self.batches.items(actor.library_id, job_id, query)


@dataclass(frozen=True)
class PauseJob:
    """No item is begun any more; those that run come to their end."""

    change_job: ChangeJob

    def __call__(self, actor: Actor, job_id: JobId) -> Job:
        actor.require(Permission.WRITE)
        return self.change_job(actor, job_id, "job.pause", lambda job, now: job.paused(now))


@dataclass(frozen=True)
class ResumeJob:
    change_job: ChangeJob
    start_job: StartJob

    def __call__(self, actor: Actor, job_id: JobId) -> Job:
        actor.require(Permission.WRITE)
        resumed = self.change_job(actor, job_id, "job.resume", lambda job, now: job.resumed(now))
        self.start_job.ring(resumed)
        return resumed


REJECTED = "rejected"


@dataclass(frozen=True)
class DecideItem:
    """What a person says to an item that waits for review: done after all, or failed. The same once more changes
    nothing, and finishes what was cut off."""

    batches: Batches
    jobs: Jobs
    reopen_batch: ReopenBatch
    clock: Clock

    def __call__(self, actor: Actor, job_id: JobId, n: int, *, approve: bool) -> Item:
        actor.require(Permission.WRITE)
        batch, item = self.batches.get(actor.library_id, job_id), self.batches.item(actor.library_id, job_id, n)
        if self.jobs.get(actor.library_id, job_id).status is JobStatus.CANCELLED:
            raise IllegalTransition("The batch is cancelled. Retry it first.", status=str(JobStatus.CANCELLED))
        if approve and not item.has_ended and item.settings.get("approved") is True:
            self.reopen_batch(batch)
            return item
        if not approve and item.failure is not None and item.failure.code == REJECTED:
            self._judge_anew(batch)
            return item
        if item.status is not ItemStatus.REVIEW:
            raise IllegalTransition(f"The item is {item.status} and does not wait for review.", status=str(item.status))
        now = self.clock.now()
        if not approve:
            failure = Failure(REJECTED, f"{actor.name} has rejected it.")
            rejected = item.ended(ItemStatus.FAILED, now, failure=failure, audio_seconds=item.audio_seconds)
            rejected = replace(rejected, busy_seconds=item.busy_seconds)
            self.batches.save_items([rejected])
            self._judge_anew(batch)
            return rejected
        approved = item.requeued(now, {"approved": True})
        self.batches.save_items([approved])
        self.reopen_batch(batch)
        return approved

    def _judge_anew(self, batch: Batch) -> None:
        """One that has ended may be another now than it was with nothing failed."""
        job = self.jobs.get(batch.library_id, batch.id)
        if job.is_settled and job.status is not self.batches.counts(batch.library_id, batch.id).verdict:
            self.reopen_batch(batch)
