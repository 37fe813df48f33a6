"""Joined with other recordings, which take its sample rate (soxr) and its channels."""

from collections.abc import Iterator, Sequence

from adapters.audio.blocks import Block
from adapters.audio.process.cutting import of_length
from adapters.audio.process.source import Recorded
from adapters.audio.process.stage import Given, Shape, Stage
from adapters.audio.process.steps.channels import Matrix, averaged, mixed
from adapters.audio.process.steps.resample import resampled, resampled_frames
from adapters.audio.process.steps.settings import number, texts, word
from domain.errors import NotFound, UnsupportedParameters
from domain.step import Step


class Concatenate(Stage):
    """A channel more or less: one becomes all, all become one with equal weights; anything else is refused."""

    def __init__(self, step: Step, given: Given) -> None:
        self._names = texts(step, "recordings")
        for name in self._names:
            if name not in given.others:
                raise NotFound(f"There is no recording {name[:64]} to join. Check concatenate.", recording_id=name)
        self._others = [Recorded(given.others[name], given) for name in self._names]
        self._first = word(step, "place") == "before"
        self._seconds = number(step, "gap_seconds")
        self._shape, self._gap = Shape(1, 1), 0

    def opened(self, shape: Shape) -> Shape:
        self._shape, self._gap = shape, round(self._seconds * shape.rate)
        frames = shape.frames
        for name, other in zip(self._names, self._others, strict=True):
            _matrix(other.shape.channels, shape.channels, name)
            if frames is not None and other.shape.frames is not None:
                frames += self._gap + resampled_frames(other.shape.frames, other.shape.rate, shape.rate)
            else:
                frames = None
        return Shape(shape.rate, shape.channels, frames, shape.layout)

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        others = [self._of(name, other) for name, other in zip(self._names, self._others, strict=True)]
        return self._joined([*others, blocks] if self._first else [blocks, *others])

    def _joined(self, parts: Sequence[Iterator[Block]]) -> Iterator[Block]:
        for n, part in enumerate(parts):
            if n:
                yield from of_length((), self._gap, self._shape.channels)
            yield from part

    def _of(self, name: str, other: Recorded) -> Iterator[Block]:
        matrix = _matrix(other.shape.channels, self._shape.channels, name)
        sound = other.blocks(lambda _share: None)
        if matrix is not None:
            sound = (mixed(block, matrix) for block in sound)
        return resampled(sound, self._shape.channels, other.shape.rate, self._shape.rate)


def _matrix(channels: int, wanted: int, name: str) -> Matrix | None:
    if channels == wanted:
        return None
    if wanted == 1:
        return averaged(channels)
    if channels == 1:
        return [[1.0]] * wanted
    raise UnsupportedParameters(
        f"The recording {name[:64]} has {channels} channels and cannot be joined to {wanted}. Make one channel of each "
        "first.",
        channels=channels,
    )
