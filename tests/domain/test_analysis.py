"""Analyses: keyed by what makes them, with nothing made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analysis import Descriptor, Finding, Severity, analysis_key
from domain.errors import Invalid
from domain.rendition import checked_rendition_name
from domain.values import Scalar
from tests.builders import a_finding, an_analysis

scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())
parameters = st.dictionaries(st.text(max_size=5), scalars, max_size=5)


@given(parameters)
def test_the_order_of_parameters_does_not_matter(made_with: dict[str, Scalar]) -> None:
    turned_round = dict(sorted(made_with.items(), reverse=True))
    assert analysis_key("a", "listen", "1", made_with) == analysis_key("a", "listen", "1", turned_round)


def test_an_analysis_is_completed_by_what_has_not_changed_since() -> None:
    def told(*parts: str) -> tuple[Descriptor, ...]:
        return tuple(Descriptor(f"of {part}", 1.0, "", "", version=part) for part in parts)

    earlier = an_analysis(
        descriptors=told("loudness-1", "key-1", "old-1"),
        findings=(a_finding(version="quality-1"), a_finding(code="hum", version="key-1")),
        parts={"loudness": "1", "quality": "1", "key": "1", "old": "1"},
        artefacts={"waveform.dat": "loudness-1", "keys.json": "key-1", "old.json": "old-1"},
    )
    newer = an_analysis(
        descriptors=told("loudness-2"),
        findings=(a_finding(code="dropouts", version="quality-2"),),
        parts={"loudness": "2", "quality": "2"},
        artefacts={"waveform.dat": "loudness-2"},
    )
    current = {"key": "1", "loudness": "2", "quality": "2"}
    completed = newer.completed(earlier, current)
    assert completed.descriptors == told("key-1", "loudness-2")
    assert [finding.code for finding in completed.findings] == ["hum", "dropouts"]
    assert list(completed.parts.items()) == list(current.items())
    assert completed.artefacts == {"waveform.dat": "loudness-2", "keys.json": "key-1"}
    assert completed.stale_parts(current) == frozenset()


@given(st.tuples(st.text(), st.text(), st.text(), parameters), st.tuples(st.text(), st.text(), st.text(), parameters))
def test_whatever_else_differs_gives_another_key(
    one: tuple[str, str, str, dict[str, Scalar]], two: tuple[str, str, str, dict[str, Scalar]]
) -> None:
    assert (analysis_key(*one) == analysis_key(*two)) == (repr(sorted_parts(one)) == repr(sorted_parts(two)))


def sorted_parts(made_by: tuple[str, str, str, dict[str, Scalar]]) -> tuple[object, ...]:
    return (*made_by[:3], sorted(made_by[3].items()))


def test_a_true_is_not_a_one() -> None:
    assert analysis_key("a", "b", "c", {"x": True}) != analysis_key("a", "b", "c", {"x": 1})


def test_a_descriptor_has_a_value_or_a_reason() -> None:
    Descriptor("loudness", -23.0, "LUFS", "BS.1770-4")
    Descriptor("loudness", None, "LUFS", "BS.1770-4", "The file is silent.")
    with pytest.raises(ValueError, match="loudness"):
        Descriptor("loudness", None, "LUFS", "BS.1770-4")
    with pytest.raises(ValueError, match="loudness"):
        Descriptor("loudness", 0.0, "LUFS", "BS.1770-4", "The file is silent.")


@pytest.mark.parametrize("ranges", [((0.2, 0.1),), ((0.0, 0.2), (0.1, 0.3)), ((-1.0, 0.0),), ((1.0, 2.0), (0.0, 0.5))])
def test_the_ranges_of_a_finding_are_in_order(ranges: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match="clipping"):
        Finding("clipping", Severity.WARNING, "", "", ranges)


def test_ranges_may_touch_and_may_be_points() -> None:
    Finding("clipping", Severity.WARNING, "", "", ((0.0, 0.1), (0.1, 0.1), (0.2, 3.0)))


@pytest.mark.parametrize(
    ("ranges", "seconds", "lasts"),
    [(((0.0, 1.0), (2.0, 3.5)), None, 2.5), (((0.0, 1.0),), 700.0, 700.0), ((), None, None), ((), 3.0, 3.0)],
)
def test_a_finding_lasts_as_long_as_its_ranges_unless_it_says_more(
    ranges: tuple[tuple[float, float], ...], seconds: float | None, lasts: float | None
) -> None:
    assert Finding("clipping", Severity.WARNING, "", "", ranges, seconds).lasts == lasts


@pytest.mark.parametrize("name", ["preview.mp3", "waveform.dat", "a-1.x", "0.png"])
def test_a_renditions_name_has_a_suffix(name: str) -> None:
    assert checked_rendition_name(name) == name


@pytest.mark.parametrize("name", ["", "preview", ".mp3", "A.mp3", "../a.mp3", "a/b.mp3", "a..mp3", "a.mp3\n", "-a.mp3"])
def test_what_is_no_renditions_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        checked_rendition_name(name)
