"""Jobs as people see them: started, looked at, cancelled, retried, and brought back from the dead letters."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from application.changes import ChangeRecording
from application.notices import Notices
from domain.access import Actor, Permission
from domain.audit import AuditEntry
from domain.errors import NotFound, Unavailable
from domain.job import Job, JobKind
from domain.ports import Clock, DeadLetter, Ids, JobQuery, JobQueue, Jobs
from domain.recording import Recording, Status
from domain.values import Failure, JobId, Page, RecordingId

log = logging.getLogger(__name__)

MAX_DEAD_LETTERS = 1000


@dataclass(frozen=True)
class StartJob:
    """Puts work on record and rings. Starting what is on record already starts nothing twice."""

    jobs: Jobs
    queue: JobQueue
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, kind: JobKind, recording_id: RecordingId) -> Job:
        job = self.jobs.add(
            Job.queue(
                JobId(self.ids.next()),
                actor.library_id,
                kind,
                recording_id,
                now=self.clock.now(),
                request_id=actor.request_id,
            )
        )
        self.ring(job)
        return job

    def again(self, actor: Actor, job: Job) -> Job:
        """The same work once more, although it is settled."""
        now = self.clock.now()
        restarted = job.restarted(now)
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "job.restart", before=job, after=restarted)
        self.jobs.save(restarted, replaces=job.version, audit=entry)
        self.ring(restarted)
        return restarted

    def ring(self, job: Job) -> None:
        self.notices.job(job)
        try:
            self.queue.send(job.id)
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
class CancelJob:
    """The recording of a cancelled ingest has failed, so that nothing waits for ever."""

    jobs: Jobs
    change_recording: ChangeRecording
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, job_id: JobId) -> Job:
        actor.require(Permission.WRITE)
        job = self.jobs.get(actor.library_id, job_id)
        now = self.clock.now()
        cancelled = job.cancelled(now)
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "job.cancel", before=job, after=cancelled)
        self.jobs.save(cancelled, replaces=job.version, audit=entry)
        self.notices.job(cancelled)
        if job.kind is JobKind.INGEST:
            failure = Failure("cancelled", "Listening was cancelled. Retry its job to listen again.")
            self.change_recording(actor, job.recording_id, "recording.fail", unless_heard(failure))
        return cancelled


@dataclass(frozen=True)
class RetryJob:
    jobs: Jobs
    start_job: StartJob
    change_recording: ChangeRecording
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, job_id: JobId) -> Job:
        actor.require(Permission.WRITE)
        job = self.jobs.get(actor.library_id, job_id)
        now = self.clock.now()
        retried = job.retried(now)
        if job.kind is JobKind.INGEST:
            self.change_recording(actor, job.recording_id, "recording.retry", _back_to_work)
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "job.retry", before=job, after=retried)
        self.jobs.save(retried, replaces=job.version, audit=entry)
        self.start_job.ring(retried)
        return retried


@dataclass(frozen=True)
class ListDeadLetters:
    """Those of the actor's library, with their jobs."""

    queue: JobQueue
    jobs: Jobs

    def __call__(self, actor: Actor) -> tuple[tuple[DeadLetter, Job], ...]:
        actor.require(Permission.READ)
        letters = ((letter, self.jobs.find(letter.job_id)) for letter in self.queue.dead_letters(MAX_DEAD_LETTERS))
        return tuple((letter, job) for letter, job in letters if job and job.library_id == actor.library_id)


@dataclass(frozen=True)
class ReleaseDeadLetter:
    """Retries the job of a dead letter, with all its attempts."""

    queue: JobQueue
    jobs: Jobs
    retry_job: RetryJob

    def __call__(self, actor: Actor, job_id: JobId) -> Job:
        actor.require(Permission.WRITE)
        job = self.jobs.get(actor.library_id, job_id)
        if all(letter.job_id != job_id for letter in self.queue.dead_letters(MAX_DEAD_LETTERS)):
            raise NotFound("There is no dead letter for this job.")
        if job.is_settled:
            job = self.retry_job(actor, job_id)
        self.queue.redrive(job_id)
        return job


def unless_heard(failure: Failure) -> Callable[[Recording, datetime], Recording]:
    """The change that fails a recording which still waits to be heard, and leaves every other one as it is."""

    def change(recording: Recording, now: datetime) -> Recording:
        standing = recording.restore_to if recording.status is Status.TRASHED else recording.status
        return recording.failed(failure, now) if standing in {Status.RECEIVING, Status.PROCESSING} else recording

    return change


def _back_to_work(recording: Recording, now: datetime) -> Recording:
    return recording.retried(now) if recording.status is Status.FAILED else recording
