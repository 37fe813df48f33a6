"""A recording goes to another library: its bytes and what is said of it are put there, and it is trashed here."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from application.changes import ChangeRecording
from application.item_work import Outcome
from application.notices import Notices
from application.work import StartJob
from domain.access import Actor, system_actor
from domain.audit import AuditEntry
from domain.blob_keys import original_key
from domain.errors import Conflict, CorruptBlob, DuplicateContent, NotFound
from domain.job_kind import JobKind
from domain.lineage import child_id
from domain.ports.audio import Progress
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings
from domain.ports.world import Clock, Ids
from domain.recording import Recording, Status
from domain.values import LibraryId, RecordingId


@dataclass(frozen=True)
class MoveRecording:
    """It is heard anew there, since analyses and renditions belong to their library, and gets another id, which
    `asked_by` decides: a second run makes no second one. Bytes that the other library has already are not put there
    twice; then `result` names the recording that has them."""

    recordings: Recordings
    blobs: Blobs
    change_recording: ChangeRecording
    start_job: StartJob
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, recording: Recording, library: str, asked_by: str, progress: Progress) -> Outcome:
        """Raises Conflict for one whose bytes are not complete, and CorruptBlob when they are not what they were."""
        if recording.sha256 is None:
            raise Conflict("The bytes of the recording are not complete. Wait until it has been received.")
        theirs = system_actor(LibraryId(library), actor.name.removeprefix("system:"), actor.request_id)
        moved = child_id(f"move:{recording.id}", 0, asked_by)
        try:
            there = self.recordings.get(theirs.library_id, moved).id
        except NotFound:
            there = self._put(theirs, recording, moved, progress)
        if there == moved:
            self.start_job(theirs, JobKind.INGEST, moved)
        self.change_recording(actor, recording.id, "recording.trash", _trashed)
        return Outcome(result={"library": library, "recording": there, "made": there == moved})

    def _put(self, theirs: Actor, recording: Recording, moved: RecordingId, progress: Progress) -> RecordingId:
        """The id of the recording that has the bytes there."""
        has = self.recordings.find_by_content(theirs.library_id, recording.sha256 or "")
        if has is not None:
            return has.id
        key = original_key(theirs.library_id, moved)
        self.blobs.put(key, self._read(recording, progress))
        now = self.clock.now()
        received = Recording.receive(
            moved,
            theirs.library_id,
            filename=recording.filename,
            content_type=recording.content_type,
            size_bytes=recording.size_bytes,
            now=now,
            sha256=recording.sha256,
            audio=recording.audio,
        )
        new = replace(received, title=recording.title, tags=recording.tags, fields=recording.fields)
        entry = AuditEntry.of_change(self.ids.next(), now, theirs, "recording.create", before=None, after=new)
        events = self.notices.of_recording(new)
        try:
            self.recordings.add(new, entry, events)
        except DuplicateContent as error:
            self.blobs.delete(key)
            return RecordingId(str(error.data["recording_id"]))
        self.notices.hand_on(events)
        return moved

    def _read(self, recording: Recording, progress: Progress) -> Iterator[bytes]:
        digest, done = hashlib.sha256(), 0
        for chunk in self.blobs.get(recording.blob_key):
            digest.update(chunk)
            done += len(chunk)
            progress(min(1.0, done / max(1, recording.size_bytes)), "moving")
            yield chunk
        if digest.hexdigest() != recording.sha256:
            raise CorruptBlob(
                "The original's bytes are not what they were. It is not moved.", recording_id=recording.id
            )


def _trashed(current: Recording, now: datetime) -> Recording:
    return current if current.status is Status.TRASHED else current.trashed(now)
