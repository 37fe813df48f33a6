"""What is asked of the engine when it changes sound, and what it promises of each file that it made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from domain.analysis import Artefact
from domain.step import Step
from domain.stretch import Stretch


@dataclass(frozen=True, slots=True)
class Known:
    """What has been measured of the input already, so that it need not be measured again; None where it was not."""

    integrated_lufs: float | None = None
    true_peak_dbtp: float | None = None


@dataclass(frozen=True, slots=True)
class Processing:
    """`stem` begins the names of the files. `others` are the files of recordings that a step names, by their ids.
    `excerpt` is the only part of the input that is processed. `allow_long_trim`: a person has agreed to a trim beyond
    its limit. `keep_tags` are what the input says of itself, for the step tags.
    """

    steps: tuple[Step, ...]
    stem: str
    known: Known = Known()
    others: Mapping[str, Path] = field(default_factory=dict)
    excerpt: Stretch | None = None
    allow_long_trim: bool = False
    keep_tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a file must be found to be when it is listened to. `frames` are samples of one channel, exactly.

    `cut_off_samples` were beyond full scale when the file was written: none may have been. `target_lufs` and
    `ceiling_dbtp` are set where a step brought it to a loudness and no later one changed the level.
    """

    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    frames: int
    cut_off_samples: int
    bit_depth: int | None = None
    target_lufs: float | None = None
    ceiling_dbtp: float | None = None


@dataclass(frozen=True, slots=True)
class Produced:
    artefact: Artefact
    promise: Promise


@dataclass(frozen=True, slots=True)
class LongTrim:
    """The trim would take more than its limit: nothing was made, and a person is asked."""

    removed_seconds: float
    allowed_seconds: float


@dataclass(frozen=True, slots=True)
class Processed:
    """What was made: one file, or several where a step splits; none where a person has to be asked (`long_trim`).

    `passes` is how often the sound was gone through. `notes` say in figures what was done, by step, e.g.
    `loudness.gain_db`, `trim.removed_seconds`.
    """

    outputs: tuple[Produced, ...]
    input_seconds: float
    passes: int
    notes: Mapping[str, float | str] = field(default_factory=dict)
    long_trim: LongTrim | None = None
