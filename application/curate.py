"""What admins do to a recording: describe it, put it in the trash, take it out again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from application.changes import ChangeRecording
from application.work import StartJob
from domain.access import Actor, Permission
from domain.job_kind import JobKind
from domain.recording import Recording, Status
from domain.values import RecordingId, Scalar


@dataclass(frozen=True)
class DescribeRecording:
    """Merges as RFC 7396 says: a field that is null is taken out, tags are replaced as a whole, null empties them."""

    change_recording: ChangeRecording

    def __call__(
        self,
        actor: Actor,
        recording_id: RecordingId,
        version: int,
        *,
        title: str | None = None,
        tags: tuple[str, ...] | None = None,
        fields: Mapping[str, Scalar] | None = None,
    ) -> Recording:
        actor.require(Permission.WRITE)
        return self.change_recording(
            actor,
            recording_id,
            "recording.describe",
            lambda current, now: current.described(
                now, title=title, tags=tags, fields=None if fields is None else _merged(current.fields, fields)
            ),
            version=version,
        )


@dataclass(frozen=True)
class TrashRecording:
    change_recording: ChangeRecording

    def __call__(self, actor: Actor, recording_id: RecordingId, version: int) -> Recording:
        actor.require(Permission.WRITE)
        return self.change_recording(
            actor, recording_id, "recording.trash", lambda current, now: current.trashed(now), version=version
        )


@dataclass(frozen=True)
class RestoreRecording:
    """Takes it out of the trash; one that had not been heard goes on to be heard."""

    change_recording: ChangeRecording
    start_job: StartJob

    def __call__(self, actor: Actor, recording_id: RecordingId, version: int) -> Recording:
        actor.require(Permission.WRITE)
        recording = self.change_recording(
            actor, recording_id, "recording.restore", lambda current, now: current.restored(now), version=version
        )
        if recording.status in {Status.RECEIVING, Status.PROCESSING}:
            job = self.start_job(actor, JobKind.INGEST, recording.id)
            if job.is_settled:
                self.start_job.again(actor, job)
        return recording


def _merged(current: Mapping[str, Scalar], patch: Mapping[str, Scalar]) -> dict[str, Scalar]:
    return {name: value for name, value in {**current, **patch}.items() if value is not None}


def into_trash(current: Recording, now: datetime) -> Recording:
    """The change that puts it there, and leaves what lies there as it is."""
    return current if current.status is Status.TRASHED else current.trashed(now)
