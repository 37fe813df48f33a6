"""What was heard in a recording: its format, descriptors and findings."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from domain.values import LibraryId, Scalar


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """What the file is. `duration_seconds` counts decoded samples; None until somebody has decoded to the end.

    `declared_duration_seconds` is the header's word, kept because it may lie. `bit_depth` is None for codecs
    that have none (lossy ones). Rates are in Hz and bits per second.
    """

    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    bit_depth: int | None = None
    duration_seconds: float | None = None
    declared_duration_seconds: float | None = None
    bit_rate_bps: int | None = None


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One measured number, list or word, with its unit and the method that gave it.

    A value of None always has a `reason`: nothing is made up where nothing could be measured.
    """

    name: str
    value: float | str | tuple[float, ...] | None
    unit: str
    method: str
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError(f"descriptor {self.name}: a value or a reason, and not both")


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One quality problem. `ranges` are (start, end) in seconds, in order; empty where it concerns the whole."""

    code: str
    severity: Severity
    detail: str
    remedy: str
    ranges: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        last = 0.0
        for start, end in self.ranges:
            if not last <= start <= end:
                raise ValueError(f"finding {self.code}: ranges must be in order and not overlap")
            last = end


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file that the engine made, in the workspace that it was given."""

    name: str
    path: Path
    content_type: str
    settings: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """All that one pass over a recording gave."""

    audio: AudioFormat
    descriptors: tuple[Descriptor, ...]
    findings: tuple[Finding, ...]
    embedded_tags: Mapping[str, str]
    artefacts: tuple[Artefact, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What one analyser, in one version, measured in one content.

    It belongs to the bytes, not to the recording: two recordings of the same bytes in one library share it.
    `artefacts` are the names of the files that were made in the same pass; each recording has its own of these.
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
    embedded_tags: Mapping[str, str]
    audio: AudioFormat
    created_at: datetime
    artefacts: tuple[str, ...] = ()
    fence: str = ""


def analysis_key(content_sha256: str, analyser: str, analyser_version: str, parameters: Mapping[str, Scalar]) -> str:
    """The name of a result by what makes it: the same bytes, analyser, version and parameters give the same key."""
    made_by = json.dumps(
        [content_sha256, analyser, analyser_version, dict(parameters)], sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(made_by.encode()).hexdigest()
