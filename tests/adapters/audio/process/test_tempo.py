"""Speed and pitch: lengths to the sample, frequencies, and where things are afterwards."""

from typing import Any

import numpy as np
import pytest

from tests.adapters.audio.process.through import done, frequency, level
from tests.sounds import Signal, noise, silence, tone

RATE = 22050
FACTORS = [0.25, 0.5, 0.8, 0.99, 1.1, 1.5, 2, 3, 4]


def beats(seconds: float, *places: float) -> Signal:
    """A beat of a tenth of a second that dies away, in soft noise, at each of the places."""
    sound = noise(seconds, RATE, 1, -60)
    beat = tone(0.1, RATE, 1, 1000, 0) * np.exp(-np.arange(round(0.1 * RATE)) / (0.03 * RATE))[:, None]
    for place in places:
        sound[round(place * RATE) :][: len(beat)] += beat.astype(np.float32)
    return sound


def first_loud(sound: Signal, after: float) -> float:
    """Where a beat begins behind that time."""
    first = max(0, round(after * RATE))
    return (first + int(np.argmax(np.abs(sound[first:, 0]) > 0.25))) / RATE


@pytest.mark.parametrize("keep_pitch", [True, False])
@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("frames", [1, 7, 12_345, 60_001])
def test_it_is_as_long_as_it_must_be(factor: float, frames: int, keep_pitch: bool) -> None:
    out, _ = done("speed", noise(3, RATE, 2)[:frames], RATE, factor=factor, keep_pitch=keep_pitch)
    assert len(out) == max(1, round(frames / factor))


@pytest.mark.parametrize("factor", FACTORS)
def test_a_tone_stays_as_high_and_as_loud_as_it_was(factor: float) -> None:
    out, _ = done("speed", tone(4, RATE, 2, 440, -12), RATE, factor=factor)
    middle = out[1000:-1000]
    assert frequency(middle, RATE) == pytest.approx(440, rel=0.0005)
    assert level(middle) == pytest.approx(level(tone(1, RATE, 2, 440, -12)), abs=0.2)


@pytest.mark.parametrize("factor", FACTORS)
def test_noise_stays_as_loud_as_it_was(factor: float) -> None:
    """Where pieces are laid over each other that have nothing in common there would be 1 dB less."""
    out, _ = done("speed", noise(4, RATE, 2, -20), RATE, factor=factor)
    assert level(out) == pytest.approx(level(noise(4, RATE, 2, -20)), abs=0.15)


@pytest.mark.parametrize("factor", FACTORS)
def test_a_beat_is_where_it_should_be(factor: float) -> None:
    """Within what a piece may be moved by and half of it, however long the sound: it does not run away."""
    places = (0.5, 3.033, 7.5)
    out, _ = done("speed", beats(8, *places), RATE, factor=factor)
    for place in places:
        expected = place / factor
        assert first_loud(out, expected - 0.09) == pytest.approx(expected, abs=0.02 * max(1, 1 / factor))


def test_channels_are_cut_at_the_same_places() -> None:
    both = noise(2, RATE, 1).repeat(2, axis=1) * np.array([1.0, -0.5], np.float32)
    out, _ = done("speed", both, RATE, factor=1.3)
    np.testing.assert_allclose(out[:, 1], -0.5 * out[:, 0], atol=1e-6)


@pytest.mark.parametrize(("factor", "hz"), [(0.5, 220), (1.25, 550), (2, 880)])
def test_without_keeping_the_pitch_it_is_played_as_a_tape_is(factor: float, hz: float) -> None:
    out, _ = done("speed", tone(2, RATE, 2, 440, -12), RATE, factor=factor, keep_pitch=False)
    assert frequency(out[500:-500], RATE) == pytest.approx(hz, rel=1e-5)
    beaten, _ = done("speed", beats(2, 0.5, 1.5), RATE, factor=factor, keep_pitch=False)
    for place in (0.5, 1.5):
        assert first_loud(beaten, place / factor - 0.06) == pytest.approx(place / factor, abs=0.001)


@pytest.mark.parametrize("semitones", [-24, -12, -5, -0.5, 1, 7, 12, 24])
def test_a_pitch_is_the_one_that_was_asked_for_and_nothing_gets_longer(semitones: float) -> None:
    out, _ = done("pitch", tone(3, RATE, 2, 440, -12), RATE, semitones=semitones)
    assert len(out) == 3 * RATE
    assert frequency(out[2000:-2000], RATE) == pytest.approx(440 * 2 ** (semitones / 12), rel=0.001)
    assert level(out[2000:-2000]) == pytest.approx(level(tone(1, RATE, 2, 440, -12)), abs=0.2)


@pytest.mark.parametrize("semitones", [-7, 7])
def test_what_is_pitched_stays_in_its_place(semitones: float) -> None:
    burst = silence(4, RATE, 1)
    burst[RATE : RATE + 4000] = tone(1, RATE, 1, 300, -6)[:4000]
    burst[3 * RATE : 3 * RATE + 4000] = tone(1, RATE, 1, 300, -6)[:4000]
    out, _ = done("pitch", burst, RATE, semitones=semitones)
    heard = np.flatnonzero(np.abs(out[:, 0]) > 0.1)
    second = heard[np.argmax(np.diff(heard)) + 1]
    assert (heard[0] / RATE, second / RATE) == pytest.approx((1.0, 3.0), abs=0.025)


@pytest.mark.parametrize(("kind", "asked"), [("speed", {"factor": 1}), ("pitch", {"semitones": 0})])
def test_nothing_asked_changes_nothing(kind: str, asked: dict[str, Any]) -> None:
    sound = noise(0.5, RATE)
    out, _ = done(kind, sound, RATE, **asked)
    assert out.tobytes() == sound.tobytes()


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("speed", {"factor": 1.7}),
        ("speed", {"factor": 3}),
        ("speed", {"factor": 0.9, "keep_pitch": False}),
        ("pitch", {"semitones": -3}),
    ],
)
def test_how_it_is_cut_changes_no_bit(kind: str, asked: dict[str, Any]) -> None:
    sound = noise(3, RATE, 2)
    whole, _ = done(kind, sound, RATE, **asked)
    cut_up, _ = done(kind, sound, RATE, sizes=(1, 50_000, 333), **asked)
    assert cut_up.tobytes() == whole.tobytes()


def test_silence_stays_silence() -> None:
    out, _ = done("speed", silence(1, RATE), RATE, factor=1.3)
    assert not out.any()
