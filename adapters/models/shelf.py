"""Several models behind one port, each by its name."""

from collections.abc import Iterable
from typing import Protocol

from adapters import refusals
from domain.ports.audio import Progress
from domain.ports.models import Models, Sound
from domain.prediction import ModelCard, Said


class OneModel(Protocol):
    """See `Models`, for a single one."""

    @property
    def card(self) -> ModelCard: ...

    def predict(self, sound: Sound, parameters: dict[str, float], progress: Progress) -> Said: ...


class ModelShelf(Models):
    def __init__(self, models: Iterable[OneModel]) -> None:
        """Raises ValueError when two of them have the same name."""
        self._models: dict[str, OneModel] = {}
        for model in models:
            if model.card.name in self._models:
                raise ValueError(f"two models are called {model.card.name}")
            self._models[model.card.name] = model

    def cards(self) -> tuple[ModelCard, ...]:
        return tuple(self._models[name].card for name in sorted(self._models))

    def card(self, model: str) -> ModelCard:
        return self._named(model).card

    def predict(self, model: str, sound: Sound, parameters: dict[str, float], progress: Progress) -> Said:
        named = self._named(model)
        named.card.takes.require(sound.seconds, named.card.remedy)
        return named.predict(sound, parameters, progress)

    def _named(self, model: str) -> OneModel:
        try:
            return self._models[model]
        except KeyError:
            raise refusals.unknown("model", model) from None
