"""Regions: marked by people in what was heard, and what they correct."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import Conflict, Forbidden, IllegalTransition, InvalidStretch, LeaseLost, NotFound, VersionMismatch
from domain.ports.access import AuditQuery
from domain.recording import Recording, Status
from domain.region import Mark, Origin, OriginKind, Region, RegionVerdict
from tests.application.conftest import House
from tests.builders import a_finding, a_prediction, a_recording, an_entry
from tests.faults import Faulty

BARK = Mark(0.25, 0.75, "a bark")
HUM = a_finding(code="hum", ranges=((0.0, 0.5), (1.0, 1.5)), version="hum-2")


def stored(house: House, **changes: Any) -> Recording:
    """As listening leaves it: 1.5 s long, with two channels, where nothing else is said."""
    recording = a_recording(**{"library_id": house.admin.library_id, "findings": (HUM,), **changes})
    house.ports.recordings().add(recording, an_entry(library_id=recording.library_id))
    return recording


def listed(house: House, recording: Recording) -> tuple[Region, ...]:
    found: tuple[Region, ...] = house.use.list_regions()(house.viewer, recording.id)
    return found


def told(house: House) -> list[tuple[str, Any]]:
    return [
        (event.kind, event.data.get("version"))
        for event in house.ports.events().since(house.admin.library_id, "0")
        if event.kind.startswith("region.")
    ]


def test_what_is_marked_is_changed_and_removed_in_view_of_all(house: House) -> None:
    recording = stored(house)
    drawn = house.use.add_region()(house.editor, recording.id, replace(BARK, end=1.75))
    assert drawn.mark == replace(BARK, end=1.5)
    assert (drawn.created_by, drawn.created_at, drawn.origin) == (house.editor.name, house.clock.now(), None)
    assert house.use.get_region()(house.viewer, recording.id, drawn.id) == drawn
    house.clock.advance(60)
    changed = house.use.change_region()(house.admin, recording.id, drawn.id, 1, replace(BARK, note="twice"))
    assert listed(house, recording) == (changed,)
    assert (changed.mark.note, changed.version, changed.updated_at) == ("twice", 2, house.clock.now())
    assert house.use.change_region()(house.admin, recording.id, drawn.id, 2, changed.mark) == changed
    house.use.remove_region()(house.editor, recording.id, drawn.id, 2)
    assert listed(house, recording) == ()
    assert told(house) == [("region.changed", 1), ("region.changed", 2), ("region.removed", None)]


def test_the_history_of_a_recording_tells_of_its_regions(house: House) -> None:
    recording = stored(house)
    region = house.use.add_region()(house.editor, recording.id, BARK)
    house.clock.advance(1)
    house.use.change_region()(house.editor, recording.id, region.id, 1, replace(BARK, label="a howl"))
    house.clock.advance(1)
    house.use.remove_region()(house.editor, recording.id, region.id, 2)
    entries = house.use.search_audit()(house.admin, AuditQuery(subject_id=recording.id)).items
    removed, changed, added = (each for each in entries if each.action.startswith("region."))
    assert {(each.subject_kind, each.actor) for each in entries} == {("recording", house.editor.name)}
    assert [each.action for each in (added, changed, removed)] == ["region.add", "region.change", "region.remove"]
    assert (added.before, removed.after) == ({}, {})
    assert {each["id"] for each in (added.after, changed.before, changed.after, removed.before)} == {region.id}
    assert (changed.before["mark"]["label"], changed.after["mark"]["label"]) == ("a bark", "a howl")


def test_a_range_of_a_finding_is_corrected_and_decided_once(house: House) -> None:
    recording = stored(house)
    asked = Origin(OriginKind.FINDING, "hum", 1)
    dismissed = replace(BARK, verdict=RegionVerdict.DISMISSED)
    region = house.use.add_region()(house.editor, recording.id, dismissed, asked)
    assert (region.origin, region.mark.verdict) == (replace(asked, version="hum-2"), RegionVerdict.DISMISSED)
    with pytest.raises(Conflict) as refusal:
        house.use.add_region()(house.admin, recording.id, BARK, asked)
    assert refusal.value.data["region_id"] == region.id
    house.use.add_region()(house.admin, recording.id, BARK, replace(asked, n=0))
    for missing in (replace(asked, n=2), replace(asked, name="clipping")):
        with pytest.raises(Conflict, match="no range"):
            house.use.add_region()(house.editor, recording.id, BARK, missing)
    assert len(listed(house, recording)) == 2


def test_a_span_of_a_prediction_is_corrected(house: House) -> None:
    recording = stored(house)
    prediction = a_prediction(library_id=recording.library_id, recording_id=recording.id)
    house.ports.predictions().put(prediction)
    asked = Origin(OriginKind.PREDICTION, prediction.key, 1)
    assert house.use.add_region()(house.editor, recording.id, BARK, asked).origin == asked
    for missing in (replace(asked, n=2), replace(asked, name="0")):
        with pytest.raises(Conflict, match=r"no (span|such prediction)"):
            house.use.add_region()(house.editor, recording.id, BARK, missing)


def test_what_does_not_fit_is_refused(house: House) -> None:
    recording = stored(house)
    with pytest.raises(InvalidStretch):
        house.use.add_region()(house.editor, recording.id, replace(BARK, end=2.5))
    region = house.use.add_region()(house.editor, recording.id, BARK)
    with pytest.raises(InvalidStretch):
        house.use.change_region()(house.editor, recording.id, region.id, 1, replace(BARK, start=1.0))
    assert listed(house, recording) == (region,)


def test_a_change_is_for_the_version_that_it_names(house: House) -> None:
    recording = stored(house)
    region = house.use.add_region()(house.editor, recording.id, BARK)
    with pytest.raises(VersionMismatch):
        house.use.change_region()(house.editor, recording.id, region.id, 2, replace(BARK, label="a howl"))
    with pytest.raises(VersionMismatch):
        house.use.remove_region()(house.editor, recording.id, region.id, 2)
    assert listed(house, recording) == (region,)


@pytest.mark.parametrize(
    ("unfit", "words"),
    [
        ({"status": Status.PROCESSING, "audio": None}, "has not been heard"),
        ({"status": Status.FAILED, "audio": None}, "has not been heard"),
        ({"status": Status.TRASHED, "restore_to": Status.READY}, "in the trash"),
    ],
)
def test_nothing_is_marked_in_what_was_never_heard_or_is_in_the_trash(
    house: House, unfit: dict[str, Any], words: str
) -> None:
    recording = stored(house, **unfit)
    with pytest.raises(IllegalTransition, match=words):
        house.use.add_region()(house.editor, recording.id, BARK)
    assert listed(house, recording) == ()


def test_what_is_in_the_trash_keeps_its_regions_as_they_are(house: House) -> None:
    recording = stored(house)
    region = house.use.add_region()(house.editor, recording.id, BARK)
    house.use.trash_recording()(house.editor, recording.id, 1)
    writes: tuple[Callable[[], object], ...] = (
        lambda: house.use.change_region()(house.editor, recording.id, region.id, 1, replace(BARK, label="a howl")),
        lambda: house.use.remove_region()(house.editor, recording.id, region.id, 1),
    )
    for write in writes:
        with pytest.raises(IllegalTransition, match="trash"):
            write()
    assert listed(house, recording) == (region,)


def test_a_recording_has_so_many_regions_and_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.regions.MAX_REGIONS", 2)
    recording = stored(house)
    for _ in range(2):
        house.use.add_region()(house.editor, recording.id, BARK)
    with pytest.raises(Conflict, match="at most 2 regions"):
        house.use.add_region()(house.editor, recording.id, BARK)
    assert len(listed(house, recording)) == 2


def test_viewers_look_and_strangers_do_not(house: House) -> None:
    recording = stored(house)
    region = house.use.add_region()(house.editor, recording.id, BARK)
    writes: tuple[Callable[[], object], ...] = (
        lambda: house.use.add_region()(house.viewer, recording.id, BARK),
        lambda: house.use.change_region()(house.viewer, recording.id, region.id, 1, BARK),
        lambda: house.use.remove_region()(house.viewer, recording.id, region.id, 1),
    )
    for write in writes:
        with pytest.raises(Forbidden):
            write()
    stranger = house.stranger()
    reads: tuple[Callable[[], object], ...] = (
        lambda: house.use.list_regions()(stranger, recording.id),
        lambda: house.use.get_region()(stranger, recording.id, region.id),
        lambda: house.use.add_region()(stranger, recording.id, BARK),
    )
    for read in reads:
        with pytest.raises(NotFound):
            read()
    assert listed(house, recording) == (region,)


def test_regions_go_with_their_recording(house: House) -> None:
    recording, other = stored(house), stored(house)
    for each in (recording, other):
        house.use.add_region()(house.editor, each.id, BARK)
    house.use.trash_recording()(house.editor, recording.id, 1)
    house.clock.advance(timedelta(days=31))
    house.use.empty_trash()()
    assert house.ports.regions().of_recording(recording.library_id, recording.id) == ()
    assert len(listed(house, other)) == 1


def test_what_is_marked_while_its_recording_goes_for_good_goes_too(house: House) -> None:
    recording = stored(house)

    def purged(name: str, _: int) -> None:
        if name == "add":
            house.use.trash_recording()(house.editor, recording.id, 1)
            house.clock.advance(timedelta(days=31))
            house.use.empty_trash()()

    regions = house.ports.regions()
    house.replace("regions", Faulty(regions, before=purged))
    with pytest.raises(LeaseLost):
        house.use.add_region()(house.editor, recording.id, BARK)
    assert regions.of_recording(recording.library_id, recording.id) == ()
