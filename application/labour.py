"""Jobs as workers see them: taken under a lease, kept, and settled one way or another."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from application.notices import Notices
from application.settling import Again, Ended, Parked, Settling
from application.work import FailRecordingOfJob
from domain.errors import LeaseLost, NotFound, VersionMismatch
from domain.job import Job, JobStatus
from domain.ports.work import Jobs
from domain.ports.world import Clock
from domain.values import Failure, JobId

PROGRESS_STEP = 0.01


class HeldJob:
    """A job in a worker's hands. Safe to beat from one thread while another works and reports progress.

    Every method raises LeaseLost once the job is in other hands or was cancelled.
    """

    def __init__(self, jobs: Jobs, notices: Notices, clock: Clock, job: Job, lease_for: timedelta) -> None:
        self._jobs = jobs
        self._notices = notices
        self._clock = clock
        self._job = job
        self._fence = job.fence
        self._lease_for = lease_for
        self._lock = threading.Lock()

    @property
    def job(self) -> Job:
        return self._job

    def beat(self) -> None:
        self._store(lambda job: job.heartbeat(self._fence, self._clock.now(), self._lease_for))

    def progress(self, share: float, stage: str) -> None:
        """Stored when it has moved by a hundredth or the stage is another: often enough for a person to watch."""
        if stage == self._job.stage and share < self._job.progress + PROGRESS_STEP:
            return
        self._store(lambda job: job.progressed(self._fence, share, stage, self._clock.now()))
        self._notices.progress(self._job)

    def succeed(self) -> None:
        self._store(lambda job: job.succeeded(self._fence, self._clock.now()))

    def settle(self, settling: Settling) -> None:
        """As its run has said."""
        now = self._clock.now()
        if settling is None:
            self.succeed()
        elif isinstance(settling, Again):
            self._store(lambda job: job.yielded(self._fence, now + settling.after, now))
        elif isinstance(settling, Parked):
            self._store(lambda job: job.parked(self._fence, now + settling.look_again_after, now))
        elif isinstance(settling, Ended):
            self._store(lambda job: job.ended(self._fence, settling.status, now))

    def fail(self, failure: Failure) -> None:
        self._store(lambda job: job.failed(self._fence, failure, self._clock.now()))

    def postpone(self, failure: Failure) -> timedelta:
        """Queued again for later; how much later."""
        now = self._clock.now()
        self._store(lambda job: job.postponed(self._fence, failure, now))
        return self._job.due_at - now

    def release(self) -> None:
        self._store(lambda job: job.released(self._fence, self._clock.now()))

    def _store(self, change: Callable[[Job], Job]) -> None:
        with self._lock:
            while True:
                changed = change(self._job)
                events = self._notices.of_job(changed, self._job)
                try:
                    self._jobs.save(changed, replaces=self._job.version, events=events)
                except VersionMismatch:
                    # The entity itself refuses the change when the job is no longer ours.
                    self._job = self._stored()
                    continue
                except NotFound:
                    raise self._gone() from None
                self._job = changed
                break
        self._notices.hand_on(events)

    def _stored(self) -> Job:
        stored = self._jobs.find(self._job.id)
        if stored is None:
            raise self._gone()
        return stored

    def _gone(self) -> LeaseLost:
        return LeaseLost("The job has been removed.", job_id=self._job.id)


@dataclass(frozen=True)
class Busy:
    """Nothing to do now; look again after the delay. `is_held`: somebody is at it."""

    look_again_in: timedelta
    is_held: bool = False


class Settled:
    """Nothing to do any more."""


@dataclass(frozen=True)
class TakeJob:
    """Claims the job that the doorbell rang for. Of two workers that try, one holds it."""

    jobs: Jobs
    notices: Notices
    give_up_job: "GiveUpJob"
    clock: Clock
    lease_for: timedelta

    def __call__(self, job_id: JobId, worker: str) -> HeldJob | Busy | Settled:
        job = self.jobs.find(job_id)
        if job is None or job.is_settled or job.status is JobStatus.PAUSED:
            return Settled()  # a paused one rings when it is resumed
        now = self.clock.now()
        if job.is_held(now) and job.lease is not None:
            return Busy(job.lease.expires_at - now, is_held=True)
        if now < job.due_at:
            return Busy(job.due_at - now)
        if job.is_exhausted:
            self.give_up_job(job)
            return Settled()
        claimed = job.claimed(worker, now, self.lease_for)
        events = self.notices.of_job(claimed, job)
        try:
            self.jobs.save(claimed, replaces=job.version, events=events)
        except VersionMismatch:
            return Busy(timedelta(seconds=1))
        self.notices.hand_on(events)
        return HeldJob(self.jobs, self.notices, self.clock, claimed, self.lease_for)


@dataclass(frozen=True)
class GiveUpJob:
    """Fails a job that has lost its worker in every attempt."""

    jobs: Jobs
    notices: Notices
    fail_recording_of_job: FailRecordingOfJob
    clock: Clock

    def __call__(self, job: Job) -> Job:
        given_up = job.gave_up(self.clock.now())
        events = self.notices.of_job(given_up, job)
        self.jobs.save(given_up, replaces=job.version, events=events)
        self.notices.hand_on(events)
        self.fail_recording_of_job(given_up)
        return given_up
