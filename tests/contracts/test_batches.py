"""Batches: items in pages, counts that are always right, what is open, and who may write."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.batch import PAGE_ITEMS, STRIPES, Counts, Item, ItemStatus, Making, Selection, Work
from domain.errors import Conflict, Invalid, NotFound, VersionMismatch
from domain.ports.batches import Batches, ItemQuery
from domain.values import Failure, JobId, RecordingId
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_batch, an_item
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race

QUEUED, RUNNING, SUCCEEDED, FAILED = (
    ItemStatus.QUEUED,
    ItemStatus.RUNNING,
    ItemStatus.SUCCEEDED,
    ItemStatus.FAILED,
)


@pytest.fixture
def batches(family: Family) -> Batches:
    return family.batches


def made(batches: Batches, number: int = 1, **changes: object) -> tuple[Item, ...]:
    """A new batch's items, as they are stored."""
    batch = a_batch(**changes)
    batches.add(batch)
    items = tuple(an_item(batch_id=batch.id, library_id=batch.library_id, n=n) for n in range(number))
    making = batches.making(batch.id)
    for start in range(0, number, PAGE_ITEMS):
        page = items[start : start + PAGE_ITEMS]
        making = replace(making, made=start + len(page), version=making.version + 1)
        batches.put_items(page, making, making.version - 1)
    return items


def saved(batches: Batches, items: Sequence[Item]) -> tuple[Item, ...]:
    batches.save_items(items)
    return tuple(items)


def test_what_was_added_is_got_back_unchanged(batches: Batches) -> None:
    ids = tuple(RecordingId(f"recording-{n}") for n in range(3))
    batch = a_batch(settings={"name": "é", "gain_db": -1.5, "n": 1, "on": True, "no": None, "at": ((0.5, 1.0),)})
    for each in (batch, a_batch(work=Work.UNDO, selection=Selection(undoes=batch.id))):
        batches.add(each)
        assert batches.get(LIBRARY, each.id) == each
        assert batches.making(each.id) == Making(each.id)
        assert batches.counts(LIBRARY, each.id) == Counts()
    query = Selection(ids, {"tag": ("a", "b")}, "rows", before=NOON, share=0.5)
    batches.add(a_batch(id=JobId("another"), selection=query))
    assert batches.get(LIBRARY, JobId("another")).selection == query


def test_a_list_of_any_length_is_kept(batches: Batches) -> None:
    long = a_batch(selection=Selection(tuple(RecordingId(f"{n * 2654435761 % 2**32:026d}") for n in range(60_000))))
    batches.add(long)
    assert batches.get(LIBRARY, long.id) == long
    batches.remove(LIBRARY, long.id)
    with pytest.raises(NotFound):
        batches.get(LIBRARY, long.id)


def test_an_id_is_taken_once(batches: Batches) -> None:
    batch = a_batch()
    batches.add(batch)
    with pytest.raises(Conflict):
        batches.add(replace(batch, created_by="another"))
    assert batches.get(LIBRARY, batch.id) == batch


def test_another_librarys_batch_is_as_unknown_as_none(batches: Batches) -> None:
    (item,) = made(batches)
    for library_id, batch_id in ((OTHER_LIBRARY, item.batch_id), (LIBRARY, a_batch().id)):
        for ask in (batches.get, batches.counts, batches.end, batches.reopen):
            with pytest.raises(NotFound):
                ask(library_id, batch_id)
        with pytest.raises(NotFound):
            batches.item(library_id, batch_id, 0)
        for status in (None, QUEUED):
            with pytest.raises(NotFound):
                batches.items(library_id, batch_id, ItemQuery(status))
        batches.remove(library_id, batch_id)
    with pytest.raises(NotFound):
        batches.item(LIBRARY, item.batch_id, 1)
    with pytest.raises(NotFound):
        batches.making(a_batch().id)
    assert batches.open_items(a_batch().id, 0, 10) == ()
    assert batches.item(LIBRARY, item.batch_id, 0) == item


def test_a_page_of_items_is_stored_with_how_far_it_is(batches: Batches) -> None:
    batch = a_batch()
    batches.add(batch)
    items = [an_item(batch_id=batch.id, n=n) for n in range(PAGE_ITEMS)]
    making = Making(batch.id, made=PAGE_ITEMS, cursor="x", requeuing=True, version=2)
    batches.put_items(items, making, 1)
    assert batches.making(batch.id) == making
    assert batches.counts(LIBRARY, batch.id) == Counts({QUEUED: PAGE_ITEMS})
    assert batches.items(LIBRARY, batch.id, ItemQuery()).items == tuple(items)
    done = replace(making, cursor=None, complete=True, requeuing=False, version=3)
    batches.put_items([], done, 2)
    assert batches.making(batch.id) == done


