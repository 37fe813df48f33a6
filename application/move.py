"""A recording goes to another library: its bytes and what is said of it are put there, and it is trashed here."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from application.access import Authenticate
from application.changes import ChangeRecording
from application.curate import into_trash
from application.item_work import Foreseen, ItemWork, Outcome
from application.notices import Notices
from application.regions import region_entry
from application.work import StartJob
from domain.access import Actor, Permission, system_actor
from domain.audit import AuditEntry
from domain.batch import Batch, Item
from domain.blob_keys import original_key
from domain.errors import Conflict, CorruptBlob, DuplicateContent, Invalid, NotFound, Unauthenticated
from domain.job_kind import JobKind
from domain.lineage import child_id
from domain.parameter import Setting
from domain.ports.audio import Progress
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings
from domain.ports.regions import Regions
from domain.ports.world import Clock, Ids
from domain.recording import Recording, Status
from domain.region import RegionId
from domain.values import Failure, LibraryId, RecordingId


@dataclass(frozen=True)
class MoveWork(ItemWork):
    """It is heard anew there, since analyses and renditions belong to their library, and gets another id, which the
    item decides: a second run makes no second one. What people have marked goes along. Bytes that the other library has
    already are not put there twice; then `result` names the recording that has them."""

    authenticate: Authenticate
    recordings: Recordings
    regions: Regions
    blobs: Blobs
    change_recording: ChangeRecording
    start_job: StartJob
    notices: Notices
    clock: Clock
    ids: Ids

    @property
    def is_quick(self) -> bool:
        return False

    def settled(self, actor: Actor, asked: Mapping[str, object]) -> dict[str, Setting]:
        """It takes an administrator, and a key of the other library that may write there: `key`, of which nothing is
        kept."""
        actor.require(Permission.ADMINISTER)
        if asked.keys() != {"key"}:
            raise Invalid("A move takes the key of the library to move to, and nothing else.", field="key")
        try:
            theirs = self.authenticate(str(asked["key"]))
        except Unauthenticated:
            raise Invalid("The key is of no library, or is not valid any more.", field="key") from None
        theirs.require(Permission.WRITE)
        if theirs.library_id == actor.library_id:
            raise Conflict("The key is one of this very library. Send one of the library to move to.")
        return {"library": theirs.library_id}

    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        try:
            _require_whole(recording)
        except Conflict as error:
            return Foreseen(Failure.from_error(error))
        return Foreseen(bytes_out=recording.size_bytes, changes={"library": str(settings["library"])})

    def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
        recording = self.recordings.get(batch.library_id, item.recording_id)
        actor = system_actor(batch.library_id, f"job:{batch.id}")
        theirs = system_actor(LibraryId(str(batch.settings["library"])), f"job:{batch.id}")
        moved = moved_id(item)
        try:
            there = self.recordings.get(theirs.library_id, moved).id
        except NotFound:
            there = self._put(theirs, recording, moved, progress)
        if there == moved:
            self._take_regions_along(theirs, recording, moved)
            self.start_job(theirs, JobKind.INGEST, moved)
        self.change_recording(actor, recording.id, "recording.trash", into_trash)
        return Outcome(
            result={"library": theirs.library_id, "recording": there, "made": there == moved},
            audio_seconds=(recording.audio.duration_seconds or 0.0) if recording.audio else 0.0,
        )

    def _put(self, theirs: Actor, recording: Recording, moved: RecordingId, progress: Progress) -> RecordingId:
        """The id of the recording that has the bytes there. Raises Conflict where they are not complete, and
        CorruptBlob when they are not what they were."""
        has = self.recordings.find_by_content(theirs.library_id, recording.sha256 or "")
        if has is not None:
            return has.id
        _require_whole(recording)
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

    def _take_regions_along(self, theirs: Actor, recording: Recording, moved: RecordingId) -> None:
        """The same bytes are heard alike there: what a region corrects will be found under the same name."""
        taken = {region.id for region in self.regions.of_recording(theirs.library_id, moved)}
        for region in self.regions.of_recording(recording.library_id, recording.id):
            own = RegionId(child_id(f"region:{region.id}", 0, moved))
            if own not in taken:
                copy = replace(region, id=own, library_id=theirs.library_id, recording_id=moved)
                now = self.clock.now()
                entry = region_entry(self.ids.next(), now, theirs, "region.add", before=None, after=copy)
                self.regions.add(copy, entry)

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


def moved_id(item: Item) -> RecordingId:
    """In the other library."""
    return child_id(f"move:{item.recording_id}", 0, f"{item.batch_id}:{item.n}")


def _require_whole(recording: Recording) -> None:
    if recording.sha256 is None:
        raise Conflict("The bytes of the recording are not complete. Wait until it has been received.")
    if recording.status is Status.TRASHED:
        raise Conflict("The recording is in the trash. Restore it first.")
