"""Changes to many recordings, tables, moves, and their being taken back."""

import json
from datetime import timedelta
from typing import Any

import pytest

from application.metadata_import import Meaning
from domain.access import Actor, Role
from domain.batch import ItemStatus, Selection, Work
from domain.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, Unavailable
from domain.job import Job, JobStatus
from domain.ports.batches import ItemQuery
from domain.recording import Recording, Status
from domain.region import Mark
from domain.values import JobId, RecordingId
from tests import sounds
from tests.application.conftest import House
from tests.faults import Faulty, raising

HEADER = "id,title,add_tags,field.site\n"


def kept(house: House, count: int = 3) -> list[RecordingId]:
    sent = [house.send(sounds.tone_wav(0.3, hz=300 + 40 * n), filename=f"{n}.wav").id for n in range(count)]
    house.work()
    return sent


def start(house: House, asked: dict[str, object], selection: Selection, work: Work = Work.CHANGE) -> Job:
    job: Job = house.use.start_batch()(house.admin, work, asked, selection)
    house.work()
    return house.job(job.id)


def undo(house: House, job: Job) -> Job:
    return start(house, {"batch": job.id}, Selection(undoes=job.id), Work.UNDO)


def items(house: House, job: Job) -> list[ItemStatus]:
    return [each.status for each in house.use.list_items()(house.admin, job.id, ItemQuery()).items]


def said(recording: Recording) -> tuple[Any, ...]:
    return recording.title, recording.tags, dict(recording.fields), recording.status


def test_tags_and_fields_of_many_are_changed_and_taken_back(house: House) -> None:
    ids = kept(house)
    before = [said(house.recording(each)) for each in ids]
    job = start(house, {"add_tags": ("owl",), "fields": {"site": "A"}}, Selection(query={}))
    assert (job.status, items(house, job)) == (JobStatus.SUCCEEDED, [ItemStatus.SUCCEEDED] * 3)
    for each in ids:
        assert house.recording(each).tags == ("owl",)
        assert house.recording(each).fields == {"site": "A"}
    again = start(house, {"add_tags": ("owl",)}, Selection(query={}))
    assert items(house, again) == [ItemStatus.SKIPPED] * 3
    assert undo(house, job).status is JobStatus.SUCCEEDED
    assert [said(house.recording(each)) for each in ids] == before


def test_what_somebody_has_changed_since_is_left_by_the_undo(house: House) -> None:
    one, other = kept(house, 2)
    job = start(house, {"title": "Same"}, Selection((one, other)))
    version = house.recording(one).version
    house.use.describe_recording()(house.editor, one, version, title="Mine")
    undone = undo(house, job)
    assert (undone.status, items(house, undone)) == (
        JobStatus.PARTLY_FAILED,
        [ItemStatus.FAILED, ItemStatus.SUCCEEDED],
    )
    assert (house.recording(one).title, house.recording(other).title) == ("Mine", "1")


def test_a_change_that_was_cut_off_before_it_was_on_record_can_be_taken_back_all_the_same(house: House) -> None:
    (one,) = kept(house, 1)
    batches = house.ports.batches()

    def dies(name: str, count: int) -> None:
        if name == "save_items" and count == 1:
            raise ConnectionError

    house.replace("batches", Faulty(batches, before=dies))
    job = house.use.start_batch()(house.admin, Work.CHANGE, {"title": "New"}, Selection((one,)))
    for _ in range(20):
        house.work()
        house.clock.advance(60)
        house.use.sweep()()
        if house.job(job.id).is_settled:
            break
    assert house.recording(one).title == "New"
    assert items(house, job) == [ItemStatus.SUCCEEDED], "the trail knows that it was this batch"
    undo(house, job)
    assert house.recording(one).title == "0"


def cut_off(house: House, asked: dict[str, object], selection: Selection) -> Job:
    """A batch whose items are done, and whose worker is lost before any end is on record; then somebody cancels it."""
    batches = house.ports.batches()

    def dies(name: str, _count: int) -> None:
        if name == "save_items":
            raise ConnectionError

    house.replace("batches", Faulty(batches, before=dies))
    job = house.use.start_batch()(house.admin, Work.CHANGE, asked, selection)
    house.work()
    house.replace("batches", batches)
    house.use.cancel_job()(house.admin, job.id)
    return house.job(job.id)


