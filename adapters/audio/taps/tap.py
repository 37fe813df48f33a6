"""What a tap is. A new descriptor is one file beside this one and one line in `listening.TAPS`."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adapters.audio.chunks import Chunk
from adapters.audio.frames import Frames
from adapters.audio.taps.movement import Movement
from domain.analysis import Artefact, Descriptor, Finding


@dataclass(frozen=True, slots=True)
class Stream:
    """What a tap knows before the first chunk. `rate` in Hz; `bit_depth` None where the codec has none.

    `window` and `hop` are those of the shared STFT, in samples; `movement` is what several taps hear of it. What a tap
    measures in each of its frames goes to `frames`, and what it opens to `resources`, so that it is closed however the
    pass ends.
    `pcm_md5` is the checksum of the samples that the file carries (FLAC), where it does; `layout` names the channels'
    places as ffmpeg does (5.1, 7.1(wide), …), None where the file does not.
    """

    rate: int
    channels: int
    bit_depth: int | None
    codec: str
    workspace: Path
    window: int
    hop: int
    frames: Frames
    movement: Movement
    resources: ExitStack
    pcm_md5: bytes | None = None
    layout: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a tap says at the end."""

    descriptors: tuple[Descriptor, ...] = ()
    findings: tuple[Finding, ...] = ()
    artefacts: tuple[Artefact, ...] = ()


class Tap(Protocol):
    """One thing that is listened for. It keeps what it needs, never the sound: memory does not grow with duration."""

    def feed(self, chunk: Chunk) -> None: ...

    def result(self) -> Told:
        """Called once, after the last chunk; there was at least one sample."""
        ...
