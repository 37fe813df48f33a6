"""Telling live views that something changed."""

import logging
from dataclasses import dataclass

from domain.errors import Unavailable
from domain.event import Event
from domain.job import Job
from domain.ports.work import Events
from domain.ports.world import Clock
from domain.recording import Recording
from domain.values import Scalar

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Notices:
    """A notice is a courtesy: the change that it tells of has been stored, so a lost one is logged and no more."""

    events: Events
    clock: Clock

    def recording(self, recording: Recording) -> None:
        data: dict[str, Scalar] = {"status": str(recording.status), "version": recording.version}
        self._publish(Event(recording.library_id, "recording.changed", recording.id, self.clock.now(), data))

    def job(self, job: Job) -> None:
        data: dict[str, Scalar] = {
            "status": str(job.status),
            "kind": str(job.kind),
            "recording": job.recording_id or None,
            "progress": job.progress,
            "stage": job.stage,
        }
        self._publish(Event(job.library_id, "job.changed", job.id, self.clock.now(), data))

    def _publish(self, event: Event) -> None:
        try:
            self.events.publish(event)
        except Unavailable as error:
            log.warning("notice lost: %s of %s: %s", event.kind, event.subject_id, error.detail)