@pytest.mark.parametrize(
    "asked", [{"add_tags": ("owl",), "fields": {"n": 1}}, {"action": "trash"}], ids=["describe", "trash"]
)
def test_what_a_cancelled_batch_did_without_saying_so_is_taken_back_too(house: House, asked: dict[str, object]) -> None:
    ids = kept(house, 2)
    before = [said(house.recording(each)) for each in ids]
    job = cut_off(house, asked, Selection(tuple(ids)))
    assert [said(house.recording(each)) for each in ids] != before
    assert job.status is JobStatus.CANCELLED
    assert undo(house, job).status is JobStatus.SUCCEEDED
    assert [said(house.recording(each)) for each in ids] == before


def test_what_a_cancelled_batch_has_not_done_is_left(house: House) -> None:
    (one,) = kept(house, 1)
    trash = house.use.start_batch()(house.admin, Work.CHANGE, {"action": "trash"}, Selection((one,)))
    house.use.cancel_job()(house.admin, trash.id)
    house.use.trash_recording()(house.editor, one, house.recording(one).version)
    assert items(house, undo(house, trash)) in ([], [ItemStatus.SKIPPED])
    assert house.recording(one).status is Status.TRASHED, "somebody else has put it there"


def test_many_go_into_the_trash_and_come_back(house: House) -> None:
    ids = kept(house)
    trashed = start(house, {"action": "trash"}, Selection(tuple(ids)))
    assert {house.recording(each).status for each in ids} == {Status.TRASHED}
    restored = start(house, {"action": "restore"}, Selection(query={"status": ("trashed",)}))
    assert {house.recording(each).status for each in ids} == {Status.READY}
    undo(house, restored)
    assert {house.recording(each).status for each in ids} == {Status.TRASHED}
    undo(house, trashed)
    assert {house.recording(each).status for each in ids} == {Status.READY}


def a_key_elsewhere(house: House, role: Role = Role.EDITOR) -> tuple[Actor, str]:
    stranger = house.stranger()
    _, token = house.use.create_key()(stranger, "movers", role)
    return stranger, token


def test_recordings_move_to_another_library_and_back(house: House) -> None:
    one, other = kept(house, 2)
    house.use.describe_recording()(house.editor, one, house.recording(one).version, title="Owl", tags=("bird",))
    stranger, token = a_key_elsewhere(house)
    theirs, _ = house.use.receive_recording()(
        stranger, filename="same.wav", content_type="audio/wav", chunks=[sounds.tone_wav(0.3, hz=340)]
    )
    job = start(house, {"key": token}, Selection((one, other)), Work.MOVE)
    assert items(house, job) == [ItemStatus.SUCCEEDED] * 2
    assert token not in json.dumps(dict(house.ports.batches().get(house.admin.library_id, job.id).settings))
    assert {house.recording(each).status for each in (one, other)} == {Status.TRASHED}
    results = [each.result for each in house.use.list_items()(house.admin, job.id, ItemQuery()).items]
    assert [each["made"] for each in results] == [True, False], "the other library had the second one's bytes"
    moved = house.use.get_recording()(stranger, RecordingId(str(results[0]["recording"])))
    assert (moved.title, moved.tags, moved.status) == ("Owl", ("bird",), Status.READY)
    assert moved.sha256 == house.recording(one).sha256
    assert results[1]["recording"] == theirs.id
    undo(house, job)
    assert {house.recording(each).status for each in (one, other)} == {Status.READY}
    assert house.use.get_recording()(stranger, moved.id).status is Status.TRASHED
    assert house.use.get_recording()(stranger, theirs.id).status is Status.READY


def moved_away(house: House, recording_id: RecordingId) -> tuple[Job, Actor, RecordingId]:
    stranger, token = a_key_elsewhere(house)
    job = start(house, {"key": token}, Selection((recording_id,)), Work.MOVE)
    (item,) = house.use.list_items()(house.admin, job.id, ItemQuery()).items
    return job, stranger, RecordingId(str(item.result["recording"]))


