"""Batches as people see them: started, paused, cancelled, retried, decided upon."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from application.item_work import Outcome
from domain.batch import PAGE_ITEMS, Batch, Item, ItemStatus, Selection, Work
from domain.errors import Conflict, Forbidden, IllegalTransition, Invalid, NotFound
from domain.job import JobStatus
from domain.ports.audio import Progress
from domain.ports.batches import ItemQuery
from domain.values import Failure, JobId, RecordingId
from tests.application.conftest import House
from tests.application.yard import Chore, Yard
from tests.builders import a_recording, an_entry
from tests.faults import Faulty, raising


@pytest.fixture
def yard(house: House) -> Yard:
    return Yard(house)


@pytest.mark.parametrize("is_quick", [True, False])
def test_a_list_of_recordings_runs_to_its_end_without_any_time_passing(yard: Yard, is_quick: bool) -> None:
    chore = yard.put(Chore(is_quick))
    recordings = yard.recordings(PAGE_ITEMS + 7)
    batch = yard.start(Selection(recordings))
    yard.house.work()
    assert yard.status(batch) is JobStatus.SUCCEEDED
    assert yard.counts(batch) == {ItemStatus.SUCCEEDED: PAGE_ITEMS + 7}
    assert chore.done == Counter(recordings)
    assert [item.recording_id for item in yard.items(batch)] == list(recordings)
    assert {item.attempts for item in yard.items(batch)} == {1}
    assert len(set(chore.fences)) == len(recordings)
    assert yard.house.ports.batches().active(yard.house.admin.library_id) == ()


def test_the_same_key_starts_a_batch_once(yard: Yard) -> None:
    recordings = yard.recordings(2)
    first = yard.start(Selection(recordings), "nightly")
    assert yard.start(Selection(recordings[:1]), "nightly") == first
    assert yard.start(Selection(recordings), "weekly") != first
    yard.house.work()
    assert yard.start(Selection(recordings), "nightly") == first
    assert yard.chore.done == Counter(dict.fromkeys(recordings, 2))


def test_two_that_start_with_one_key_at_the_same_moment_start_one_batch(yard: Yard) -> None:
    recordings = yard.recordings(2)
    jobs = yard.house.ports.jobs()
    others: list[JobId] = []

    def somebody_is_faster(name: str, _count: int) -> None:
        if name == "add" and not others:
            others.append(JobId(""))
            others[0] = yard.start(Selection(recordings), "nightly")

    yard.house.replace("jobs", Faulty(jobs, before=somebody_is_faster))
    assert yard.start(Selection(recordings), "nightly") == others[0]
    assert yard.house.ports.batches().active(yard.house.admin.library_id) == (others[0],)


@pytest.mark.parametrize(
    ("selection", "refusal"),
    [
        (Selection(), Invalid),
        (Selection((RecordingId("1"),), query={}), Invalid),
        (Selection(query={"colour": ("red",)}), Invalid),
        (Selection(query={}, share=0.0), Invalid),
        (Selection(tuple(RecordingId(str(n)) for n in range(1001))), Invalid),
        (Selection((RecordingId("unknown"),)), NotFound),
        (Selection(undoes=JobId("unknown")), NotFound),
    ],
)
def test_a_selection_that_makes_no_sense_starts_nothing(
    yard: Yard, selection: Selection, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        yard.start(selection)
    assert yard.house.jobs() == ()


def test_only_who_may_write_starts_and_stops_batches(yard: Yard) -> None:
    use, viewer = yard.house.use, yard.house.viewer
    batch = yard.start(Selection(query={}))
    attempts: tuple[Callable[[], object], ...] = (
        lambda: use.start_batch()(viewer, Work.CHANGE, {}, Selection(query={})),
        lambda: use.pause_job()(viewer, batch),
        lambda: use.resume_job()(viewer, batch),
        lambda: use.decide_item()(viewer, batch, 0, approve=True),
    )
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    stranger = yard.house.stranger()
    with pytest.raises(NotFound):
        use.look_at_batch()(stranger, batch)
    with pytest.raises(NotFound):
        use.list_items()(stranger, batch, ItemQuery())
    with pytest.raises(Invalid):
        use.start_batch()(yard.house.editor, Work.UNDO, {}, Selection(query={}))


def test_a_query_is_frozen_at_the_start(yard: Yard) -> None:
    recordings = yard.recordings(3)
    batch = yard.start(Selection(query={"status": ("ready",)}))
    yard.house.clock.advance(1)
    late = a_recording(library_id=yard.house.admin.library_id, created_at=yard.house.clock.now())
    yard.house.ports.recordings().add(late, an_entry(library_id=late.library_id, subject_id=late.id))
    yard.house.work()
    assert yard.chore.done == Counter(recordings)
    assert yard.counts(batch) == {ItemStatus.SUCCEEDED: 3}


def test_one_that_fails_fails_alone_and_is_all_that_a_retry_does(yard: Yard) -> None:
    recordings = yard.recordings(120)
    broken = set(recordings[::2])

    def break_some(item: Item) -> None:
        if item.recording_id in broken:
            raise Conflict("It cannot be done.")

    chore = yard.put(Chore(befall=break_some))
    batch = yard.start(Selection(recordings))
    yard.house.work()
    assert yard.status(batch) is JobStatus.PARTLY_FAILED
    assert yard.counts(batch) == {ItemStatus.SUCCEEDED: 60, ItemStatus.FAILED: 60}
    assert {item.failure for item in yard.items(batch, ItemStatus.FAILED)} == {
        Failure("conflict", "It cannot be done.")
    }
    broken.clear()
    yard.house.use.retry_job()(yard.house.editor, batch)
    yard.house.work()
    assert yard.status(batch) is JobStatus.SUCCEEDED
    assert yard.counts(batch) == {ItemStatus.SUCCEEDED: 120}
    assert chore.done == Counter(recordings)
    with pytest.raises(IllegalTransition):
        yard.house.use.retry_job()(yard.house.editor, batch)


def test_a_paused_batch_waits_and_goes_on_where_it_was(yard: Yard) -> None:
    recordings = yard.recordings(10)
    use, editor = yard.house.use, yard.house.editor

    def pause(item: Item) -> None:
        yard.house.clock.advance(1)
        if item.n == 3:
            use.pause_job()(editor, batch)

    chore = yard.put(Chore(is_quick=False, befall=pause))
    batch = yard.start(Selection(recordings))
    yard.house.work()
    yard.work_on(rounds=5)
    assert yard.status(batch) is JobStatus.PAUSED
    done = chore.done.total()
    assert 0 < done < 10
    assert yard.counts(batch) == {ItemStatus.SUCCEEDED: done, ItemStatus.QUEUED: 10 - done}
    with pytest.raises(IllegalTransition):
        use.pause_job()(editor, batch)
    chore.befall = lambda _item: None
    use.resume_job()(editor, batch)
    yard.house.work()
    assert yard.status(batch) is JobStatus.SUCCEEDED
    assert chore.done == Counter(recordings)


def test_what_is_cancelled_ends_at_once_and_a_retry_does_the_rest(yard: Yard) -> None:
    recordings = yard.recordings(10)

    def cancel(item: Item) -> None:
        yard.house.clock.advance(2)
        if item.n == 4:
            yard.house.use.cancel_job()(yard.house.editor, batch)
            yard.house.clock.advance(2)

    chore = yard.put(Chore(is_quick=False, befall=cancel))
    batch = yard.start(Selection(recordings))
    yard.house.work()
    assert yard.status(batch) is JobStatus.CANCELLED
    assert recordings[4] not in chore.done
    assert yard.items(batch)[4].status is ItemStatus.QUEUED
    assert yard.house.ports.batches().active(yard.house.admin.library_id) == ()
    chore.befall = lambda _item: None
    yard.house.use.retry_job()(yard.house.editor, batch)
    yard.house.work()
    assert yard.status(batch) is JobStatus.SUCCEEDED
    assert chore.done == Counter(recordings)


def test_a_batch_that_is_cancelled_while_its_items_are_made_is_made_to_the_end_by_a_retry(yard: Yard) -> None:
    recordings = yard.recordings(PAGE_ITEMS * 3)
    batches = yard.house.ports.batches()

    def cancel(name: str, count: int) -> None:
        if name == "put_items" and count == 2:
            yard.house.use.cancel_job()(yard.house.editor, batch)

    def fail_first(item: Item) -> None:
        if item.n == 0:
            raise Conflict("Not this one.")

    yard.house.replace("batches", Faulty(batches, after=cancel))
    chore = yard.put(Chore(befall=fail_first))
    batch = yard.start(Selection(recordings))
    yard.house.work()
    assert yard.status(batch) is JobStatus.CANCELLED
    chore.befall = lambda _item: None
    yard.house.use.retry_job()(yard.house.editor, batch)
    yard.work_on(rounds=3)
    assert yard.status(batch) is JobStatus.SUCCEEDED
    assert chore.done == Counter(recordings)


def test_a_person_decides_what_waits_for_review(yard: Yard) -> None:
    recordings = yard.recordings(3)

    @dataclass
    class Doubtful(Chore):
        def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
            done = super().__call__(batch, item, fence, progress)
            if item.settings.get("approved"):
                return done
            return replace(done, status=ItemStatus.REVIEW, failure=Failure("long-trim", "It would lose 9 s."))

    chore = yard.put(Doubtful())
    use, editor = yard.house.use, yard.house.editor
    batch = yard.start(Selection(recordings))
    yard.house.work()
    assert yard.status(batch) is JobStatus.SUCCEEDED
    assert yard.counts(batch) == {ItemStatus.REVIEW: 3}
    assert use.decide_item()(editor, batch, 0, approve=True).status is ItemStatus.QUEUED
    use.decide_item()(editor, batch, 0, approve=True)  # twice is once
    assert use.decide_item()(editor, batch, 1, approve=False).failure.code == "rejected"
    yard.house.work()
    assert yard.counts(batch) == {ItemStatus.SUCCEEDED: 1, ItemStatus.FAILED: 1, ItemStatus.REVIEW: 1}
    assert yard.status(batch) is JobStatus.PARTLY_FAILED
    assert chore.done == {recordings[0]: 2, recordings[1]: 1, recordings[2]: 1}
    with pytest.raises(IllegalTransition):
        use.decide_item()(editor, batch, 1, approve=True)


def test_a_batch_whose_last_item_is_rejected_has_failed(yard: Yard) -> None:
    @dataclass
    class Doubtful(Chore):
        def __call__(self, batch: Batch, item: Item, fence: str, progress: Progress) -> Outcome:
            return Outcome(ItemStatus.REVIEW, failure=Failure("long-trim", "It would lose 9 s."))

    yard.put(Doubtful())
    batch = yard.start(Selection(yard.recordings(2)))
    yard.house.work()
    for n, status in enumerate([JobStatus.PARTLY_FAILED, JobStatus.FAILED]):
        for _ in range(2):  # twice is once
            yard.house.use.decide_item()(yard.house.editor, batch, n, approve=False)
            yard.house.work()
            assert yard.status(batch) is status
    assert yard.counts(batch) == {ItemStatus.FAILED: 2}


def test_a_batch_whose_start_was_cut_off_is_removed_after_a_while(yard: Yard) -> None:
    recordings = yard.recordings(1)
    jobs = yard.house.ports.jobs()
    yard.house.replace("jobs", Faulty(jobs, before=raising("add", ConnectionError())))
    with pytest.raises(ConnectionError):
        yard.start(Selection(recordings))
    yard.house.replace("jobs", jobs)
    going_on = yard.start(Selection(recordings))
    active = yard.house.ports.batches().active
    assert len(active(yard.house.admin.library_id)) == 2
    assert yard.house.use.reconcile_blobs()()["batches_removed"] == 0
    yard.house.clock.advance(3601)
    assert yard.house.use.reconcile_blobs()()["batches_removed"] == 1
    assert active(yard.house.admin.library_id) == (going_on,)
