"""A batch: its sample, and how far it is."""

from dataclasses import replace

from domain.batch import Making, Selection
from domain.values import JobId, RecordingId
from tests.builders import NOON, new_id


def test_a_share_is_a_sample_and_within_a_year_all_have_their_turn() -> None:
    recordings = [RecordingId(new_id()) for _ in range(600)]
    sample = Selection(query={}, before=NOON, share=1 / 12)
    taken = [
        {each for each in recordings if replace(sample, before=NOON.replace(month=month)).takes(each)}
        for month in range(1, 13)
    ]
    assert set().union(*taken) == set(recordings)
    assert sum(map(len, taken)) == len(recordings)
    assert all(25 <= len(month) <= 80 for month in taken)
    assert all(Selection(query={}).takes(each) for each in recordings)


def test_a_making_says_how_far_it_is() -> None:
    first = Making(JobId("1")).advanced(50, "next", complete=False)
    last = first.advanced(7, None, complete=True)
    assert (last.made, last.cursor, last.complete, last.version) == (57, None, True, 3)
