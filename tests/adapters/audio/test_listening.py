"""What the whole pass tells: every tap is in it, and each keeps to its own names."""

from pathlib import Path

import numpy as np
import pytest

from adapters.audio.listening import TAPS
from tests.adapters.audio.reference import columns, numbers, run_all
from tests.adapters.audio.voices import speech
from tests.sounds import Signal, joined, noise, silence, tone

RHYTHM = {"onset_density", "tempo", "tempo_confidence", "beat_count"}
PITCH = {"f0_mean", "f0_variance", "f0_percentiles", "periodic_share"}
SHARES = {"speech_ratio", "music_ratio", "other_ratio", "silence_ratio"}
NOISE = {"bandwidth_hz", "noise_floor", "snr_estimate"}


def dull(signal: Signal) -> Signal:
    """Without anything above a quarter of its rate."""
    spectrum = np.fft.rfft(signal, axis=0)
    spectrum[len(spectrum) // 2 :] = 0
    return np.fft.irfft(spectrum, len(signal), axis=0).astype(np.float32)


def heard(signal: Signal, folder: Path) -> tuple[list[str], list[str], set[str]]:
    """Names of descriptors, codes of findings, and names of columns."""
    told = run_all(TAPS, signal, 44100, folder, [0])
    descriptors = [descriptor.name for each in told for descriptor in each.descriptors]
    return descriptors, [finding.code for each in told for finding in each.findings], set(columns(told))


def test_the_pass_listens_for_rhythm_pitch_speech_and_noise(tmp_path: Path) -> None:
    notes = joined(*[part for k in range(6) for part in (tone(0.4, hz=220 + 55 * k), silence(0.4))])
    descriptors, _, frames = heard(notes + noise(4.8, dbfs=-50), tmp_path)
    assert set(descriptors) >= RHYTHM | PITCH | SHARES | NOISE
    assert len(set(descriptors)) == len(descriptors)
    assert frames >= {"onset_strength", "beats", "f0", "f0_aperiodicity"}


def test_the_pass_finds_hum_noise_and_cliffs(tmp_path: Path) -> None:
    hum = tone(10, hz=50, dbfs=-40) + tone(10, hz=100, dbfs=-45)
    _, findings, _ = heard(dull(speech(10, 44100, breath=0.6) + hum + noise(10, dbfs=-26)), tmp_path)
    assert {"hum", "low-snr", "band-limited"} <= set(findings)


@pytest.mark.parametrize("rate", [1000, 44100])
@pytest.mark.parametrize("size", [1e-30, 1e30])
def test_samples_of_any_size_give_no_figure_that_is_none(size: float, rate: int, tmp_path: Path) -> None:
    """Float files may hold them; no warning is given either."""
    signal = np.float32(size) * np.random.default_rng(1).normal(size=(4 * rate, 2)).astype(np.float32)
    parts = {part: TAPS[part] for part in ("quality", "descriptors")}
    for told in run_all(parts, signal, rate, tmp_path, [0]):
        for value in numbers(told).values():
            assert np.isfinite(value)
