"""Speech is found where it is, and nowhere else.

The voice is made of pulses through formants, with hisses and breaths: enough for the weights to call it speech.
"""

import itertools
import tracemalloc
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import soundfile

from adapters.models.segments import Segments
from adapters.models.silero import weights
from adapters.models.speech import CARD, SpeechModel
from domain.errors import Invalid, ModelFailure, TooLarge
from domain.ports.models import Sound
from domain.prediction import Said
from tests import sounds
from tests.adapters.audio.voices import speech, voice
from tests.sounds import Signal

RATE = 16_000


def ignored(_share: float, _stage: str) -> None: ...


@pytest.fixture(scope="module")
def model() -> SpeechModel:
    return SpeechModel()


def sound(folder: Path, signal: Signal, rate: int = RATE) -> Sound:
    path = folder / "mono.wav"
    soundfile.write(path, signal, rate, "PCM_16")
    return Sound(path, len(signal) / rate)


def said(model: SpeechModel, folder: Path, signal: Signal, **parameters: float) -> Said:
    of = sound(folder, signal)
    return CARD.checked(model.predict(of, CARD.settled(parameters), ignored), of.seconds)


def gap(seconds: float) -> Signal:
    return sounds.silence(seconds, RATE, 1)


def test_speech_is_found_where_it_is(model: SpeechModel, tmp_path: Path) -> None:
    found = said(model, tmp_path, sounds.joined(gap(2), speech(4), gap(3), speech(5, breath=0.1), gap(2)))
    inside = [(2, 6), (9, 14)]
    for span in found.spans:
        assert any(start - 0.2 <= span.start and span.end <= end + 0.2 for start, end in inside), span
        assert span.confidence > 0.5
    covered = sum(span.end - span.start for span in found.spans)
    assert covered > 0.85 * 9
    assert found.values["speech_seconds"] == pytest.approx(covered, abs=0.01)
    assert found.values["speech_share"] == pytest.approx(covered / 16, abs=0.001)


@pytest.mark.parametrize(
    "signal",
    [gap(5), sounds.noise(5, RATE, 1), sounds.tone(5, RATE, 1), voice(120, RATE, 5), gap(0.01)],
    ids=["silence", "noise", "tone", "a held vowel", "a moment"],
)
def test_what_is_no_speech_is_not_called_so(model: SpeechModel, tmp_path: Path, signal: Signal) -> None:
    found = said(model, tmp_path, signal)
    assert found.spans == ()
    assert found.values == {"speech_seconds": 0.0, "speech_share": 0.0}


def test_sequences_give_what_frames_give_one_by_one(
    model: SpeechModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against the package's other weights, which are given a frame, its context and their own state each time."""
    of = sound(tmp_path, sounds.joined(gap(0.3), speech(20), sounds.noise(3, RATE, 1))[:-100])
    taken: list[float] = []
    monkeypatch.setattr(Segments, "take", lambda _self, probabilities: taken.extend(probabilities))
    model.predict(of, CARD.settled({}), ignored)

    one_by_one = onnxruntime.InferenceSession(weights("silero_vad.onnx"), providers=["CPUExecutionProvider"])
    samples, _ = soundfile.read(of.path, dtype="float32")
    frames = np.pad(samples, (0, -len(samples) % 512)).reshape(-1, 512)
    state, before, expected = np.zeros((2, 1, 128), np.float32), np.zeros(64, np.float32), []
    for frame in frames:
        given = {"input": np.concatenate([before, frame])[None], "state": state, "sr": np.array(RATE, np.int64)}
        (probability,), state = one_by_one.run(None, given)
        expected.append(float(probability[0]))
        before = frame[-64:]
    assert len(expected) > 512, "it takes more than a block"
    np.testing.assert_allclose(taken, expected, atol=1e-5)


def test_parameters_change_what_is_found(model: SpeechModel, tmp_path: Path) -> None:
    signal = sounds.joined(*itertools.chain(*((speech(1), gap(0.6)) for _ in range(4))))
    usual = said(model, tmp_path, signal)
    assert len(said(model, tmp_path, signal, min_silence_seconds=1).spans) == 1
    assert len(usual.spans) >= 4
    assert said(model, tmp_path, signal, min_speech_seconds=10).spans == ()
    wider = said(model, tmp_path, signal, pad_seconds=0.2)
    assert float(str(wider.values["speech_seconds"])) > float(str(usual.values["speech_seconds"])) + 0.5
    stricter = said(model, tmp_path, signal, threshold=0.95)
    assert float(str(stricter.values["speech_seconds"])) < float(str(usual.values["speech_seconds"]))


def test_memory_does_not_grow_with_the_length(model: SpeechModel, tmp_path: Path) -> None:
    said(model, tmp_path, gap(1))  # loads the weights
    peaks = []
    for minutes in (1, 8):
        of = sound(tmp_path, sounds.noise(60, RATE, 1).repeat(minutes, axis=0))
        tracemalloc.start()
        model.predict(of, CARD.settled({}), ignored)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_progress_is_told_and_ends_the_work(model: SpeechModel, tmp_path: Path) -> None:
    of, shares = sound(tmp_path, gap(60)), []

    def progress(share: float, _stage: str) -> None:
        shares.append(share)
        if len(shares) == 3:
            raise TooLarge("enough")

    with pytest.raises(TooLarge, match="enough"):
        model.predict(of, CARD.settled({}), progress)
    assert shares == pytest.approx([512 * 512 * n / (60 * RATE) for n in (1, 2, 3)])


def test_more_spans_than_can_be_kept_are_refused_with_what_to_do(
    model: SpeechModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.models.speech.MAX_SPANS", 3)
    with pytest.raises(Invalid, match="min_silence_seconds"):
        said(model, tmp_path, sounds.joined(*itertools.chain(*((speech(1), gap(0.6)) for _ in range(4)))))


@pytest.mark.parametrize("rate", [8_000, 44_100])
def test_a_sound_at_another_rate_is_refused(model: SpeechModel, tmp_path: Path, rate: int) -> None:
    with pytest.raises(ModelFailure, match="16000"):
        model.predict(sound(tmp_path, sounds.tone(1, rate, 1), rate), CARD.settled({}), ignored)
    (tmp_path / "mono.wav").write_bytes(b"RIFFnonsense")
    with pytest.raises(ModelFailure):
        model.predict(Sound(tmp_path / "mono.wav", 1.0), CARD.settled({}), ignored)
