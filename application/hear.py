"""Recordings as they are listened to: previews, as they are and at a loudness of one's choice."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from application.analyse import GetAnalysis
from application.keep_rendition import KeepRendition
from application.work import StartJob
from domain.access import Actor, Permission, system_actor
from domain.analysis import AudioFormat
from domain.errors import Conflict
from domain.job import Job, JobStatus
from domain.job_kind import JobKind
from domain.loudness import LoudnessMatch
from domain.ports.audio import AudioEngine, Progress
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.recordings import Recordings, Renditions
from domain.recording import Recording, Status
from domain.rendition import PREVIEWS
from domain.values import RecordingId, Scalar

LOUDNESS = "loudness_lufs"
"""The parameter of a preview's job that asks for previews at that loudness."""

REPLACES = "replaces"
"""The parameter that names the job whose matched previews are there."""


def _matched(name: str) -> str:
    return name.replace("preview", "preview-matched")


MATCHED = tuple(map(_matched, PREVIEWS))


@dataclass(frozen=True)
class MatchLoudness:
    """The gain for one recording, from what its analysis measured."""

    get_analysis: GetAnalysis

    def __call__(self, actor: Actor, recording_id: RecordingId, target_lufs: float) -> LoudnessMatch:
        _, analysis = self.get_analysis(actor, recording_id)
        return LoudnessMatch.of(
            target_lufs,
            integrated_lufs=analysis.number("integrated_loudness"),
            true_peak_dbtp=analysis.number("true_peak"),
        )


@dataclass(frozen=True)
class StartMatchedPreview:
    """Previews at a loudness, in the place of those that were matched before; a job makes them."""

    recordings: Recordings
    renditions: Renditions
    match_loudness: MatchLoudness
    start_job: StartJob

    def __call__(self, actor: Actor, recording_id: RecordingId, loudness_lufs: float) -> Job:
        actor.require(Permission.WRITE)
        recording = require_audible(self.recordings.get(actor.library_id, recording_id))
        self.match_loudness(actor, recording.id, loudness_lufs)  # refuses before there is a job
        parameters: dict[str, Scalar] = {LOUDNESS: float(loudness_lufs)}
        kept = self.renditions.of_recording(recording.library_id, recording.id)
        writers = [rendition.fence.partition(":")[0] for rendition in kept if rendition.name in MATCHED]
        if writers:
            # A job of its own, even where the same loudness was asked for before and then another one: what a later
            # job has written, an earlier one cannot replace.
            parameters[REPLACES] = max(writers)
        job = self.start_job(actor, JobKind.PREVIEW, recording.id, parameters)
        failed = job.status in {JobStatus.FAILED, JobStatus.CANCELLED}
        return self.start_job.again(actor, job) if failed else job


@dataclass(frozen=True)
class RunPreview:
    """A step of its own, so that a recording can be used before its previews are there."""

    recordings: Recordings
    renditions: Renditions
    blobs: Blobs
    engine: AudioEngine
    workspaces: Workspaces
    keep_rendition: KeepRendition
    match_loudness: MatchLoudness

    def __call__(self, job: Job, progress: Progress) -> None:
        recording = self.recordings.get(job.library_id, job.recording_id)
        target = job.parameters.get(LOUDNESS)
        if isinstance(target, int | float):
            self._matched(job, recording, float(target), progress)
            return
        maker = f"preview-{self.engine.renderers['preview']}"
        if not self._is_made(job, recording, maker, PREVIEWS):
            self._make(job, recording, maker, None, progress)

    def _matched(self, job: Job, recording: Recording, target_lufs: float, progress: Progress) -> None:
        # The maker names what was asked for and what came of it: another gain is another file, with another ETag.
        match = self.match_loudness(system_actor(job.library_id, f"job:{job.id}"), recording.id, target_lufs)
        maker = f"preview-{self.engine.renderers['preview']}{target_lufs:+g}lufs{match.gain_db:+.3f}db"
        if not self._is_made(job, recording, maker, MATCHED):
            self._make(job, recording, maker, match, progress)

    def _is_made(self, job: Job, recording: Recording, maker: str, names: Iterable[str]) -> bool:
        """Whether they are there, as this job would make them or as a later one has made them."""
        kept = self.renditions.of_recording(recording.library_id, recording.id)
        made = {
            r.name for r in kept if r.content_sha256 == recording.sha256 and (r.maker == maker or r.fence > job.fence)
        }
        return made.issuperset(names)

    def _make(
        self, job: Job, recording: Recording, maker: str, match: LoudnessMatch | None, progress: Progress
    ) -> None:
        gain_db = match.gain_db if match else 0.0
        with self.workspaces.open() as workspace, self.blobs.as_file(recording.blob_key) as path:
            for artefact in self.engine.preview(path, workspace, progress, gain_db):
                made = artefact
                if match is not None:
                    settings = {**artefact.settings, **match.settings}
                    made = replace(artefact, name=_matched(artefact.name), settings=settings)
                self.keep_rendition(recording, made, maker, job.fence)


def require_audible(recording: Recording) -> Recording:
    """Whoever decides on a recording that is held back, or was rejected, has to hear it.

    Raises Conflict when it has not been heard yet, or is in the trash.
    """
    was_rejected = recording.status is Status.FAILED and recording.analysis_key is not None
    if recording.status not in {Status.READY, Status.QUARANTINED} and not was_rejected:
        raise Conflict(f"The recording is {recording.status}; it must be ready.", status=str(recording.status))
    return recording


def heard_format(recording: Recording) -> tuple[AudioFormat, float]:
    """What the recording is, and how many seconds long."""
    if recording.audio is None or not recording.audio.duration_seconds:
        raise Conflict("The recording's length is not known yet.", status=str(recording.status))
    return recording.audio, recording.audio.duration_seconds
