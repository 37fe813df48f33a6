"""What every store of regions promises."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Conflict, NotFound, VersionMismatch
from domain.ports.access import AuditQuery
from domain.region import Mark, Origin, OriginKind, RegionId, RegionVerdict
from domain.values import RecordingId
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_region, an_entry, an_event, new_id
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race

RECORDING, OTHER_RECORDING = RecordingId("recording-1"), RecordingId("recording-11")
HUM = Origin(OriginKind.FINDING, "hum", 3, "hum-2")


def test_a_region_is_what_was_stored_with_its_entry_and_event(family: Family) -> None:
    mark = Mark(0.1, 0.3, "Käuzchen", channel=1, note="<b>", verdict=RegionVerdict.DISMISSED)
    region, entry, event = a_region(mark=mark, origin=HUM), an_entry(), an_event(id=new_id())
    family.regions.add(region, entry, [event])
    assert family.regions.get(LIBRARY, RECORDING, region.id) == region
    assert family.regions.of_recording(LIBRARY, RECORDING) == (region,)
    assert family.outbox.pending(NOON + timedelta(1), 10) == (event,)
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == (entry,)
    with pytest.raises(Conflict):
        family.regions.add(replace(region, origin=None), an_entry())


def test_a_region_is_known_by_library_recording_and_id(family: Family) -> None:
    region = a_region()
    family.regions.add(region, an_entry())
    for library, recording, name in (
        (OTHER_LIBRARY, RECORDING, region.id),
        (LIBRARY, OTHER_RECORDING, region.id),
        (LIBRARY, RECORDING, RegionId("none")),
    ):
        with pytest.raises(NotFound):
            family.regions.get(library, recording, name)
    assert family.regions.of_recording(OTHER_LIBRARY, RECORDING) == ()
    assert family.regions.of_recording(LIBRARY, OTHER_RECORDING) == ()


def test_they_come_by_start_then_by_id(family: Family) -> None:
    stored = [a_region(mark=Mark(start, 20.0, "x")) for start in (10.0, 2.0, 2.0, 0.0)]
    for region in (*stored[::-1], a_region(recording_id=OTHER_RECORDING)):
        family.regions.add(region, an_entry())
    late, one, other, first = stored
    assert family.regions.of_recording(LIBRARY, RECORDING) == (first, one, other, late)


def test_a_region_is_changed_and_removed_by_version(family: Family) -> None:
    region, entries = a_region(origin=HUM), [an_entry(), an_entry(), an_entry()]
    family.regions.add(region, entries[0])
    changed = replace(region, mark=Mark(1.0, 1.0, "a point"), version=2)
    with pytest.raises(VersionMismatch):
        family.regions.save(changed, 2, an_entry())
    family.regions.save(changed, 1, entries[1])
    assert family.regions.of_recording(LIBRARY, RECORDING) == (changed,)
    with pytest.raises(VersionMismatch):
        family.regions.remove(region, 1, an_entry())
    family.regions.remove(changed, 2, entries[2])
    assert family.regions.of_recording(LIBRARY, RECORDING) == ()
    writes: tuple[Callable[..., None], ...] = (family.regions.save, family.regions.remove)
    for write in writes:
        with pytest.raises(NotFound):
            write(changed, 2, an_entry())
    assert {entry.id for entry in family.audit_trail.search(LIBRARY, AuditQuery()).items} == {e.id for e in entries}


def test_an_origin_has_one_region_in_each_recording(family: Family) -> None:
    first = a_region(origin=HUM)
    family.regions.add(first, an_entry())
    with pytest.raises(Conflict, match=first.id) as refusal:
        family.regions.add(a_region(origin=HUM), an_entry())
    assert refusal.value.data["region_id"] == first.id
    others = [
        a_region(),
        a_region(),
        a_region(origin=replace(HUM, n=4)),
        a_region(origin=replace(HUM, version="hum-3")),
    ]
    for region in (*others, a_region(origin=HUM, recording_id=OTHER_RECORDING)):
        family.regions.add(region, an_entry())
    assert len(family.regions.of_recording(LIBRARY, RECORDING)) == 5
    family.regions.remove(first, 1, an_entry())
    second = a_region(origin=HUM)
    family.regions.add(second, an_entry())
    assert second in family.regions.of_recording(LIBRARY, RECORDING)


def test_of_many_that_correct_the_same_at_once_one_wins(family: Family) -> None:
    regions = [a_region(origin=HUM) for _ in range(RACERS)]
    results = race(lambda n: family.regions.add(regions[n], an_entry()))
    assert sum(isinstance(result, Conflict) for result in results) == RACERS - 1
    (winner,) = family.regions.of_recording(LIBRARY, RECORDING)
    assert winner in regions


def test_all_regions_of_a_recording_are_removed_and_no_others(family: Family) -> None:
    others = a_region(origin=HUM, recording_id=OTHER_RECORDING), a_region(origin=HUM, library_id=OTHER_LIBRARY)
    for region in (a_region(), a_region(origin=HUM), *others):
        family.regions.add(region, an_entry(library_id=region.library_id))
    family.regions.remove_all(LIBRARY, RECORDING)
    family.regions.remove_all(LIBRARY, RECORDING)
    assert family.regions.of_recording(LIBRARY, RECORDING) == ()
    assert family.regions.of_recording(LIBRARY, OTHER_RECORDING) == others[:1]
    assert family.regions.of_recording(OTHER_LIBRARY, RECORDING) == others[1:]
    family.regions.add(a_region(origin=HUM), an_entry())
