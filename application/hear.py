"""Recordings as they are listened to: previews."""

from dataclasses import dataclass

from application.analyse import KeepRendition
from domain.job import Job
from domain.ports.audio import AudioEngine, Progress
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.recordings import Recordings, Renditions
from domain.rendition import PREVIEWS


@dataclass(frozen=True)
class RunPreview:
    """A step of its own, so that a recording can be used before its previews are there."""

    recordings: Recordings
    renditions: Renditions
    blobs: Blobs
    engine: AudioEngine
    workspaces: Workspaces
    keep_rendition: KeepRendition

    def __call__(self, job: Job, progress: Progress) -> None:
        recording = self.recordings.get(job.library_id, job.recording_id)
        maker = f"preview-{self.engine.version}"
        kept = self.renditions.of_recording(recording.library_id, recording.id)
        made = {r.name for r in kept if r.maker == maker and r.content_sha256 == recording.sha256}
        if made.issuperset(PREVIEWS):
            return
        with self.workspaces.open() as workspace, self.blobs.as_file(recording.blob_key) as path:
            for artefact in self.engine.preview(path, workspace, progress):
                self.keep_rendition(job, recording, artefact, maker)
