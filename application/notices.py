"""Telling of changes: the events of each are made here, stored with it, and handed on once it is stored."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from application.relay import RelayEvents
from domain.access import Library
from domain.errors import AudioBackendError, Unavailable
from domain.event import Event
from domain.fixity import Fixity
from domain.job import Job
from domain.job_kind import JobKind
from domain.ports.work import Events
from domain.ports.world import Clock, Ids
from domain.recording import Recording
from domain.region import Region
from domain.values import LibraryId, Scalar

log = logging.getLogger(__name__)


def facts_of_recording(recording: Recording) -> dict[str, Scalar]:
    return {"status": str(recording.status), "version": recording.version}


def facts_of_job(job: Job) -> dict[str, Scalar]:
    return {
        "status": str(job.status),
        "version": job.version,
        "kind": str(job.kind),
        "recording": job.recording_id or None,
        "progress": job.progress,
        "stage": job.stage,
    }


@dataclass(frozen=True)
class Notices:
    """`of_…` makes what a change is told by, for the store that keeps both; `hand_on` sends it off afterwards.

    The change stands by then, so nothing fails here: what cannot be handed on stays in the outbox for relay-events.
    """

    relay_events: RelayEvents
    events: Events
    clock: Clock
    ids: Ids

    def of_recording(self, recording: Recording, before: Recording | None = None) -> tuple[Event, ...]:
        changed = self._event(recording.library_id, "recording.changed", recording.id, facts_of_recording(recording))
        if before is not None and recording.fixity is not None and recording.fixity != before.fixity:
            return self._of_check(recording, recording.fixity, before.fixity, changed)
        told = recording.judgement
        if told is None or told.decided_by is None or (before and before.judgement == told):
            return (changed,)
        review = {"verdict": str(told.verdict), "decided_by": told.decided_by, "note": told.note}
        facts = {**facts_of_recording(recording), **review}
        return changed, self._event(recording.library_id, "review.decided", recording.id, facts)

    def of_removal(self, recording: Recording) -> tuple[Event, ...]:
        return (self._event(recording.library_id, "recording.removed", recording.id, {}),)

    def _of_check(self, recording: Recording, found: Fixity, known: Fixity | None, changed: Event) -> tuple[Event, ...]:
        """Nothing, where all is as well as before: a scrub goes through millions."""
        if found.is_as_good_as(known):
            return ()
        if found.is_intact:
            return (changed,)
        facts = {**facts_of_recording(recording), "fixity": str(found.status), "found": found.sha256}
        return changed, self._event(recording.library_id, "recording.damaged", recording.id, facts)

    def of_job(self, job: Job, before: Job | None = None) -> tuple[Event, ...]:
        """Nothing, where only its lease or its progress is another, and of crews: they are the service's own affair."""
        if job.kind is JobKind.CREW or (before is not None and before.status is job.status):
            return ()
        return (self._event(job.library_id, "job.changed", job.id, facts_of_job(job)),)

    def of_region(self, region: Region) -> tuple[Event, ...]:
        facts: dict[str, Scalar] = {"recording": region.recording_id, "version": region.version}
        return (self._event(region.library_id, "region.changed", region.id, facts),)

    def of_region_removal(self, region: Region) -> tuple[Event, ...]:
        return (self._event(region.library_id, "region.removed", region.id, {"recording": region.recording_id}),)

    def of_library(self, library: Library) -> tuple[Event, ...]:
        return (self._event(library.id, "library.changed", library.id, {"version": library.version}),)

    def hand_on(self, events: Sequence[Event]) -> None:
        for event in events:
            try:
                self.relay_events.one(event)
            except AudioBackendError as error:
                log.warning("event %s stays in the outbox: %s: %s", event.id, error.code, error.detail)

    def progress(self, job: Job) -> None:
        """For live views alone, and kept nowhere else: the next one says more."""
        try:
            self.events.publish(Event(job.library_id, "job.changed", job.id, self.clock.now(), facts_of_job(job)))
        except Unavailable as error:
            log.warning("progress of job %s was not told: %s", job.id, error.detail)

    def _event(self, library_id: LibraryId, kind: str, subject_id: str, facts: Mapping[str, Scalar]) -> Event:
        return Event(library_id, kind, subject_id, self.clock.now(), facts, self.ids.next())
