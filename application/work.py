"""Jobs as people see them: started, looked at, cancelled, retried, and brought back from the dead letters."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from application.changes import ChangeJob, ChangeRecording
from application.making import QueueFailedAnew
from application.notices import Notices
from domain.access import Actor, Permission, system_actor
from domain.errors import NotFound, Unavailable
from domain.job import Job, JobStatus
from domain.job_kind import JobKind
from domain.ports.batches import Batches
from domain.ports.work import DeadLetter, JobQuery, JobQueue, Jobs
from domain.ports.world import Clock, Ids
from domain.recording import Recording, Status
from domain.values import Failure, JobId, Page, RecordingId, Scalar

log = logging.getLogger(__name__)

MAX_DEAD_LETTERS = 1000
PAGE = 200


@dataclass(frozen=True)
class StartJob:
    """Puts work on record and rings. Starting what is on record already starts nothing twice.

    `key` is for work that kind, recording and parameters do not name.
    """

    jobs: Jobs
    queue: JobQueue
    notices: Notices
    change_job: ChangeJob
    clock: Clock
    ids: Ids

    def __call__(
        self,
        actor: Actor,
        kind: JobKind,
        recording_id: RecordingId,
        parameters: Mapping[str, Scalar] = MappingProxyType({}),
        *,
        job_id: JobId | None = None,
        key: str | None = None,
    ) -> Job:
        new = Job.queue(
            job_id or JobId(self.ids.next()),
            actor.library_id,
            kind,
            recording_id,
            now=self.clock.now(),
            request_id=actor.request_id,
            parameters=parameters,
            key=key,
        )
        events = self.notices.of_job(new)
        job = self.jobs.add(new, events)
        if job is new:
            self.notices.hand_on(events)
        self.ring(job)
        return job

    def again(self, actor: Actor, job: Job) -> Job:
        """The same work once more, although it is settled."""

        def change(current: Job, now: datetime) -> Job:
            return current.restarted(now, actor.request_id)

        restarted = self.change_job(actor, job.id, "job.restart", change)
        self.ring(restarted)
        return restarted

    def ring(self, job: Job) -> None:
        try:
            self.queue.send(job.id, job.kind.lane, job.library_id)
        except Unavailable as error:
            # The job is on record, so nothing is lost: the sweep rings for it.
            log.warning("could not ring for job %s: %s", job.id, error.detail)


@dataclass(frozen=True)
class GetJob:
    jobs: Jobs

    def __call__(self, actor: Actor, job_id: JobId) -> Job:
        actor.require(Permission.READ)
        return self.jobs.get(actor.library_id, job_id)


@dataclass(frozen=True)
class SearchJobs:
    jobs: Jobs

    def __call__(self, actor: Actor, query: JobQuery) -> Page[Job]:
        actor.require(Permission.READ)
        return self.jobs.search(actor.library_id, query)


@dataclass(frozen=True)
class FailRecordingOfJob:
    """What a job that ended without success means for its recording. Derived: the sweep does it where a crash left it
    undone."""

    change_recording: ChangeRecording

    def __call__(self, job: Job) -> None:
        if job.kind is not JobKind.INGEST or job.status not in {JobStatus.FAILED, JobStatus.CANCELLED}:
            return
        failure = job.failure or Failure("cancelled", "Listening was cancelled. Retry its job to listen again.")
        actor = system_actor(job.library_id, f"job:{job.id}", job.request_id)
        try:
            self.change_recording(actor, job.recording_id, "recording.fail", _unless_heard(failure))
        except NotFound:
            log.info("the recording of job %s has been removed", job.id)


@dataclass(frozen=True)
class CancelJob:
    """The recording of a cancelled ingest has failed, so that nothing waits for ever. Items of a cancelled batch stay
    what they are."""

    batches: Batches
    change_job: ChangeJob
    fail_recording_of_job: FailRecordingOfJob

    def __call__(self, actor: Actor, job_id: JobId) -> Job:
        actor.require(Permission.WRITE)
        cancelled = self.change_job(actor, job_id, "job.cancel", lambda job, now: job.cancelled(now))
        self.fail_recording_of_job(cancelled)
        if cancelled.kind is JobKind.BATCH:
            self.batches.end(actor.library_id, job_id)
        return cancelled


@dataclass(frozen=True)
class RetryJob:
    """A job that failed or was cancelled, and its recording, go back to work; a dead letter is none any more. Of a
    batch the items that failed, and those that a cancelled one has left."""

    jobs: Jobs
    queue: JobQueue
    queue_failed_anew: QueueFailedAnew
    start_job: StartJob
    change_job: ChangeJob
    change_recording: ChangeRecording
    clock: Clock

    def __call__(self, actor: Actor, job_id: JobId) -> Job:
        actor.require(Permission.WRITE)
        job = self.jobs.get(actor.library_id, job_id)
        job.retried(self.clock.now())  # refuses before anything is changed
        if job.kind is JobKind.INGEST:
            self.change_recording(actor, job.recording_id, "recording.retry", _back_to_work)
        if job.kind is JobKind.BATCH:
            self.queue_failed_anew(job_id)
        retried = self.change_job(actor, job_id, "job.retry", lambda old, now: old.retried(now, actor.request_id))
        self.queue.forget(job_id)
        self.start_job.ring(retried)
        return retried


@dataclass(frozen=True)
class ListDeadLetters:
    """The jobs of the actor's library that have had all their attempts: the records say it, the queue only knows
    which messages died."""

    jobs: Jobs

    def __call__(self, actor: Actor) -> tuple[tuple[DeadLetter, Job], ...]:
        actor.require(Permission.READ)
        found: list[Job] = []
        query = JobQuery(status=JobStatus.FAILED, limit=PAGE)
        while len(found) < MAX_DEAD_LETTERS:
            page = self.jobs.search(actor.library_id, query)
            found += [job for job in page.items if job.is_dead]
            if page.next_cursor is None:
                break
            query = replace(query, cursor=page.next_cursor)
        return tuple((_letter_of(job), job) for job in found[:MAX_DEAD_LETTERS])


@dataclass(frozen=True)
class ReleaseDeadLetter:
    """Retries the job of a dead letter, with all its attempts."""

    jobs: Jobs
    retry_job: RetryJob

    def __call__(self, actor: Actor, job_id: JobId) -> Job:
        actor.require(Permission.WRITE)
        if not self.jobs.get(actor.library_id, job_id).is_dead:
            raise NotFound("There is no dead letter for this job.")
        return self.retry_job(actor, job_id)


def _letter_of(job: Job) -> DeadLetter:
    return DeadLetter(job.id, job.failure.code if job.failure else "unknown", job.attempts, job.updated_at)


def _unless_heard(failure: Failure) -> Callable[[Recording, datetime], Recording]:
    """The change that fails a recording which still waits to be heard, and leaves every other one as it is."""

    def change(recording: Recording, now: datetime) -> Recording:
        waits = recording.standing in {Status.RECEIVING, Status.PROCESSING}
        return recording.failed(failure, now) if waits else recording

    return change


def _back_to_work(recording: Recording, now: datetime) -> Recording:
    return recording.retried(now) if recording.status is Status.FAILED else recording
