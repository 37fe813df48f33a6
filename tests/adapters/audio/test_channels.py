"""Dead channels, dual mono, inverted phase and offsets: found near their thresholds and not beside them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from adapters.audio.taps.channels import OFFSET, Channels
from adapters.audio.taps.tap import Told
from domain.analysis import Finding
from tests.adapters.audio.reference import numbers, run
from tests.sounds import Signal, joined, noise, silence, tone

RATE = 22050


def told(signal: Signal, layout: str | None = None, rate: int = RATE) -> Told:
    return run(Channels, signal.astype(np.float32), rate, Path(), layout=layout)


def found(signal: Signal, layout: str | None = None) -> dict[str, Finding]:
    return {finding.code: finding for finding in told(signal, layout).findings}


def mixed(voice: Signal, *gains: float) -> Signal:
    """One channel's sound in several, each with its gain."""
    return voice[:, :1] * np.array(gains, np.float32)


def centred(signal: Signal) -> Signal:
    """Around zero in every tenth of a second, as sound is that came through a microphone."""
    tenths = signal.reshape(-1, RATE // 10)
    around_zero: Signal = (tenths - tenths.mean(axis=1, keepdims=True)).reshape(-1, 1)
    return around_zero


VOICE = centred(noise(5, RATE, 1, -12) * np.abs(np.sin(np.arange(5 * RATE) / 3000)).astype(np.float32)[:, None])
OTHER = centred(noise(5, RATE, 1, -12, seed=2))


def test_correlation_and_side_to_mid_are_those_of_the_whole() -> None:
    signal = mixed(VOICE, 1.0, 0.6) + mixed(OTHER, 0.1, -0.4) + np.array([0.02, 0.0], np.float32)
    heard = numbers(told(signal))
    left, right = (signal - signal.astype(np.float64).mean(axis=0)).T
    assert heard["stereo_correlation"] == pytest.approx(np.corrcoef(left, right)[0, 1], abs=6e-4)
    ratio = 10 * np.log10(((left - right) ** 2).mean() / ((left + right) ** 2).mean())
    assert heard["side_to_mid"] == pytest.approx(ratio, abs=6e-4)


@pytest.mark.parametrize(
    ("signal", "correlation", "side_to_mid"),
    [
        (VOICE, "there are not two channels", "there are not two channels"),
        (noise(1, RATE, 3), "there are not two channels", "there are not two channels"),
        (silence(1, RATE), "a channel is silent", "digital silence has no level"),
        (mixed(VOICE, 1, 0), "a channel is silent", 0.0),
        (mixed(VOICE, 1, 1), 1.0, "the channels are the same"),
        (mixed(VOICE, 1, -1), -1.0, "the channels are the same, one of them inverted"),
    ],
)
def test_what_cannot_be_told_has_a_reason(signal: Signal, correlation: float | str, side_to_mid: float | str) -> None:
    said = {each.name: each.reason or each.value for each in told(signal).descriptors}
    assert said == {"stereo_correlation": correlation, "side_to_mid": side_to_mid}


def test_a_channel_of_silence_or_crosstalk_is_dead() -> None:
    assert set(found(mixed(VOICE, 1, 0))) == {"dead-channel"}
    assert set(found(mixed(VOICE, 1, 0) + mixed(OTHER, 0, 0.0003))) == {"dead-channel"}
    assert "Channel 2" in found(mixed(VOICE, 1, 0))["dead-channel"].detail
    assert not found(mixed(VOICE, 1, 0) + mixed(OTHER, 0, 0.003))


def test_a_channel_that_stands_still_beside_zero_is_dead_too() -> None:
    assert "dead-channel" in found(mixed(VOICE, 1, 0) + np.array([0, 0.1], np.float32))


def test_a_channel_that_speaks_once_is_not_dead() -> None:
    assert not found(joined(mixed(VOICE, 1, 0), mixed(VOICE, 1, 0), mixed(VOICE, 0, 1)[:RATE]))


@pytest.mark.parametrize(("layout", "dead"), [("5.1", "Channel 5 is"), ("6.0", "Channels 4 and 5 are")])
def test_low_frequency_effects_may_be_silent(layout: str, dead: str) -> None:
    signal = noise(3, RATE, 6) * np.array([1, 1, 1, 0, 0, 1], np.float32)
    assert found(signal, layout)["dead-channel"].detail.startswith(dead)


@pytest.mark.parametrize("gain", [1.0, 0.5, 0.01])
def test_the_same_sound_twice_is_dual_mono_whatever_the_gain(gain: float) -> None:
    both = found(mixed(VOICE, 1, gain))
    assert set(both) == {"dual-mono"}
    assert ("dB of the first" in both["dual-mono"].detail) == (gain != 1)


@pytest.mark.parametrize(("difference_db", "is_dual"), [(-64, True), (-56, False), (-20, False)])
def test_what_differs_by_less_than_60_db_is_dual_mono(difference_db: float, is_dual: bool) -> None:
    other = OTHER * np.sqrt((VOICE**2).mean() / (OTHER**2).mean()) * 10 ** (difference_db / 20)
    assert ("dual-mono" in found(mixed(VOICE, 1, 1) + mixed(other, 0, 1))) == is_dual


def test_dual_mono_is_seen_beside_an_offset() -> None:
    assert "dual-mono" in found(mixed(VOICE, 1, 1) + np.array([0.02, 0], np.float32))


def test_two_sounds_are_neither_the_same_nor_upside_down() -> None:
    assert not found(mixed(VOICE, 1, 0) + mixed(OTHER, 0, 1))


def test_a_channel_upside_down_is_found_over_its_whole_length() -> None:
    (finding,) = found(mixed(VOICE, 1, -0.8)).values()
    assert finding.code == "inverted-phase"
    assert finding.ranges == ((0.0, 5.0),)
    assert finding.lasts == pytest.approx(5.0)


def test_a_stretch_upside_down_is_found_with_its_times_and_pauses_do_not_part_it() -> None:
    good, bad, pause = mixed(VOICE, 1, 0.7) + mixed(OTHER, 0, 0.3), mixed(VOICE, 1, -1), silence(3, RATE)
    (finding,) = found(joined(good, bad, pause, bad, good)).values()
    assert len(finding.ranges) == 1
    assert finding.ranges[0] == pytest.approx((5, 18), abs=0.5)


@pytest.mark.parametrize(("seconds", "is_found"), [(1.2, False), (3.0, True)])
def test_moments_upside_down_are_an_effect(seconds: float, is_found: bool) -> None:
    good = mixed(VOICE, 1, 0.7) + mixed(OTHER, 0, 0.3)
    signal = joined(good, mixed(VOICE, 1, -1)[: round(seconds * RATE)], good)
    assert ("inverted-phase" in found(signal)) == is_found


def test_a_short_recording_upside_down_is_found() -> None:
    assert found(mixed(VOICE, 1, -1)[:RATE])["inverted-phase"].ranges == ((0.0, 1.0),)


@pytest.mark.parametrize(("correlation", "is_found"), [(-0.95, True), (-0.8, False), (-0.5, False)])
def test_wide_is_not_upside_down(correlation: float, is_found: bool) -> None:
    even = noise(5, RATE, 2, -12)
    other = correlation * even[:, 0] + np.sqrt(1 - correlation**2) * even[:, 1]
    assert ("inverted-phase" in found(np.stack([even[:, 0], other], axis=1))) == is_found


def test_a_whisper_upside_down_takes_nothing_from_the_other_channel() -> None:
    assert "inverted-phase" not in found(mixed(VOICE, 1, -0.05))


@pytest.mark.parametrize(("offset", "is_found"), [(1.05, True), (-1.05, True), (0.95, False)])
def test_an_offset_of_more_than_minus_50_dbfs_is_found(offset: float, is_found: bool) -> None:
    still = found(mixed(VOICE, 1, 0) + mixed(OTHER, 0, 1) + np.array([0, offset * OFFSET], np.float32))
    assert ("dc-offset" in still) == is_found
    if is_found:
        assert f"{offset * OFFSET:+.4f}" in still["dc-offset"].detail
        assert "Channel 2" in still["dc-offset"].detail


@pytest.mark.parametrize(("steps", "is_found"), [(0.5, False), (0.95, False), (1.1, True)])
def test_in_8_bits_an_offset_is_more_than_one_step(steps: float, is_found: bool) -> None:
    off = VOICE + np.float32(steps / 128)
    findings = run(Channels, off, RATE, Path(), bit_depth=8).findings
    assert ("dc-offset" in {finding.code for finding in findings}) == is_found
    assert "dc-offset" in found(off), "which in 16 bits is many steps"


def test_an_offset_stands_also_between_stretches_of_digital_silence() -> None:
    signal = joined(VOICE + np.float32(1.2 * OFFSET), silence(20, RATE, 1))
    assert "dc-offset" in found(signal)


def beats(times: Sequence[float]) -> Signal:
    """Drums whose skin only goes one way."""
    t = np.arange(round(3 * RATE)) / RATE
    hits = np.sum([np.where(t >= at, 0.8 * np.exp(-30 * np.clip(t - at, 0, None)), 0) for at in times], axis=0)
    drummed: Signal = hits.astype(np.float32)[:, None] + noise(3, RATE, 1, -70)
    return drummed


def test_lopsided_sounds_are_no_offset() -> None:
    for signal in (beats([0.1]), beats([0.1, 1.6]), tone(0.3, RATE, 1, 3.0, -6)):
        assert "dc-offset" not in found(signal)
