"""Where somebody speaks: Silero VAD, by the weights that its package brings along, on ONNX Runtime.

https://github.com/snakers4/silero-vad, MIT. The package's own code wants torch and is never imported. Its weights for
whole sequences give the same numbers, to the bit, as those that are asked frame by frame, in half of the time.
"""

import importlib.util
import threading
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile
from numpy.typing import NDArray

from adapters.models.segments import Rules, Segments
from domain.errors import Invalid, ModelFailure, Unavailable
from domain.ports.audio import Progress
from domain.ports.models import Sound
from domain.prediction import MAX_SPANS, ModelCard, ModelParameter, Said, SoundTaken, Span

Samples = NDArray[np.float32]

RULES_VERSION = "1"
"""Raise it when the same probabilities give other spans."""

RATE = 16_000
FRAME, CONTEXT = 512, 64  # samples of a frame, and of the one before that go in with it
STATE = 128
BLOCK_FRAMES = 512  # 16 s at a time
MAX_WAV_BYTES = 4 * 1024**3 - 1  # what a header can say, 37 h

LABEL = "speech"
CARD = ModelCard(
    name="speech",
    version=f"{version('silero-vad')}-{RULES_VERSION}",
    about="Finds where somebody speaks, in any language. A span's confidence is the mean probability of its frames, "
    "of 32 ms each.",
    takes=SoundTaken(RATE, MAX_WAV_BYTES),
    labels=(LABEL,),
    values={"speech_seconds": "s", "speech_share": ""},
    parameters=(
        ModelParameter("threshold", 0.5, 0.05, 0.95, "", "The probability from which on a frame is speech."),
        ModelParameter("min_speech_seconds", 0.25, 0.0, 10.0, "s", "What is no longer than this is dropped."),
        ModelParameter("min_silence_seconds", 0.1, 0.0, 10.0, "s", "A shorter pause does not part two spans."),
        ModelParameter("pad_seconds", 0.03, 0.0, 1.0, "s", "By how much a span is made longer at both ends."),
    ),
    licence="MIT",
)


class SpeechModel:
    """Safe for several threads; the weights are loaded when they are first needed."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded: onnxruntime.InferenceSession | None = None

    @property
    def card(self) -> ModelCard:
        return CARD

    def predict(self, sound: Sound, parameters: dict[str, float], progress: Progress) -> Said:
        """At constant memory. Raises Invalid where the parameters make more spans than can be kept."""
        rules = Rules(
            frame=FRAME,
            threshold=parameters["threshold"],
            min_speech=parameters["min_speech_seconds"] * RATE,
            min_silence=parameters["min_silence_seconds"] * RATE,
            pad=parameters["pad_seconds"] * RATE,
        )
        segments, samples = Segments(rules), 0
        for probabilities, taken in self._probabilities(sound):
            segments.take(probabilities.tolist())
            samples += taken
            if len(segments) >= MAX_SPANS:
                raise Invalid(
                    f"There are more than {MAX_SPANS} spans. Raise min_silence_seconds or min_speech_seconds.",
                    field="parameters",
                )
            progress(min(1.0, samples / RATE / max(sound.seconds, 1e-3)), "predicting")
        found = segments.ended(samples)
        spans = tuple(
            Span(round(s.start / RATE, 3), round(s.end / RATE, 3), LABEL, round(min(1.0, s.probability), 4))
            for s in found
        )
        spoken, whole = sum(s.end - s.start for s in found) / RATE, samples / RATE
        values = {"speech_seconds": round(spoken, 3), "speech_share": round(spoken / whole, 4) if whole else 0.0}
        return Said(CARD.name, CARD.version, spans, values)

    def _probabilities(self, sound: Sound) -> Iterator[tuple[NDArray[np.float32], int]]:
        """Of each frame, a block at a time, and how many samples the block had; the last frame is filled with zeros."""
        session = self._session()
        hidden = cell = np.zeros((1, 1, STATE), np.float32)
        context = np.zeros(CONTEXT, np.float32)
        for block in _blocks(sound.path):
            frames = np.zeros((-(-len(block) // FRAME), FRAME), np.float32)
            frames.reshape(-1)[: len(block)] = block
            contexts = np.concatenate([context[None], frames[:-1, -CONTEXT:]])
            given = {"input": np.concatenate([contexts, frames], axis=1), "h": hidden, "c": cell}
            probabilities, hidden, cell = session.run(["speech_probs", "hn", "cn"], given)
            context = frames[-1, -CONTEXT:].copy()
            yield probabilities, len(block)

    def _session(self) -> onnxruntime.InferenceSession:
        with self._loading:
            if self._loaded is None:
                options = onnxruntime.SessionOptions()
                # The worker's jobs are what uses the machine's cores.
                options.intra_op_num_threads = options.inter_op_num_threads = 1
                self._loaded = onnxruntime.InferenceSession(weights(), options, providers=["CPUExecutionProvider"])
            return self._loaded


def weights(name: str = "silero_vad_16k_sequence.onnx") -> Path:
    """Where a file of the package's lies. Raises Unavailable when it is not installed."""
    spec = importlib.util.find_spec("silero_vad")
    for place in (spec and spec.submodule_search_locations) or ():
        path = Path(place, "data", name)
        if path.is_file():
            return path
    raise Unavailable(f"The weights {name} of silero-vad are missing. Install requirements.lock again.")


def _blocks(path: Path) -> Iterator[Samples]:
    """Raises ModelFailure for what is not a wav as the card says."""
    try:
        with soundfile.SoundFile(path) as wav:
            if (wav.samplerate, wav.channels) != (RATE, 1):
                raise ModelFailure(f"The model takes mono at {RATE} Hz, not {wav.channels} x {wav.samplerate} Hz.")
            while len(block := wav.read(BLOCK_FRAMES * FRAME, dtype="float32")):
                yield block
    except soundfile.LibsndfileError as error:
        raise ModelFailure("The sound for the model cannot be read.") from error
