"""Hum is taken out where it is heard, and nothing else."""

import numpy as np
import pytest

from tests.adapters.audio.process.through import done, level, tone_at
from tests.sounds import Signal, noise, tone

RATE = 8000


def hum(hz: float, seconds: float = 8.0, lines: int = 10, dbfs: float = -40.0, channels: int = 1) -> Signal:
    """Ten lines, each 2 dB below the one before."""
    waves = [tone(seconds, RATE, channels, k * hz, dbfs - 2 * k) for k in range(1, lines + 1)]
    return np.asarray(sum(waves), np.float32)


@pytest.mark.parametrize("hz", [50.0, 49.9, 60.0, 60.15])
def test_a_hum_goes_wherever_it_is_and_the_voice_stays(hz: float) -> None:
    voice = tone(8, RATE, 1, 275, -12)
    out, notes = done("hum_removal", voice + hum(hz), RATE)
    steady = out[2 * RATE :]
    for k in range(1, 11):
        assert tone_at(steady, RATE, k * hz) < -40 - 2 * k - 25
    assert tone_at(steady, RATE, 275) == pytest.approx(-12, abs=0.3)  # between two notches
    assert notes["hz"] == pytest.approx(hz, abs=0.05)
    assert notes["notches"] == 10


def test_what_has_no_hum_is_left_as_it_is() -> None:
    sound = noise(6, RATE, 2)
    out, notes = done("hum_removal", sound, RATE)
    assert out.tobytes() == sound.tobytes()
    assert "nothing was done" in str(notes["heard"])


def test_a_drone_that_may_be_meant_is_left_until_it_is_named() -> None:
    drone = hum(50, dbfs=-10)
    out, notes = done("hum_removal", drone, RATE)
    assert out.tobytes() == drone.tobytes()
    assert "the sound itself" in str(notes["heard"])
    named, _ = done("hum_removal", drone, RATE, mains="50")
    assert level(named[2 * RATE :]) < level(drone) - 40


def test_named_mains_are_notched_without_listening() -> None:
    quiet = tone(3, RATE, 1, 60, -60) + tone(3, RATE, 1, 1000, -12)
    out, notes = done("hum_removal", quiet, RATE, mains="60", harmonics=3)
    assert tone_at(out[RATE:], RATE, 60) < -90
    assert notes == {"hz": 60.0, "notches": 3}


def test_multiples_above_half_the_rate_have_no_notch() -> None:
    _, notes = done("hum_removal", noise(1, 1000, 1), 1000, mains="60", harmonics=40)
    assert notes["notches"] == 8


def test_how_wide_a_notch_is() -> None:
    """3 dB down at half of a q-th of the frequency beside it."""
    click = np.zeros((RATE * 4, 1), np.float32)
    click[100] = 1.0
    out, _ = done("hum_removal", click, RATE, mains="50", harmonics=1, q=10)
    hz = np.fft.rfftfreq(len(out), 1 / RATE)
    levels = 20 * np.log10(np.abs(np.fft.rfft(out[:, 0].astype(float))) + 1e-9)
    assert np.interp([47.56, 52.56], hz, levels) == pytest.approx([-3.01, -3.01], abs=0.1)
    assert np.interp([25.0, 100.0], hz, levels) == pytest.approx([0, 0], abs=0.1)


def test_how_it_is_cut_changes_no_bit() -> None:
    sound = noise(4, RATE, 2, -30) + hum(50, 4, channels=2)
    cut, _ = done("hum_removal", sound, RATE, sizes=(1, 5000, 333))
    whole, _ = done("hum_removal", sound, RATE)
    assert cut.tobytes() == whole.tobytes()
