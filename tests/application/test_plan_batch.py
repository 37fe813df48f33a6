"""What a batch would do is said beforehand, and how long it would take where that is known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from application.item_work import Foreseen
from application.plan_batch import NAMED, WITHIN, Plan
from domain.batch import PAGE_ITEMS, Item, Selection, Work
from domain.errors import NotFound
from domain.parameter import Setting
from domain.recording import Recording
from domain.values import Failure
from tests.application.conftest import House
from tests.application.yard import Chore, Yard
from tests.builders import a_recording, an_audio_format, an_entry
from tests.faults import Faulty


@pytest.fixture
def yard(house: House) -> Yard:
    return Yard(house)


def plan(yard: Yard, selection: Selection, **asked: object) -> Plan:
    planned: Plan = yard.house.use.plan_batch()(yard.house.editor, Work.CHANGE, asked, selection)
    return planned


@dataclass
class Choosy(Chore):
    def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
        if recording.title == "loud":
            return Foreseen(Failure("too-loud", "It is too loud."))
        if recording.title == "odd":
            return Foreseen(changes={"tags": "+dog"})
        return Foreseen(bytes_out=recording.size_bytes // 10)


def test_sums_are_of_what_would_be_done_and_refusals_are_grouped(yard: Yard) -> None:
    yard.put(Choosy())
    titles = ["plain"] * 3 + ["loud"] * (NAMED + 2) + ["odd"]
    made = [
        a_recording(
            library_id=yard.house.admin.library_id,
            title=title,
            size_bytes=1000,
            audio=an_audio_format(duration_seconds=90.0),
        )
        for title in titles
    ]
    for each in made:
        yard.house.ports.recordings().add(each, an_entry(library_id=each.library_id, subject_id=each.id))
    found = plan(yard, Selection(query={}))
    assert (found.recordings, found.refused, found.complete) == (len(titles), NAMED + 2, True)
    assert (found.audio_seconds, found.bytes_in) == (4 * 90.0, 4000)
    assert (found.bytes_out, found.bytes_out_unknown) == (300, 1)
    [refusal] = found.refusals.values()
    assert (refusal.code, refusal.detail, refusal.count) == ("too-loud", "It is too loud.", NAMED + 2)
    assert refusal.recordings == [each.id for each in made[3 : 3 + NAMED]]
    assert found.changes == {made[-1].id: {"tags": "+dog"}}
    assert yard.house.jobs() == ()


def test_nobody_waits_for_more_than_a_part_of_a_large_library(yard: Yard) -> None:
    class Slow(Chore):
        def foreseen(self, settings: Mapping[str, Setting], recording: Recording) -> Foreseen:
            yard.house.clock.advance(WITHIN / 10)
            return Foreseen(bytes_out=0)

    yard.put(Slow())
    yard.recordings(60)
    found = plan(yard, Selection(query={}))
    assert (found.recordings, found.complete) == (10, False)


@pytest.mark.parametrize("is_quick", [True, False])
def test_time_is_reckoned_by_the_latest_batch_of_the_same_work(yard: Yard, is_quick: bool) -> None:
    """Items of 2 s of sound took 4 s each, and two crews are at it: five quick ones take 10 s, whatever their sound,
    and five of 4 s of sound twice as long."""

    def take_four(_item: Item) -> None:
        yard.house.clock.advance(4)

    yard.put(Chore(is_quick, take_four))
    recordings = yard.recordings(10)
    before = plan(yard, Selection(recordings[:5]), recipe="podcast@1")
    assert (before.seconds, before.no_estimate is None) == (None, False)
    for recipe in ("podcast@1", "music@1"):
        start = yard.house.use.start_batch()
        start(yard.house.editor, Work.CHANGE, {"recipe": recipe}, Selection(recordings))
        yard.house.work()
    long = [replace(yard.house.recording(each), audio=an_audio_format(duration_seconds=4.0)) for each in recordings[:5]]
    for each in long:
        changed = replace(each, version=each.version + 1)
        yard.house.ports.recordings().save(changed, each.version, an_entry(library_id=each.library_id))
    seconds = plan(yard, Selection(recordings[:5]), recipe="podcast@1").seconds
    assert seconds == pytest.approx(10.0 if is_quick else 20.0)
    assert plan(yard, Selection(recordings[:5]), recipe="other@1").seconds is None


def test_a_plan_of_what_is_not_there_is_refused(yard: Yard) -> None:
    with pytest.raises(NotFound):
        plan(yard, Selection((a_recording().id,)))


def test_a_sample_of_next_to_nothing_is_no_longer_looked_for_than_all(yard: Yard) -> None:
    yard.recordings(PAGE_ITEMS * 4)
    searched: list[int] = []

    def take_long(name: str, count: int) -> None:
        if name == "search":
            searched.append(count)
            yard.house.clock.advance(WITHIN / 2)

    yard.house.replace("recordings", Faulty(yard.house.ports.recordings(), before=take_long))
    found = plan(yard, Selection(query={}, share=1e-9))
    assert (found.recordings, found.complete, len(searched)) == (0, False, 2)