def test_what_people_have_marked_moves_along(house: House) -> None:
    (one,) = kept(house, 1)
    mark = Mark(0.1, 0.2, "a howl", note="at last")
    drawn = house.use.add_region()(house.editor, one, mark)
    job, stranger, moved = moved_away(house, one)
    (there,) = house.use.list_regions()(stranger, moved)
    assert (there.mark, there.created_by, there.recording_id) == (mark, house.editor.name, moved)
    assert there.id != drawn.id
    assert undo(house, job).status is JobStatus.SUCCEEDED, "what came along is no change that somebody made there"
    assert house.use.list_regions()(house.viewer, one) == (drawn,)


def test_what_was_marked_in_the_other_library_stays_there(house: House) -> None:
    (one,) = kept(house, 1)
    job, stranger, moved = moved_away(house, one)
    house.use.add_region()(stranger, moved, Mark(0.1, 0.2, "theirs"))
    assert undo(house, job).status is JobStatus.FAILED
    assert house.use.get_recording()(stranger, moved).status is Status.READY


def test_what_has_left_the_trash_for_good_stays_in_the_library_that_it_was_moved_to(house: House) -> None:
    (one,) = kept(house, 1)
    job, stranger, moved = moved_away(house, one)
    house.clock.advance(timedelta(days=400).total_seconds())
    house.use.empty_trash()()
    with pytest.raises(NotFound):
        house.recording(one)
    undone = undo(house, job)
    assert (undone.status, items(house, undone)) == (JobStatus.FAILED, [ItemStatus.FAILED])
    assert house.use.get_recording()(stranger, moved).status is Status.READY


def test_only_an_administrator_takes_a_move_back(house: House) -> None:
    (one,) = kept(house, 1)
    job, stranger, moved = moved_away(house, one)
    with pytest.raises(Forbidden):
        house.use.start_batch()(house.editor, Work.UNDO, {"batch": job.id}, Selection(undoes=job.id))
    assert house.use.get_recording()(stranger, moved).status is Status.READY


def test_what_was_changed_in_the_other_library_stays_there(house: House) -> None:
    (one,) = kept(house, 1)
    stranger, token = a_key_elsewhere(house)
    job = start(house, {"key": token}, Selection((one,)), Work.MOVE)
    result = house.use.list_items()(house.admin, job.id, ItemQuery()).items[0].result
    moved = house.use.get_recording()(stranger, RecordingId(str(result["recording"])))
    house.use.describe_recording()(stranger, moved.id, moved.version, title="Theirs")
    undone = undo(house, job)
    assert undone.status is JobStatus.FAILED
    assert house.use.get_recording()(stranger, moved.id).status is Status.READY
    assert house.recording(one).status is Status.TRASHED


def test_to_move_takes_rights_in_both_libraries(house: House) -> None:
    ids = tuple(kept(house, 1))
    _, viewers = a_key_elsewhere(house, Role.VIEWER)
    _, own = house.use.create_key()(house.admin, "own", Role.ADMIN)
    for actor, key, refusal in (
        (house.admin, viewers, Forbidden),
        (house.admin, "ak_" + "x" * 40, Invalid),
        (house.admin, own, Conflict),
        (house.editor, own, Forbidden),
    ):
        with pytest.raises(refusal):
            house.use.start_batch()(actor, Work.MOVE, {"key": key}, Selection(ids))
    for work, asked in (
        (Work.CHANGE, {"title": "x", "key": own}),
        (Work.MOVE, {"key": own, "title": "x"}),
        (Work.MOVE, {}),
    ):
        with pytest.raises(Invalid):
            house.use.start_batch()(house.admin, work, asked, Selection(ids))


def test_a_batch_that_runs_or_that_makes_nothing_is_not_taken_back(house: House) -> None:
    (one,) = kept(house, 1)
    running = house.use.start_batch()(house.admin, Work.CHANGE, {"title": "x"}, Selection((one,)))
    with pytest.raises(Conflict, match="has not ended"):
        undo(house, running)
    house.work()
    listened = start(house, {}, Selection((one,)), Work.FIXITY)
    with pytest.raises(Conflict, match="cannot be taken back"):
        undo(house, listened)


# ---- tables -----------------------------------------------------------------------------------------------------


def look_through(house: House, text: str, **more: Any) -> Any:
    return house.use.import_metadata()(house.editor, [text.encode()], **{"dry_run": True, **more})


