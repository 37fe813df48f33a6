"""Steady noise is lowered by as much as was asked, and what is not noise is not."""

import numpy as np
import pytest

from adapters.audio.process.steps.denoise import Lowering
from adapters.audio.process.steps.noise import find_noise, window_of
from adapters.audio.process.steps.on_time import on_time
from tests.adapters.audio.process.through import cut, done, joined, level, tone_at
from tests.adapters.audio.voices import speech
from tests.sounds import Signal, noise, silence, tone

RATE = 16000


def gated(on: Signal) -> Signal:
    """There in every other second."""
    return np.where((np.arange(len(on)) // RATE % 2 == 1)[:, None], on, np.float32(0))


def pauses(signal: Signal) -> Signal:
    """The middles of the seconds in which nothing is."""
    return np.concatenate([signal[second * RATE + 4000 : (second + 1) * RATE - 1600] for second in (2, 4)])


@pytest.mark.parametrize(("asked", "off_by"), [(3, 0.5), (12, 0.7), (18, 1.5)])
def test_noise_in_pauses_is_lowered_by_what_was_asked(asked: float, off_by: float) -> None:
    hiss = noise(6, RATE, 2, -40)
    out, notes = done("denoise", hiss + gated(tone(6, RATE, 2, 1000, -15)), RATE, reduction_db=asked)
    assert level(pauses(hiss)) - level(pauses(out)) == pytest.approx(asked, abs=off_by)
    assert notes["noise_dbfs"] == pytest.approx(level(hiss), abs=0.5)


def test_what_stands_out_of_the_noise_keeps_its_level() -> None:
    lines = [500.0, 1234.5, 4000.0]
    voice = gated(np.asarray(sum(tone(6, RATE, 1, hz, -20) for hz in lines), np.float32))
    sound = voice + noise(6, RATE, 1, -40)
    out, _ = done("denoise", sound, RATE, reduction_db=15)
    part = slice(round(3.2 * RATE), round(3.8 * RATE))
    for hz in lines:
        assert tone_at(out[part], RATE, hz) == pytest.approx(tone_at(sound[part], RATE, hz), abs=0.1)
    assert level(out[part] - voice[part]) < level(sound[part] - voice[part]) - 6


@pytest.mark.parametrize(("ratio", "least_gain"), [(20, 1.5), (10, 2.5), (0, 4)])
def test_speech_is_nearer_to_what_it_was_without_the_noise(ratio: float, least_gain: float) -> None:
    clean = speech(12, RATE)
    hiss = noise(12, RATE, 1, 0)
    hiss *= np.float32(10 ** ((level(clean) - ratio - level(hiss)) / 20))
    out, _ = done("denoise", clean + hiss, RATE, reduction_db=12)
    assert level(clean) - level(out - clean) > ratio + least_gain


def test_what_is_left_of_the_noise_does_not_twitter() -> None:
    """The power of noise has a kurtosis of 2 in each bin; lone tones that come and go have far more."""
    out, _ = done("denoise", noise(6, RATE, 1, -30), RATE, reduction_db=12)
    frames = np.lib.stride_tricks.sliding_window_view(out[RATE:, 0], 512)[::256]
    power = np.abs(np.fft.rfft(frames * np.hanning(512), axis=1)[:, 4:-4]) ** 2
    assert np.mean(power**2) / np.mean(power) ** 2 == pytest.approx(2, abs=0.3)


def test_where_nothing_is_lowered_it_comes_out_as_it_was() -> None:
    sound = noise(1, RATE, 3)
    lowering = Lowering(RATE, np.zeros((3, len(window_of(RATE)) // 2 + 1), np.float32), 0.1)
    out = joined(on_time(cut(sound, 999), lowering.feed, lowering.frames, lowering.late))
    np.testing.assert_allclose(out, sound, atol=2e-7)


@pytest.mark.parametrize(
    "sound",
    [
        tone(3, RATE),
        gated(tone(4, RATE)),
        speech(6, RATE, breath=0.05),
        noise(3, RATE)[: RATE // 10],
        silence(2, RATE),
    ],
    ids=["a steady tone", "a tone and digital silence", "speech without noise", "too short to tell", "silence"],
)
def test_what_has_no_steady_noise_is_left_as_it_is(sound: Signal) -> None:
    out, notes = done("denoise", sound, RATE)
    assert out.tobytes() == sound.tobytes()
    assert notes == {"heard": "no steady noise: nothing was done"}


def test_the_spectrum_is_that_of_the_quietest_noise() -> None:
    """Not that of louder noise, which may be applause."""
    quiet, loud = noise(2, RATE, 1, -50), noise(4, RATE, 1, -20, seed=2)
    found = find_noise(cut(np.concatenate([loud, quiet, loud]), 4000), RATE)
    assert found is not None
    assert found.dbfs == pytest.approx(level(quiet), abs=0.3)
    assert found.power.shape == (1, len(window_of(RATE)) // 2 + 1)
    assert 10 * np.log10(found.power[0, 3:-3].max() / found.power[0, 3:-3].min()) < 9


def test_each_channel_has_its_own_noise() -> None:
    both = np.concatenate([noise(4, RATE, 1, -30), noise(4, RATE, 1, -50, seed=2)], axis=1)
    out, _ = done("denoise", both, RATE, reduction_db=10)
    for channel in (0, 1):
        lowered = level(both[RATE:, channel]) - level(out[RATE:, channel])
        assert lowered == pytest.approx(10, abs=0.7)


@pytest.mark.parametrize("rate", [4000, 44100, 192_000])
def test_it_works_at_any_rate(rate: int) -> None:
    hiss = noise(1.5, rate, 1, -30)
    out, _ = done("denoise", hiss, rate, reduction_db=9)
    assert level(hiss[rate // 2 :]) - level(out[rate // 2 :]) == pytest.approx(9, abs=0.7)


@pytest.mark.parametrize("sizes", [(4096,), (1, 5000, 333)])
def test_how_it_is_cut_changes_no_bit(sizes: tuple[int, ...]) -> None:
    sound = noise(1.3, RATE, 2)
    cut_up, _ = done("denoise", sound, RATE, sizes=sizes)
    whole, _ = done("denoise", sound, RATE)
    assert cut_up.tobytes() == whole.tobytes()


@pytest.mark.parametrize("size", [1e15, 1e19, 1e30])
def test_samples_of_any_size_stay_numbers(size: float) -> None:
    """Float files may hold them; their power has no place in single precision."""
    sound = noise(2, RATE, 1, -30)
    sound[RATE:] *= np.float32(size)
    out, _ = done("denoise", sound, RATE)
    assert np.isfinite(out).all()
