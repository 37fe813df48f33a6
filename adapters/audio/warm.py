"""Loads every library and builds numba's cache: `python -m adapters.audio.warm` at install, each child at its start."""

import tempfile
from pathlib import Path

import numpy as np

from adapters.audio.listening import TAPS
from adapters.audio.taps.tap import Stream


def warm() -> None:
    """A tenth of a second of noise through every tap: what they compile depends on types, not on what they hear."""
    rate = 8000
    sound = np.random.default_rng(1).uniform(-1, 1, (rate, 2)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        for make in TAPS:
            tap = make(Stream(rate, sound.shape[1], 16, Path(folder)))
            tap.feed(sound[: rate // 2])
            tap.feed(sound[rate // 2 :])
            tap.result()


if __name__ == "__main__":
    warm()
