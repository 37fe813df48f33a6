"""What arrives in the inbox becomes recordings of the library that its place names."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from application.import_plan import ImportMode
from application.import_source import Became, ImportedObject, ImportObject
from domain.access import Actor, system_actor
from domain.errors import CorruptBlob, NotFound, Unavailable, VersionMismatch
from domain.ports.access import Libraries
from domain.ports.arrivals import Arrival, Arrivals
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings
from domain.ports.sources import Sources
from domain.recording import Status
from domain.source import SourcedRecording, SourceObject, Step, StepKind, steps
from domain.values import Failure

log = logging.getLogger(__name__)

AGAIN_AFTER, AGAIN_WITHIN = timedelta(seconds=30), timedelta(minutes=15)
"""Doubled each time, so that a queue that counts how often it is asked outlives hours of trouble."""
_PASSING = frozenset({Unavailable.code, VersionMismatch.code})
"""What may be otherwise when the object is looked at again."""


@dataclass(frozen=True)
class TakeArrival:
    """One object of the inbox becomes a recording, and leaves the inbox once that and its bytes are kept.

    The same again changes nothing: bytes that the library has are not stored twice, and an object that is gone has been
    taken. What was put there again after its recording has failed is tried again, as a new one. What is no usable
    sound, and what names no library, is set aside with the reason. Where a store does not answer, the object arrives
    again, later each time.
    """

    arrivals: Arrivals
    libraries: Libraries
    recordings: Recordings
    blobs: Blobs
    sources: Sources
    import_object: ImportObject
    keep_arrivals: bool

    def __call__(self, arrival: Arrival) -> None:
        try:
            self._take(arrival)
        except Unavailable as error:
            self._leave(arrival, Failure.from_error(error))

    def _take(self, arrival: Arrival) -> None:
        library = self.libraries.find_by_name(arrival.library)
        if library is None:
            self._set_aside(arrival, f"not-found: There is no library {arrival.library!r}.")
            return
        try:
            found = self.sources.find(arrival.url)
        except NotFound:
            self.arrivals.acknowledge(arrival)
            return
        actor = system_actor(library.id, "inbox")
        self._settle(actor, arrival, found, self._import(actor, found))

    def _import(self, actor: Actor, found: SourceObject) -> ImportedObject:
        known = self.recordings.from_sources(actor.library_id, found.url)
        (step,) = steps([found], [each for each in known if each.source.url == found.url])
        if step.kind is StepKind.UNCHANGED and step.known and self._has_failed(actor, step.known, found):
            step = Step(StepKind.NEW, found, None)
        return self.import_object(actor, step, ImportMode.COPY)

    def _has_failed(self, actor: Actor, known: SourcedRecording, found: SourceObject) -> bool:
        """The recording that was made of the object before somebody put it there again.

        An object that is kept in the inbox is there all the time: again only if it is newer than its recording.
        """
        recording = self.recordings.get(actor.library_id, known.recording_id)
        is_put_again = not self.keep_arrivals or found.modified_at > recording.created_at
        return is_put_again and recording.status is Status.FAILED

    def _settle(self, actor: Actor, arrival: Arrival, found: SourceObject, imported: ImportedObject) -> None:
        failure = imported.failure
        if failure is None and not self._is_kept(actor, imported):
            words = f"Recording {imported.recording_id} is on record, and its original is missing."
            self._set_aside(arrival, f"{CorruptBlob.code}: {words}")
        elif failure is None:
            log.info("%s: %s as recording %s", arrival.url, imported.became, imported.recording_id)
            if not self.keep_arrivals:
                self.arrivals.remove(found)
            self.arrivals.acknowledge(arrival)
        elif imported.became is Became.REFUSED and failure.code in _PASSING:
            self._leave(arrival, failure)
        else:
            self._set_aside(arrival, f"{failure.code}: {failure.detail}")

    def _is_kept(self, actor: Actor, imported: ImportedObject) -> bool:
        """Whether the library has the bytes themselves: what lies in the inbox may be all that is left of them."""
        if imported.recording_id is None:
            return False
        try:
            self.blobs.stat(self.recordings.get(actor.library_id, imported.recording_id).blob_key)
        except (NotFound, CorruptBlob):
            return False
        return True

    def _leave(self, arrival: Arrival, failure: Failure) -> None:
        log.warning("%s is left for later: %s: %s", arrival.url, failure.code, failure.detail)
        self.arrivals.release(arrival, again_after(arrival.receives))

    def _set_aside(self, arrival: Arrival, reason: str) -> None:
        log.warning("%s is set aside: %s", arrival.url, reason)
        self.arrivals.bury(arrival, reason)


def again_after(receives: int) -> timedelta:
    """30 s, 1 min, 2 min … 15 min, by how often it was received."""
    return min(AGAIN_AFTER * (1 << min(receives - 1, 10)), AGAIN_WITHIN)
