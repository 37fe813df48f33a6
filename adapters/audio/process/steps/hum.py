"""Takes out the hum of the mains: a notch at its frequency and at each of its multiples."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from adapters.audio.blocks import Block
from adapters.audio.one_pass import Sound as Of
from adapters.audio.one_pass import one_pass
from adapters.audio.process.stage import Given, Shape, Sound, Stage
from adapters.audio.process.steps.biquads import Sections, filtered
from adapters.audio.process.steps.settings import number, word
from adapters.audio.taps.hum import Heard, Hum
from adapters.audio.taps.tap import Stream
from domain.step import Step


class HumRemoval(Stage):
    """With mains `auto` the notches are where the hum is, which may be some tenths of a hertz beside the mains. Where
    none is heard, or one that may be the sound itself (a drone, a held note), nothing is done and the notes say so."""

    def __init__(self, step: Step, _given: Given) -> None:
        mains = word(step, "mains")
        self.measures = mains == "auto"
        self._hz = None if self.measures else float(mains)
        self._harmonics, self._q = int(number(step, "harmonics")), number(step, "q")
        self._shape = Shape(0, 0)

    def opened(self, shape: Shape) -> Shape:
        self._shape = shape
        return shape

    def measure(self, sound: Sound) -> None:
        heard = _listen(sound(), self._shape)
        if heard is None:
            self.notes = {"heard": "no hum: nothing was done"}
        elif heard.may_be_meant:
            self.notes = {
                "heard": f"{heard.hz:.1f} Hz that may be the sound itself: nothing was done; say mains for it"
            }
        else:
            self._hz = heard.hz
            self.notes = {"heard": f"a hum of {heard.mains:g} Hz mains", "level_dbfs": round(heard.dbfs, 1)}

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        if self._hz is None:
            return blocks
        sections = notches(self._hz, self._harmonics, self._q, self._shape.rate)
        self.notes = {**self.notes, "hz": round(self._hz, 2), "notches": len(sections)}
        return filtered(blocks, sections)


def notches(hz: float, harmonics: int, q: float, rate: int) -> Sections:
    """At as many multiples of the frequency as are below half the sample rate; each is its frequency over q wide."""
    from scipy import signal  # not at the top: see biquads

    lines = [k * hz for k in range(1, harmonics + 1) if k * hz < rate / 2]
    return np.array([np.concatenate(signal.iirnotch(line, q, rate)) for line in lines])


def _listen(blocks: Iterator[Block], shape: Shape) -> Heard | None:
    taps: list[Hum] = []

    def make(stream: Stream) -> Hum:
        taps.append(Hum(stream))
        return taps[0]

    # This tap leaves no files, so that the folder for them is of no matter.
    one_pass({"quality": (make,)}, blocks, Of(shape.rate, shape.channels), Path(), lambda _heard: None)
    return taps[0].heard()
