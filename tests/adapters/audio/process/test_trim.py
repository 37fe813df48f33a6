"""The step trim, where it is known to the frame what is silence."""

from typing import Any

import numpy as np
import pytest

from adapters.audio.process.stage import TrimTooLong
from domain.errors import EmptyAudio
from tests.adapters.audio.process.through import done
from tests.sounds import Signal, joined, noise, silence, tone

RATE = 8000


def sound(before: float = 0.5, after: float = 0.25) -> Signal:
    return joined(silence(before, RATE), tone(1, RATE, hz=500, dbfs=-20), silence(after, RATE))


@pytest.mark.parametrize("sizes", [(65536,), (1, 79, 81), (3001,)])
def test_silence_goes_and_padding_stays(sizes: tuple[int, ...]) -> None:
    whole = sound()
    out, notes = done("trim", whole, RATE, sizes=sizes, padding_seconds=0.1)
    np.testing.assert_array_equal(out, whole[3200:12800])
    assert notes == {"removed_seconds": 0.55, "removed_start_seconds": 0.4, "removed_end_seconds": 0.15}


def test_padding_never_reaches_beyond_the_sound() -> None:
    whole = sound(before=0.1, after=0.0)
    out, notes = done("trim", whole, RATE, padding_seconds=1)
    np.testing.assert_array_equal(out, whole)
    assert notes["removed_seconds"] == 0


@pytest.mark.parametrize(("profile", "starts_at", "padding"), [("speech", 1.0, 0.2), ("music", 0.5, 0.05)])
def test_profiles_know_what_is_quiet(profile: str, starts_at: float, padding: float) -> None:
    """Half a second of noise at -56 dBFS RMS: silence before speech, the first breath of music."""
    quiet = noise(0.5, RATE, dbfs=-56 + 4.77)
    whole = joined(silence(0.5, RATE), quiet, tone(1.5, RATE, hz=500, dbfs=-20))
    out, _ = done("trim", whole, RATE, profile=profile)
    assert len(whole) - len(out) == round((starts_at - padding) * RATE)


def test_one_click_does_not_keep_the_silence_around_it() -> None:
    whole = sound()
    whole[800] = 0.02  # for one frame: its 10 ms are at -53 dBFS
    assert len(done("trim", whole, RATE, padding_seconds=0)[0]) == RATE


def test_one_loud_channel_is_enough() -> None:
    whole = sound()
    whole[:, 0] = 0
    assert len(done("trim", whole, RATE, padding_seconds=0)[0]) == RATE


def test_a_last_moment_shorter_than_ten_milliseconds_counts() -> None:
    whole = joined(sound(after=0.25), tone(0.003, RATE, hz=1000, dbfs=-20))
    out, _ = done("trim", whole, RATE, padding_seconds=0)
    assert len(out) == len(whole) - 4000


def test_where_all_is_silence_nothing_is_left() -> None:
    with pytest.raises(EmptyAudio, match="-50 dBFS"):
        done("trim", noise(1, RATE, dbfs=-60), RATE)


@pytest.mark.parametrize("limit", [{"max_removed_share": 0.2}, {"max_removed_seconds": 0.3}])
def test_more_than_the_limit_is_not_removed(limit: dict[str, Any]) -> None:
    with pytest.raises(TrimTooLong) as stopped:
        done("trim", sound(), RATE, padding_seconds=0, **limit)
    trim = stopped.value.trim
    assert trim.removed_seconds == 0.75
    assert trim.allowed_seconds == pytest.approx(limit.get("max_removed_seconds", 0.35))
