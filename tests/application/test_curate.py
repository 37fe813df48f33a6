import pytest

from domain.errors import Forbidden, IllegalTransition, NotFound, VersionMismatch
from domain.job import JobStatus
from domain.listing import RecordingQuery
from domain.recording import Recording, Status
from tests.application.conftest import House


@pytest.fixture
def ready(house: House, tone: bytes) -> Recording:
    sent = house.send(tone)
    house.work()
    return house.recording(sent.id)


def test_a_description_is_merged(house: House, ready: Recording) -> None:
    describe = house.use.describe_recording()
    first = describe(
        house.editor,
        ready.id,
        ready.version,
        title="A dog",
        tags=("loud", "dog", "dog"),
        fields={"take": 3, "mic": "U87"},
    )
    assert (first.title, first.tags) == ("A dog", ("dog", "loud"))
    second = describe(house.editor, ready.id, first.version, fields={"mic": None, "place": "yard"})
    assert second.fields == {"take": 3, "place": "yard"}
    assert second.title == "A dog"
    assert second.version == ready.version + 2


def test_a_change_to_an_older_version_is_refused(house: House, ready: Recording) -> None:
    house.use.describe_recording()(house.editor, ready.id, ready.version, title="one")
    with pytest.raises(VersionMismatch):
        house.use.describe_recording()(house.editor, ready.id, ready.version, title="two")
    assert house.recording(ready.id).title == "one"


def test_the_trash_hides_and_gives_back(house: House, ready: Recording) -> None:
    trashed = house.use.trash_recording()(house.editor, ready.id, ready.version)
    assert house.use.search_recordings()(house.viewer, RecordingQuery()).items == ()
    with pytest.raises(IllegalTransition):
        house.use.describe_recording()(house.editor, ready.id, trashed.version, title="x")
    restored = house.use.restore_recording()(house.editor, ready.id, trashed.version)
    assert restored.status is Status.READY
    with pytest.raises(IllegalTransition):
        house.use.restore_recording()(house.editor, ready.id, restored.version)


def test_what_was_trashed_before_it_was_heard_is_heard_all_the_same(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    trashed = house.use.trash_recording()(house.editor, sent.id, sent.version)
    house.work()
    in_trash = house.recording(sent.id)
    assert (in_trash.status, in_trash.restore_to) == (Status.TRASHED, Status.READY)
    assert house.use.restore_recording()(house.editor, sent.id, in_trash.version).status is Status.READY
    assert trashed.version < in_trash.version


def test_what_was_cancelled_in_the_trash_can_be_heard_after_its_return(house: House, tone: bytes) -> None:
    sent = house.send(tone)
    trashed = house.use.trash_recording()(house.editor, sent.id, sent.version)
    house.use.restore_recording()(house.editor, sent.id, trashed.version)
    house.work()
    assert house.recording(sent.id).status is Status.READY
    assert {job.status for job in house.jobs()} == {JobStatus.SUCCEEDED}


def test_the_bytes_of_a_trashed_recording_may_come_again(house: House, ready: Recording, tone: bytes) -> None:
    house.use.trash_recording()(house.editor, ready.id, ready.version)
    assert house.send(tone).id != ready.id


def test_only_editors_of_the_library_change(house: House, ready: Recording) -> None:
    stranger = house.stranger()
    for name in ("describe_recording", "trash_recording", "restore_recording"):
        use_case = getattr(house.use, name)()
        with pytest.raises(Forbidden):
            use_case(house.viewer, ready.id, ready.version)
        with pytest.raises(NotFound):
            use_case(stranger, ready.id, ready.version)
