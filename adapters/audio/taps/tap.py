"""What a tap is. A new descriptor is one file beside this one and one line in `listening.TAPS`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adapters.audio.blocks import Block
from domain.analysis import Artefact, Descriptor, Finding


@dataclass(frozen=True, slots=True)
class Stream:
    """What a tap knows before the first block. `rate` in Hz; `bit_depth` None where the codec has none."""

    rate: int
    channels: int
    bit_depth: int | None
    workspace: Path


@dataclass(frozen=True, slots=True)
class Told:
    """What a tap says at the end."""

    descriptors: tuple[Descriptor, ...] = ()
    findings: tuple[Finding, ...] = ()
    artefacts: tuple[Artefact, ...] = ()


class Tap(Protocol):
    """One thing that is listened for. The result is the same however the samples are cut into blocks."""

    def feed(self, block: Block) -> None: ...

    def result(self) -> Told:
        """Called once, after the last block; there was at least one sample."""
        ...
