"""AI models, and what they said."""

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from domain.ports.audio import Progress
from domain.prediction import ModelCard, Prediction, PredictionSummary, Said
from domain.values import LibraryId, Page, RecordingId


@dataclass(frozen=True, slots=True)
class Sound:
    """What a model is given: a wav that our own engine made as the model's card wants it.

    `prefix` is where its bytes may lie for a while in the blob store, for a model that fetches them: below the
    recording's own, so that what is left there goes with it.
    """

    path: Path
    seconds: float
    prefix: str = ""


class Models(Protocol):
    @abstractmethod
    def cards(self) -> tuple[ModelCard, ...]:
        """Every model that can be asked, by name; quick, and without a look at whether it answers now."""
        ...

    @abstractmethod
    def card(self, model: str) -> ModelCard: ...

    @abstractmethod
    def predict(self, model: str, sound: Sound, parameters: dict[str, float], progress: Progress) -> Said:
        """What it says, as its card promises. The parameters are settled: all of them, and within their ranges.

        Raises TooLarge before anything is sent or read where the sound is longer than the card allows, Unavailable
        when the model does not answer now, ModelFailure when it cannot deal with this sound or answers nonsense, and
        whatever `progress` raises, which is called every few seconds. What is left below the sound's prefix then, or
        when there was no answer in time, is for the next try with the same sound and parameters.
        """
        ...


@dataclass(frozen=True, slots=True)
class PredictionQuery:
    """Newest first; None leaves a field open."""

    recording_id: RecordingId | None = None
    model: str | None = None
    limit: int = 50
    cursor: str | None = None


class Predictions(Protocol):
    @abstractmethod
    def put(self, prediction: Prediction) -> None:
        """Store under recording and key. The same again changes nothing; raises LeaseLost when a newer fence is
        stored."""
        ...

    @abstractmethod
    def find(self, library_id: LibraryId, recording_id: RecordingId, key: str) -> Prediction | None: ...

    @abstractmethod
    def search(self, library_id: LibraryId, query: PredictionQuery) -> Page[PredictionSummary]:
        """A page costs as little for predictions of a day of speech as for those of a word: spans are not read."""
        ...

    @abstractmethod
    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None: ...