def test_a_table_is_looked_through_row_by_row_and_changes_nothing(house: House) -> None:
    one, other = kept(house, 2)
    text = f"{HEADER}{one},Owl,bird,A\n{other},1,,\nnobody,x,,\n{one},again,,\n"
    report, job = look_through(house, text)
    assert job is None
    assert report.counts == {Meaning.CHANGES: 1, Meaning.UNCHANGED: 1, Meaning.WRONG: 2}
    assert [(row.n, row.meaning) for row in report.rows] == [
        (2, Meaning.CHANGES),
        (3, Meaning.UNCHANGED),
        (4, Meaning.WRONG),
        (5, Meaning.WRONG),
    ]
    assert report.rows[0].changes == {"tags": "+bird", "title": "0 → Owl", "fields.site": "nothing → A"}
    assert report.wrong == report.rows[2:]
    assert house.recording(one).title == "0"
    with pytest.raises(Invalid, match="2 rows of the table are wrong") as refused:
        look_through(house, text, dry_run=False)
    assert [row["row"] for row in refused.value.data["rows"]] == [4, 5]  # type: ignore[attr-defined]  # a list
    assert house.blob_keys() == [key for key in house.blob_keys() if "/tables/" not in key]


def test_a_table_longer_than_somebody_waits_for_is_refused_before_a_look_at_any_recording(house: House) -> None:
    ids = kept(house, 2)
    text = HEADER + "".join(f"{each},Owl,,\n" for each in ids)
    house.replace("recordings", Faulty(house.ports.recordings(), before=raising("get", Unavailable("looked at"))))
    with pytest.raises(TooLarge, match=r"more than 1 rows.*in parts"):
        look_through(house, text, max_rows=1)
    with pytest.raises(Unavailable, match="looked at"):
        look_through(house, text, max_rows=2)


def test_a_table_becomes_a_batch_that_can_be_taken_back(house: House) -> None:
    ids = kept(house, 3)
    rows = "".join(f"{each},Title {n},tag-{n},site {n}\n" for n, each in enumerate(ids))
    _, job = look_through(house, f"{HEADER}{rows}nobody,x,,\n", dry_run=False, partial=True, key="once")
    assert look_through(house, f"{HEADER}{rows}", dry_run=False, key="once")[1].id == job.id
    house.work()
    assert house.job(job.id).status is JobStatus.SUCCEEDED
    for n, each in enumerate(ids):
        assert said(house.recording(each))[:3] == (f"Title {n}", (f"tag-{n}",), {"site": f"site {n}"})
    undo(house, job)
    assert [house.recording(each).title for each in ids] == ["0", "1", "2"]


def test_the_rows_of_a_table_are_gone_when_their_items_are_made(house: House) -> None:
    ids = kept(house, 1)
    _, job = look_through(house, f"{HEADER}{ids[0]},x,,\n", dry_run=False)
    assert any("/tables/" in key for key in house.blob_keys())
    house.work()
    assert not any("/tables/" in key for key in house.blob_keys())
    _, job = look_through(house, f"{HEADER}{ids[0]},y,,\n", dry_run=False)
    house.use.cancel_job()(house.admin, JobId(job.id))
    house.clock.advance(31 * 86_400)
    house.use.reconcile_blobs()()
    assert not any("/tables/" in key for key in house.blob_keys())


def test_tables_of_more_than_a_page_are_gone_through(house: House) -> None:
    (one,) = kept(house, 1)
    others = [house.use.receive_recording()(
        house.editor, filename=f"{n}.wav", content_type="audio/wav", chunks=[sounds.tone_wav(0.1, hz=500)],
        keep_duplicate=True)[0].id for n in range(60)]  # fmt: skip
    rows = "".join(f"{each},T {n},,\n" for n, each in enumerate([one, *others]))
    _, job = look_through(house, HEADER + rows, dry_run=False)
    house.work()
    assert house.job(job.id).status is JobStatus.SUCCEEDED
    assert house.recording(others[-1]).title == "T 60"


def test_an_empty_and_an_endless_table_are_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, match="no rows"):
        look_through(house, HEADER)
    monkeypatch.setattr("application.metadata_import.MAX_TABLE_BYTES", 10)
    with pytest.raises(TooLarge):
        look_through(house, HEADER)
