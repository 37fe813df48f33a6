"""What a recipe makes becomes recordings of its own, with a parent, and none twice."""

from dataclasses import replace
from typing import Any

import pytest

from application.apply_recipe import Applied
from domain.errors import Conflict, Unavailable
from domain.policy import Policy, Rule, Verdict
from domain.recipe import Recipe
from domain.recording import Recording, Status
from domain.step import Step
from domain.values import LibraryId, RecordingId
from tests import sounds
from tests.application.conftest import House
from tests.application.test_apply_recipe import quietly, ready
from tests.builders import NOON, new_id
from tests.faults import Faulty, raising

RATE = 16_000
QUIETER = Recipe.first(LibraryId(""), "quieter", "", [Step.of("gain", {"gain_db": -3})], now=NOON, by="key:1")
HALVES = Recipe.first(
    LibraryId(""), "halves", "", [Step.of("split", {"by": "time", "every_seconds": 0.5})], now=NOON, by="key:1"
)
ONE, OTHER = f"{new_id()}:0", f"{new_id()}:0"


@pytest.fixture
def parent(house: House) -> Recording:
    return ready(house, sounds.noise(1.0, RATE, 1), filename="A dog.wav")


def make(house: House, parent: Recording, recipe: Recipe = QUIETER, asked_by: str = ONE) -> Applied:
    applied: Applied = house.use.make_recordings()(house.admin, parent, recipe, asked_by, quietly)
    return applied


def child(house: House, applied: Applied, n: int = 0) -> Recording:
    return house.recording(RecordingId(applied.names[n]))


def test_a_child_comes_in_like_any_other_and_names_its_parent(house: House, parent: Recording) -> None:
    made = make(house, parent)
    fresh = child(house, made)
    assert (fresh.status, fresh.filename, fresh.title) == (
        Status.PROCESSING, "A dog quieter-v1.wav", "A dog quieter-v1",
    )  # fmt: skip
    house.work()
    heard = child(house, made)
    assert heard.status is Status.READY
    assert heard.lineage is not None
    assert (heard.lineage.parent, heard.lineage.recipe, heard.lineage.outputs) == (parent.id, "quieter@1", 1)
    assert heard.lineage.content_sha256 == parent.sha256
    assert heard.audio is not None
    assert heard.audio.duration_seconds == 1.0


def test_pieces_are_children_in_their_order(house: House, parent: Recording) -> None:
    made = make(house, parent, HALVES)
    children = [child(house, made, n) for n in range(len(made.names))]
    assert [(each.title, each.lineage.n if each.lineage else None) for each in children] == [
        ("A dog halves-v1-001", 0), ("A dog halves-v1-002", 1),
    ]  # fmt: skip
    assert made.own == made.names


def test_the_same_again_makes_none(house: House, parent: Recording) -> None:
    first = make(house, parent, HALVES)
    count = len(house.jobs())
    same = make(house, parent, HALVES)
    assert (same.names, same.own, same.reused) == (first.names, first.names, True)
    other = make(house, parent, HALVES, asked_by=OTHER)
    assert (other.names, other.own, other.reused) == (first.names, (), True)
    assert len(house.jobs()) == count


def test_bytes_that_are_there_already_are_the_answer(house: House, parent: Recording) -> None:
    made = make(house, parent)
    sound = b"".join(house.ports.blobs().get(child(house, made).blob_key))
    elsewhere = house.stranger()
    recording = house.send(sounds.encoded("wav", sounds.noise(1.0, RATE, 1), RATE), actor=elsewhere)
    same = house.send(sound, actor=elsewhere)
    house.work()
    theirs = house.use.get_recording()(elsewhere, recording.id)
    answer = house.use.make_recordings()(elsewhere, theirs, QUIETER, OTHER, quietly)
    assert (answer.names, answer.own) == ((same.id,), ())


def test_what_lies_in_the_trash_is_made_anew_once_for_each_that_asks(house: House, parent: Recording) -> None:
    first = make(house, parent)
    trash(house, first)
    second = make(house, parent)
    assert second.names != first.names
    assert make(house, parent).names == second.names
    trash(house, second)
    with pytest.raises(Conflict, match="trash"):
        make(house, parent)
    assert make(house, parent, asked_by=OTHER).reused is False


def trash(house: House, made: Applied) -> None:
    recording = child(house, made)
    house.use.trash_recording()(house.editor, recording.id, recording.version)


def test_what_could_not_be_heard_is_made_anew(house: House, parent: Recording) -> None:
    first = make(house, parent)
    (job,) = [each for each in house.jobs() if each.recording_id == first.names[0]]
    house.use.cancel_job()(house.editor, job.id)
    assert child(house, first).status is Status.FAILED
    second = make(house, parent)
    assert (second.reused, second.own) == (False, second.names)
    assert second.names != first.names
    house.work()
    assert child(house, second).status is Status.READY


def test_what_was_heard_and_rejected_is_the_answer(house: House) -> None:
    silent = ready(house, sounds.silence(1.0, RATE))
    library = house.use.get_library()(house.viewer)
    house.use.set_policy()(house.admin, Policy((Rule("all-silence", Verdict.REJECT),)), library.version)
    shorter = replace(QUIETER, steps=(Step.of("resample", {"sample_rate_hz": 8000}),))
    first = make(house, silent, shorter)
    house.work()
    assert child(house, first).status is Status.FAILED
    again = make(house, silent, shorter, asked_by=OTHER)
    assert (again.names, again.reused) == (first.names, True)


@pytest.mark.parametrize(("port", "method"), [("blobs", "put"), ("recordings", "add"), ("jobs", "add")])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_was_cut_short_is_done_by_the_next(
    house: House, parent: Recording, port: str, method: str, when: str
) -> None:
    stored = getattr(house.ports, port)()
    fault: Any = {when: raising(method, Unavailable("down"))}
    house.replace(port, Faulty(stored, **fault))
    with pytest.raises(Unavailable):
        make(house, parent)
    house.replace(port, stored)
    made = make(house, parent)
    house.work()
    assert child(house, made).status is Status.READY
    assert made.own == made.names
    originals = [key for key in house.blob_keys() if key.endswith("/original")]
    assert len(originals) == 2


def test_a_child_of_what_is_not_ready_is_refused(house: House, parent: Recording) -> None:
    with pytest.raises(Conflict, match="quarantined"):
        make(house, replace(parent, status=Status.QUARANTINED))
