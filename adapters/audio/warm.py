"""Loads every library and builds numba's cache: `python -m adapters.audio.warm` at install, each child at its start."""

import tempfile
from pathlib import Path

import numpy as np

from adapters.audio.chunks import CHUNK_FRAMES
from adapters.audio.listening import TAPS
from adapters.audio.one_pass import Sound, one_pass


def warm() -> None:
    """Some seconds of noise through every tap: what they compile depends on types, not on what they hear."""
    rate = 8000
    draw = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        for channels, bits in ((1, 24), (2, 16)):
            sound = draw.uniform(-1, 1, (CHUNK_FRAMES + rate, channels)).astype(np.float32)
            one_pass(TAPS, [sound], Sound(rate, channels, bits, f"pcm_s{bits}le"), Path(folder), lambda _heard: None)


if __name__ == "__main__":
    from adapters.audio.process import warm as processing

    warm()
    processing.warm()
