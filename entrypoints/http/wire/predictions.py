"""Models and predictions in JSON."""

import math
from datetime import datetime

from pydantic import BaseModel, Field

from domain.prediction import ModelCard, ModelParameter, Prediction, PredictionSummary
from domain.values import Scalar
from entrypoints.http.wire.common import Asked, Id, Links, Listing
from entrypoints.http.wire.recordings import recording_address


class ModelParameterView(BaseModel):
    name: str
    default: float
    least: float
    greatest: float
    unit: str
    meaning: str

    @classmethod
    def of(cls, parameter: ModelParameter) -> "ModelParameterView":
        return cls(**{name: getattr(parameter, name) for name in cls.model_fields})


class SoundTakenView(BaseModel):
    """One channel of 16-bit PCM; recordings are made so by the service."""

    sample_rate_hz: int
    max_seconds: float = Field(description="A longer recording is refused with 413.")
    max_bytes: int


class ModelView(BaseModel):
    name: str
    version: str
    about: str
    takes: SoundTakenView
    labels: list[str] = Field(description="All that a span can carry.")
    values: dict[str, str] = Field(description="What is said of the whole, each with its unit.")
    parameters: list[ModelParameterView]
    licence: str

    @classmethod
    def of(cls, card: ModelCard) -> "ModelView":
        longest = math.floor(card.takes.longest_seconds * 1000) / 1000
        return cls(
            name=card.name,
            version=card.version,
            about=card.about,
            takes=SoundTakenView(
                sample_rate_hz=card.takes.sample_rate_hz, max_seconds=longest, max_bytes=card.takes.max_bytes
            ),
            labels=list(card.labels),
            values=dict(card.values),
            parameters=[ModelParameterView.of(parameter) for parameter in card.parameters],
            licence=card.licence,
        )


class ModelList(BaseModel):
    items: list[ModelView]


class PredictionPath(Asked):
    id: Id
    key: str = Field(max_length=64)


class PredictionListing(Listing):
    recording: Id | None = None
    model: str | None = Field(None, max_length=64)


class SpanView(BaseModel):
    start_seconds: float
    end_seconds: float
    label: str
    confidence: float = Field(description="How sure the model is, 0 to 1.")


class PredictionSummaryView(BaseModel):
    """A prediction without its spans, of which there may be thousands."""

    key: str = Field(description="The same for the same bytes, model, version and parameters.")
    recording: str
    content_sha256: str
    model: str
    version: str
    parameters: dict[str, float]
    values: dict[str, Scalar] = Field(description="What is said of the whole.")
    span_count: int
    created_at: datetime
    links: Links

    @classmethod
    def of(cls, prediction: PredictionSummary) -> "PredictionSummaryView":
        own = recording_address(prediction.recording_id)
        return cls(
            key=prediction.key,
            recording=prediction.recording_id,
            content_sha256=prediction.content_sha256,
            model=prediction.model,
            version=prediction.version,
            parameters=dict(prediction.parameters),
            values=dict(prediction.values),
            span_count=prediction.span_count,
            created_at=prediction.created_at,
            links={"self": f"{own}/predictions/{prediction.key}", "recording": own},
        )


class PredictionView(PredictionSummaryView):
    spans: list[SpanView] = Field(description="By their start; they may overlap.")

    @classmethod
    def whole(cls, prediction: Prediction) -> "PredictionView":
        spans = [
            SpanView(start_seconds=s.start, end_seconds=s.end, label=s.label, confidence=s.confidence)
            for s in prediction.said.spans
        ]
        return cls(**dict(PredictionSummaryView.of(prediction.summary)), spans=spans)


class PredictionPage(BaseModel):
    items: list[PredictionSummaryView]
    next_cursor: str | None
