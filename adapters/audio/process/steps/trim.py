"""Silence off both ends: what lies before the first and behind the last 10 ms whose RMS reaches the threshold in any
channel. Clicks shorter than that count by their energy, so that one loud sample alone keeps nothing."""

from collections.abc import Iterator

import numpy as np

from adapters.audio.blocks import Block
from adapters.audio.process.cutting import between
from adapters.audio.process.levels import mean_squares, power, window_frames
from adapters.audio.process.stage import Given, Shape, Sound, Stage, TrimTooLong
from adapters.audio.process.steps.settings import number, optional_number, word
from domain.errors import EmptyAudio
from domain.processing import LongTrim
from domain.step import TRIM_PROFILES, Step


class Trim(Stage):
    measures = True
    stretch = 0.0

    def __init__(self, step: Step, given: Given) -> None:
        threshold, padding = TRIM_PROFILES[word(step, "profile")]
        said, kept = optional_number(step, "threshold_dbfs"), optional_number(step, "padding_seconds")
        self._threshold = threshold if said is None else said
        self._padding = padding if kept is None else kept
        self._most_share, self._most_seconds = number(step, "max_removed_share"), number(step, "max_removed_seconds")
        self._any_length = given.allow_long_trim
        self._rate = 1
        self._kept: tuple[int, int] | None = None

    def opened(self, shape: Shape) -> Shape:
        self._rate = shape.rate
        frames = None if self._kept is None else self._kept[1] - self._kept[0]
        return Shape(shape.rate, shape.channels, frames, shape.layout)

    def measure(self, sound: Sound) -> None:
        """Raises EmptyAudio where nothing would be left, TrimTooLong where more than the limit would go."""
        first, last, frames = self._sounding(sound)
        if last < 0:
            raise EmptyAudio(
                f"All of it is below {self._threshold:g} dBFS: nothing would be left. Lower the threshold of trim, or "
                "check the recording."
            )
        each, padding = window_frames(self._rate), round(self._padding * self._rate)
        start, stop = max(0, first * each - padding), min(frames, (last + 1) * each + padding)
        removed = (frames - stop + start) / self._rate
        allowed = min(self._most_share * frames / self._rate, self._most_seconds)
        if removed > allowed and not self._any_length:
            raise TrimTooLong(LongTrim(round(removed, 6), round(allowed, 6)))
        self._kept = start, stop
        self.notes = {
            "removed_seconds": round(removed, 6),
            "removed_start_seconds": round(start / self._rate, 6),
            "removed_end_seconds": round((frames - stop) / self._rate, 6),
        }

    def _sounding(self, sound: Sound) -> tuple[int, int, int]:
        """The first and the last window that are not silent, -1 without any, and the frames of all of the sound."""
        first = last = -1
        windows = frames = 0
        for means, count in mean_squares(sound(), self._rate):
            loud = np.flatnonzero(means >= power(self._threshold))
            if len(loud):
                first = windows + int(loud[0]) if first < 0 else first
                last = windows + int(loud[-1])
            windows, frames = windows + len(means), frames + count
        return first, last, frames

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        if self._kept is None:
            raise RuntimeError("trim runs once it has measured")
        return between(blocks, *self._kept)
