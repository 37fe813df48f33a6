"""Regions: what can be marked in a recording, and what a mark can be about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Conflict, Invalid, InvalidStretch
from domain.region import MAX_LABEL_CHARS, MAX_NOTE_CHARS, Mark, Origin, OriginKind, Region, RegionId, RegionVerdict
from domain.values import RecordingId
from tests.builders import LIBRARY, NOON, a_finding, a_prediction, a_region

BARK = Mark(1.0, 2.0, "a bark")


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        (0.0, 10.0, (0.0, 10.0)),
        (3.0, 3.0, (3.0, 3.0)),
        (10.0, 10.0, (10.0, 10.0)),
        (9.5, 10.5, (9.5, 10.0)),  # as models count in frames of their own
        (10.2, 10.4, (10.0, 10.0)),
    ],
)
def test_a_mark_lies_inside_the_recording_and_may_be_a_point(
    start: float, end: float, kept: tuple[float, float]
) -> None:
    mark = replace(BARK, start=start, end=end).within(10.0, 1)
    assert (mark.start, mark.end) == kept


@pytest.mark.parametrize(
    ("start", "end"),
    [(-0.1, 1.0), (2.0, 1.0), (9.0, 10.6), (11.0, 12.0), (float("nan"), 1.0), (0.0, float("nan")), (0.0, float("inf"))],
)
def test_what_is_no_stretch_of_it_is_refused_with_its_duration(start: float, end: float) -> None:
    with pytest.raises(InvalidStretch) as refusal:
        replace(BARK, start=start, end=end).within(10.0, 1)
    assert refusal.value.data["duration_seconds"] == 10.0


def test_a_channel_is_one_that_the_recording_has() -> None:
    for channel in (None, 0, 1):
        assert replace(BARK, channel=channel).within(10.0, 2).channel == channel
    for channel in (-1, 2):
        with pytest.raises(Invalid, match="0 to 1"):
            replace(BARK, channel=channel).within(10.0, 2)


def test_label_and_note_are_plain_text() -> None:
    told = replace(BARK, label=" <b>owl</b> ", note="x" * MAX_NOTE_CHARS).within(10.0, 1)
    assert (told.label, told.note) == ("<b>owl</b>", "x" * MAX_NOTE_CHARS)
    wrong: list[dict[str, str]] = [
        {"label": ""},
        {"label": "x" * (MAX_LABEL_CHARS + 1)},
        {"label": "a\x00b"},
        {"note": ""},
        {"note": "x" * (MAX_NOTE_CHARS + 1)},
    ]
    for changes in wrong:
        with pytest.raises(Invalid) as refusal:
            replace(BARK, **changes).within(10.0, 1)  # type: ignore[arg-type]  # fields by name
        assert refusal.value.data["field"] in changes


def test_a_verdict_is_about_something() -> None:
    dismissed = replace(BARK, verdict=RegionVerdict.DISMISSED)
    with pytest.raises(Invalid, match="no origin"):
        Region.create(RegionId("1"), LIBRARY, RecordingId("1"), mark=dismissed, origin=None, by="key:1", now=NOON)
    with pytest.raises(Invalid, match="no origin"):
        a_region().marked(dismissed, NOON)
    about = Origin(OriginKind.FINDING, "hum", 0)
    made = Region.create(RegionId("1"), LIBRARY, RecordingId("1"), mark=dismissed, origin=about, by="key:1", now=NOON)
    assert (made.mark, made.origin, made.version, made.created_at) == (dismissed, about, 1, NOON)


def test_another_mark_is_another_version_and_the_same_is_none() -> None:
    region = a_region()
    later = NOON + timedelta(1)
    changed = region.marked(BARK, later)
    assert changed == replace(region, mark=BARK, updated_at=later, version=2)
    assert region.marked(region.mark, later) is region


def test_an_origin_is_a_range_of_a_finding() -> None:
    found = a_finding(code="clipping", ranges=((0.1, 0.2), (0.3, 0.4)), version="clipping-2")
    origins = [Origin.of_finding((a_finding(code="hum"), found), "clipping", n) for n in (0, 1)]
    assert origins == [Origin(OriginKind.FINDING, "clipping", n, "clipping-2") for n in (0, 1)]
    assert Origin.of_finding((a_finding(ranges=()),), "clipping", 0).n == 0, "one that concerns the whole"
    for code, n in (("clipping", 2), ("clipping", -1), ("hum", 0)):
        with pytest.raises(Conflict):
            Origin.of_finding((found,), code, n)


def test_an_origin_is_a_span_of_a_prediction() -> None:
    prediction = a_prediction()
    assert Origin.of_prediction(prediction, 1) == Origin(OriginKind.PREDICTION, prediction.key, 1)
    for n in (-1, 2):
        with pytest.raises(Conflict, match="2"):
            Origin.of_prediction(prediction, n)


def test_origins_are_told_apart_by_their_keys() -> None:
    origin = Origin(OriginKind.FINDING, "hum", 0, "hum-1")
    others = (
        replace(origin, kind=OriginKind.PREDICTION),
        replace(origin, name="clipping"),
        replace(origin, n=1),
        replace(origin, version="hum-2"),
    )
    assert len({each.key for each in (origin, *others)}) == 5