def test_an_item_keeps_all_that_is_known_of_it(batches: Batches) -> None:
    (item,) = made(batches)
    started = item.started(NOON + timedelta(seconds=1))
    ended = started.ended(
        FAILED,
        NOON + timedelta(seconds=2),
        result={"rendition": "é.opus", "lufs": -16.0, "n": 1, "done": False, "why": None},
        before='{"tags":[]}',
        failure=Failure("x", "y"),
        audio_seconds=3.25,
        busy_seconds=0.5,
    )
    ended = replace(ended, settings={"tags": ("a", "b"), "spans": ((0.5, 1.5),)})
    for version in (started, ended):
        saved(batches, [version])
        assert batches.item(LIBRARY, item.batch_id, 0) == version


def test_nothing_of_a_page_is_stored_that_another_maker_was_first_with(batches: Batches) -> None:
    items = made(batches, 2)
    batch_id = items[0].batch_id
    with pytest.raises(VersionMismatch):
        batches.put_items([an_item(batch_id=batch_id, n=2)], Making(batch_id, made=3, version=2), 1)
    with pytest.raises(VersionMismatch):  # an item that is there already is not made anew
        batches.put_items([an_item(batch_id=batch_id, n=n) for n in (1, 2)], Making(batch_id, made=3, version=3), 2)
    assert batches.making(batch_id).version == 2
    assert batches.items(LIBRARY, batch_id, ItemQuery()).items == items
    assert batches.counts(LIBRARY, batch_id) == Counts({QUEUED: 2})
    with pytest.raises(NotFound):
        batches.put_items([], Making(JobId("none"), version=2), 1)


def test_failed_items_are_queued_anew_in_their_next_version(batches: Batches) -> None:
    items = made(batches, 3)
    batch_id = items[0].batch_id
    failed = saved(batches, [item.ended(FAILED, NOON, audio_seconds=1.5) for item in items[:2]])
    again = [item.requeued(NOON) for item in failed]
    batches.put_items(again, Making(batch_id, made=3, cursor="1", requeuing=True, version=3), 2)
    assert batches.items(LIBRARY, batch_id, ItemQuery()).items == (*again, items[2])
    assert batches.counts(LIBRARY, batch_id) == Counts({QUEUED: 3}, audio_seconds=3.0)
    with pytest.raises(VersionMismatch):
        batches.put_items(again, Making(batch_id, made=3, version=4), 3)


def test_items_are_saved_all_or_none(batches: Batches) -> None:
    items = made(batches, 3)
    batch_id = items[0].batch_id
    first = saved(batches, [items[0].started(NOON)])[0]
    for refused in (
        [items[1].started(NOON), items[0].started(NOON)],
        [items[1].started(NOON), replace(items[2], version=3)],
    ):
        with pytest.raises(VersionMismatch):
            batches.save_items(refused)
    with pytest.raises(NotFound):
        batches.save_items([items[1].started(NOON), an_item(batch_id=batch_id, n=3).started(NOON)])
    assert batches.items(LIBRARY, batch_id, ItemQuery()).items == (first, *items[1:])
    assert batches.counts(LIBRARY, batch_id) == Counts({QUEUED: 2, RUNNING: 1})
    batches.save_items([])


def test_counts_are_what_the_items_say(batches: Batches) -> None:
    items = made(batches, PAGE_ITEMS)
    made(batches, 1)
    batch_id = items[0].batch_id
    running = saved(batches, [item.started(NOON) for item in items])
    ended = [
        item.ended(status, NOON, audio_seconds=0.125 * item.n, busy_seconds=0.25)
        for item in running[10:]
        for status in [tuple(ItemStatus)[item.n % 4 + 2]]
    ]
    saved(batches, ended[:15])
    saved(batches, ended[15:])
    saved(batches, [running[0].handed_back(NOON)])
    counts = batches.counts(LIBRARY, batch_id)
    assert counts == Counts.of_items(batches.items(LIBRARY, batch_id, ItemQuery()).items)
    assert counts.by_status == {QUEUED: 1, RUNNING: 9, **dict.fromkeys(tuple(ItemStatus)[2:], 10)}
    assert counts.busy_seconds == 10.0


def test_open_items_are_those_of_the_stripe_that_have_not_ended(batches: Batches) -> None:
    items = made(batches, 3 * STRIPES)
    batch_id = items[0].batch_id
    own = [item for item in items if item.stripe == 3]
    assert batches.open_items(batch_id, 3, 10) == tuple(own)
    own[1] = saved(batches, [own[1].started(NOON)])[0]
    own[2] = saved(batches, [replace(own[2], due_at=NOON + timedelta(hours=1), version=2)])[0]
    assert batches.open_items(batch_id, 3, 10) == tuple(own)
    assert batches.open_items(batch_id, 3, 2) == tuple(own[:2])
    saved(batches, [own[0].ended(SUCCEEDED, NOON)])
    assert batches.open_items(batch_id, 3, 10) == tuple(own[1:])
    own[1] = saved(batches, [own[1].ended(FAILED, NOON)])[0]
    assert batches.open_items(batch_id, 3, 10) == (own[2],)
    own[1] = saved(batches, [own[1].requeued(NOON)])[0]
    assert batches.open_items(batch_id, 3, 10) == tuple(own[1:])


