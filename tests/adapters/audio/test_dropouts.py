"""Dropouts: torn sound is found, and pauses, fades, clicks and gates are not."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.audio.chunks import CHUNK_FRAMES
from adapters.audio.taps.dropouts import Dropouts
from adapters.audio.taps.spans import MAX_RANGES
from domain.analysis import Finding
from tests.adapters.audio.reference import run
from tests.sounds import Signal, joined, noise, silence, tone

RATE = 16000


def in_bits(signal: Signal, bits: int = 16) -> Signal:
    steps: Signal = (np.round(signal * 2 ** (bits - 1)) / 2 ** (bits - 1)).astype(np.float32)
    return steps


def found(signal: Signal, rate: int = RATE, bits: int | None = 16) -> Finding | None:
    findings = run(Dropouts, in_bits(signal, bits or 16), rate, Path(), bit_depth=bits).findings
    assert len(findings) <= 1
    return findings[0] if findings else None


def torn(signal: Signal, *gaps: tuple[float, float], rate: int = RATE, channel: int | None = None) -> Signal:
    """Zeros at (seconds, milliseconds), in all channels or one."""
    signal = signal.copy()
    for at, ms in gaps:
        start = round(at * rate)
        signal[start : start + round(ms * rate / 1000), slice(None) if channel is None else channel] = 0
    return signal


SOUND = noise(6, RATE, 2, -12)


@pytest.mark.parametrize("rate", [8000, 44100, 192_000])
def test_torn_sound_is_found_with_times_and_lengths(rate: int) -> None:
    signal = torn(noise(5, rate, 2, -12), (0.5, 1.2), (1.0, 20), (2.0, 1900), rate=rate)
    finding = found(signal, rate)
    assert finding is not None
    assert "3 times" in finding.detail
    assert np.ravel(finding.ranges) == pytest.approx([0.5, 0.5012, 1.0, 1.02, 2.0, 3.9], abs=2.5 / rate)
    assert finding.lasts == pytest.approx(1.9212, abs=5 / rate)


def test_a_dropout_in_one_channel_names_it() -> None:
    finding = found(torn(SOUND, (1.0, 10), channel=1))
    assert finding is not None
    assert "in channel 2 once, for 10.0 ms" in finding.detail


@pytest.mark.parametrize(("ms", "is_found"), [(0.8, False), (600, True), (1990, True), (2010, False)])
def test_shorter_zeros_are_none_and_longer_ones_are_silence(ms: float, is_found: bool) -> None:
    assert (found(torn(SOUND, (1.0, ms))) is not None) == is_found


@settings(max_examples=25, deadline=None)
@given(start=st.integers(-9000, 400), length=st.integers(17, 7900), rest=st.integers(0, 400))
def test_dropouts_across_chunks_are_found_where_they_are(start: int, length: int, rest: int) -> None:
    """Wherever the chunk ends: before, in, at the end of the zeros, or in what follows them."""
    sound = noise((CHUNK_FRAMES + 9000) / RATE, RATE, 1, -6) + np.float32(1)  # never near zero: every edge is torn
    at = CHUNK_FRAMES + start
    sound[at : at + length] = 0
    finding = found(sound[: max(at + length + 160, CHUNK_FRAMES + rest)])
    assert finding is not None
    assert finding.ranges == ((at / RATE, (at + length) / RATE),)


def test_the_edges_of_a_recording_are_no_dropouts() -> None:
    assert found(joined(silence(0.1, RATE), SOUND, silence(0.1, RATE))) is None


def test_zeros_longer_than_a_chunk_are_silence() -> None:
    assert found(joined(SOUND, silence(10, RATE), SOUND)) is None


def words(fade_ms: float, pause_ms: float, floor: float = 0.0) -> Signal:
    """Bursts of a voice that fade in and out, with digital silence or a noise floor between them."""
    many = round(0.4 * RATE)
    ramp = np.minimum(1, np.minimum(np.arange(many), np.arange(many)[::-1]) / (fade_ms * RATE / 1000))
    word = tone(0.4, RATE, 1, 180, -9) * ramp.astype(np.float32)[:, None]
    pause = floor * noise(pause_ms / 1000, RATE, 1, 0)
    return joined(*[word, pause] * 8, word)


@pytest.mark.parametrize("fade_ms", [2, 10, 50])
@pytest.mark.parametrize("pause_ms", [3, 40, 300])
def test_pauses_between_words_are_no_dropouts(fade_ms: float, pause_ms: float) -> None:
    assert found(words(fade_ms, pause_ms)) is None


def plosive(pause_ms: float) -> Signal:
    """A hiss that swells and stops at once, digital silence, and a burst that starts at once."""
    swell = np.linspace(0, 1, round(0.1 * RATE), dtype=np.float32)[:, None]
    burst = np.exp(-np.arange(round(0.05 * RATE)) / (0.01 * RATE)).astype(np.float32)[:, None]
    hissed = noise(0.1, RATE, 1, -20) * swell
    hissed[-1], start = 0.1, tone(0.05, RATE, 1, 900, -12)[2:] * burst[2:]
    return joined(hissed, silence(pause_ms / 1000, RATE, 1), start)


@pytest.mark.parametrize("pause_ms", [11, 60, 250])
def test_closures_before_plosives_in_synthesised_speech_are_none(pause_ms: float) -> None:
    """Each looks torn; that the pauses around them have gentle edges tells that zeros are this recording's silence."""
    closures = joined(*[plosive(pause_ms), silence(0.1, RATE, 1)] * 4)
    assert found(joined(noise(0.3, RATE, 1, -20), plosive(pause_ms), noise(0.3, RATE, 1, -20))) is not None
    assert found(joined(words(10, 40), silence(0.2, RATE, 1), closures, words(10, 40))) is None


