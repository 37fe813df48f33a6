"""What AI models take, and what they said of recordings."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.analysis import analysis_key
from domain.errors import Invalid, TooLarge
from domain.values import LibraryId, RecordingId, Scalar

MAX_SPANS = 50_000
"""Of one prediction: a day of speech, cut at every breath, has about 30,000."""

MAX_LABEL_CHARS = 64
SAMPLE_BYTES = 2
WAV_HEADER_BYTES = 44
LATE_SECONDS = 0.5
"""How far behind the end of the sound a span may end: models count in frames of their own."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")

NAMED_BY_JOBS = frozenset({"model", "version"})
"""What a job's parameters say beside those of the model."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch and its label; seconds from the start, and how sure the model is, 0 to 1."""

    start: float
    end: float
    label: str
    confidence: float

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end < math.inf:
            raise ValueError(f"a span must not end before it begins: {self.start} to {self.end} s")
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"a confidence lies between 0 and 1: {self.confidence}")
        if not 1 <= len(self.label) <= MAX_LABEL_CHARS:
            raise ValueError(f"a label has 1 to {MAX_LABEL_CHARS} characters")


@dataclass(frozen=True, slots=True)
class Said:
    """What a model, in one version, said of one sound: spans by their start, and `values` of the whole."""

    model: str
    version: str
    spans: tuple[Span, ...] = ()
    values: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.spans) > MAX_SPANS:
            raise ValueError(f"a model says at most {MAX_SPANS} spans")
        if any(later.start < earlier.start for earlier, later in zip(self.spans, self.spans[1:], strict=False)):
            raise ValueError("spans must come by their start")
        if any(isinstance(value, float) and not math.isfinite(value) for value in self.values.values()):
            raise ValueError("a value must be finite")


@dataclass(frozen=True, slots=True)
class SoundTaken:
    """What a model takes: one channel of 16-bit PCM as wav, at that rate, up to so many bytes and seconds."""

    sample_rate_hz: int
    max_bytes: int
    max_seconds: float = math.inf

    @property
    def longest_seconds(self) -> float:
        fitting = (self.max_bytes - WAV_HEADER_BYTES) / (SAMPLE_BYTES * self.sample_rate_hz)
        return min(self.max_seconds, fitting)

    def require(self, seconds: float, remedy: str) -> None:
        """Raises TooLarge for a sound that is longer, with what can be done instead."""
        if seconds > self.longest_seconds:
            raise TooLarge(
                f"The recording lasts {seconds:.1f} s, and the model takes {self.longest_seconds:.1f} s. {remedy}",
                max_seconds=self.longest_seconds,
            )


@dataclass(frozen=True, slots=True)
class ModelParameter:
    """A number that can be set, with the least and the greatest that makes sense."""

    name: str
    default: float
    least: float
    greatest: float
    unit: str
    meaning: str

    def __post_init__(self) -> None:
        if self.name in NAMED_BY_JOBS:
            raise ValueError(f"a parameter must not be called {self.name}")
        if not self.least <= self.default <= self.greatest:
            raise ValueError(f"parameter {self.name}: the default lies outside the range")


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model is. `version` changes whenever the same sound and parameters would give another answer.

    `labels` are all that its spans can carry; `values` are those of the whole, each with its unit. `max_seconds` and
    `max_bytes` of what it takes are its own or those of the place where it runs, and `remedy` says what to do with
    recordings beyond.
    """

    name: str
    version: str
    about: str
    takes: SoundTaken
    labels: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[ModelParameter, ...] = ()
    licence: str = ""
    remedy: str = "Cut the recording."

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not _VERSION.fullmatch(self.version):
            raise ValueError(f"no name and version of a model: {self.name!r}, {self.version!r}")

    def settled(self, asked: Mapping[str, Scalar]) -> dict[str, float]:
        """All its parameters: those that were asked for, and defaults. Raises Invalid for an odd one."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in asked:
            if name not in known:
                listed = ", ".join(known) or "none"
                raise Invalid(f"The model has no parameter {name[:64]!r}. Known: {listed}.", field="parameters")
        return {name: _within(parameter, asked.get(name, parameter.default)) for name, parameter in known.items()}

    def checked(self, said: Said, seconds: float) -> Said:
        """The answer. Raises ValueError for one that this model, over that many seconds, cannot give."""
        if (said.model, said.version) != (self.name, self.version):
            raise ValueError(f"{said.model} {said.version} has answered in the place of {self.name} {self.version}")
        unknown = {span.label for span in said.spans} - set(self.labels)
        if unknown:
            raise ValueError(f"labels that the model does not have: {sorted(unknown)[:5]}")
        if said.values.keys() - self.values.keys():
            raise ValueError(f"values that the model does not have: {sorted(said.values.keys() - self.values.keys())}")
        if any(span.end > seconds + LATE_SECONDS for span in said.spans):
            raise ValueError("a span ends behind the end of the sound")
        return said


def _within(parameter: ModelParameter, value: Scalar) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Invalid(f"{parameter.name} must be a number.", field="parameters")
    if not parameter.least <= value <= parameter.greatest:
        raise Invalid(
            f"{parameter.name} must lie between {parameter.least:g} and {parameter.greatest:g}.", field="parameters"
        )
    return float(value)


@dataclass(frozen=True, slots=True)
class PredictionSummary:
    """A prediction without its spans, of which there may be thousands: what lists show."""

    key: str
    library_id: LibraryId
    recording_id: RecordingId
    content_sha256: str
    model: str
    version: str
    parameters: Mapping[str, float]
    values: Mapping[str, Scalar]
    span_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model said of one recording's bytes. `key` names it by what made it, so that it is not made twice.

    `fence` is the token of the job that wrote it; an older token never overwrites a newer one.
    """

    key: str
    library_id: LibraryId
    recording_id: RecordingId
    content_sha256: str
    said: Said
    parameters: Mapping[str, float]
    created_at: datetime
    fence: str = ""

    @property
    def summary(self) -> PredictionSummary:
        return PredictionSummary(
            key=self.key,
            library_id=self.library_id,
            recording_id=self.recording_id,
            content_sha256=self.content_sha256,
            model=self.said.model,
            version=self.said.version,
            parameters=self.parameters,
            values=self.said.values,
            span_count=len(self.said.spans),
            created_at=self.created_at,
        )


def prediction_key(content_sha256: str, card: ModelCard, parameters: Mapping[str, float]) -> str:
    """The same bytes, model, version and parameters give the same key."""
    return analysis_key(content_sha256, card.name, card.version, parameters)
