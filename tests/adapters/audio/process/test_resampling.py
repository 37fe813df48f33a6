"""The step resample: as long as before, to the frame, with the same tones at the same places."""

import numpy as np
import pytest

from adapters.audio.process.steps.resample import resampled_frames
from tests.adapters.audio.process.through import done, frequency, tone_at
from tests.sounds import noise, tone


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("to_rate", [8000, 44100, 48000, 192_000])
def test_a_tone_stays_what_and_where_it_was(rate: int, to_rate: int) -> None:
    sound = tone(0.5, rate, 2, hz=1000, dbfs=-6)
    out, _ = done("resample", sound, rate, sample_rate_hz=to_rate, sizes=(4099, 17))
    assert len(out) == round(0.5 * to_rate)
    assert frequency(out, to_rate) == pytest.approx(1000, rel=1e-4)
    expected = tone(0.5, to_rate, 2, hz=1000, dbfs=-6)
    inner = slice(to_rate // 20, -to_rate // 20)  # without the edges, where the filter hears the silence outside
    np.testing.assert_allclose(out[inner], expected[inner], atol=2e-4)


def test_what_the_new_rate_cannot_hold_is_taken_out() -> None:
    sound = tone(0.5, 48000, 1, hz=6000, dbfs=-6) + tone(0.5, 48000, 1, hz=1000, dbfs=-20)
    out, _ = done("resample", sound, 48000, sample_rate_hz=8000)
    assert tone_at(out, 8000, 2000) < -100  # where 6 kHz would be folded to
    assert tone_at(out, 8000, 1000) == pytest.approx(-20, abs=0.05)


@pytest.mark.parametrize("frames", [1, 2, 3, 100, 441, 44099])
@pytest.mark.parametrize("to_rate", [8000, 11025, 48000, 96000])
def test_it_lasts_as_long_to_the_nearest_frame(frames: int, to_rate: int) -> None:
    sound = noise(frames / 44100, 44100, 1)
    assert len(sound) == frames
    out, _ = done("resample", sound, 44100, sample_rate_hz=to_rate)
    assert len(out) == resampled_frames(frames, 44100, to_rate)
    assert abs(len(out) - max(1, frames * to_rate / 44100)) <= 0.5


@pytest.mark.parametrize("quality", ["medium", "high", "very-high"])
def test_the_blocks_make_no_difference(quality: str) -> None:
    sound = noise(3, 44100, 2)
    whole, _ = done("resample", sound, 44100, sample_rate_hz=48000, quality=quality)
    for sizes in ((1, 50_000), (65536,), (777,)):
        out, _ = done("resample", sound, 44100, sizes=sizes, sample_rate_hz=48000, quality=quality)
        np.testing.assert_array_equal(out, whole)


def test_the_rate_that_it_has_changes_nothing() -> None:
    sound = noise(0.2, 48000)
    np.testing.assert_array_equal(done("resample", sound, 48000, sample_rate_hz=48000)[0], sound)
