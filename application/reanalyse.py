"""Listening again, when the analyser has changed: started for some recordings, or for a library."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.analyse import current_key
from application.chosen import chosen_recordings
from application.upkeep import each_recording
from application.work import StartJob
from domain.access import Actor, Permission
from domain.analysis import Analysis
from domain.errors import Invalid
from domain.job import Job
from domain.job_kind import JobKind
from domain.listing import Field, Filter, Op
from domain.ports.audio import AudioEngine
from domain.ports.recordings import Analyses, Recordings
from domain.recording import Recording, Status
from domain.values import RecordingId


@dataclass(frozen=True)
class StartAnalysis:
    """A job that listens to a recording again. One that waits or runs already is not started twice."""

    start_job: StartJob

    def __call__(self, actor: Actor, recording_id: RecordingId) -> Job:
        job = self.start_job(actor, JobKind.ANALYSE, recording_id)
        return self.start_job.again(actor, job) if job.is_settled else job


@dataclass(frozen=True)
class Reanalyse:
    """A job for each of the recordings, or a refusal that starts none."""

    recordings: Recordings
    engine: AudioEngine
    start_analysis: StartAnalysis

    def __call__(self, actor: Actor, analyser: str, recording_ids: Sequence[RecordingId]) -> tuple[Job, ...]:
        actor.require(Permission.WRITE)
        if analyser != self.engine.analyser:
            raise Invalid(f"There is no such analyser. Known is {self.engine.analyser}.", field="analyser")
        chosen = chosen_recordings(self.recordings, actor, recording_ids)
        return tuple(self.start_analysis(actor, recording.id) for recording in chosen)


@dataclass(frozen=True)
class ReanalyseLibrary:
    """A job for every recording of the library that was heard, unless a person has refused it, or for those of them
    alone whose analysis is not current."""

    recordings: Recordings
    engine: AudioEngine
    start_analysis: StartAnalysis

    def __call__(self, actor: Actor, *, stale_only: bool) -> int:
        """How many jobs there are to be done."""
        actor.require(Permission.WRITE)
        started = 0
        for status in (Status.READY, Status.QUARANTINED, Status.FAILED):
            for recording in each_recording(self.recordings, actor.library_id, Filter(Field.STATUS, Op.EQ, status)):
                if not recording.may_be_judged:
                    continue
                if stale_only and recording.analysis_key == current_key(self.engine, recording):
                    continue
                self.start_analysis(actor, recording.id)
                started += 1
        return started


@dataclass(frozen=True)
class ListAnalyses:
    """All that is stored of a recording's bytes, newest first: versions stand side by side."""

    recordings: Recordings
    analyses: Analyses

    def __call__(self, actor: Actor, recording_id: RecordingId) -> tuple[Recording, tuple[Analysis, ...]]:
        actor.require(Permission.READ)
        recording = self.recordings.get(actor.library_id, recording_id)
        if recording.sha256 is None:
            return recording, ()
        return recording, self.analyses.of_content(actor.library_id, recording.sha256)
