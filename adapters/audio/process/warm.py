"""Builds numba's cache of what steps compile, at install."""

import tempfile
from pathlib import Path

import numpy as np

from adapters.audio.limits import EngineLimits
from adapters.audio.process.pcm import Pcm
from adapters.audio.process.processing import process
from adapters.audio.process.wav import WavWriter
from domain.processing import Processing
from domain.step import Step

_STEPS = (
    Step.of("high_pass", {"frequency_hz": 100}),
    Step.of("hum_removal", {}),
    Step.of("denoise", {}),
    Step.of("speed", {"factor": 1.1}),
    Step.of("pitch", {"semitones": 1}),
    Step.of("loudness", {"target_lufs": -10, "ceiling_dbtp": -20, "limiter": True}),
)


def warm() -> None:
    """Some seconds of noise through every step that is compiled: mono and stereo, since some look at the channels."""
    draw = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "noise"
        for channels in (1, 2):
            sound = draw.uniform(-0.5, 0.5, (3 * 8000, channels)).astype(np.float32)
            with WavWriter(path, 8000, channels, 16) as wav:
                wav.write(Pcm(16).taken(sound).data)
            process(path, EngineLimits(), Path(folder), Processing(_STEPS, "warm"), lambda _share, _stage: None)
