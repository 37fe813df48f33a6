"""Onsets, tempo and beats against librosa, and what is said where there are none."""

from pathlib import Path

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.audio.stft import Stft
from adapters.audio.taps import beats, onsets, tempo
from adapters.audio.taps.rhythm import Rhythm
from adapters.audio.taps.tap import Told
from tests.adapters.audio.reference import columns, numbers, run_all
from tests.sounds import Signal, joined, noise, silence, tone

Columns = dict[str, NDArray[np.float32]]


def heard(signal: Signal, rate: int, folder: Path, block: int = 65536) -> tuple[Told, Columns]:
    told = run_all({"descriptors": [Rhythm]}, signal, rate, folder, range(0, len(signal), block))
    return told[0], columns(told)


def drum(bpm: float, seconds: float, rate: int = 44100, late: float = 0.0) -> Signal:
    """A stroke of noise on every beat, up to `late` seconds off and up to 6 dB softer, over a faint hiss."""
    draw = np.random.default_rng(3)
    signal = noise(seconds, rate, 1, -60.0)
    decay = np.exp(-np.arange(round(0.05 * rate)) / (0.01 * rate))
    for beat in np.arange(0.3, seconds - 0.2, 60 / bpm):
        first = round((beat + draw.uniform(-late, late)) * rate)
        stroke = draw.normal(0, 0.2, len(decay)) * draw.uniform(0.5, 1) * decay
        signal[first : first + len(decay), 0] += stroke.astype(np.float32)
    return signal


def in_16_bits(signal: Signal, dither: bool = False) -> Signal:
    draw = np.random.default_rng(0)
    triangle = draw.uniform(-0.5, 0.5, signal.shape) + draw.uniform(-0.5, 0.5, signal.shape)
    return np.asarray(np.rint(signal * 32767.0 + dither * triangle) / 32768, np.float32)


def clicks(bpm: float, seconds: float = 20.0, rate: int = 44100) -> Signal:
    signal = silence(seconds, rate, 1)
    for beat in np.arange(0.1, seconds - 0.1, 60 / bpm):
        first = round(beat * rate)
        signal[first : first + 441] = tone(0.01, rate, 1, 1000.0, -6.0)
    return signal


def rain(seconds: float, rate: int = 44100) -> Signal:
    """Drops that fall as they like, 300 a second, over a hiss."""
    draw = np.random.default_rng(5)
    signal = draw.normal(0, 0.02, round(seconds * rate))
    for first in draw.integers(0, len(signal) - 400, round(300 * seconds)):
        signal[first : first + 400] += draw.uniform(0, 0.2) * np.exp(-np.arange(400) / 60) * draw.normal(0, 1, 400)
    return signal.astype(np.float32)[:, None]


MATERIAL: dict[str, tuple[Signal, int]] = {
    "60 BPM": (drum(60, 30), 44100),
    "90 BPM": (drum(90, 20), 44100),
    "120 BPM at 16 kHz": (drum(120, 20, 16000), 16000),
    "174 BPM at 48 kHz": (drum(174, 20, 48000), 48000),
    "unsteady": (drum(104, 30, late=0.03), 44100),
    "four seconds": (drum(140, 4), 44100),
    "with a long pause": (joined(drum(100, 15), silence(10, channels=1), drum(100, 15)), 44100),
    "noise": (noise(20), 44100),
}


@pytest.mark.parametrize("name", MATERIAL)
def test_agrees_with_librosa(name: str, tmp_path: Path) -> None:
    signal, rate = MATERIAL[name]
    told, found = heard(signal, rate, tmp_path)
    stft = Stft(rate, 1)
    mix = signal.mean(axis=1)
    mel = librosa.feature.melspectrogram(y=mix, sr=rate, n_fft=stft.window, hop_length=stft.hop)
    mel_db = np.maximum(librosa.power_to_db(mel, top_db=None), onsets.floor(rate, stft.window)[:, None])
    envelope = librosa.onset.onset_strength(S=mel_db, sr=rate, n_fft=stft.window, hop_length=stft.hop)
    (coarse,) = librosa.feature.tempo(onset_envelope=envelope, sr=rate, hop_length=stft.hop)
    detected = librosa.onset.onset_detect(onset_envelope=envelope, sr=rate, hop_length=stft.hop)

    assert found["onset_strength"] == pytest.approx(envelope, abs=1e-5 * float(envelope.max()))
    assert tempo.librosas(found["onset_strength"], rate / stft.hop) == pytest.approx(coarse, abs=0.005)
    values = numbers(told)
    assert values["onset_density"] == pytest.approx(len(detected) * rate / len(signal), abs=0.001)
    if name != "noise":
        bpm = values["tempo"]
        _, tracked = librosa.beat.beat_track(onset_envelope=envelope, bpm=bpm, sr=rate, hop_length=stft.hop)
        assert values["beat_count"] == len(tracked)
        assert np.rint(found["beats"] * rate / stft.hop).tolist() == tracked.tolist()


