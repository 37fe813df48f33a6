"""Where somebody speaks, in this process."""

import threading
from importlib.metadata import version
from typing import TYPE_CHECKING

from adapters.models.segments import Rules, Segments
from domain.errors import Invalid
from domain.ports.audio import Progress
from domain.ports.models import Sound
from domain.prediction import MAX_SPANS, ModelCard, ModelParameter, Said, SoundTaken, Span

if TYPE_CHECKING:
    from adapters.models.silero import Silero

RULES_VERSION = "1"
"""Raise it when the same probabilities give other spans."""

RATE, FRAME = 16_000, 512  # as Silero wants them
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
    """Safe for several threads; the runtime and the weights are loaded when they are first needed."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded: Silero | None = None

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
        for probabilities, taken in self._silero().probabilities(sound.path):
            segments.take(probabilities.tolist())
            samples += taken
            if len(segments) >= MAX_SPANS:
                raise Invalid(
                    f"There are more than {MAX_SPANS} spans. Raise min_silence_seconds or min_speech_seconds.",
                    field="parameters",
                )
            progress(min(1.0, samples / RATE / max(sound.seconds, 1e-3)), "predicting")
        return _said(segments, samples)

    def _silero(self) -> "Silero":
        from adapters.models.silero import Silero

        with self._loading:
            if self._loaded is None:
                self._loaded = Silero()
            return self._loaded


def _said(segments: Segments, samples: int) -> Said:
    found = segments.ended(samples)
    spans = tuple(
        Span(round(one.start / RATE, 3), round(one.end / RATE, 3), LABEL, round(min(1.0, one.probability), 4))
        for one in found
    )
    spoken, whole = sum(one.end - one.start for one in found) / RATE, samples / RATE
    values = {"speech_seconds": round(spoken, 3), "speech_share": round(spoken / whole, 4) if whole else 0.0}
    return Said(CARD.name, CARD.version, spans, values)
