"""Fundamental frequency against the paper and librosa.yin, and what is said where there is none."""

import math
from pathlib import Path

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.audio.stft import Stft
from adapters.audio.taps.pitch import F_MAX, F_MIN, HOP, THRESHOLD, Pitch
from adapters.audio.taps.tap import Told
from tests.adapters.audio.reference import columns, numbers, run_all
from tests.adapters.audio.voices import voice
from tests.sounds import Signal, joined, noise, silence, tone


def heard(signal: Signal, rate: int, folder: Path, block: int = 65536) -> tuple[Told, NDArray[np.float32]]:
    """What is told, and the column of f0."""
    told = run_all({"descriptors": [Pitch]}, signal, rate, folder, range(0, len(signal), block))
    return told[0], columns(told)["f0"]


def glide(seconds: float, rate: int) -> Signal:
    """Five harmonics that go up and down from 200 Hz by more than an octave, with pauses, in a little noise."""
    t = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(200 * 2 ** (1.5 * np.sin(1.3 * t))) / rate
    wave = sum(0.1 * np.sin(k * phase) / k for k in range(1, 6)) * (np.sin(3 * t) > -0.5)
    return np.asarray(wave[:, None] + noise(seconds, rate, 1, -46.0), np.float32)


def yin(frame: NDArray[np.float64], rate: int) -> tuple[float, float]:
    """Frequency and aperiodicity of a frame, as the paper writes it: word by word, and slowly."""
    shortest, longest = int(rate / F_MAX), math.ceil(rate / F_MIN)
    raw = [np.mean([(frame[j] - frame[j + lag]) ** 2 for j in range(len(frame) - lag)]) for lag in range(longest + 1)]
    d = [1.0] + [raw[lag] / np.mean(raw[1 : lag + 1]) for lag in range(1, longest + 1)]
    troughs = [lag for lag in range(shortest + 1, longest) if d[lag] < THRESHOLD and d[lag - 1] > d[lag] < d[lag + 1]]
    best = troughs[0] if troughs else shortest + int(np.argmin(d[shortest:]))
    if not shortest < best < longest:
        return rate / best, d[best]
    before, after = raw[best - 1] - raw[best], raw[best + 1] - raw[best]
    return rate / (best - (after - before) / 2 / (after + before)), d[best]


def test_agrees_with_the_paper_word_by_word(tmp_path: Path) -> None:
    signal, hop, length = glide(3, 8000), HOP * Stft(8000, 1).hop, 256
    told = run_all({"descriptors": [Pitch]}, signal, 8000, tmp_path, [0])
    f0, aperiodicity = columns(told)["f0"], columns(told)["f0_aperiodicity"]
    padded = np.pad(signal[:, 0].astype(np.float64), length // 2)
    expected = [yin(padded[hop * n : hop * n + length], 8000) for n in range(len(f0))]
    loud = np.isfinite(f0)
    assert f0[loud] == pytest.approx(np.array(expected)[loud, 0], abs=0.01)
    assert aperiodicity[loud] == pytest.approx(np.array(expected)[loud, 1], abs=1e-4)


@pytest.mark.parametrize(("rate", "length"), [(16000, 512), (22050, 1024), (44100, 2048), (96000, 4096)])
def test_agrees_with_librosa_where_short_periods_repeat(rate: int, length: int, tmp_path: Path) -> None:
    """Within half a percent, which is what its parabola is off; it calls the lower ones aperiodic, see `pitch`."""
    signal = glide(10, rate)
    told = run_all({"descriptors": [Pitch]}, signal, rate, tmp_path, [0])
    f0, aperiodicity = columns(told)["f0"], columns(told)["f0_aperiodicity"]
    exact, hop = signal[:, 0].astype(np.float64), HOP * Stft(rate, 1).hop
    reference = librosa.yin(exact, fmin=F_MIN, fmax=F_MAX, sr=rate, frame_length=length, hop_length=hop)
    same = (aperiodicity < THRESHOLD / 2) & (f0 > 200)
    assert same.sum() > 20
    assert f0[same] == pytest.approx(reference[same], rel=5e-3)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("hz", [70.0, 80.0, 95.0, 110.0, 150.0, 200.0])
def test_low_voices_and_tones_are_heard(hz: float, rate: int, tmp_path: Path) -> None:
    """But for the first frame and the last one: half of them lies before the sound and after it."""
    for signal in (voice(hz, rate), tone(12, rate, 1, hz)):
        found = numbers(heard(signal, rate, tmp_path)[0])
        assert found["f0_mean"] == pytest.approx(hz, abs=0.05)
        assert found["periodic_share"] >= 0.98


def test_a_constant_has_no_period(tmp_path: Path) -> None:
    assert numbers(heard(np.full((44100, 1), 0.5, np.float32), 44100, tmp_path)[0]) == {"periodic_share": 0.0}


def test_where_the_blocks_end_changes_nothing(tmp_path: Path) -> None:
    signal = glide(8, 44100)
    _, f0 = heard(signal, 44100, tmp_path)
    _, again = heard(signal, 44100, tmp_path, block=10_007)
    assert np.array_equal(f0, again)


def test_the_figures_are_of_the_periodic_frames_alone(tmp_path: Path) -> None:
    signal = joined(tone(6, 44100, 2, 220.0), noise(5), silence(5), tone(4, 44100, 2, 330.0))
    told, f0 = heard(signal, 44100, tmp_path)
    found = numbers(told)
    assert found["f0_mean"] == pytest.approx(264, abs=1.5)
    assert found["f0_variance"] == pytest.approx(0.4 * 0.6 * 110**2, rel=0.02)
    assert found["periodic_share"] == pytest.approx(2 / 3, abs=0.02)  # the silence is in no frame
    assert told.descriptors[2].value == pytest.approx((220, 220, 220, 330, 330), abs=1.5)
    assert np.isnan(f0).mean() == pytest.approx(0.25, abs=0.01)


def test_frames_below_60_dbfs_are_left_out(tmp_path: Path) -> None:
    """A sine has 3 dB between its peak and its RMS."""
    signal = joined(tone(4, 16000, 1, 200.0, -58.0), tone(4, 16000, 1, 200.0, -56.0))
    _, f0 = heard(signal, 16000, tmp_path)
    assert np.isnan(f0[: len(f0) // 2 - 1]).all()
    assert f0[len(f0) // 2 + 1 : -1] == pytest.approx(200, abs=2)


@pytest.mark.parametrize(
    ("signal", "rate", "reason"),
    [
        (noise(3), 44100, "no frame is periodic"),
        (silence(3), 44100, "no frame is louder than -60 dBFS"),
        (tone(3, 7999), 7999, "the sample rate is below 8000 Hz"),
    ],
)
def test_says_why_there_is_no_f0(signal: Signal, rate: int, reason: str, tmp_path: Path) -> None:
    (told, *_) = run_all({"descriptors": [Pitch]}, signal, rate, tmp_path, [0])
    assert {each.reason for each in told.descriptors[:3]} == {reason}


def test_noise_has_a_periodic_share_of_0_and_silence_none(tmp_path: Path) -> None:
    assert numbers(heard(noise(3), 44100, tmp_path)[0]) == {"periodic_share": 0.0}
    assert numbers(heard(silence(3), 44100, tmp_path)[0]) == {}


def test_samples_beyond_all_measure_give_no_figure_and_no_warning(tmp_path: Path) -> None:
    told, f0 = heard(np.full((50_000, 1), 1e30, np.float32), 44100, tmp_path)
    assert np.isnan(f0).all()
    assert not numbers(told)
