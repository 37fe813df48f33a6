"""The background half of a recording's coming in: complete the original, listen to it, keep what was heard."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from application.changes import ChangeRecording
from application.ingest import refuse_duplicate
from application.judge import Judge
from application.work import StartJob
from domain.access import Actor, Permission, system_actor
from domain.analysis import Analysis, Artefact, Heard, analysis_key
from domain.errors import CorruptBlob, NotFound
from domain.job import Job, JobKind
from domain.ports.audio import AudioEngine, Progress
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.recordings import Analyses, Recordings, Renditions, Uploads
from domain.ports.world import Clock
from domain.recording import Recording, Status, rendition_key
from domain.rendition import Rendition
from domain.values import RecordingId, UploadId, require_digest

COPY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class KeepRendition:
    """Stores a file that the engine made, and the record of it. Doing it twice leaves one."""

    blobs: Blobs
    renditions: Renditions
    clock: Clock

    def __call__(self, job: Job, recording: Recording, artefact: Artefact, maker: str) -> None:
        key = rendition_key(recording.library_id, recording.id, maker, artefact.name)
        stored = self.blobs.put(key, chunks_of(artefact.path))
        self.renditions.put(
            Rendition(
                library_id=recording.library_id,
                recording_id=recording.id,
                name=artefact.name,
                content_type=artefact.content_type,
                size_bytes=stored.size_bytes,
                blob_key=key,
                content_sha256=recording.sha256 or "",
                maker=maker,
                created_at=self.clock.now(),
                settings=artefact.settings,
                fence=job.fence,
            )
        )


@dataclass(frozen=True)
class AssembleOriginal:
    """Makes one original of uploaded parts, and proves that it is what was announced and that it is audio."""

    recordings: Recordings
    uploads: Uploads
    blobs: Blobs
    engine: AudioEngine
    change_recording: ChangeRecording

    def __call__(self, actor: Actor, recording: Recording, progress: Progress) -> Recording:
        upload = self.uploads.get(recording.library_id, UploadId(recording.upload_id or ""))
        self.blobs.complete_multipart(upload.blob_key, upload.multipart_id)
        digest, size = hashlib.sha256(), 0
        for number, chunk in enumerate(self.blobs.get(recording.blob_key)):
            if not number:
                self.engine.sniff(chunk[:4096])
            digest.update(chunk)
            size += len(chunk)
            progress(0.0, "assembling")
        require_digest(upload.sha256, digest.hexdigest())
        if not recording.keep_duplicate:
            refuse_duplicate(self.recordings, recording.library_id, digest.hexdigest(), apart_from=recording.id)
        with self.blobs.as_file(recording.blob_key) as path:
            audio = self.engine.probe(path)

        def change(current: Recording, now: datetime) -> Recording:
            if current.sha256 is not None:
                return current  # by a worker that had lost the job and was faster all the same
            return replace(current.assembled(size, digest.hexdigest(), now), audio=audio)

        return self.change_recording(actor, recording.id, "recording.assemble", change)


@dataclass(frozen=True)
class RunIngest:
    """Run by a worker that holds the job. Stopped at any moment and run again, it ends in the same state.

    Every error leaves the recording as it was; whoever settles the job decides what becomes of it.
    """

    recordings: Recordings
    analyses: Analyses
    renditions: Renditions
    blobs: Blobs
    engine: AudioEngine
    workspaces: Workspaces
    assemble_original: AssembleOriginal
    keep_rendition: KeepRendition
    judge: Judge
    change_recording: ChangeRecording
    start_job: StartJob
    clock: Clock

    def __call__(self, job: Job, progress: Progress) -> None:
        actor = system_actor(job.library_id, f"job:{job.id}", job.request_id)
        recording = self.recordings.get(job.library_id, job.recording_id)
        if recording.sha256 is None:
            recording = self.assemble_original(actor, recording, progress)
        analysis = self._heard_before(recording) or self._listen(job, recording, progress)
        judgement = self.judge(recording.library_id, analysis)

        def change(current: Recording, now: datetime) -> Recording:
            if current.standing is not Status.PROCESSING:
                return current  # heard already, by an earlier run or by a worker that had lost the job
            return current.heard(analysis, judgement, now)

        if self.change_recording(actor, recording.id, "recording.hear", change).is_heard:
            self.start_job(actor, JobKind.PREVIEW, recording.id)

    def _heard_before(self, recording: Recording) -> Analysis | None:
        """The result, where an earlier run has stored all of it."""
        analysis = self.analyses.find(recording.library_id, self._key(recording))
        if analysis is None:
            return None
        renditions = self.renditions.of_recording(recording.library_id, recording.id)
        made = {r.name for r in renditions if r.maker == self._maker and r.content_sha256 == recording.sha256}
        return analysis if made.issuperset(analysis.artefacts) else None

    def _listen(self, job: Job, recording: Recording, progress: Progress) -> Analysis:
        with self.workspaces.open() as workspace, self.blobs.as_file(recording.blob_key) as path:
            heard = self.engine.listen(path, workspace, progress)
            for artefact in heard.artefacts:
                self.keep_rendition(job, recording, artefact, self._maker)
        known = self.analyses.find(recording.library_id, self._key(recording))
        if known is not None:
            return known  # another recording of the same bytes was heard meanwhile: the results are the same
        analysis = self._analysis(job, recording, heard)
        self.analyses.put(analysis)
        return analysis

    def _analysis(self, job: Job, recording: Recording, heard: Heard) -> Analysis:
        return Analysis(
            key=self._key(recording),
            library_id=recording.library_id,
            content_sha256=recording.sha256 or "",
            analyser=self.engine.analyser,
            analyser_version=self.engine.version,
            parameters=self.engine.parameters,
            descriptors=heard.descriptors,
            findings=heard.findings,
            audio=heard.audio,
            created_at=self.clock.now(),
            embedded=heard.embedded,
            parts=heard.parts,
            artefacts=tuple(artefact.name for artefact in heard.artefacts),
            fence=job.fence,
        )

    def _key(self, recording: Recording) -> str:
        return analysis_key(recording.sha256 or "", self.engine.analyser, self.engine.version, self.engine.parameters)

    @property
    def _maker(self) -> str:
        return f"{self.engine.analyser}-{self.engine.version}"


@dataclass(frozen=True)
class GetAnalysis:
    recordings: Recordings
    analyses: Analyses

    def __call__(self, actor: Actor, recording_id: RecordingId) -> tuple[Recording, Analysis]:
        actor.require(Permission.READ)
        recording = self.recordings.get(actor.library_id, recording_id)
        if recording.analysis_key is None:
            raise NotFound(f"There is no analysis: the recording is {recording.status}.", status=str(recording.status))
        analysis = self.analyses.find(actor.library_id, recording.analysis_key)
        if analysis is None:
            raise CorruptBlob("The analysis of the recording is missing from the store.", recording_id=recording.id)
        return recording, analysis


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(COPY_BYTES):
            yield chunk
