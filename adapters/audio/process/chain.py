"""A recipe's chain over one sound: a pass for each stage that has to measure, and one that writes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from adapters.audio.blocks import Block
from adapters.audio.limits import EngineLimits
from adapters.audio.process.source import Source
from adapters.audio.process.stage import Shape, Stage
from domain.errors import EngineFailure
from domain.ports.audio import Progress

LayoutOf = Callable[[int, str | None], str | None]
"""From a number of channels and the layout that somebody said to the one that the file will have."""


class Passes:
    """Counts how often sound is gone through, and tells how far the work is: never less than was told before."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.count = 0
        self._expected = 1
        self._told = 0.0

    def restart(self) -> None:
        """All that was done so far has come to nothing."""
        self.count, self._expected = 0, 1

    def expect(self, more: int) -> None:
        self._expected = self.count + more

    def begin(self) -> Callable[[float], None]:
        self.count += 1
        return self._share

    def _share(self, done: float) -> None:
        share = 0.99 * (self.count - 1 + min(done, 1)) / max(self._expected, self.count)
        self._told = max(self._told, share)
        self._progress(self._told, "process")


class Chain:
    """Stages in a row behind a source. `shape` is what comes out, with its frames once they are known."""

    def __init__(self, source: Source, layout: LayoutOf, passes: Passes, limits: EngineLimits) -> None:
        self._source, self._layout, self._passes, self._limits = source, layout, passes, limits
        self._stages: list[Stage] = []
        self._names: list[str] = []
        self.shape = self._opened()

    def add(self, name: str, stage: Stage) -> None:
        """Behind those that are there. Raises what the stage does where it cannot be done with their sound."""
        self._names.append(name if name not in self._names else f"{name}-{len(self._names) + 1}")
        self._stages.append(stage)
        self.shape = self._opened()

    def _opened(self) -> Shape:
        self._shapes = [self._placed(self._source.shape)]
        for stage in self._stages:
            self._shapes.append(self._placed(stage.opened(self._shapes[-1])))
        return self._shapes[-1]

    @property
    def _samples_of_frame(self) -> list[float]:
        """Of the source, and of what comes out of each stage: how many samples a frame of it comes to, there or where
        the stages behind make the most of it. So a chain that would grow too long is stopped by its first blocks."""
        most: list[float] = [float(self._shapes[-1].channels)]
        for n in range(len(self._stages) - 1, -1, -1):
            before, after = self._shapes[n], self._shapes[n + 1]
            most.append(max(before.channels, most[-1] * self._stages[n].stretch * after.rate / before.rate))
        return most[::-1]

    def require_room(self, frames: int) -> None:
        """Raises DecodedSizeLimit where so many frames of the source would become too many samples."""
        self._limits.check_made(int(frames * self._samples_of_frame[0]))

    def _placed(self, shape: Shape) -> Shape:
        return replace(shape, layout=self._layout(shape.channels, shape.layout))

    def sound(self) -> Iterator[Block]:
        """What comes out of the last stage. At its end the frames are compared with what the stages say.

        Raises what stages and source raise, DecodedSizeLimit, and EngineFailure where they do not agree.
        """
        frames = 0
        for place, stage in enumerate(self._stages):
            if stage.measures:
                stage.measure(partial(self._up_to, place))
                self.shape = self._opened()
        for block in self._up_to(len(self._stages)):
            frames += len(block)
            yield block
        self.shape = self._opened()
        if self.shape.frames != frames:
            raise EngineFailure(f"The chain said {self.shape.frames} frames and gave {frames}.")

    @property
    def notes(self) -> Mapping[str, float | str]:
        """`{stage}.{note}`; of a stage that is there twice, the later one has its place in the name."""
        pairs = zip(self._names, self._stages, strict=True)
        return {f"{name}.{note}": value for name, stage in pairs for note, value in stage.notes.items()}

    @property
    def measuring(self) -> int:
        return sum(stage.measures for stage in self._stages)

    def _up_to(self, place: int) -> Iterator[Block]:
        """A pass, through the stages before that place."""
        weights = self._samples_of_frame
        blocks = self._bounded(self._source.blocks(self._passes.begin()), weights[0])
        for stage, weight in zip(self._stages[:place], weights[1:], strict=False):
            blocks = self._bounded(stage.run(blocks), weight)
        return blocks

    def _bounded(self, blocks: Iterator[Block], samples_of_frame: float) -> Iterator[Block]:
        frames = 0
        for block in blocks:
            frames += len(block)
            self._limits.check_made(int(frames * samples_of_frame))
            yield block
