"""Some of what `python -m tests.fuzz` would try for hours; the same inputs on every run."""

import pytest

from tests.fuzz import fuzz

INPUTS = 3_000


@pytest.mark.parametrize("seed", [1, 2])
def test_changed_files_are_answered_or_refused_in_bounded_time(seed: int) -> None:
    assert fuzz(seed, range(INPUTS)) == INPUTS
