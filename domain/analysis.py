"""What was heard in a recording: its format, descriptors and findings."""

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from domain.values import LibraryId, Scalar


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """What the file is. `duration_seconds` counts decoded samples; None until somebody has decoded to the end.

    `declared_duration_seconds` is the header's word, kept because it may lie. `bit_depth` is None for codecs
    that have none (lossy ones). Rates are in Hz and bits per second. `layout` names the channels' places as ffmpeg
    does (mono, stereo, 5.1, …), None where the file does not say.
    """

    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    bit_depth: int | None = None
    duration_seconds: float | None = None
    declared_duration_seconds: float | None = None
    bit_rate_bps: int | None = None
    layout: str | None = None


Range = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One measured number, list or word, with its unit and the method that gave it.

    A value of None always has a `reason`: nothing is made up where nothing could be measured. In a list None stands for
    what could not be, for instance of a silent channel, and the method says so. `range` holds the least
    and the greatest value that there can be (None: unbounded), `source` where the method is defined, and `version`
    the part of the analyser that measured it, with its version, e.g. `loudness-2`.
    """

    name: str
    value: float | str | tuple[float | None, ...] | None
    unit: str
    method: str
    reason: str | None = None
    range: Range = (None, None)
    source: str = ""
    version: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError(f"descriptor {self.name}: a value or a reason, and not both")


@dataclass(frozen=True, slots=True)
class DescriptorKind:
    """What a descriptor is, whatever its value: see there."""

    name: str
    unit: str
    method: str
    range: Range
    source: str
    version: str

    @classmethod
    def of(cls, descriptor: Descriptor) -> "DescriptorKind":
        return cls(
            descriptor.name,
            descriptor.unit,
            descriptor.method,
            descriptor.range,
            descriptor.source,
            descriptor.version,
        )


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One quality problem. `ranges` are (start, end) in seconds, in order; empty where it concerns the whole.

    `seconds` is how long it lasts in all, where that is more than the ranges that are listed. `version` names the part
    of the analyser that found it, with its version.
    """

    code: str
    severity: Severity
    detail: str
    remedy: str
    ranges: tuple[tuple[float, float], ...] = ()
    seconds: float | None = None
    version: str = ""

    def __post_init__(self) -> None:
        last = 0.0
        for start, end in self.ranges:
            if not last <= start <= end:
                raise ValueError(f"finding {self.code}: ranges must be in order and not overlap")
            last = end

    @property
    def lasts(self) -> float | None:
        """Seconds in all; None where it concerns the whole recording."""
        if self.seconds is not None or not self.ranges:
            return self.seconds
        return math.fsum(end - start for start, end in self.ranges)


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file that the engine made, in the workspace that it was given; `version` names the part that made it."""

    name: str
    path: Path
    content_type: str
    settings: Mapping[str, Scalar] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch of the recording that the file itself names; seconds from its start."""

    start: float
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """What the file says of itself beside its sound: plain text, never markup. `cover` says that it has a picture."""

    tags: Mapping[str, str] = field(default_factory=dict)
    chapters: tuple[Chapter, ...] = ()
    cover: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """All that one pass over a recording gave. `parts` are the parts of the analyser that listened, with versions."""

    audio: AudioFormat
    descriptors: tuple[Descriptor, ...]
    findings: tuple[Finding, ...]
    embedded: Embedded
    artefacts: tuple[Artefact, ...]
    parts: Mapping[str, str] = field(default_factory=dict)


Stamped = TypeVar("Stamped", Descriptor, Finding)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one analyser, in one version, measured in one content.

    It belongs to the bytes, not to the recording: two recordings of the same bytes in one library share it.
    `parts` are the analyser's parts and the version in which each of them listened. `artefacts` are the files that were
    made in the same pass, by name, and what made each; each recording has its own of these.
    `fence` is the token of the job that wrote it; an older token never overwrites a newer one.
    """

    key: str
    library_id: LibraryId
    content_sha256: str
    analyser: str
    analyser_version: str
    parameters: Mapping[str, Scalar]
    descriptors: tuple[Descriptor, ...]
    findings: tuple[Finding, ...]
    audio: AudioFormat
    created_at: datetime
    embedded: Embedded = Embedded()
    parts: Mapping[str, str] = field(default_factory=dict)
    artefacts: Mapping[str, str] = field(default_factory=dict)
    fence: str = ""

    def number(self, name: str) -> float | None:
        """The descriptor's value, None where there is none."""
        values = (descriptor.value for descriptor in self.descriptors if descriptor.name == name)
        return next((value for value in values if isinstance(value, int | float)), None)

    def stale_parts(self, current: Mapping[str, str]) -> frozenset[str]:
        """The parts of the analyser as it is now that have not listened in their present version."""
        return frozenset(part for part, version in current.items() if self.parts.get(part) != version)

    def completed(self, earlier: "Analysis", current: Mapping[str, str]) -> "Analysis":
        """With what the earlier one holds of the parts that did not listen this time and have not changed since.

        All of it comes in the order of the analyser's parts, so that listening at once or bit by bit gives the same.
        """
        kept = {p: v for p, v in earlier.parts.items() if p not in self.parts and current.get(p) == v}
        parts = {**kept, **self.parts}
        stamps = {stamp(part, version) for part, version in kept.items()}

        return replace(
            self,
            descriptors=_in_order((*_of(stamps, earlier.descriptors), *self.descriptors), current),
            findings=_in_order((*_of(stamps, earlier.findings), *self.findings), current),
            parts={part: parts[part] for part in current if part in parts},
            artefacts={**{n: maker for n, maker in earlier.artefacts.items() if maker in stamps}, **self.artefacts},
        )


def _of(stamps: Collection[str], told: Iterable[Stamped]) -> Iterator[Stamped]:
    return (one for one in told if one.version in stamps)


def _in_order(told: Iterable[Stamped], parts: Mapping[str, str]) -> tuple[Stamped, ...]:
    places = {stamp(part, version): place for place, (part, version) in enumerate(parts.items())}
    return tuple(sorted(told, key=lambda one: places.get(one.version, len(places))))


def stamp(part: str, version: str) -> str:
    """What a descriptor, finding or artefact carries as its `version`."""
    return f"{part}-{version}"


def analysis_key(content_sha256: str, analyser: str, analyser_version: str, parameters: Mapping[str, Scalar]) -> str:
    """The name of a result by what makes it: the same bytes, analyser, version and parameters give the same key."""
    made_by = json.dumps(
        [content_sha256, analyser, analyser_version, dict(parameters)], sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(made_by.encode()).hexdigest()
