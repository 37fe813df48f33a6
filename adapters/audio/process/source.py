"""Where a chain's sound comes from, as often as it is asked for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from adapters.audio.blocks import BLOCK_FRAMES, Block, Decoder, Stuck, share_done
from adapters.audio.claims import examine
from adapters.audio.decode import guarded, open_decoder
from adapters.audio.process.stage import Given, Shape
from adapters.audio.window import window
from domain.errors import UndecodableAudio
from domain.stretch import Stretch

Share = Callable[[float], None]
"""Told how much of a pass is done, 0 to 1."""


class Source(Protocol):
    @property
    def shape(self) -> Shape:
        """With its frames as soon as all of it was gone through once."""
        ...

    def blocks(self, share: Share) -> Iterator[Block]: ...


class Recorded:
    """A recording's file, or a stretch of it. By the second choice of decoder where the first got stuck before.

    Raises what `examine` and `guarded` do, and Stuck once: whoever goes on must begin anew, with sources made anew.
    """

    def __init__(self, path: Path, given: Given, stretch: Stretch | None = None) -> None:
        self._candidate, self._given = examine(path, given.limits), given
        self._patient = path in given.patient
        with self._unstuck(), open_decoder(self._candidate, second_choice=self._patient) as decoder:
            given.limits.check_parameters(decoder.rate, decoder.channels)
            self.bit_depth = decoder.bit_depth
            self.shape = Shape(decoder.rate, decoder.channels, None, decoder.layout)
        ends = (stretch.start, stretch.end) if stretch else None
        self._frames = (round(ends[0] * self.shape.rate), round(ends[1] * self.shape.rate)) if ends else None

    @property
    def seconds(self) -> float:
        """0 before all of it was gone through."""
        return (self.shape.frames or 0) / self.shape.rate

    def blocks(self, share: Share) -> Iterator[Block]:
        frames, limits = 0, self._given.limits
        with self._unstuck(), open_decoder(self._candidate, second_choice=self._patient) as decoder:
            sound = guarded(decoder, self._candidate, limits)
            if self._frames is not None:
                sound = window(decoder, self._candidate, limits, *self._frames)
            for block in sound:
                yield block
                frames += len(block)
                share(self._share_done(frames, decoder))
        self.shape = replace(self.shape, frames=frames)

    def _share_done(self, frames: int, decoder: Decoder) -> float:
        if self._frames is None:
            return share_done(frames, decoder)
        first, stop = self._frames
        return frames / max(1, stop - first)

    @contextmanager
    def _unstuck(self) -> Iterator[None]:
        try:
            yield
        except Stuck:
            if self._patient:
                raise UndecodableAudio("The file cannot be decoded. Check that it plays, or export it again.") from None
            self._given.patient.add(self._candidate.path)
            raise


class Spooled:
    """A stretch of samples that were written to a file as they are: float32, frame by frame."""

    def __init__(self, path: Path, shape: Shape, first: int, stop: int) -> None:
        self._path, self._first = path, first
        self.shape = replace(shape, frames=stop - first)

    def blocks(self, share: Share) -> Iterator[Block]:
        channels, left = self.shape.channels, self.shape.frames or 0
        with self._path.open("rb") as file:
            file.seek(self._first * channels * 4)
            while left:
                count = min(left, BLOCK_FRAMES)
                yield np.fromfile(file, np.float32, count * channels).reshape(count, channels)
                left -= count
                share(1 - left / (self.shape.frames or 1))