def test_a_few_pauses_do_not_hide_torn_sound() -> None:
    """Nor do those between pieces of music, however many."""
    sound = torn(noise(4, RATE, 1, -12), *((0.5 + n / 2, 7.3) for n in range(6)))
    piece = words(10, 2500)
    assert found(joined(piece, sound, words(10, 40)[:RATE], piece)) is not None


def test_pauses_in_one_channel_do_not_hide_what_is_torn_in_the_other() -> None:
    gated = words(10, 100)
    other = torn(noise(len(gated) / RATE, RATE, 1, -12), (1.0, 5))
    finding = found(np.concatenate([gated, other], axis=1))
    assert finding is not None
    assert "in channel 2 once" in finding.detail


def test_a_gate_that_cuts_the_tail_and_opens_on_the_attack_is_none() -> None:
    decay = np.exp(-np.arange(round(0.4 * RATE)) / (0.04 * RATE)).astype(np.float32)[:, None]
    struck = noise(0.4, RATE, 1, -3) * decay
    struck[np.abs(struck).max(axis=1) < 0.003] = 0
    assert found(joined(*[struck, silence(0.05, RATE, 1)] * 8)) is None


def test_cuts_where_the_wave_crosses_zero_are_none() -> None:
    whole = tone(0.5, RATE, 1, 100.0, -6)  # 50 periods
    assert found(joined(whole, silence(0.1, RATE, 1), whole)) is None


def test_clicks_and_pulses_between_zeros_are_none() -> None:
    """Their surroundings are zeros too."""
    clicks = silence(4, RATE, 1)
    clicks[800::800] = 0.9
    assert found(clicks) is None
    pulses = (np.arange(4 * RATE) // 32 % 5 == 0).astype(np.float32)[:, None] * np.float32(0.5)
    assert found(pulses) is None


@pytest.mark.parametrize("bits", [8, 16, None])
def test_soft_sound_of_few_bits_is_none(bits: int | None) -> None:
    """In 8 bits speech below -42 dBFS is zeros and single steps."""
    swell = np.abs(np.sin(np.arange(len(SOUND)) / 5000)).astype(np.float32)[:, None]
    assert found(tone(6, RATE, 2, 150, -30) * swell, bits=bits) is None
    assert found(SOUND * 0.02 * swell, bits=bits) is None


def test_the_list_of_ranges_is_capped_and_words_and_seconds_count_them_all() -> None:
    long = noise(20, RATE, 2, -12)
    finding = found(torn(long, *((0.1 + 0.1 * n, 5) for n in range(150))))
    assert finding is not None
    assert len(finding.ranges) == MAX_RANGES
    times = int(finding.detail.split(" times")[0].split()[-1])
    assert times > 130  # a few edges lie too near to zero
    assert finding.lasts is not None
    assert 115 * 0.005 < finding.lasts < 0.76
