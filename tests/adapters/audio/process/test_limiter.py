"""The limiter: nothing above the ceiling, whatever comes, and nothing else changed."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.audio.process.steps.limiter import ATTACK_SECONDS, MARGIN_DB, limited
from adapters.audio.taps.true_peak import TruePeak
from tests.adapters.audio.process.through import cut, joined
from tests.adapters.audio.reference import numbers, run
from tests.sounds import Signal, noise, tone

CEILING = -1.0


def result(signal: Signal, rate: int = 44100, sizes: tuple[int, ...] = (65536,)) -> Signal:
    out = joined(limited(cut(signal, *sizes), rate, signal.shape[1], CEILING))
    assert out.shape == signal.shape
    return out


def loud(kind: str, rate: int) -> Signal:
    """Three quarters of a second, far above the ceiling."""
    draw = np.random.default_rng(3)
    n = round(0.75 * rate)
    t = np.arange(n)
    waves: dict[str, NDArray[np.floating]] = {
        "noise at full scale": draw.uniform(-1, 1, n),
        "noise far beyond it": draw.normal(0, 4, n),
        "noise that swells": draw.normal(0, 3, n) * np.abs(np.sin(2 * np.pi * 150 * t / rate)),
        "single samples": draw.normal(0, 20, n) * (draw.uniform(0, 1, n) > 0.999),
        "a square wave": 2 * np.sign(np.sin(2 * np.pi * 97 * t / rate)),
        "peaks between the samples": 1.4 * np.sin(2 * np.pi * t / 4 + np.pi / 4),
        "turned alternation": 1.4 * (1 - 2.0 * (t % 2)) * np.sign(np.sin(2 * np.pi * 11 * t / rate)),
        "clicks where blocks meet": 30 * ((t == 8191) * 1.0 - (t == 8192)) + 9 * (t % 4096 == 0),
    }
    wave: Signal = waves[kind].astype(np.float32)[:, None]
    return wave


@pytest.mark.parametrize("rate", [8000, 44100, 96000, 192000])
@pytest.mark.parametrize(
    "kind",
    [
        "noise at full scale",
        "noise far beyond it",
        "noise that swells",
        "single samples",
        "a square wave",
        "peaks between the samples",
        "turned alternation",
        "clicks where blocks meet",
    ],
)
def test_no_true_peak_is_above_the_ceiling_and_the_highest_is_at_it(kind: str, rate: int) -> None:
    told = numbers(run(TruePeak, result(loud(kind, rate), rate), rate, Path()))
    assert CEILING - 2 * MARGIN_DB < told["true_peak"] <= CEILING


def test_another_meter_finds_no_peak_above_it() -> None:
    pyebur128 = pytest.importorskip("pyebur128.pyebur128", reason="it has no wheel for this Python")
    out = result(loud("noise that swells", 48000), 48000)
    meter = pyebur128.R128State(1, 48000, pyebur128.MeasurementMode.MODE_TRUE_PEAK)
    meter.add_frames(out[:, 0].copy(), len(out))
    assert 20 * np.log10(pyebur128.get_true_peak(meter, 0)) <= CEILING


def test_what_is_below_the_ceiling_is_left_as_it_is_bit_by_bit_and_in_its_place() -> None:
    signal = noise(1, dbfs=-8)
    assert result(signal).tobytes() == signal.tobytes()


def test_before_the_attack_and_long_after_the_release_nothing_is_changed() -> None:
    signal = noise(3, dbfs=-20)
    signal[44100] = 4.0
    out = result(signal)
    changed = np.flatnonzero((out != signal).any(axis=1))
    assert 44100 - changed[0] <= 2 * ATTACK_SECONDS * 44100 + 30  # each round has its own
    assert 44100 < changed[-1] < 44100 + 2 * 44100
    assert np.abs(out[44100]).max() == pytest.approx(10 ** (CEILING / 20), rel=0.005)


def test_the_channels_are_lowered_together() -> None:
    """Else a voice would wander to the side with each peak of the other channel."""
    signal = np.concatenate([tone(1, channels=1, hz=300, dbfs=6), tone(1, channels=1, hz=500, dbfs=-20)], axis=1)
    out = result(signal)
    left, right = (out[:, n] / np.where(signal[:, n] == 0, 1, signal[:, n]) for n in (0, 1))
    heard = (np.abs(signal) > 1e-3).all(axis=1)
    np.testing.assert_allclose(left[heard], right[heard], rtol=1e-5)
    assert left[heard].mean() == pytest.approx(10 ** ((CEILING - 6) / 20), rel=0.01)


def test_a_tone_beyond_full_scale_stays_a_tone() -> None:
    """Cut off, 9 dB too hot, it would have a third harmonic 17 dB below it."""
    out = result(tone(1, channels=1, hz=200, dbfs=9))[4410:]
    spectrum = np.abs(np.fft.rfft(out[:, 0] * np.blackman(len(out))))
    step = 44100 / len(out)
    assert spectrum[round(600 / step)] < 10 ** (-60 / 20) * spectrum[round(200 / step)]


@pytest.mark.parametrize("sizes", [(8192,), (1, 4099, 17), (100_000,)])
def test_how_it_is_cut_changes_no_bit(sizes: tuple[int, ...]) -> None:
    signal = noise(0.7, dbfs=4)
    assert result(signal, sizes=sizes).tobytes() == result(signal).tobytes()


@pytest.mark.parametrize("frames", [1, 2, 100, 8192, 8193])
def test_short_sounds_come_out_whole(frames: int) -> None:
    out = result(np.full((frames, 2), 0.25, np.float32))
    assert (out == 0.25).all()


def test_there_may_be_no_sound_at_all() -> None:
    assert list(limited(iter(()), 44100, 2, CEILING)) == []
