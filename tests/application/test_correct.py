"""Targets and ceilings that make up for what an encoder does."""

import pytest

from application.correct import MARGIN_DB, corrected
from domain.loudness import LoudnessGoal
from domain.proof import Check, Proof
from domain.step import Step

TRIM = Step.of("trim", {})
MP3 = Step.of("transcode", {"format": "mp3"})


def steps(*, limiter: bool) -> tuple[Step, ...]:
    return (TRIM, Step.of("loudness", {"preset": "podcast", "limiter": limiter}), MP3)


def heard(loudness: float, peak: float, *, channels: bool = True) -> Proof:
    return Proof((
        Check("channels", 2, 2, channels),
        Check("integrated_loudness", -16.0, loudness, abs(loudness + 16) <= 0.1, 0.1),
        Check("true_peak", -1.0, peak, peak <= -1.0),
    ))  # fmt: skip


def goal(made: tuple[Step, ...] | None) -> LoudnessGoal:
    assert made is not None
    assert [step.kind for step in made] == ["trim", "loudness", "transcode"]
    return LoudnessGoal.of(made[1])


def test_a_limiter_holds_a_ceiling_lower_by_what_was_over() -> None:
    made = goal(corrected(steps(limiter=True), [heard(-16.0, -0.4)]))
    assert (made.target_lufs, made.ceiling_dbtp) == pytest.approx((-16.0, -1.6 - MARGIN_DB))


def test_a_codec_that_makes_it_quieter_is_met_with_more() -> None:
    made = goal(corrected(steps(limiter=False), [heard(-16.3, -3.0)]))
    assert (made.target_lufs, made.ceiling_dbtp) == pytest.approx((-15.7, -1.0))


def test_files_of_a_split_share_the_worst_peak_and_the_middle_of_the_loudness() -> None:
    made = goal(corrected(steps(limiter=True), [heard(-16.4, -1.2), heard(-16.2, -0.8)]))
    assert (made.target_lufs, made.ceiling_dbtp) == pytest.approx((-15.7, -1.2 - MARGIN_DB))


@pytest.mark.parametrize(
    ("given", "proof"),
    [
        (steps(limiter=False), heard(-16.0, -0.4)),  # nothing holds the peak
        (steps(limiter=False), heard(-19.0, -1.0)),  # no room below the ceiling
        (steps(limiter=True), heard(-16.0, -1.0)),  # nothing was missed
        (steps(limiter=True), heard(-16.0, -0.4, channels=False)),  # no level mends that
        ((TRIM, MP3), heard(-16.3, -3.0)),  # no step to change
    ],
)
def test_what_no_level_can_mend_is_left(given: tuple[Step, ...], proof: Proof) -> None:
    assert corrected(given, [proof]) is None