@pytest.mark.parametrize("status", [None, FAILED])
def test_items_come_by_their_number_in_pages(batches: Batches, status: ItemStatus | None) -> None:
    items = made(batches, 20)
    made(batches, 3)
    batch_id = items[0].batch_id
    failed = saved(batches, [item.ended(FAILED, NOON) for item in items if item.n % 3])
    expected = items_by_number = tuple(sorted([*failed, *(item for item in items if not item.n % 3)], key=number))
    if status is not None:
        expected = tuple(item for item in items_by_number if item.status is status)
    seen: tuple[Item, ...] = ()
    query = ItemQuery(status, limit=4)
    while True:
        page = batches.items(LIBRARY, batch_id, query)
        assert len(page.items) <= 4
        seen += page.items
        if page.next_cursor is None:
            break
        query = replace(query, cursor=page.next_cursor)
    assert seen == expected


def number(item: Item) -> int:
    return item.n


def test_a_cursor_is_good_for_its_own_batch_and_status_alone(batches: Batches) -> None:
    mine, other = made(batches, 2)[0].batch_id, made(batches, 2)[0].batch_id
    cursor = batches.items(LIBRARY, mine, ItemQuery(limit=1)).next_cursor
    for batch_id, query in (
        (other, ItemQuery(cursor=cursor)),
        (mine, ItemQuery(QUEUED, cursor=cursor)),
        (mine, ItemQuery(cursor="x")),
    ):
        with pytest.raises(Invalid):
            batches.items(LIBRARY, batch_id, query)


def test_active_ones_are_those_that_have_not_been_ended_oldest_first(batches: Batches) -> None:
    made(batches, 0, library_id=OTHER_LIBRARY)
    young, old, middle = (a_batch(created_at=NOON + timedelta(seconds=at)) for at in (2, 0, 1))
    for batch in (young, old, middle):
        batches.add(batch)
    assert batches.active(LIBRARY) == (old.id, middle.id, young.id)
    for _ in range(2):
        batches.end(LIBRARY, middle.id)
    assert batches.active(LIBRARY) == (old.id, young.id)
    for _ in range(2):
        batches.reopen(LIBRARY, middle.id)
    assert batches.active(LIBRARY) == (old.id, middle.id, young.id)
    assert batches.get(LIBRARY, middle.id) == middle


def test_a_batch_is_removed_with_all_that_belongs_to_it(batches: Batches) -> None:
    items = made(batches, 2 * PAGE_ITEMS)
    kept = made(batches, 2)
    batch = batches.get(LIBRARY, items[0].batch_id)
    for _ in range(2):
        batches.remove(LIBRARY, batch.id)
    assert batches.active(LIBRARY) == (kept[0].batch_id,)
    with pytest.raises(NotFound):
        batches.save_items([items[0].started(NOON)])
    with pytest.raises(NotFound):
        batches.put_items([], Making(batch.id, version=4), 3)
    assert batches.open_items(batch.id, 0, 10) == ()
    batches.add(batch)
    assert batches.items(LIBRARY, batch.id, ItemQuery()).items == ()
    assert batches.counts(LIBRARY, batch.id) == Counts()
    assert batches.items(LIBRARY, kept[0].batch_id, ItemQuery()).items == kept


def test_of_many_who_make_the_same_page_one_wins(batches: Batches) -> None:
    (first,) = made(batches)
    batch_id = first.batch_id

    def make(racer: int) -> None:
        page = [an_item(batch_id=batch_id, n=n, recording_id=RecordingId(f"of-{racer}")) for n in (1, 2)]
        batches.put_items(page, Making(batch_id, made=3, cursor=str(racer), version=3), 2)

    results = race(make)
    assert results.count(None) == 1
    assert sum(isinstance(result, VersionMismatch) for result in results) == RACERS - 1
    winner = results.index(None)
    assert batches.making(batch_id).cursor == str(winner)
    stored = batches.items(LIBRARY, batch_id, ItemQuery()).items
    assert [item.recording_id for item in stored[1:]] == [f"of-{winner}"] * 2
    assert batches.counts(LIBRARY, batch_id) == Counts({QUEUED: 3})


def test_of_many_who_save_the_same_version_one_wins(batches: Batches) -> None:
    items = made(batches, 2)
    outcomes = [
        [item.ended(tuple(ItemStatus)[2 + racer % 4], NOON, busy_seconds=racer) for item in items]
        for racer in range(RACERS)
    ]
    results = race(lambda racer: batches.save_items(outcomes[racer]))
    assert results.count(None) == 1
    assert sum(isinstance(result, VersionMismatch) for result in results) == RACERS - 1
    won = outcomes[results.index(None)]
    assert batches.items(LIBRARY, items[0].batch_id, ItemQuery()).items == tuple(won)
    assert batches.counts(LIBRARY, items[0].batch_id) == Counts.of_items(won)


def test_those_who_save_different_items_at_once_all_count(batches: Batches) -> None:
    items = made(batches, RACERS)
    results = race(lambda racer: batches.save_items([items[racer].ended(SUCCEEDED, NOON, busy_seconds=0.5)]))
    assert results == [None] * RACERS
    assert batches.counts(LIBRARY, items[0].batch_id) == Counts({SUCCEEDED: RACERS}, busy_seconds=0.5 * RACERS)
