"""The steps gain, channels and fade: what they do to each sample is known beforehand."""

from typing import Any

import numpy as np
import pytest

from domain.errors import Invalid, UnsupportedParameters
from tests.adapters.audio.process.through import done, level
from tests.sounds import Signal, noise, tone

RATE = 8000
SIZES = [(65536,), (1, 700, 33), (4096, 5)]


def three() -> Signal:
    return np.concatenate([noise(1, RATE, 2, seed=1), noise(1, RATE, 1, seed=2)], axis=1)


def test_gain_is_a_factor() -> None:
    sound = noise(1, RATE, 2)
    assert level(done("gain", sound, RATE, gain_db=-6)[0]) == pytest.approx(level(sound) - 6, abs=1e-5)
    np.testing.assert_allclose(done("gain", sound, RATE, gain_db=20)[0], sound * 10, rtol=1e-6)


def test_mono_is_the_mean_of_all_channels() -> None:
    sound = three()
    out, _ = done("channels", sound, RATE, mode="mono")
    np.testing.assert_allclose(out, sound.mean(axis=1, keepdims=True), atol=1e-7)
    opposite = noise(1, RATE, 1)
    assert not done("channels", np.concatenate([opposite, -opposite], axis=1), RATE, mode="mono")[0].any()


def test_channels_are_picked_in_the_order_that_is_asked_for() -> None:
    sound = three()
    np.testing.assert_array_equal(done("channels", sound, RATE, mode="pick", pick=[3, 1])[0], sound[:, [2, 0]])
    np.testing.assert_array_equal(done("channels", sound, RATE, mode="swap")[0], sound[:, [1, 0, 2]])


def test_a_remix_is_the_matrix_times_the_channels() -> None:
    sound, matrix = three(), [[0.5, 0.0, 2.0], [0.0, -1.0, 0.25]]
    out, _ = done("channels", sound, RATE, mode="remix", matrix=matrix)
    np.testing.assert_allclose(out, sound @ np.array(matrix, np.float32).T, atol=1e-6)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"mode": "pick", "pick": [4]}, UnsupportedParameters),
        ({"mode": "pick", "pick": [1.5]}, UnsupportedParameters),
        ({"mode": "pick"}, Invalid),
        ({"mode": "remix"}, Invalid),
        ({"mode": "remix", "matrix": [[1.0, 1.0]]}, UnsupportedParameters),
    ],
)
def test_channels_that_there_are_not_are_refused(asked: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        done("channels", three(), RATE, **asked)


def test_one_channel_cannot_be_swapped() -> None:
    with pytest.raises(UnsupportedParameters):
        done("channels", noise(0.1, RATE, 1), RATE, mode="swap")


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("curve", "middle"), [("linear", 0.5), ("sine", 2**-0.5), ("exponential", 10**-1.5)])
def test_a_fade_begins_and_ends_in_silence_and_leaves_the_rest(
    curve: str, middle: float, sizes: tuple[int, ...]
) -> None:
    sound = np.ones((RATE, 2), np.float32)
    out, _ = done("fade", sound, RATE, sizes=sizes, in_seconds=0.2, out_seconds=0.3, curve=curve)
    assert out[0].tolist() == out[-1].tolist() == [0, 0]
    np.testing.assert_array_equal(out[1600:5599], 1)
    assert (np.diff(out[:1600, 0]) > 0).all()
    assert (np.diff(out[5600:, 0]) < 0).all()
    assert out[800, 0] == pytest.approx(middle, abs=2e-3)
    assert out[-1 - 1200, 1] == pytest.approx(middle, abs=2e-3)


def test_fades_longer_than_the_sound_meet() -> None:
    out, _ = done("fade", np.ones((100, 1), np.float32), 100, in_seconds=2, out_seconds=2, sizes=(7,))
    n = np.arange(100)
    np.testing.assert_allclose(out[:, 0], n / 200 * (99 - n) / 200, atol=1e-6)


def test_no_fade_changes_nothing() -> None:
    sound = tone(0.1, RATE)
    np.testing.assert_array_equal(done("fade", sound, RATE)[0], sound)
