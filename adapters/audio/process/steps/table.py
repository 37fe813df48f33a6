"""Which stage does which step. `split`, `tags` and `transcode` are not here: they make files, not sound."""

from collections.abc import Callable, Mapping

from adapters.audio.process.stage import Given, Stage
from adapters.audio.process.steps.filters import Pass
from adapters.audio.process.steps.gain import Gain
from adapters.audio.process.steps.hum import HumRemoval
from adapters.audio.process.steps.loudness import Loudness
from domain.step import Step

STAGES: Mapping[str, Callable[[Step, Given], Stage]] = {
    "gain": Gain,
    "loudness": Loudness,
    "high_pass": Pass,
    "low_pass": Pass,
    "hum_removal": HumRemoval,
}
