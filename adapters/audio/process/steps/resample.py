"""Another sample rate, by soxr."""

from collections.abc import Callable, Iterator

import soxr

from adapters.audio.blocks import Block
from adapters.audio.process.cutting import of_length, recut
from adapters.audio.process.stage import Given, Shape, Stage
from adapters.audio.process.steps.settings import number, word
from domain.step import Step

_QUALITIES = {"medium": "MQ", "high": "HQ", "very-high": "VHQ"}


class Resample(Stage):
    def __init__(self, step: Step, _given: Given) -> None:
        self._rate, self._quality = int(number(step, "sample_rate_hz")), _QUALITIES[word(step, "quality")]
        self._from = self._channels = 0

    def opened(self, shape: Shape) -> Shape:
        self._from, self._channels = shape.rate, shape.channels
        frames = None if shape.frames is None else resampled_frames(shape.frames, shape.rate, self._rate)
        return Shape(self._rate, shape.channels, frames, shape.layout)

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        return resampled(blocks, self._channels, self._from, self._rate, self._quality)


def resampled_frames(frames: int, rate: int, to_rate: int) -> int:
    """As many as last as long, to the nearest; half a frame is rounded up. At least one."""
    return max(1, (2 * frames * to_rate + rate) // (2 * rate))


def resampled(blocks: Iterator[Block], channels: int, rate: int, to_rate: int, quality: str = "VHQ") -> Iterator[Block]:
    """`resampled_frames` of them, on the same time line: soxr takes out its own delay. Not for an empty sound."""
    if rate == to_rate:
        return blocks
    return streamed(
        recut(blocks), channels, (rate, to_rate), quality, length=lambda came: resampled_frames(came, rate, to_rate)
    )


def streamed(
    blocks: Iterator[Block],
    channels: int,
    rates: tuple[float, float],
    quality: str = "VHQ",
    *,
    length: Callable[[int], int],
) -> Iterator[Block]:
    """`length` says, at the end, how many frames go out for those that came. The rates need not be whole numbers."""
    stream = soxr.ResampleStream(*rates, channels, "float32", quality)
    taken = given = 0
    for block in blocks:
        taken += len(block)
        out = stream.resample_chunk(block)
        given += len(out)
        if len(out):
            yield out
    rest = stream.resample_chunk(block[:0], last=True)  # soxr holds what its filter still waits for
    yield from of_length((rest,) if len(rest) else (), length(taken) - given, channels)
