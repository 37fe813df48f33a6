"""Files that lie on the service's own machine come in, one after the other."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from application.files import chunks_of, sha256_of
from application.ingest import ReceiveRecording, refuse_duplicate
from domain.access import Actor, Permission
from domain.errors import AudioBackendError, DuplicateContent, Unsupported
from domain.ports.audio import AudioEngine
from domain.ports.recordings import Recordings
from domain.values import Failure, RecordingId

HEAD_BYTES = 4096


class Outcome(StrEnum):
    ADDED = "added"
    SKIPPED = "skipped"  # the library has these bytes already
    IGNORED = "ignored"  # neither in name nor in content a sound
    REFUSED = "refused"


@dataclass(frozen=True)
class ImportedFile:
    """What became of a file. `recording_id` is None where there is no recording of it; a dry run makes none."""

    path: Path
    outcome: Outcome
    recording_id: RecordingId | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class ImportFile:
    """Importing the same file again skips it, so that a broken import is resumed by starting it anew."""

    recordings: Recordings
    engine: AudioEngine
    receive_recording: ReceiveRecording

    def __call__(self, actor: Actor, path: Path, content_type: str | None, *, dry_run: bool = False) -> ImportedFile:
        """`content_type` is what the name suggests, None when that is no sound."""
        actor.require(Permission.WRITE)
        try:
            return self._import(actor, path, content_type or "application/octet-stream", dry_run)
        except DuplicateContent as error:
            return ImportedFile(path, Outcome.SKIPPED, RecordingId(str(error.data["recording_id"])))
        except AudioBackendError as error:
            ignored = isinstance(error, Unsupported) and content_type is None
            outcome = Outcome.IGNORED if ignored else Outcome.REFUSED
            return ImportedFile(path, outcome, failure=Failure.from_error(error))
        except OSError as error:
            return ImportedFile(path, Outcome.REFUSED, failure=Failure("unreadable-file", str(error.strerror)))

    def _import(self, actor: Actor, path: Path, content_type: str, dry_run: bool) -> ImportedFile:
        with path.open("rb") as file:
            self.engine.sniff(file.read(HEAD_BYTES))
        digest = sha256_of(path)
        refuse_duplicate(self.recordings, actor.library_id, digest)
        if dry_run:
            self.engine.probe(path)
            return ImportedFile(path, Outcome.ADDED)
        recording, _ = self.receive_recording(
            actor,
            filename=path.name,
            content_type=content_type,
            chunks=chunks_of(path),
            announced_size=path.stat().st_size,
            announced_sha256=digest,
        )
        return ImportedFile(path, Outcome.ADDED, recording.id)
