"""Loudness and true peak against libebur128, ffmpeg and pyloudnorm."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import scipy.signal
import soundfile

from adapters.audio.engine import LibrosaEngine
from adapters.audio.taps.loudness import Loudness
from adapters.audio.taps.programme import Programme
from tests.adapters.audio.reference import ebur128, numbers, run
from tests.sounds import Signal, extensible_wav, joined, noise, silence, tone

Sound = Callable[[float, int, int], Signal]
"""Of (seconds, rate, channels)."""


def music(seconds: float, rate: int, channels: int) -> Signal:
    """Chords that are struck and fade, another one in each channel, over a soft noise."""
    t = np.arange(round(seconds * rate)) / rate
    struck = np.exp(-2.0 * (t % 1.5)) * (0.6 + 0.4 * np.sin(t / 7))
    chords = [sum(np.sin(2 * np.pi * hz * (1 + n / 6) * t) for hz in (110, 220.5, 331, 554)) for n in range(channels)]
    played: Signal = (0.2 * struck * np.array(chords)).T.astype(np.float32)
    return played + noise(seconds, rate, channels, -50)


def speech(seconds: float, rate: int, channels: int) -> Signal:
    """A buzz through two formants in syllables and words, with pauses between sentences."""
    t = np.arange(round(seconds * rate)) / rate
    buzz = scipy.signal.sawtooth(2 * np.pi * np.cumsum(120 + 20 * np.sin(2 * t)) / rate)
    for hz in (600, 1500):
        buzz = scipy.signal.lfilter(*scipy.signal.iirpeak(hz, 5, rate), buzz) + 0.2 * buzz
    said = buzz * np.clip(np.sin(2 * np.pi * 4 * t), 0, 1) * (t % 3 < 2.3) * (1 + 0.7 * np.sin(t / 4))
    spoken: Signal = np.repeat((0.3 * said / np.abs(said).max()).astype(np.float32)[:, None], channels, axis=1)
    return spoken + noise(seconds, rate, channels, -62)


def loud_noise(seconds: float, rate: int, channels: int) -> Signal:
    """Full scale from edge to edge: nowhere is more between the samples."""
    return noise(seconds, rate, channels, 0.0)


CASES = [
    (music, 44100, 1),
    (music, 44100, 2),
    (speech, 48000, 2),
    (speech, 8000, 1),
    (music, 22050, 2),
    (music, 96000, 2),
    (speech, 192_000, 1),
    (music, 384_000, 1),
    (music, 48000, 6),
    (loud_noise, 44100, 2),
    (loud_noise, 48000, 1),
    (loud_noise, 96000, 2),
]


def libebur128(signal: Signal, rate: int) -> dict[str, float]:
    """Its own numbers; fed in tenths of its hop, as that is how finely the maxima are asked for."""
    meter = pytest.importorskip("pyebur128", reason="it has no wheel for this Python")
    modes = meter.MeasurementMode
    channels = signal.shape[1]
    state = meter.R128State(
        channels, rate, modes.MODE_I | modes.MODE_LRA | modes.MODE_TRUE_PEAK | modes.MODE_SAMPLE_PEAK
    )
    # The filter reaches over the end, which only zeros show.
    line = np.concatenate([signal, np.zeros((24, channels), np.float32)])
    momentary, short_term = [], []
    hop = (rate + 5) // 10
    edges = [n * hop + part * hop // 10 for n in range(len(line) // hop + 1) for part in range(10)]
    for start, end in zip(edges, [*edges[1:], len(line)], strict=True):
        if start < len(line):
            state.add_frames(np.ascontiguousarray(line[start:end]).ravel(), min(end, len(line)) - start)
            if 4 * hop <= end <= len(signal):
                momentary.append(meter.get_loudness_momentary(state))
            if 30 * hop <= end <= len(signal):
                short_term.append(meter.get_loudness_shortterm(state))
    return {
        "integrated_loudness": meter.get_loudness_global(state),
        "loudness_range": meter.get_loudness_range(state),
        "momentary_loudness_max": max(momentary),
        "short_term_loudness_max": max(short_term),
        "true_peak": 20 * np.log10(max(meter.get_true_peak(state, n) for n in range(channels))),
    }


TOLERANCES = {
    "integrated_loudness": 0.01,
    "momentary_loudness_max": 0.05,
    "short_term_loudness_max": 0.05,
    "true_peak": 0.05,
}


@pytest.mark.parametrize(("make", "rate", "channels"), CASES)
def test_agrees_with_libebur128(make: Sound, rate: int, channels: int, tmp_path: Path) -> None:
    signal = make(12 if rate < 90_000 else 5, rate, channels)
    heard, reference = numbers(run(Programme, signal, rate, tmp_path)), libebur128(signal, rate)
    for name, tolerance in TOLERANCES.items():
        assert heard[name] == pytest.approx(reference[name], abs=tolerance), name
    ratio = reference["true_peak"] - reference["integrated_loudness"]
    assert heard["peak_to_loudness_ratio"] == pytest.approx(ratio, abs=0.05)


def swelling(make: Sound, swing: float) -> Signal:
    """Four minutes at 8 kHz that swell and fade every 57 s, by `swing` tens of dB to either side."""
    swell = 10 ** (swing / 2 * np.sin(np.arange(240 * 8000) / 8000 / 9)).astype(np.float32)
    swollen: Signal = 0.3 * make(240, 8000, 1) * swell[:, None]
    return swollen


@pytest.mark.parametrize(("make", "swing"), [(music, 0.2), (music, 0.6), (speech, 0.2), (loud_noise, 0.6)])
def test_loudness_range_agrees_with_ffmpeg(make: Sound, swing: float, tmp_path: Path) -> None:
    """Where there is enough to range over: it also looks at the first windows, which are not full yet."""
    signal = swelling(make, swing)
    soundfile.write(tmp_path / "x.wav", signal, 8000, "FLOAT")
    heard = numbers(run(Loudness, signal, 8000, tmp_path))["loudness_range"]
    assert heard == pytest.approx(ebur128(tmp_path / "x.wav")["LRA"], abs=0.05)


@pytest.mark.parametrize("swing", [0.2, 0.6, 1.0])
def test_loudness_range_agrees_with_libebur128(swing: float) -> None:
    """Where the loudness moves slowly: it only looks once in a second, where we and ffmpeg look ten times."""
    signal = swelling(loud_noise, swing)
    heard = numbers(run(Loudness, signal, 8000, Path()))["loudness_range"]
    assert heard == pytest.approx(libebur128(signal, 8000)["loudness_range"], abs=0.1)


@pytest.mark.parametrize(("gain", "integrated"), [(1e2, True), (1e5, False), (1e10, False)])
def test_what_is_louder_than_the_gates_can_tell_has_a_reason(gain: float, integrated: bool) -> None:
    """Integers that were written as floats: 16 bits of them are 90 dB above full scale."""
    sound = loud_noise(8, 8000, 1)
    usual = numbers(run(Loudness, sound, 8000, Path()))["integrated_loudness"]
    said = {each.name: each for each in run(Loudness, sound * np.float32(gain), 8000, Path()).descriptors}
    expected = pytest.approx(usual + 20 * np.log10(gain), abs=0.01) if integrated else None
    assert said["integrated_loudness"].value == expected
    assert said["loudness_range"].value is None
    assert "louder than 30 LUFS" in str(said["loudness_range"].reason)
    assert said["momentary_loudness_max"].value is not None


def test_each_channels_true_peak_is_that_of_the_channel_alone(tmp_path: Path) -> None:
    signal = music(3, 44100, 3) * np.array([1.0, 0.0, 0.25], np.float32)
    said = {each.name: each.value for each in run(Programme, signal, 44100, tmp_path).descriptors}
    alone = [numbers(run(Programme, signal[:, [n]], 44100, tmp_path)).get("true_peak") for n in range(3)]
    assert alone[1] is None
    assert said["channel_true_peak"] == tuple(alone)
    assert said["true_peak"] == max(peak for peak in alone if peak is not None)


@pytest.mark.parametrize(
    ("make", "rate", "channels"), [(music, 44100, 2), (speech, 16000, 1), (music, 48000, 6), (music, 192_000, 2)]
)
def test_agrees_with_ffmpeg(make: Sound, rate: int, channels: int, tmp_path: Path) -> None:
    """Its true peak comes of another resampler, which only agrees where there is little near half the rate."""
    signal = make(12 if rate < 100_000 else 5, rate, channels)
    soundfile.write(tmp_path / "x.wav", signal, rate, "FLOAT")
    heard, reference = numbers(run(Programme, signal, rate, tmp_path)), ebur128(tmp_path / "x.wav")
    assert heard["integrated_loudness"] == pytest.approx(reference["I"], abs=0.01)
    assert heard["true_peak"] == pytest.approx(reference["TP"], abs=0.1)


@pytest.mark.parametrize(("make", "rate", "channels"), [(music, 44100, 2), (speech, 16000, 1), (music, 96000, 5)])
def test_agrees_with_pyloudnorm(make: Sound, rate: int, channels: int) -> None:
    signal = make(12, rate, channels)
    reference = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(signal.astype(np.float64))
    heard = numbers(run(Loudness, signal, rate, Path()))
    assert heard["integrated_loudness"] == pytest.approx(reference, abs=0.02)


@pytest.mark.parametrize(
    ("layout", "channels", "weights"),
    [
        ("2.1", 3, (1, 1, 0)),
        ("quad", 4, (1, 1, 1.41, 1.41)),
        ("5.1", 6, (1, 1, 1, 0, 1.41, 1.41)),
        ("5.1(side)", 6, (1, 1, 1, 0, 1.41, 1.41)),
        ("6.1", 7, (1, 1, 1, 0, 1, 1.41, 1.41)),
        ("7.0", 7, (1, 1, 1, 1, 1, 1.41, 1.41)),
        ("7.1", 8, (1, 1, 1, 0, 1, 1, 1.41, 1.41)),
        ("7.1(wide)", 8, (1, 1, 1, 0, 1.41, 1.41, 1, 1)),
        (None, 1, (1,)),
        (None, 6, (1, 1, 1, 0, 1.41, 1.41)),
    ],
)
def test_channels_weigh_what_their_place_says(layout: str | None, channels: int, weights: Sequence[float]) -> None:
    """BS.1770-4, Annex 3: a tone of -20 dBFS in one channel alone, 1 kHz being 0.691 dB up by the shelf."""
    for channel, weight in enumerate(weights):
        signal = silence(1, 48000, channels)
        signal[:, channel] = tone(1, 48000, 1, 997.0, -20)[:, 0]
        heard = numbers(run(Loudness, signal, 48000, Path(), layout=layout)).get("integrated_loudness")
        expected = -20 - 3.01 + 10 * np.log10(weight) if weight else None
        assert heard == pytest.approx(expected, abs=0.02), channel


@pytest.mark.parametrize("layout", ["ambisonic 1", "5.1", "4 channels (UNK+UNK+UNK+UNK)", "nonsense"])
def test_places_that_nobody_can_weigh_are_not_guessed(layout: str) -> None:
    told = run(Loudness, tone(1, channels=4), 44100, Path(), layout=layout).descriptors
    assert {each.reason for each in told} == {"the places of 4 channels are not known"}


@pytest.mark.parametrize(
    ("signal", "rate", "reason"),
    [
        (tone(0.39), 44100, "the recording is shorter than 400 ms"),
        (silence(5), 44100, "nothing is louder than -70 LUFS"),
        (tone(5, 1000), 1000, "K-weighting needs a sample rate of 4000 Hz or more"),
        (tone(5, channels=7), 44100, "the places of 7 channels are not known"),
    ],
)
def test_says_why_there_is_no_loudness(signal: Signal, rate: int, reason: str, tmp_path: Path) -> None:
    told = {each.name: each for each in run(Programme, signal, rate, tmp_path).descriptors}
    for name in ("integrated_loudness", "momentary_loudness_max"):
        assert (told[name].value, told[name].reason) == (None, reason)
    ratio = told["peak_to_loudness_ratio"]
    assert (ratio.value, ratio.reason) == (None, reason if signal.any() else "digital silence has no finite level")


def test_less_than_3_s_have_momentary_but_no_short_term_loudness() -> None:
    told = {each.name: each for each in run(Loudness, tone(2.99), 44100, Path()).descriptors}
    assert told["momentary_loudness_max"].value is not None
    for name in ("short_term_loudness_max", "loudness_range"):
        assert (told[name].value, told[name].reason) == (None, "the recording is shorter than 3 s")


def test_long_silence_between_sounds_changes_nothing_but_time() -> None:
    """The filters' states fade to denormals in it and are cut to zero."""
    signal = joined(tone(2), silence(30), tone(2))
    reference = pyloudnorm.Meter(44100, filter_class="DeMan").integrated_loudness(signal.astype(np.float64))
    heard = numbers(run(Loudness, signal, 44100, Path()))
    assert heard["integrated_loudness"] == pytest.approx(reference, abs=0.02)


@pytest.mark.parametrize(("mask", "expected"), [(0x70F, -20 - 3.01 + 1.492), (0, None)])
def test_the_places_that_a_file_names_are_those_that_weigh(mask: int, expected: float | None, tmp_path: Path) -> None:
    """Of seven channels, the sixth is at the side where the file says so, and anywhere where it does not."""
    signal = silence(1, 48000, 7)
    signal[:, 5] = tone(1, 48000, 1, 997.0, -20)[:, 0]
    path = tmp_path / "x.wav"
    path.write_bytes(extensible_wav(signal, 48000, mask))
    heard = LibrosaEngine().listen(path, tmp_path, lambda _share, _stage: None)
    (loudness,) = (each for each in heard.descriptors if each.name == "integrated_loudness")
    assert loudness.value == pytest.approx(expected, abs=0.02)
