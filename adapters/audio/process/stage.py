"""What a stage of the chain is. A new step is one file in `steps` and one line in `steps.table`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from adapters.audio.blocks import Block
from adapters.audio.limits import EngineLimits
from domain.processing import Known, LongTrim

Sound = Callable[[], Iterator[Block]]
"""All of a sound, from its start; each call is one more pass, and counted."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What flows in or out of a stage. `rate` in Hz; `frames` exactly, None where it is not known yet.

    `layout` names the channels' places as ffmpeg does (5.1, …), None where nobody said them: loudness weighs by it.
    """

    rate: int
    channels: int
    frames: int | None = None
    layout: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What a stage may need beside its step. `known` is of the sound that comes in, empty where a step before changes
    it. `others` are the files that steps name; see `Processing`. `patient` are the files that the first choice of
    decoder got stuck in."""

    limits: EngineLimits
    known: Known = field(default_factory=Known)
    others: Mapping[str, Path] = field(default_factory=dict)
    allow_long_trim: bool = False
    patient: set[Path] = field(default_factory=set)


class Stage(Protocol):
    """One step over blocks: float32 of shape (frames, channels), C-contiguous, of any length but 0, each only valid
    until the next is asked for. Memory does not grow with the sound.

    The same samples give the same samples however they are cut into blocks. `notes` say in figures what was done, once
    it was; names without the step's.
    """

    measures: bool = False
    """Whether `measure` must have heard all of the sound up to here before `run`. Settled once `opened`."""

    stretch: float = 1.0
    """How many times as long the sound becomes at the least; 0 where it may lose any part of it."""

    notes: Mapping[str, float | str] = MappingProxyType({})

    def opened(self, shape: Shape) -> Shape:
        """Told what comes in, says what goes out. Called before anything else, and again whenever more is known: with
        the exact frames once the input has been counted, after `measure`, and after `run`. Then, at the latest, it
        says to the frame what comes out. Keeps no state of a pass.

        Raises UnsupportedParameters for a sound that it cannot be done with, e.g. a low-pass above half the rate.
        """
        ...

    def measure(self, sound: Sound) -> None:
        """Listens to all of the sound up to here, once or more often. Raises NotMeasured, TrimTooLong."""
        return

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """Each call begins anew: the stages behind may measure, too."""
        ...


class TrimTooLong(Exception):
    def __init__(self, trim: LongTrim) -> None:
        super().__init__(trim)
        self.trim = trim
