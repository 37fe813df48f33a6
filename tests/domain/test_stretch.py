"""What stretches of a recording may be asked for."""

from typing import Any

import pytest

from domain.errors import Invalid, InvalidStretch
from domain.stretch import FrequencyScale, SpectrogramWindow, Stretch, longest


def test_a_stretch_lies_inside_the_recording() -> None:
    assert Stretch.within(10.0, 2.0, 3.5).seconds == 1.5
    assert Stretch.within(10.0, 2.0, None) == Stretch(2.0, 10.0)
    assert Stretch.within(9.9996, 2.0, 10.0) == Stretch(2.0, 9.9996)  # somebody has rounded


def test_all_of_it_is_a_stretch_however_short_and_less_is_none() -> None:
    duration = 2 / 44100
    for end in (None, duration, 0.001):
        assert Stretch.within(duration, 0.0, end) == Stretch(0.0, duration)
    for start, end in ((1 / 44100, None), (0.0, 1 / 44100)):
        with pytest.raises(InvalidStretch):
            Stretch.within(duration, start, end)


@pytest.mark.parametrize(
    ("start", "end"), [(3.0, 2.0), (3.0, 3.0), (-0.1, 3.0), (3.0, 10.01), (10.5, None), (10.0, None)]
)
def test_what_is_empty_or_reaches_beyond_the_end_is_refused_with_the_duration(start: float, end: float | None) -> None:
    with pytest.raises(InvalidStretch) as refusal:
        Stretch.within(10.0, start, end)
    assert refusal.value.data["duration_seconds"] == 10.0


def test_what_is_too_long_is_refused_with_the_maximum_and_another_way() -> None:
    assert Stretch(0.0, 120.0005).at_most(120.0, "").end == 120.0005
    with pytest.raises(InvalidStretch, match="Take two") as refusal:
        Stretch(0.0, 120.1).at_most(120.0, "Take two.")
    assert refusal.value.data["max_seconds"] == 120.0


def test_many_channels_at_a_high_rate_may_be_asked_for_in_shorter_stretches() -> None:
    assert longest(120.0, 40_000_000, 48_000, 2) == 120.0
    assert longest(120.0, 40_000_000, 192_000, 8) == 26.041


def window(**given: Any) -> SpectrogramWindow:
    usual: dict[str, Any] = {
        "rate": 44100, "channels": 2, "width": 100, "height": 50, "scale": FrequencyScale.MEL, "min_hz": None,
        "max_hz": None, "window": 2048, "floor_db": -100.0, "channel": None,
    }  # fmt: skip
    return SpectrogramWindow.of(Stretch(0.0, 1.0), **usual | given)


def test_a_spectrogram_shows_all_frequencies_that_its_scale_can() -> None:
    assert (window().min_hz, window().max_hz) == (0.0, 22050.0)
    assert window(scale=FrequencyScale.LOG).min_hz == 20.0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"max_hz": 22051.0}, "max_hz"),
        ({"min_hz": 300.0, "max_hz": 300.0}, "min_hz"),
        ({"min_hz": -1.0}, "min_hz"),
        ({"min_hz": 5.0, "scale": FrequencyScale.LOG}, "min_hz"),
        ({"window": 2000}, "window"),
        ({"window": 128}, "window"),
        ({"window": 32768}, "window"),
        ({"channel": 2}, "channel"),
    ],
)
def test_what_the_recording_does_not_have_is_refused(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        window(**given)
    assert refusal.value.data["field"] == field
