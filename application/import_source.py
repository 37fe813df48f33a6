"""Objects of a bucket or a folder become recordings."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from application.changes import ChangeRecording
from application.import_plan import ImportMode
from application.ingest import PutOnRecord, ReceiveRecording, refuse_duplicate
from application.intake import Intake
from application.work import StartJob
from domain.access import Actor, Permission
from domain.errors import AudioBackendError, DuplicateContent, IllegalTransition, Unavailable, Unsupported
from domain.job_kind import JobKind
from domain.ports.audio import AudioEngine
from domain.ports.blobs import Workspaces
from domain.ports.recordings import Recordings
from domain.ports.sources import Sources
from domain.ports.world import Ids
from domain.recording import Recording, Status
from domain.source import Source, SourcedRecording, SourceObject, Step, StepKind
from domain.upload import check_announced_size
from domain.values import Failure, RecordingId, display_name

SHOWN_FAILURES = 100
UNTOLD_TYPE = "application/octet-stream"  # of what nobody has named a type; the content decides in any case
LOST = Failure(
    "source-changed",
    "The recording referred to an object that has changed since; its own bytes are gone. What the object is now is a "
    "recording of its own.",
)


class Became(StrEnum):
    ADDED = "added"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"  # the library has these bytes, from elsewhere
    IGNORED = "ignored"  # neither in name nor in content a sound
    REFUSED = "refused"
    MISSING = "missing"
    TRASHED = "trashed"  # missing, and therefore put into the trash


@dataclass(frozen=True)
class ImportedObject:
    """What became of a step. `recording_id` is None where the library has no recording of the object."""

    url: str
    became: Became
    recording_id: RecordingId | None = None
    failure: Failure | None = None


class ImportReport:
    """What has become of the objects so far: all are counted, the first failures kept."""

    def __init__(self) -> None:
        self.counts: Counter[Became] = Counter()
        self.failures: list[ImportedObject] = []
        self.try_again = False

    def add(self, imported: ImportedObject) -> None:
        self.counts[imported.became] += 1
        if imported.failure is not None and imported.became is Became.REFUSED:
            self.try_again |= imported.failure.code == Unavailable.code
            if len(self.failures) < SHOWN_FAILURES:
                self.failures.append(imported)


@dataclass(frozen=True)
class ImportObject:
    """One step of an import. Done again it changes nothing, so that an import that was broken off is started anew.

    The original of a recording never changes: an object that did is a new recording, and the old one keeps its bytes.
    By reference there are none to keep: the old one has failed, and says why.
    """

    sources: Sources
    recordings: Recordings
    receive_recording: ReceiveRecording
    refer_recording: "ReferRecording"
    change_recording: ChangeRecording

    def __call__(self, actor: Actor, step: Step, mode: ImportMode, *, trash_missing: bool = False) -> ImportedObject:
        actor.require(Permission.WRITE)
        known = step.known.recording_id if step.known else None
        if step.kind is StepKind.UNCHANGED:
            return ImportedObject(step.url, Became.UNCHANGED, known)
        try:
            if step.found is None:
                return self._missing(actor, step, trash_missing)
            if step.known is not None and step.loses_original:
                self.change_recording(actor, step.known.recording_id, "recording.fail", _fail)
            return self._receive(actor, step.found, step.known, mode)
        except AudioBackendError as error:
            ignored = isinstance(error, Unsupported) and step.found is not None and not step.found.promises_sound
            became = Became.IGNORED if ignored else Became.REFUSED
            return ImportedObject(step.url, became, known, Failure.from_error(error))

    def _missing(self, actor: Actor, step: Step, trash: bool) -> ImportedObject:
        known = step.known.recording_id if step.known else None
        if known is None or not trash:
            return ImportedObject(step.url, Became.MISSING, known)
        self.change_recording(actor, known, "recording.trash", lambda current, now: current.trashed(now))
        return ImportedObject(step.url, Became.TRASHED, known)

    def _receive(
        self, actor: Actor, found: SourceObject, known: SourcedRecording | None, mode: ImportMode
    ) -> ImportedObject:
        source = Source(
            found.url,
            found.etag,
            found.size_bytes,
            by_reference=mode is ImportMode.REFERENCE,
            replaces=known.recording_id if known else None,
        )
        try:
            recording = (
                self.refer_recording(actor, found, source) if source.by_reference else self._copy(actor, found, source)
            )
        except DuplicateContent as error:
            return self._known_already(actor, RecordingId(str(error.data["recording_id"])), source)
        return ImportedObject(found.url, Became.ADDED, recording.id)

    def _copy(self, actor: Actor, found: SourceObject, source: Source) -> Recording:
        recording, _ = self.receive_recording(
            actor,
            filename=filename_of(found.url),
            content_type=UNTOLD_TYPE,
            chunks=self.sources.read(found),
            announced_size=found.size_bytes,
            source=source,
        )
        return recording

    def _known_already(self, actor: Actor, recording_id: RecordingId, source: Source) -> ImportedObject:
        """The library has these bytes. A recording that came from nowhere else is known as made of this object from
        now on, so that the next import need not read it again."""
        recording = self.recordings.get(actor.library_id, recording_id)
        theirs = recording.source
        if theirs is not None and (theirs.url != source.url or theirs.by_reference):
            return ImportedObject(source.url, Became.DUPLICATE, recording_id)
        ours = replace(source, by_reference=False, replaces=theirs.replaces if theirs else None)
        self.change_recording(actor, recording_id, "recording.source", lambda now_is, now: now_is.sourced(ours, now))
        return ImportedObject(source.url, Became.UNCHANGED, recording_id)


@dataclass(frozen=True)
class ReferRecording:
    """A recording whose original stays where it is. All of it is read once, to be hashed and looked at."""

    sources: Sources
    recordings: Recordings
    engine: AudioEngine
    workspaces: Workspaces
    put_on_record: PutOnRecord
    start_job: StartJob
    ids: Ids
    max_bytes: int

    def __call__(self, actor: Actor, found: SourceObject, source: Source) -> Recording:
        filename = display_name(filename_of(found.url))
        if found.size_bytes:
            check_announced_size(found.size_bytes, self.max_bytes)
        intake = Intake(
            self.sources.read(found),
            max_bytes=self.max_bytes,
            look_at_head=self.engine.sniff,
            announced_size=found.size_bytes,
        )
        with self.workspaces.open() as workspace:
            path = workspace / "original"
            with path.open("wb") as file:
                for chunk in intake:
                    file.write(chunk)
            refuse_duplicate(self.recordings, actor.library_id, intake.sha256)
            recording = self.put_on_record(
                actor,
                RecordingId(self.ids.next()),
                path,
                intake,
                filename=filename,
                content_type=UNTOLD_TYPE,
                source=source,
            )
        self.start_job(actor, JobKind.INGEST, recording.id)
        return recording


def filename_of(url: str) -> str:
    return url.rpartition("/")[2]


def _fail(recording: Recording, now: datetime) -> Recording:
    try:
        return recording if recording.standing is Status.FAILED else recording.failed(LOST, now)
    except IllegalTransition:
        return recording  # it is being removed for good
