"""From probabilities to stretches. Frames here have 10 samples, so that places can be reckoned in the head."""

from dataclasses import replace

import pytest

from adapters.models.segments import Rules, Segment, Segments

RULES = Rules(frame=10, threshold=0.5, min_speech=0, min_silence=20, pad=0)
HIGH, MIDDLE, LOW = 1.0, 0.4, 0.0  # the release level is 0.35


def segments(*probabilities: float, rules: Rules = RULES, samples: int | None = None) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in heard(*probabilities, rules=rules, samples=samples)]


def heard(*probabilities: float, rules: Rules = RULES, samples: int | None = None) -> list[Segment]:
    found = Segments(rules)
    for probability in probabilities:  # one at a time, as in blocks of one frame
        found.take([probability])
    return found.ended(10 * len(probabilities) if samples is None else samples)


def test_a_stretch_goes_from_the_threshold_to_where_it_falls_silent() -> None:
    assert segments(LOW, HIGH, HIGH, LOW, LOW, LOW, LOW) == [(10, 30)]
    assert segments(LOW, LOW) == []
    assert segments() == []
    assert segments(0.4999, 0.5, LOW, LOW, LOW) == [(10, 20)]


def test_a_pause_that_is_too_short_parts_nothing() -> None:
    assert segments(HIGH, LOW, LOW, HIGH, LOW, LOW, LOW) == [(0, 40)]
    assert segments(HIGH, LOW, LOW, LOW, HIGH, LOW, LOW, LOW) == [(0, 10), (40, 50)]
    assert segments(HIGH, LOW, HIGH, rules=replace(RULES, min_silence=0)) == [(0, 10), (20, 30)]


def test_what_lies_between_the_levels_decides_nothing() -> None:
    assert segments(MIDDLE, MIDDLE) == [], "it begins nothing"
    assert segments(HIGH, *[MIDDLE] * 9) == [(0, 100)], "it ends nothing"
    assert segments(HIGH, LOW, MIDDLE, MIDDLE, LOW) == [(0, 10)], "and a pause goes on through it"


def test_the_release_level_lies_below_the_threshold_and_above_nothing() -> None:
    assert RULES.release == pytest.approx(0.35)
    assert replace(RULES, threshold=0.1).release == 0.01


def test_what_still_lasts_ends_with_the_sound() -> None:
    assert segments(LOW, HIGH, HIGH, samples=27) == [(10, 27)]
    assert segments(HIGH, LOW, samples=15) == [(0, 15)]


def test_what_is_no_longer_than_the_least_is_dropped() -> None:
    rules = replace(RULES, min_speech=20)
    pause = [LOW] * 3
    assert segments(HIGH, HIGH, *pause, HIGH, HIGH, HIGH, *pause, rules=rules) == [(50, 80)]
    assert segments(HIGH, HIGH, HIGH, rules=rules, samples=20) == []
    assert segments(HIGH, HIGH, HIGH, rules=rules, samples=21) == [(0, 21)]


def test_stretches_are_padded_up_to_the_ends_and_to_half_of_a_gap() -> None:
    rules = replace(RULES, pad=7)
    assert segments(LOW, LOW, HIGH, LOW, LOW, LOW, rules=rules) == [(13, 37)]
    assert segments(HIGH, LOW, rules=rules, samples=12) == [(0, 12)]
    narrow = replace(rules, min_silence=0)
    assert segments(LOW, HIGH, LOW, HIGH, LOW, LOW, rules=narrow) == [(3, 25), (25, 47)]
    assert segments(LOW, HIGH, LOW, LOW, HIGH, LOW, rules=narrow) == [(3, 27), (33, 57)]


def test_the_probability_is_the_mean_of_the_stretch_alone() -> None:
    (one, other) = heard(LOW, 0.6, 0.8, LOW, LOW, LOW, 0.5, 0.2, 0.9, LOW, rules=replace(RULES, pad=10))
    assert one.probability == pytest.approx(0.7)
    assert other.probability == pytest.approx((0.5 + 0.2 + 0.9 + 0) / 4)
