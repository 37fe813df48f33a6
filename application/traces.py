"""What the trail tells of a batch: it is written with each change, so that it knows what a run that was cut off did."""

from dataclasses import dataclass

from domain.access import system_actor
from domain.audit import AuditEntry
from domain.batch import Batch
from domain.change import Diff
from domain.ports.access import AuditQuery, AuditTrail
from domain.values import LibraryId, RecordingId

DESCRIBE, TRASH, RESTORE = "recording.describe", "recording.trash", "recording.restore"
_PERSON = "key:"
_LOOKED_AT = 200


@dataclass(frozen=True)
class Traces:
    trail: AuditTrail

    def of(self, batch: Batch, recording_id: RecordingId, action: str) -> AuditEntry | None:
        """The batch's own latest such change of the recording."""
        by = system_actor(batch.library_id, f"job:{batch.id}").name
        asked = AuditQuery(actor=by, action=action, subject_id=recording_id, since=batch.created_at, limit=1)
        return next(iter(self.trail.search(batch.library_id, asked).items), None)

    def diff(self, batch: Batch, recording_id: RecordingId) -> Diff:
        """What the batch said anew of the recording; nothing where it did not."""
        entry = self.of(batch, recording_id, DESCRIBE)
        return Diff() if entry is None else Diff.of(entry.before, entry.after)

    def touched_by_people(self, library_id: LibraryId, recording_id: RecordingId) -> bool:
        """Whether anybody with a key is among those who last changed it."""
        entries = self.trail.search(library_id, AuditQuery(subject_id=recording_id, limit=_LOOKED_AT)).items
        return any(entry.actor.startswith(_PERSON) for entry in entries)
