"""Silero VAD by the weights that its package brings along, on ONNX Runtime: how likely each frame is speech.

https://github.com/snakers4/silero-vad, MIT. The package's own code wants torch and is never imported. Its weights for
whole sequences give the same numbers, to the bit, as those that are asked frame by frame, in half of the time.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile
from numpy.typing import NDArray

from domain.errors import ModelFailure, Unavailable

Samples = NDArray[np.float32]

RATE = 16_000
FRAME, CONTEXT = 512, 64  # samples of a frame, and of the one before that go in with it
STATE = 128
BLOCK_FRAMES = 512  # 16 s at a time


class Silero:
    """Safe for several threads: what it remembers of a sound is the caller's."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        # The worker's jobs are what uses the machine's cores.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        onnxruntime.disable_telemetry_events()
        self._session = onnxruntime.InferenceSession(weights(), options, providers=["CPUExecutionProvider"])

    def probabilities(self, path: Path) -> Iterator[tuple[Samples, int]]:
        """Of each frame, a block at a time, and how many samples the block had; the last frame is filled with zeros.

        Raises ModelFailure for what is not a wav of one channel at RATE.
        """
        hidden = cell = np.zeros((1, 1, STATE), np.float32)
        context = np.zeros(CONTEXT, np.float32)
        for block in _blocks(path):
            frames = np.zeros((-(-len(block) // FRAME), FRAME), np.float32)
            frames.reshape(-1)[: len(block)] = block
            contexts = np.concatenate([context[None], frames[:-1, -CONTEXT:]])
            given = {"input": np.concatenate([contexts, frames], axis=1), "h": hidden, "c": cell}
            probabilities, hidden, cell = self._session.run(["speech_probs", "hn", "cn"], given)
            context = frames[-1, -CONTEXT:].copy()
            yield probabilities, len(block)


def weights(name: str = "silero_vad_16k_sequence.onnx") -> Path:
    """Where a file of the package's lies. Raises Unavailable when it is not installed."""
    spec = importlib.util.find_spec("silero_vad")
    for place in (spec and spec.submodule_search_locations) or ():
        path = Path(place, "data", name)
        if path.is_file():
            return path
    raise Unavailable(f"The weights {name} of silero-vad are missing. Install requirements.lock again.")


def _blocks(path: Path) -> Iterator[Samples]:
    try:
        with soundfile.SoundFile(path) as wav:
            if (wav.samplerate, wav.channels) != (RATE, 1):
                raise ModelFailure(f"The model takes mono at {RATE} Hz, not {wav.channels} x {wav.samplerate} Hz.")
            while len(block := wav.read(BLOCK_FRAMES * FRAME, dtype="float32")):
                yield block
    except soundfile.LibsndfileError as error:
        raise ModelFailure("The sound for the model cannot be read.") from error
