"""Changes: what is refused, what they do, and what taking them back leaves alone."""

from typing import Any

import pytest

from domain.change import Action, Change, Diff
from domain.errors import Conflict, IllegalTransition, Invalid
from domain.recording import Recording, Status
from tests.builders import NOON, a_recording


def a_described(**changes: Any) -> Recording:
    return a_recording(title="Owl", tags=("bird", "night"), fields={"site": "A", "n": 1}, **changes)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"action": Action.TRASH, "title": "x"},
        {"tags": ("a",), "add_tags": ("b",)},
        {"add_tags": ("a",), "remove_tags": ("a",)},
    ],
)
def test_a_change_that_says_nothing_or_too_much_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        Change(**said)


def test_odd_values_are_refused_at_once() -> None:
    for said in ({"title": ""}, {"tags": ("a\nb",)}, {"add_tags": ("x" * 65,)}, {"fields": {"1st": 2}}):
        with pytest.raises(Invalid):
            Change.describing(**said)


@pytest.mark.parametrize(
    "change",
    [
        Change.describing(title="Barn owl"),
        Change.describing(tags=("owl",)),
        Change.describing(tags=()),
        Change.describing(add_tags=("owl", "bird"), remove_tags=("night", "day")),
        Change.describing(fields={"site": None, "n": 2, "who": "x", "gone": None}),
    ],
)
def test_a_change_is_kept_told_done_and_taken_back(change: Change) -> None:
    assert Change.of(change.settings) == change
    before = a_described()
    after = change.described(before, NOON)
    assert change.described(after, NOON) is after, "done again it changes nothing"
    diff = Diff.between(before, after)
    assert Diff.read(diff.written()) == diff
    assert change.foreseen(before, NOON) == diff.told != {}
    back = diff.taken_back(after, NOON)
    assert (back.title, back.tags, back.fields) == (before.title, before.tags, before.fields)
    assert diff.taken_back(back, NOON) is back


def test_what_changes_is_told_in_words() -> None:
    change = Change.describing(title="Hoot", add_tags=("owl",), remove_tags=("night",), fields={"site": None, "n": 2})
    assert change.foreseen(a_described(), NOON) == {
        "tags": "+owl -night",
        "title": "Owl → Hoot",
        "fields.n": "1 → 2",
        "fields.site": "A → nothing",
    }


def test_what_somebody_else_has_changed_since_is_left_and_named() -> None:
    before = a_described()
    change = Change.describing(title="Hoot", add_tags=("owl",), fields={"n": 2, "site": "B"})
    after = change.described(before, NOON)
    theirs = after.described(NOON, title="Theirs", fields={"n": 3, "site": "B"})
    with pytest.raises(Conflict, match="title, n") as refused:
        Diff.between(before, after).taken_back(theirs, NOON)
    assert refused.value.data["changed"] == ["title", "n"]
    tagged = after.described(NOON, tags=("bird", "night", "new"))
    assert Diff.between(before, after).taken_back(tagged, NOON).tags == ("bird", "new", "night")


def test_the_trash_is_foreseen() -> None:
    ready = a_described(status=Status.READY)
    trashed = ready.trashed(NOON)
    trash, restore = Change(Action.TRASH), Change(Action.RESTORE)
    assert trash.foreseen(ready, NOON) == {"status": "ready → trashed"}
    assert trash.foreseen(trashed, NOON) == {}
    assert restore.foreseen(trashed, NOON) == {"status": "trashed → ready"}
    with pytest.raises(IllegalTransition):
        restore.foreseen(ready, NOON)
    with pytest.raises(IllegalTransition):
        Change.describing(title="x").foreseen(trashed, NOON)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"action": "burn"},
        {"action": "trash", "tags": ["a"]},
        {"tags": "owl"},
        {"add_tags": [1]},
        {"title": 1},
        {"fields": ["a"]},
        {"colour": "red"},
        {"rows": "elsewhere"},
    ],
)
def test_what_nobody_can_mean_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        Change.checked(asked)


def test_what_is_asked_for_in_plain_values_is_a_change() -> None:
    assert Change.checked({"add_tags": ["owl"], "fields": {"n": None}, "title": None}) == Change.describing(
        add_tags=("owl",), fields={"n": None}
    )
    assert Change.checked({"action": "trash"}) == Change(Action.TRASH)
