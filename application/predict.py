"""AI models over recordings: which there are, jobs that run them, and what they said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from application.chosen import NAMED, chosen_recordings
from application.purge import EndIfPurged
from application.work import StartJob
from domain.access import Actor, Permission
from domain.blob_keys import model_input_prefix
from domain.errors import Conflict, NotFound, TooLarge
from domain.job import Job, JobStatus
from domain.job_kind import JobKind
from domain.ports.audio import AudioEngine, Progress
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.models import Models, PredictionQuery, Predictions, Sound
from domain.ports.recordings import Recordings
from domain.ports.world import Clock
from domain.prediction import (
    NAMED_BY_JOBS,
    SAMPLE_BYTES,
    WAV_HEADER_BYTES,
    ModelCard,
    Prediction,
    PredictionSummary,
    Said,
    prediction_key,
)
from domain.recording import Recording
from domain.values import Page, RecordingId, Scalar

DECODING = 0.2
"""The share of a job that is decoding; the rest is the model."""


@dataclass(frozen=True)
class ListModels:
    models: Models

    def __call__(self, actor: Actor) -> tuple[ModelCard, ...]:
        actor.require(Permission.READ)
        return self.models.cards()


@dataclass(frozen=True)
class StartPrediction:
    """A job for each of the recordings, or a refusal that starts none. What is known already is not predicted again:
    then the job that did it is the answer."""

    recordings: Recordings
    models: Models
    predictions: Predictions
    start_job: StartJob

    def __call__(
        self, actor: Actor, model: str, recording_ids: Sequence[RecordingId], parameters: Mapping[str, Scalar]
    ) -> tuple[Job, ...]:
        actor.require(Permission.WRITE)
        card = self.models.card(model)
        settled = card.settled(parameters)
        chosen = chosen_recordings(self.recordings, actor, recording_ids)
        _require_short(card, chosen)
        return tuple(self._start(actor, card, settled, recording) for recording in chosen)

    def _start(self, actor: Actor, card: ModelCard, settled: Mapping[str, float], recording: Recording) -> Job:
        asked: dict[str, Scalar] = {"model": card.name, "version": card.version, **settled}
        job = self.start_job(actor, JobKind.PREDICT, recording.id, asked)
        if job.status is JobStatus.SUCCEEDED:
            key = prediction_key(recording.sha256 or "", card, settled)
            if self.predictions.find(recording.library_id, recording.id, key) is not None:
                return job
        return self.start_job.again(actor, job) if job.is_settled else job


@dataclass(frozen=True)
class RunPredict:
    """Run by a worker that holds the job. What is stored already is not predicted again."""

    recordings: Recordings
    blobs: Blobs
    engine: AudioEngine
    workspaces: Workspaces
    models: Models
    predictions: Predictions
    end_if_purged: EndIfPurged
    clock: Clock

    def __call__(self, job: Job, progress: Progress) -> None:
        recording = self.recordings.get(job.library_id, job.recording_id)
        self.said_of(recording, job.parameters, job.fence, progress)

    def said_of(
        self, recording: Recording, settled: Mapping[str, Scalar], fence: str, progress: Progress
    ) -> tuple[str, bool]:
        """The key of what was said, and whether it was only now. `settled` names model, version and parameters."""
        card = self.models.card(str(settled["model"]))
        if card.version != settled["version"]:
            raise Conflict(
                f"The model {card.name} has become version {card.version} since. Start the prediction anew.",
                version=card.version,
            )
        parameters = card.settled({n: value for n, value in settled.items() if n not in NAMED_BY_JOBS})
        key = prediction_key(recording.sha256 or "", card, parameters)
        is_new = self.predictions.find(recording.library_id, recording.id, key) is None
        if is_new:
            said = self._said(card, recording, parameters, progress)
            self.predictions.put(
                Prediction(
                    key=key,
                    library_id=recording.library_id,
                    recording_id=recording.id,
                    content_sha256=recording.sha256 or "",
                    said=said,
                    parameters=parameters,
                    created_at=self.clock.now(),
                    fence=fence,
                )
            )
        self.end_if_purged(recording)
        return key, is_new

    def _said(self, card: ModelCard, recording: Recording, parameters: dict[str, float], progress: Progress) -> Said:
        with self.workspaces.open() as workspace, self.blobs.as_file(recording.blob_key) as path:
            sound = sound_for(
                card,
                self.engine,
                path,
                workspace,
                lambda share, stage: progress(DECODING * share, stage),
                prefix=model_input_prefix(recording.library_id, recording.id),
            )
            return self.models.predict(
                card.name, sound, parameters, lambda share, stage: progress(DECODING + (1 - DECODING) * share, stage)
            )


@dataclass(frozen=True)
class ListPredictions:
    """Those of one recording, newest first."""

    recordings: Recordings
    predictions: Predictions

    def __call__(
        self, actor: Actor, recording_id: RecordingId, limit: int = 50, cursor: str | None = None
    ) -> Page[PredictionSummary]:
        actor.require(Permission.READ)
        self.recordings.get(actor.library_id, recording_id)
        return self.predictions.search(actor.library_id, PredictionQuery(recording_id, limit=limit, cursor=cursor))


@dataclass(frozen=True)
class GetPrediction:
    recordings: Recordings
    predictions: Predictions

    def __call__(self, actor: Actor, recording_id: RecordingId, key: str) -> Prediction:
        actor.require(Permission.READ)
        self.recordings.get(actor.library_id, recording_id)
        prediction = self.predictions.find(actor.library_id, recording_id, key)
        if prediction is None:
            raise NotFound("The recording has no such prediction.")
        return prediction


@dataclass(frozen=True)
class SearchPredictions:
    predictions: Predictions

    def __call__(self, actor: Actor, query: PredictionQuery) -> Page[PredictionSummary]:
        actor.require(Permission.READ)
        return self.predictions.search(actor.library_id, query)


@dataclass(frozen=True)
class PredictSound:
    """A model over bytes that somebody sends. Nothing is kept of them, nor of what was said."""

    engine: AudioEngine
    workspaces: Workspaces
    models: Models

    def __call__(self, model: str, chunks: Iterable[bytes], parameters: Mapping[str, Scalar]) -> Said:
        card = self.models.card(model)
        settled = card.settled(parameters)
        with self.workspaces.open() as workspace:
            path = workspace / "sent"
            with path.open("wb") as file:
                for chunk in chunks:
                    file.write(chunk)
            sound = sound_for(card, self.engine, path, workspace, _nobody)
            return self.models.predict(model, sound, settled, _nobody)


def sound_for(
    card: ModelCard, engine: AudioEngine, path: Path, workspace: Path, progress: Progress, *, prefix: str = ""
) -> Sound:
    """What the model is given of the file: decoded by the engine, which is where a file that attacks does no harm.

    Raises what the engine raises, and TooLarge.
    """
    rate = card.takes.sample_rate_hz
    made = engine.mono(path, workspace, progress, rate).path
    seconds = (made.stat().st_size - WAV_HEADER_BYTES) / (SAMPLE_BYTES * rate)
    card.takes.require(seconds, card.remedy)
    return Sound(made, seconds, prefix)


def _require_short(card: ModelCard, recordings: Iterable[Recording]) -> None:
    most = card.takes.longest_seconds
    long = [r.id for r in recordings if r.audio and (r.audio.duration_seconds or 0.0) > most]
    if long:
        raise TooLarge(
            f"{len(long)} of the recordings are longer than the {most:.1f} s that the model takes. {card.remedy}",
            max_seconds=most,
            recordings=long[:NAMED],
        )


def _nobody(_share: float, _stage: str) -> None:
    """Whoever waits for the answer is not told how far it is."""
