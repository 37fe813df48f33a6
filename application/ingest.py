"""A file comes in, in one go."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from application.intake import Intake
from application.notices import Notices
from application.work import StartJob
from domain.access import Actor, Permission
from domain.audit import AuditEntry
from domain.blob_keys import original_key
from domain.errors import CallersFault, DuplicateContent, EngineFailure
from domain.job import Job
from domain.job_kind import JobKind
from domain.lineage import Lineage
from domain.ports.audio import AudioEngine, AudioLimits
from domain.ports.blobs import Blobs
from domain.ports.recordings import Recordings
from domain.ports.world import Clock, Ids
from domain.recording import Recording
from domain.source import Source
from domain.upload import check_announced_size
from domain.values import LibraryId, RecordingId, checked_sha256, display_name


@dataclass(frozen=True)
class Limits:
    """What may come in: by its size as a file, and by what it is."""

    max_upload_bytes: int
    audio: AudioLimits


@dataclass(frozen=True)
class GetLimits:
    engine: AudioEngine
    max_bytes: int

    def __call__(self, actor: Actor) -> Limits:
        actor.require(Permission.READ)
        return Limits(self.max_bytes, self.engine.limits)


@dataclass(frozen=True)
class PutOnRecord:
    """A recording of a file whose bytes have all passed, once it is made sure that they are audio that can be used."""

    recordings: Recordings
    engine: AudioEngine
    notices: Notices
    clock: Clock
    ids: Ids

    def __call__(
        self,
        actor: Actor,
        recording_id: RecordingId,
        path: Path,
        intake: Intake,
        *,
        filename: str,
        content_type: str,
        keep_duplicate: bool = False,
        source: Source | None = None,
        lineage: Lineage | None = None,
    ) -> Recording:
        audio = self.engine.probe(path)
        now = self.clock.now()
        recording = Recording.receive(
            recording_id,
            actor.library_id,
            filename=filename,
            content_type=content_type,
            size_bytes=intake.size_bytes,
            now=now,
            sha256=intake.sha256,
            audio=audio,
            keep_duplicate=keep_duplicate,
            source=source,
            lineage=lineage,
        )
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "recording.create", before=None, after=recording)
        events = self.notices.of_recording(recording)
        self.recordings.add(recording, entry, events)
        self.notices.hand_on(events)
        return recording


@dataclass(frozen=True)
class ReceiveRecording:
    """Stores the bytes, makes sure that they are audio that can be used, and starts listening.

    What is refused leaves nothing behind; what a store that fell silent leaves, reconcile-blobs removes. The library's
    having the same bytes already is a refusal too, unless `keep_duplicate` is set.
    """

    recordings: Recordings
    blobs: Blobs
    engine: AudioEngine
    put_on_record: PutOnRecord
    start_job: StartJob
    ids: Ids
    max_bytes: int

    def __call__(
        self,
        actor: Actor,
        *,
        filename: str,
        content_type: str,
        chunks: Iterable[bytes],
        announced_size: int | None = None,
        announced_sha256: str | None = None,
        keep_duplicate: bool = False,
        source: Source | None = None,
    ) -> tuple[Recording, Job]:
        actor.require(Permission.WRITE)
        filename = display_name(filename)
        if announced_size:
            check_announced_size(announced_size, self.max_bytes)
        if announced_sha256 is not None:
            announced_sha256 = checked_sha256(announced_sha256)
            if not keep_duplicate:
                refuse_duplicate(self.recordings, actor.library_id, announced_sha256)
        intake = Intake(
            chunks,
            max_bytes=self.max_bytes,
            look_at_head=self.engine.sniff,
            announced_sha256=announced_sha256,
            announced_size=announced_size,
        )
        recording_id = RecordingId(self.ids.next())
        key = original_key(actor.library_id, recording_id)
        self.blobs.put(key, intake, overwrite=False)
        try:
            if not keep_duplicate:
                refuse_duplicate(self.recordings, actor.library_id, intake.sha256)
            with self.blobs.as_file(key) as path:
                recording = self.put_on_record(
                    actor,
                    recording_id,
                    path,
                    intake,
                    filename=filename,
                    content_type=content_type,
                    keep_duplicate=keep_duplicate,
                    source=source,
                )
        except (CallersFault, EngineFailure):
            # Nothing is on record. After anything else it may be, the answer alone being lost; and bytes that no record
            # names are found by reconcile-blobs.
            self.blobs.delete(key)
            raise
        return recording, self.start_job(actor, JobKind.INGEST, recording.id)


def refuse_duplicate(
    recordings: Recordings, library_id: LibraryId, sha256: str, apart_from: RecordingId | None = None
) -> None:
    """Raises DuplicateContent, naming the recording that has these bytes."""
    other = recordings.find_by_content(library_id, sha256)
    if other is not None and other.id != apart_from:
        raise DuplicateContent(
            "The library has a recording of these bytes already. Use it, or send the file with on_duplicate=keep.",
            recording_id=other.id,
        )
