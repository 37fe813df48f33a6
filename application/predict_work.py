"""A model over the recordings of a batch."""

from collections.abc import Mapping
from dataclasses import dataclass

from application.item_work import Foreseen, Outcome
from application.predict import RunPredict
from domain.access import Actor
from domain.batch import Batch, Item, ItemStatus
from domain.errors import Conflict, Invalid
from domain.parameter import Setting
from domain.ports.audio import Progress
from domain.ports.models import Models
from domain.ports.recordings import Recordings
from domain.recording import Recording, Status
from domain.values import Failure, Scalar


@dataclass(frozen=True)
class PredictWork:
    """Asked for by `model` and its `parameters`. What was said already is not said again: then the item is skipped."""

    recordings: Recordings
    models: Models
    run_predict: RunPredict

    is_quick = False

    def settled(self, actor: Actor, asked: Mapping[str, object]) -> dict[str, Setting]:
        name, parameters = asked.get("model"), asked.get("parameters") or {}
        if not isinstance(name, str) or not isinstance(parameters, Mapping):
            raise Invalid("Say which model, and its parameters as names with numbers.", field="model")
        card = self.models.card(name)
        return {"model": card.name, "version": card.version, **card.settled(parameters)}

    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        if not is_in_use(recording):
            return Foreseen(NOT_IN_USE)
        card = self.models.card(str(settings["model"]))
        seconds = recording.audio.duration_seconds if recording.audio else None
        if seconds is not None and seconds > card.takes.longest_seconds:
            too_long = f"It is longer than the {card.takes.longest_seconds:.1f} s that the model takes. {card.remedy}"
            return Foreseen(Failure("too-large", too_long))
        return Foreseen(bytes_out=0)

    def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
        recording = self.recordings.get(item.library_id, item.recording_id)
        require_in_use(recording)
        settled: dict[str, Scalar] = {
            name: value for name, value in batch.settings.items() if not isinstance(value, tuple)
        }
        key, is_new = self.run_predict.said_of(recording, settled, fence, progress)
        return Outcome(
            ItemStatus.SUCCEEDED if is_new else ItemStatus.SKIPPED,
            {"prediction": key},
            audio_seconds=seconds_of(recording) if is_new else 0.0,
        )


NOT_IN_USE = Failure(
    "conflict", "It is neither ready, nor in quarantine, nor rejected by the policy. Leave it out, or wait until it is."
)


def is_in_use(recording: Recording) -> bool:
    """Heard, and neither in the trash nor rejected by a person."""
    return recording.status is not Status.TRASHED and recording.may_be_judged


def require_in_use(recording: Recording) -> None:
    if not is_in_use(recording):
        raise Conflict(NOT_IN_USE.detail, status=str(recording.status))


def seconds_of(recording: Recording) -> float:
    return (recording.audio.duration_seconds if recording.audio else None) or 0.0
