"""The gain of a loudness match: linear, to the target or to the ceiling, whichever comes first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid, NotMeasured
from domain.loudness import MAX_TARGET_LUFS, MIN_TARGET_LUFS, TRUE_PEAK_CEILING_DBTP, LoudnessGoal, LoudnessMatch
from domain.step import Step


def match(target: float, integrated: float | None, peak: float | None) -> LoudnessMatch:
    return LoudnessMatch.of(target, integrated_lufs=integrated, true_peak_dbtp=peak)


@given(target=st.floats(MIN_TARGET_LUFS, MAX_TARGET_LUFS), integrated=st.floats(-70, 5), headroom=st.floats(-3, 60))
def test_the_target_is_reached_or_the_ceiling_is(target: float, integrated: float, headroom: float) -> None:
    made = match(target, integrated, integrated + headroom)
    assert made.true_peak_dbtp <= TRUE_PEAK_CEILING_DBTP + 1e-9
    assert made.loudness_lufs <= target + 1e-9
    reached = made.loudness_lufs == pytest.approx(target)
    assert reached or made.true_peak_dbtp == pytest.approx(TRUE_PEAK_CEILING_DBTP)
    assert made.short_by_lu == pytest.approx(target - made.loudness_lufs, abs=1e-9)


def test_the_settings_say_what_was_not_reached_and_by_how_much() -> None:
    assert match(-16, -23, -10).settings == {
        "target_loudness_lufs": -16,
        "gain_db": 7.0,
        "loudness_lufs": -16.0,
        "short_by_lu": 0.0,
        "true_peak_dbtp": -3.0,
        "true_peak_ceiling_dbtp": -1.0,
    }
    limited = match(-16, -23, -4.5).settings
    assert (limited["gain_db"], limited["short_by_lu"], limited["true_peak_dbtp"]) == (3.5, 3.5, -1.0)


def test_what_is_louder_becomes_quieter() -> None:
    assert match(-23, -8, 1.5).gain_db == -15


@pytest.mark.parametrize("target", [-40.1, -4.9, float("nan"), float("inf")])
def test_a_target_that_nobody_means_is_refused(target: float) -> None:
    with pytest.raises(Invalid):
        match(target, -23, -3)


@pytest.mark.parametrize(
    ("integrated", "peak", "missing"), [(None, -60.0, "integrated_loudness"), (-20.0, None, "true_peak")]
)
def test_nothing_is_made_up_where_nothing_was_measured(
    integrated: float | None, peak: float | None, missing: str
) -> None:
    with pytest.raises(NotMeasured) as refusal:
        match(-16, integrated, peak)
    assert refusal.value.data["descriptor"] == missing


@pytest.mark.parametrize(
    ("asked", "goal"),
    [
        ({"preset": "atsc-a85"}, LoudnessGoal(-24.0, -2.0, limiter=False)),
        ({"preset": "podcast", "ceiling_dbtp": -3, "limiter": True}, LoudnessGoal(-16.0, -3.0, limiter=True)),
        ({"preset": "podcast", "target_lufs": -19}, LoudnessGoal(-19.0, -1.0, limiter=False)),
        ({"target_lufs": -20}, LoudnessGoal(-20.0, -1.0, limiter=False)),
    ],
)
def test_a_step_says_what_it_is_to_come_to(asked: dict[str, object], goal: LoudnessGoal) -> None:
    assert LoudnessGoal.of(Step.of("loudness", asked)) == goal


def test_a_step_without_preset_and_target_comes_to_nothing() -> None:
    with pytest.raises(Invalid, match="preset or target_lufs"):
        LoudnessGoal.of(Step.of("loudness", {"limiter": True}))
