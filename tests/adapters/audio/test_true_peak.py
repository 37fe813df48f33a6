"""True peak against doing all the work; against other meters in test_loudness.py and test_ebu.py."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.audio.taps.true_peak import TruePeak, phases
from tests.adapters.audio.reference import numbers, run
from tests.sounds import noise, tone


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), rate=st.sampled_from([8000, 44100, 96000]), shape=st.floats(0.0, 8.0))
def test_leaving_segments_out_never_changes_the_result(seed: int, rate: int, shape: float) -> None:
    line = noise(0.1, rate, 1, 0.0, seed)[:, 0]
    line *= np.abs(np.sin(np.arange(len(line)) / 300)).astype(np.float32) ** shape
    filters = phases(rate)
    padded = np.concatenate([np.zeros(filters.shape[1] - 1), line, np.zeros(filters.shape[1])])
    everything = max(np.abs(np.convolve(padded, phase[::-1], "valid")).max() for phase in filters)
    expected = max(everything, np.abs(line).max())

    heard = numbers(run(TruePeak, line[:, None], rate, Path()))["true_peak"]
    assert heard == pytest.approx(20 * np.log10(expected), abs=1e-3)


def test_above_minus_one_is_a_finding_and_above_zero_a_warning(tmp_path: Path) -> None:
    assert not run(TruePeak, tone(dbfs=-1.5), 44100, tmp_path).findings
    (noted,) = run(TruePeak, tone(dbfs=-0.5), 44100, tmp_path).findings
    (warned,) = run(TruePeak, tone(dbfs=1.0), 44100, tmp_path).findings
    assert (noted.code, noted.severity) == ("true-peak-over", "info")
    assert (warned.code, warned.severity) == ("true-peak-over", "warning")


def test_from_192_khz_on_the_samples_are_close_enough(tmp_path: Path) -> None:
    told = run(TruePeak, tone(0.1, 192_000, 1, dbfs=-6.0), 192_000, tmp_path)
    assert told.descriptors[0].value == pytest.approx(-6.0, abs=0.01)
