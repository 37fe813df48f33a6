"""How a stored recording or job is changed: load, ask the entity, store with its audit entry and its events, tell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from application.notices import Notices
from domain.access import Actor
from domain.audit import AuditEntry
from domain.errors import VersionMismatch
from domain.job import Job
from domain.ports.recordings import Recordings
from domain.ports.work import Jobs
from domain.ports.world import Clock, Ids
from domain.recording import Recording
from domain.values import JobId, RecordingId

Change = Callable[[Recording, datetime], Recording]
TRIES = 10


@dataclass(frozen=True)
class ChangeRecording:
    """With `version`, the change holds for that version only. Without, it is one that is right whatever else changed,
    and is made anew when somebody was faster. A change that returns the same recording stores nothing."""

    recordings: Recordings
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(
        self, actor: Actor, recording_id: RecordingId, action: str, change: Change, *, version: int | None = None
    ) -> Recording:
        for tries_left in reversed(range(TRIES)):
            before = self.recordings.get(actor.library_id, recording_id)
            if version is not None and before.version != version:
                raise VersionMismatch("The recording has changed. Load it again, then repeat the change.")
            now = self.clock.now()
            after = change(before, now)
            if after is before:
                return before
            entry = AuditEntry.of_change(self.ids.next(), now, actor, action, before=before, after=after)
            events = self.notices.of_recording(after, before)
            try:
                self.recordings.save(after, replaces=before.version, audit=entry, events=events)
            except VersionMismatch:
                if version is not None or not tries_left:
                    raise
                continue
            self.notices.hand_on(events)
            return after
        raise AssertionError("the last try returns or raises")


@dataclass(frozen=True)
class ChangeJob:
    """For what people do to a job, while a worker beats and reports: made anew when the job has moved meanwhile."""

    jobs: Jobs
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, job_id: JobId, action: str, change: Callable[[Job, datetime], Job]) -> Job:
        for tries_left in reversed(range(TRIES)):
            before = self.jobs.get(actor.library_id, job_id)
            now = self.clock.now()
            after = change(before, now)
            entry = AuditEntry.of_change(self.ids.next(), now, actor, action, before=before, after=after)
            events = self.notices.of_job(after, before)
            try:
                self.jobs.save(after, replaces=before.version, audit=entry, events=events)
            except VersionMismatch:
                if not tries_left:
                    raise
                continue
            self.notices.hand_on(events)
            return after
        raise AssertionError("the last try returns or raises")
