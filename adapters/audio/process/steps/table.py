"""Which stage does which step. `split`, `tags` and `transcode` are not here: they make files, not sound."""

from collections.abc import Callable, Mapping

from adapters.audio.process.stage import Given, Stage
from adapters.audio.process.steps.channels import Channels
from adapters.audio.process.steps.concatenate import Concatenate
from adapters.audio.process.steps.denoise import Denoise
from adapters.audio.process.steps.fade import Fade
from adapters.audio.process.steps.filters import Pass
from adapters.audio.process.steps.gain import Gain
from adapters.audio.process.steps.hum import HumRemoval
from adapters.audio.process.steps.loudness import Loudness
from adapters.audio.process.steps.resample import Resample
from adapters.audio.process.steps.tempo import Pitch, Speed
from adapters.audio.process.steps.trim import Trim
from domain.step import Step

STAGES: Mapping[str, Callable[[Step, Given], Stage]] = {
    "gain": Gain,
    "concatenate": Concatenate,
    "fade": Fade,
    "trim": Trim,
    "resample": Resample,
    "channels": Channels,
    "loudness": Loudness,
    "high_pass": Pass,
    "low_pass": Pass,
    "hum_removal": HumRemoval,
    "denoise": Denoise,
    "speed": Speed,
    "pitch": Pitch,
}
