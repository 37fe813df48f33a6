"""High-pass and low-pass: Butterworth filters, flat where they let through, -3 dB at their frequency."""

from collections.abc import Iterator

from adapters.audio.blocks import Block
from adapters.audio.process.stage import Given, Shape, Stage
from adapters.audio.process.steps.biquads import filtered
from adapters.audio.process.steps.settings import number, word
from domain.errors import UnsupportedParameters
from domain.step import Step

_SLOPE_OF_AN_ORDER = 6  # dB an octave


class Pass(Stage):
    """`high_pass` or `low_pass`, by the step's name."""

    def __init__(self, step: Step, _given: Given) -> None:
        self._kind = {"high_pass": "highpass", "low_pass": "lowpass"}[step.kind]
        self._frequency = number(step, "frequency_hz")
        self._order = int(word(step, "slope")) // _SLOPE_OF_AN_ORDER
        self._rate = 0

    def opened(self, shape: Shape) -> Shape:
        if self._frequency >= shape.rate / 2:
            raise UnsupportedParameters(
                f"A {self._kind.replace('pass', '-pass')} at {self._frequency:g} Hz needs a sample rate above "
                f"{2 * self._frequency:g} Hz; the sound has {shape.rate} Hz. Lower the frequency.",
                frequency_hz=self._frequency,
                sample_rate_hz=shape.rate,
            )
        self._rate = shape.rate
        return shape

    def run(self, blocks: Iterator[Block]) -> Iterator[Block]:
        from scipy import signal  # not at the top: see biquads

        sections = signal.butter(self._order, self._frequency, self._kind, fs=self._rate, output="sos")
        return filtered(blocks, sections)
