"""The background half of a recording's coming in: complete the original, listen to it, keep what was heard."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from application.changes import ChangeRecording
from application.duplicates import KeepIdentity
from application.ingest import refuse_duplicate
from application.judge import Judge
from application.keep_rendition import KeepRendition
from application.recipe_rules import FollowRules
from application.work import StartJob
from domain.access import Actor, Permission, system_actor
from domain.analysis import Analysis, Artefact, Heard, analysis_key, stamp
from domain.errors import CorruptBlob, NotFound
from domain.job import Job
from domain.job_kind import JobKind
from domain.policy import Verdict
from domain.ports.audio import AudioEngine, Progress
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.recordings import Analyses, Recordings, Renditions, Uploads
from domain.ports.world import Clock
from domain.recording import Recording, Status
from domain.values import LibraryId, RecordingId, UploadId, require_digest


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
class Listen:
    """The analysis of a recording by the analyser as it is now.

    What is stored is not heard again: neither a part of the analyser that has not changed, nor what an earlier run has
    stored of this one. The file is decoded only where something is left to be heard.
    """

    analyses: Analyses
    renditions: Renditions
    blobs: Blobs
    engine: AudioEngine
    workspaces: Workspaces
    keep_rendition: KeepRendition
    keep_identity: KeepIdentity
    clock: Clock

    def __call__(self, recording: Recording, fence: str, progress: Progress) -> Analysis:
        analysis = self._current(recording, fence, progress)
        self.keep_identity(recording, analysis)
        return analysis

    def _current(self, recording: Recording, fence: str, progress: Progress) -> Analysis:
        key = current_key(self.engine, recording)
        earlier = self._stored(recording, key)
        parts = None if earlier is None else self._to_hear(recording, earlier, key)
        if earlier is not None and parts == frozenset():
            return earlier
        with self.workspaces.open() as workspace, self.blobs.as_file(recording.blob_key) as path:
            heard = self.engine.listen(path, workspace, progress, parts)
            for artefact in heard.artefacts:
                self.keep_rendition(recording, artefact, maker_of(self.engine, artefact), fence)
        known = self.analyses.find(recording.library_id, key)
        if known is not None:
            return known  # another recording of the same bytes was heard meanwhile: the results are the same
        analysis = replace(
            analysis_of(self.engine, heard, recording.sha256 or "", self.clock.now()),
            library_id=recording.library_id,
            fence=fence,
        )
        if earlier is not None and parts is not None:
            analysis = analysis.completed(earlier, self.engine.parts)
        self.analyses.put(analysis)
        return analysis

    def _stored(self, recording: Recording, key: str) -> Analysis | None:
        """By the analyser as it is now, or else as it was when the recording was heard."""
        current = self.analyses.find(recording.library_id, key)
        if current is not None or recording.analysis_key is None:
            return current
        return self.analyses.find(recording.library_id, recording.analysis_key)

    def _to_hear(self, recording: Recording, stored: Analysis, key: str) -> frozenset[str] | None:
        """The parts that are stale, or whose files this recording does not have; None: all."""
        current = self.engine.parts
        renditions = self.renditions.of_recording(recording.library_id, recording.id)
        made = {(r.name, r.maker) for r in renditions if r.content_sha256 == recording.sha256}
        missing = {maker for name, maker in stored.artefacts.items() if (name, maker) not in made}
        makers = {stamp(part, version): part for part, version in current.items()}
        if stored.key == key:
            return frozenset(makers[maker] for maker in missing) if missing <= makers.keys() else None
        if stored.parameters != self.engine.parameters:
            return None
        remade = frozenset(makers[maker] for maker in missing & makers.keys())
        return stored.stale_parts(current) | remade or None


@dataclass(frozen=True)
class RunIngest:
    """Run by a worker that holds the job. Stopped at any moment and run again, it ends in the same state.

    Every error leaves the recording as it was; whoever settles the job decides what becomes of it.
    """

    recordings: Recordings
    assemble_original: AssembleOriginal
    listen: Listen
    judge: Judge
    change_recording: ChangeRecording
    start_job: StartJob
    follow_rules: FollowRules

    def __call__(self, job: Job, progress: Progress) -> None:
        actor = system_actor(job.library_id, f"job:{job.id}", job.request_id)
        recording = self.recordings.get(job.library_id, job.recording_id)
        if recording.sha256 is None:
            recording = self.assemble_original(actor, recording, progress)
        analysis = self.listen(recording, job.fence, progress)
        judgement = self.judge(recording.library_id, analysis)

        def change(current: Recording, now: datetime) -> Recording:
            if current.standing is not Status.PROCESSING:
                return current  # heard already, by an earlier run or by a worker that had lost the job
            return current.heard(analysis, judgement, now)

        recording = self.change_recording(actor, recording.id, "recording.hear", change)
        if recording.is_heard:
            self.start_job(actor, JobKind.PREVIEW, recording.id)
        self.follow_rules(actor, recording)


@dataclass(frozen=True)
class RunAnalyse:
    """Brings what was heard in a recording up to date, and judges it anew where no person has decided.

    The recording stays in use meanwhile; one that the policy rejected comes into use if the policy of now lets it. A
    second run changes nothing.
    """

    recordings: Recordings
    listen: Listen
    judge: Judge
    change_recording: ChangeRecording
    start_job: StartJob

    def __call__(self, job: Job, progress: Progress) -> None:
        actor = system_actor(job.library_id, f"job:{job.id}", job.request_id)
        recording = self.recordings.get(job.library_id, job.recording_id)
        if recording.may_be_judged:  # else a person has rejected it since the job was made
            self.bring_up_to_date(actor, recording, job.fence, progress)

    def bring_up_to_date(self, actor: Actor, recording: Recording, fence: str, progress: Progress) -> None:
        analysis = self.listen(recording, fence, progress)
        judgement = self.judge(recording.library_id, analysis)

        def change(current: Recording, now: datetime) -> Recording:
            return current.heard(analysis, judgement, now) if current.may_be_judged else current

        if not recording.is_heard and judgement.verdict is not Verdict.REJECT:
            # What was rejected has no previews. First their job: cut short in between, the next run does both.
            self.start_job(actor, JobKind.PREVIEW, recording.id)
        self.change_recording(actor, recording.id, "recording.analyse", change)


@dataclass(frozen=True)
class GetAnalysis:
    """The one that the recording stands on, or an older one, by the analyser's version."""

    recordings: Recordings
    analyses: Analyses

    def __call__(
        self, actor: Actor, recording_id: RecordingId, version: str | None = None
    ) -> tuple[Recording, Analysis]:
        actor.require(Permission.READ)
        recording = self.recordings.get(actor.library_id, recording_id)
        if version is not None:
            return recording, self._of_version(recording, version)
        if recording.analysis_key is None:
            raise NotFound(f"There is no analysis: the recording is {recording.status}.", status=str(recording.status))
        analysis = self.analyses.find(actor.library_id, recording.analysis_key)
        if analysis is None:
            raise CorruptBlob("The analysis of the recording is missing from the store.", recording_id=recording.id)
        return recording, analysis

    def _of_version(self, recording: Recording, version: str) -> Analysis:
        stored = self.analyses.of_content(recording.library_id, recording.sha256 or "")
        for analysis in stored:
            if analysis.analyser_version == version:
                return analysis
        raise NotFound("There is no analysis of this version.", known=[each.analyser_version for each in stored])


def analysis_of(engine: AudioEngine, heard: Heard, sha256: str, now: datetime) -> Analysis:
    """What was heard in these bytes, by the analyser as it is now; of no library and under no fence yet."""
    return Analysis(
        key=analysis_key(sha256, engine.analyser, engine.version, engine.parameters),
        library_id=LibraryId(""),
        content_sha256=sha256,
        analyser=engine.analyser,
        analyser_version=engine.version,
        parameters=engine.parameters,
        descriptors=heard.descriptors,
        findings=heard.findings,
        audio=heard.audio,
        created_at=now,
        embedded=heard.embedded,
        parts=heard.parts,
        artefacts={artefact.name: maker_of(engine, artefact) for artefact in heard.artefacts},
    )


def maker_of(engine: AudioEngine, artefact: Artefact) -> str:
    return artefact.version or stamp(engine.analyser, engine.version)


def current_key(engine: AudioEngine, recording: Recording) -> str:
    """Under which its analysis is stored, once the engine as it is now has heard it."""
    return analysis_key(recording.sha256 or "", engine.analyser, engine.version, engine.parameters)
