"""Blocks of sound through taps, once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.audio.blocks import Block
from adapters.audio.chunks import chunks
from adapters.audio.frames import Frames
from adapters.audio.parts import stamp
from adapters.audio.stft import Stft
from adapters.audio.taps.movement import Movement
from adapters.audio.taps.tap import Stream, Tap, Told

Makers = Mapping[str, Sequence[Callable[[Stream], Tap]]]
"""What makes the taps, by the part of the analyser that they belong to."""

FRAMES_PART = "descriptors"
"""The part whose taps measure every frame, and which frames.npz belongs to."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What is known of it before the first block; see Stream."""

    rate: int
    channels: int
    bit_depth: int | None = None
    codec: str = ""
    pcm_md5: bytes | None = None
    layout: str | None = None


def one_pass(
    makers: Makers, blocks: Iterable[Block], sound: Sound, workspace: Path, each: Callable[[int], None]
) -> tuple[int, list[Told]]:
    """How many samples there were per channel, and what was told of them, stamped with part and version.

    `each` is told how many there were so far, now and then; what it raises ends the pass.
    """
    stft = Stft(sound.rate, sound.channels)
    with ExitStack() as resources:
        frames, of_movement = (
            resources.enter_context(Frames(workspace, sound.rate, stft.window)) for _ in ("told", "kept")
        )
        stream = Stream(
            rate=sound.rate,
            channels=sound.channels,
            bit_depth=sound.bit_depth,
            codec=sound.codec,
            workspace=workspace,
            window=stft.window,
            hop=stft.hop,
            frames=frames,
            movement=Movement(sound.rate, stft.window, of_movement),
            resources=resources,
            pcm_md5=sound.pcm_md5,
            layout=sound.layout,
        )
        taps = [(part, make(stream)) for part, many in makers.items() for make in many]
        heard = 0
        for chunk in chunks(blocks, sound.channels, stft):
            for _, tap in taps:
                tap.feed(chunk)
            heard += len(chunk)
            each(heard)
        if not heard:
            return 0, []
        told = [_stamped(part, tap.result()) for part, tap in taps]
        columns = frames.artefact()
    if columns is not None:
        told.append(_stamped(FRAMES_PART, Told(artefacts=(columns,))))
    return heard, told


def _stamped(part: str, told: Told) -> Told:
    version = stamp(part)
    return Told(
        tuple(replace(descriptor, version=version) for descriptor in told.descriptors),
        tuple(replace(finding, version=version) for finding in told.findings),
        tuple(replace(artefact, version=version) for artefact in told.artefacts),
    )