def test_the_floor_is_90_db_below_a_full_scale_sine(tmp_path: Path) -> None:
    """At the top of its band; a corner of the triangles is that of the band below."""
    corners = librosa.mel_frequencies(130, fmin=0, fmax=22050)
    full = tone(1, channels=1, hz=float(corners[101]), dbfs=0.0)
    mel = librosa.feature.melspectrogram(y=full[:, 0], sr=44100, n_fft=2048, hop_length=1024)
    loudest = librosa.power_to_db(mel, top_db=None)[100, 10]
    # A sine's power is in three bins, the outer ones a quarter each of the middle one, which a wide band adds up.
    assert onsets.floor(44100, 2048)[100] + 90 == pytest.approx(loudest, abs=2)


@pytest.mark.parametrize("bpm", [55, 72, 90, 104, 120, 128, 140, 150, 174])
def test_the_tempo_of_clicks_is_right_to_a_third_of_a_hundredth(bpm: float, tmp_path: Path) -> None:
    assert numbers(heard(clicks(bpm), 44100, tmp_path)[0])["tempo"] == pytest.approx(bpm, rel=0.003)


def test_beats_of_clicks_between_two_lags_are_not_counted_by_twos(tmp_path: Path) -> None:
    """At 140 BPM a beat is 18.46 frames, two are 36.9: librosa's tempo is 69.8."""
    told, found = heard(clicks(140), 44100, tmp_path)
    assert numbers(told)["beat_count"] == pytest.approx(46, abs=2)
    assert np.median(np.diff(found["beats"])) == pytest.approx(60 / 140, abs=0.02)


@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("hz", [440.0, 997.0, 5000.0])
def test_the_noise_of_16_bits_has_no_onsets(hz: float, dither: bool, tmp_path: Path) -> None:
    told, _ = heard(in_16_bits(tone(8, channels=1, hz=hz, dbfs=-6.0), dither), 44100, tmp_path)
    assert numbers(told) == {"onset_density": 0.0}


@pytest.mark.parametrize("signal", [noise(20), noise(4, channels=1, seed=7), rain(20), rain(5)])
def test_what_follows_no_beat_has_no_tempo(signal: Signal, tmp_path: Path) -> None:
    told, found = heard(signal, 44100, tmp_path)
    reasons = {each.name: each.reason for each in told.descriptors}
    assert reasons["tempo"] == reasons["beat_count"] == "the onsets follow no beat"
    assert numbers(told)["tempo_confidence"] < 0.25
    assert numbers(told)["onset_density"] > 1
    assert "beats" not in found


def test_where_the_blocks_end_changes_nothing(tmp_path: Path) -> None:
    signal = drum(120, 6)
    told, found = heard(signal, 44100, tmp_path)
    told_again, found_again = heard(signal, 44100, tmp_path, block=10_007)
    assert told == told_again
    assert np.array_equal(found["onset_strength"], found_again["onset_strength"])


def test_the_beats_are_where_the_strokes_are(tmp_path: Path) -> None:
    _, found = heard(drum(120, 20), 44100, tmp_path)
    strokes = np.arange(0.3, 19.8, 0.5)
    off = np.abs(found["beats"][:, None] - strokes).min(axis=1)
    assert len(found["beats"]) >= 36
    assert off.max() < 0.05


def test_a_steady_drum_is_surer_than_an_unsteady_one_and_noise_is_not_sure_at_all(tmp_path: Path) -> None:
    steady, unsteady, hiss = (
        numbers(heard(signal, 44100, tmp_path)[0])["tempo_confidence"]
        for signal in (drum(90, 20), drum(90, 20, late=0.05), noise(20))
    )
    assert steady > 0.75
    assert 0.1 < unsteady < 0.7
    assert hiss < 0.05


def test_long_sounds_are_tracked_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = heard(drum(120, 40), 44100, tmp_path)[1]["beats"]
    monkeypatch.setattr(beats, "PIECE_SECONDS", 10.0)
    pieces = heard(drum(120, 40), 44100, tmp_path)[1]["beats"]
    assert len(pieces) == pytest.approx(len(whole), abs=4)
    assert np.isin(pieces, whole).mean() > 0.9


@pytest.mark.parametrize(
    ("signal", "reason"),
    [
        (joined(silence(4), noise(4, dbfs=-61)), "the recording stays below -60 dBFS"),
        (drum(120, 2.9), "the recording is shorter than 3 s"),
        (tone(5), "there are no onsets"),
    ],
)
def test_says_why_there_is_no_tempo(signal: Signal, reason: str, tmp_path: Path) -> None:
    told, found = heard(signal, 44100, tmp_path)
    reasons = {each.name: each.reason for each in told.descriptors}
    assert reasons["tempo"] == reasons["beat_count"] == reasons["tempo_confidence"] == reason
    assert "beats" not in found


def test_a_steady_tone_has_an_onset_density_of_0(tmp_path: Path) -> None:
    assert numbers(heard(tone(5), 44100, tmp_path)[0]) == {"onset_density": 0.0}
