"""A model that runs elsewhere, as the settings name it."""

import math
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.prediction import MAX_LABEL_CHARS, ModelCard, ModelParameter, SoundTaken

MAX_PARAMETERS = 16  # all of them must fit into a header of 1,024 characters, custom attributes in InvokeEndpoint
_ANY_BYTES = 10**9

EndpointName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LABEL_CHARS)]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,23}$")]


class Mode(StrEnum):
    REALTIME = "realtime"
    ASYNC = "async"


class RemoteParameter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ParameterName
    default: float = Field(allow_inf_nan=False)
    least: float = Field(allow_inf_nan=False)
    greatest: float = Field(allow_inf_nan=False)
    unit: str = ""
    meaning: str = ""


class RemoteModel(BaseModel):
    """Behind an endpoint of SageMaker that keeps to what `audio-backend model-server` answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    version: str
    endpoint: EndpointName
    mode: Mode = Mode.REALTIME
    about: str = ""
    sample_rate_hz: int = Field(16_000, ge=1_000, le=192_000)
    max_seconds: float = Field(math.inf, gt=0)
    labels: tuple[Label, ...]
    values: dict[str, str] = Field(default_factory=dict)
    parameters: tuple[RemoteParameter, ...] = Field((), max_length=MAX_PARAMETERS)
    licence: str = ""

    def card(self, max_bytes: int) -> ModelCard:
        """Raises ValueError for a name, a version or a parameter that no model can have."""
        remedy = "Cut the recording."
        if self.mode is Mode.REALTIME:
            remedy = "Cut the recording, or put the model behind an asynchronous endpoint (mode async)."
        return ModelCard(
            name=self.name,
            version=self.version,
            about=self.about,
            takes=SoundTaken(self.sample_rate_hz, max_bytes, self.max_seconds),
            labels=self.labels,
            values=self.values,
            parameters=tuple(ModelParameter(**parameter.model_dump()) for parameter in self.parameters),
            licence=self.licence,
            remedy=remedy,
        )

    @model_validator(mode="after")
    def _makes_a_card(self) -> Self:
        self.card(_ANY_BYTES)
        return self
