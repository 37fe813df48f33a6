"""Brings a sound to a loudness, below a ceiling of its true peak: by one gain, and by a limiter where asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from adapters.audio.blocks import Block
from adapters.audio.one_pass import Sound as Of
from adapters.audio.one_pass import one_pass
from adapters.audio.process.stage import Given, Shape, Sound, Stage
from adapters.audio.process.steps.limiter import limited
from adapters.audio.taps.loudness import Loudness as LoudnessTap
from adapters.audio.taps.true_peak import TruePeak
from domain.errors import NotMeasured
from domain.loudness import LoudnessGoal
from domain.step import Step

NEAR_LU = 0.02
"""So near must a limited sound come: writing it may shift it by hundredths, and 0.1 LU is what is promised."""

MOST_LIMITED_PASSES = 5
"""Two are usual. What is as loud as its peaks let it be comes no nearer, however much it is pushed."""

MOST_PUSH_DB = 12.0
"""Beyond the gain that the target needs without a limiter: more leaves little of what the sound was."""

_LEAST_SLOPE = 0.1  # LU that a limited sound gains by a decibel; less is as good as none


class Heard(NamedTuple):
    lufs: float
    dbtp: float


class Loudness(Stage):
    """Where the ceiling is in the way of the target and no limiter is asked for, the ceiling is kept: the note
    `short_by_lu` says by how much it is too quiet then."""

    def __init__(self, step: Step, given: Given) -> None:
        self._goal = LoudnessGoal.of(step)
        lufs, dbtp = given.known.integrated_lufs, given.known.true_peak_dbtp
        self._known = None if lufs is None or dbtp is None else Heard(lufs, dbtp)
        self._shape = Shape(0, 0)
        self._gain_db, self._limits = 0.0, False
        if self._known:
            self._settle(self._known)

    def opened(self, shape: Shape) -> Shape:
        self._shape = shape
        self.measures = self._known is None or self._limits
        return shape

    def measure(self, sound: Sound) -> None:
        heard = self._known or self._hear(sound())
        self._settle(heard)
        if self._limits:
            self._push(sound)

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        return self._changed(blocks, self._gain_db)

    def _settle(self, heard: Heard) -> None:
        needed, room = self._goal.target_lufs - heard.lufs, self._goal.ceiling_dbtp - heard.dbtp
        self._limits = self._goal.limiter and needed > room
        self._gain_db = needed if self._limits else min(needed, room)
        self._tell(heard.lufs + self._gain_db)
        self.notes = {"input_lufs": round(heard.lufs, 3), "input_dbtp": round(heard.dbtp, 3), **self.notes}

    def _push(self, sound: Sound) -> None:
        """Finds the gain before the limiter with which the target is met after it, by secants: what the limiter takes
        of a further decibel changes slowly."""
        start = self._gain_db
        gain, slope = start, 1.0
        tried: list[tuple[float, float]] = []  # how far off it was, and with which gain
        for _ in range(MOST_LIMITED_PASSES):
            miss = self._goal.target_lufs - self._hear(self._changed(sound(), gain)).lufs
            if tried and gain != tried[-1][1]:
                slope = min(1.0, max(_LEAST_SLOPE, (tried[-1][0] - miss) / (gain - tried[-1][1])))
            tried.append((miss, gain))
            following = min(gain + miss / slope, start + MOST_PUSH_DB)
            if abs(miss) <= NEAR_LU or following == gain:
                break
            gain = following
        miss, self._gain_db = min(tried, key=lambda each: abs(each[0]))
        self._tell(self._goal.target_lufs - miss)

    def _tell(self, reached_lufs: float) -> None:
        told = {**self.notes, "gain_db": round(self._gain_db, 3), "limited": "yes" if self._limits else "no"}
        short = round(self._goal.target_lufs - reached_lufs, 3)
        self.notes = {**told, "short_by_lu": short} if short > NEAR_LU else told

    def _changed(self, blocks: Iterator[Block], gain_db: float) -> Iterator[Block]:
        factor = np.float32(10 ** (gain_db / 20))
        louder = (block * factor for block in blocks)
        if not self._limits:
            return louder
        return limited(louder, self._shape.rate, self._shape.channels, self._goal.ceiling_dbtp)

    def _hear(self, blocks: Iterator[Block]) -> Heard:
        """As the listening engine does, by the same taps. Raises NotMeasured."""
        of = Of(self._shape.rate, self._shape.channels, layout=self._shape.layout)
        # These taps leave no files, so that the folder for them is of no matter.
        _, told = one_pass({"loudness": (LoudnessTap, TruePeak)}, blocks, of, Path(), lambda _heard: None)
        found = {descriptor.name: descriptor for each in told for descriptor in each.descriptors}
        values = [found[name].value if name in found else None for name in ("integrated_loudness", "true_peak")]
        if not isinstance(values[0], float) or not isinstance(values[1], float):
            reason = found["integrated_loudness"].reason if found else "there is no sound"
            raise NotMeasured(
                f"The loudness cannot be measured: {reason}. Leave the step loudness out, or use the step gain.",
                descriptor="integrated_loudness",
            )
        return Heard(values[0], values[1])
