"""Looking whether originals are still what was taken in, a recording at a time."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from application.changes import ChangeRecording
from application.item_work import Foreseen, ItemWork, Outcome
from domain.access import Actor, system_actor
from domain.batch import Batch, Item, ItemStatus
from domain.errors import CorruptBlob, Invalid, NotFound
from domain.fixity import Fixity, FixityStatus
from domain.parameter import Setting
from domain.ports.audio import Progress
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings
from domain.ports.world import Clock
from domain.recording import Recording
from domain.values import Failure, RecordingId

log = logging.getLogger(__name__)

ALARM = "recording.damaged"
"""The message of the log's line, by which the alarm in infra/alarms.yaml knows it."""

INCOMPLETE = Failure("incomplete", "Its bytes are not complete yet, so that there is nothing to compare them with.")

_WORDS = {
    FixityStatus.DAMAGED: "The stored original is not the one that was taken in. Restore it from a backup.",
    FixityStatus.MISSING: "The stored original is missing. Restore it from a backup.",
}


@dataclass(frozen=True)
class FixityWork(ItemWork):
    """The original goes through SHA-256 in the chunks that the store hands out, of at most 1 MiB, wherever it lies.

    What differs is read once more before anybody is told. It makes the item fail, so that a retry of the batch looks
    again at just those once they have been restored.
    """

    recordings: Recordings
    blobs: Blobs
    change_recording: ChangeRecording
    clock: Clock

    @property
    def is_quick(self) -> bool:
        return False

    def settled(self, actor: Actor, asked: Mapping[str, object]) -> dict[str, Setting]:
        if asked:
            raise Invalid("To look at originals takes no parameters. A sample is said by share.", field="parameters")
        return {}

    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        return Foreseen(refusal=INCOMPLETE if recording.sha256 is None else None, bytes_out=0)

    def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
        recording = self._find(item)
        if recording is None or recording.sha256 is None:
            return Outcome(ItemStatus.SKIPPED)
        found = self._hashed(recording, progress)
        if found != recording.sha256:
            found = self._hashed(recording, progress)
        fixity = Fixity.of(found, recording.sha256, self.clock.now())
        if not fixity.is_intact and self._find(item) is None:
            return Outcome(ItemStatus.SKIPPED)  # it was removed for good meanwhile
        return self._told(batch, recording, fixity)

    def _told(self, batch: Batch, recording: Recording, fixity: Fixity) -> Outcome:
        seconds = recording.audio.duration_seconds if recording.audio else None
        if not fixity.is_intact:
            facts = {"recording_id": recording.id, "library_id": recording.library_id, "blob_key": recording.blob_key}
            log.error(ALARM, extra={**facts, "fixity": str(fixity.status), "found": fixity.sha256})
        actor = system_actor(batch.library_id, f"job:{batch.id}")
        self.change_recording(actor, recording.id, "recording.fixity", lambda current, _: current.checked(fixity))
        return Outcome(
            ItemStatus.SUCCEEDED if fixity.is_intact else ItemStatus.FAILED,
            {"fixity": str(fixity.status), "sha256": fixity.sha256},
            failure=None if fixity.is_intact else Failure(CorruptBlob.code, _WORDS[fixity.status]),
            audio_seconds=seconds or 0.0,
        )

    def _find(self, item: Item) -> Recording | None:
        try:
            return self.recordings.get(item.library_id, RecordingId(item.recording_id))
        except NotFound:
            return None

    def _hashed(self, recording: Recording, progress: Progress) -> str | None:
        """None where there are no bytes."""
        digest, read = hashlib.sha256(), 0
        try:
            for chunk in self.blobs.get(recording.blob_key):
                digest.update(chunk)
                read += len(chunk)
                progress(min(1.0, read / max(1, recording.size_bytes)), "checking")
        except NotFound:
            return None
        return digest.hexdigest()
