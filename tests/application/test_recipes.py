"""Recipes: made, edited into versions, found by name, and kept apart from those that ship."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.builtin_recipes import BUILTIN_RECIPES
from domain.errors import Conflict, Forbidden, Invalid, NotFound, VersionMismatch
from domain.ports.access import AuditQuery
from domain.recipe import Recipe, RecipeRef
from domain.step import STEPS, Step
from tests.application.conftest import House
from tests.builders import a_recipe, an_entry

LOUDER, MUCH_LOUDER = Step.of("gain", {"gain_db": 3}), Step.of("gain", {"gain_db": 12})


@pytest.fixture
def louder(house: House) -> Recipe:
    recipe: Recipe = house.use.create_recipe()(house.editor, "louder", "A bit.", [LOUDER])
    return recipe


def edit(house: House, version: int, *steps: Step, about: str = "A bit.") -> Recipe:
    recipe: Recipe = house.use.edit_recipe()(house.editor, "louder", about, steps, version)
    return recipe


def names(house: House, limit: int) -> list[str]:
    """Of all pages, which are filled but for the last."""
    found: list[str] = []
    cursor = None
    while True:
        page = house.use.list_recipes()(house.viewer, limit, cursor)
        found += [recipe.name for recipe in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found
        assert len(page.items) == limit


def test_a_recipe_is_made_and_found(house: House, louder: Recipe) -> None:
    assert (louder.ref, louder.steps, louder.created_by) == ("louder@1", (LOUDER,), "key:editor")
    assert louder.created_at == house.clock.now()
    assert house.use.get_recipe()(house.viewer, "louder") == louder
    with pytest.raises(NotFound):
        house.use.get_recipe()(house.stranger(), "louder")


def test_editing_makes_the_next_version_and_leaves_the_others(house: House, louder: Recipe) -> None:
    second = edit(house, 1, MUCH_LOUDER)
    assert second.ref == "louder@2"
    assert house.use.get_recipe()(house.viewer, "louder") == second
    assert house.use.get_recipe()(house.viewer, "louder", 1) == louder
    assert edit(house, 2, MUCH_LOUDER) == second
    assert house.use.list_recipe_versions()(house.viewer, "louder").items == (second, louder)


def test_who_edits_what_is_not_the_latest_is_told(house: House, louder: Recipe) -> None:
    edit(house, 1, MUCH_LOUDER)
    with pytest.raises(VersionMismatch):
        edit(house, 1, LOUDER, LOUDER)
    assert house.use.get_recipe()(house.viewer, "louder").version == 2


def test_the_trail_tells_of_each_version(house: House, louder: Recipe) -> None:
    edit(house, 1, MUCH_LOUDER)
    edited, created = house.use.search_audit()(house.admin, AuditQuery(subject_id="louder")).items
    assert (created.action, created.subject_kind, created.actor) == ("recipe.create", "recipe", "key:editor")
    assert edited.action == "recipe.edit"
    assert edited.before["steps"][0]["parameters"] == {"gain_db": 3.0}
    assert edited.after["steps"][0]["parameters"] == {"gain_db": 12.0}


def test_a_name_is_taken_once(house: House, louder: Recipe) -> None:
    for name in ("louder", "podcast"):
        with pytest.raises(Conflict):
            house.use.create_recipe()(house.editor, name, "", [MUCH_LOUDER])
    assert house.use.get_recipe()(house.viewer, "louder") == louder
    assert house.use.get_recipe()(house.viewer, "podcast") is BUILTIN_RECIPES["podcast"]


def test_what_ships_is_there_for_all_and_stays_as_it_is(house: House) -> None:
    shipped = BUILTIN_RECIPES["podcast"]
    assert house.use.get_recipe()(house.viewer, "podcast", 1) is shipped
    assert house.use.list_recipe_versions()(house.stranger(), "podcast").items == (shipped,)
    with pytest.raises(NotFound):
        house.use.get_recipe()(house.viewer, "podcast", 2)
    with pytest.raises(Conflict):
        house.use.edit_recipe()(house.admin, "podcast", "Mine.", [LOUDER], 1)


def test_a_recipe_comes_before_one_that_ships_later(house: House) -> None:
    """As when a release brings a name that a library has in use."""
    library = house.admin.library_id
    own = a_recipe(library_id=library, name="podcast")
    house.ports.recipes().add(own, an_entry(library_id=library))
    assert house.use.resolve_recipe()(library, RecipeRef("podcast")) == own
    assert [r for r in house.use.list_recipes()(house.viewer).items if r.name == "podcast"] == [own]
    edited = house.use.edit_recipe()(house.editor, "podcast", "", [MUCH_LOUDER], 1)
    assert house.use.list_recipe_versions()(house.viewer, "podcast").items == (edited, own)


@pytest.mark.parametrize("limit", [1, 3, 16, 17, 200])
def test_all_are_listed_by_name(house: House, limit: int) -> None:
    for name in ("a", "z"):
        house.use.create_recipe()(house.editor, name, "", [LOUDER])
    assert names(house, limit) == sorted([*BUILTIN_RECIPES, "a", "z"])


def test_versions_come_a_page_at_a_time(house: House, louder: Recipe) -> None:
    for n in range(1, 4):
        edit(house, n, LOUDER, about=f"The {n}.")
    first = house.use.list_recipe_versions()(house.viewer, "louder", 3)
    last = house.use.list_recipe_versions()(house.viewer, "louder", 3, first.next_cursor)
    assert [recipe.version for recipe in first.items + last.items] == [4, 3, 2, 1]
    assert last.next_cursor is None
    with pytest.raises(Invalid):
        house.use.list_recipe_versions()(house.viewer, "louder", 3, "nonsense")


def test_what_is_run_is_pinned(house: House, louder: Recipe) -> None:
    resolve = house.use.resolve_recipe()
    edit(house, 1, MUCH_LOUDER)
    library = house.admin.library_id
    refs = [resolve(library, RecipeRef.of(text)).ref for text in ("louder", "louder@1", "podcast", "podcast@1")]
    assert refs == ["louder@2", "louder@1", "podcast@1", "podcast@1"]
    for text in ("louder@3", "quieter"):
        with pytest.raises(NotFound, match=text):
            resolve(library, RecipeRef.of(text))


def test_viewers_read_and_editors_write(house: House, louder: Recipe) -> None:
    refused: tuple[Callable[[], Any], ...] = (
        lambda: house.use.create_recipe()(house.viewer, "mine", "", [LOUDER]),
        lambda: house.use.edit_recipe()(house.viewer, "louder", "", [LOUDER], 1),
    )
    for act in refused:
        with pytest.raises(Forbidden):
            act()
    assert house.use.list_steps()(house.viewer) == tuple(STEPS.values())


def test_one_that_is_not_there(house: House) -> None:
    with pytest.raises(NotFound):
        house.use.edit_recipe()(house.editor, "louder", "", [LOUDER], 1)
    with pytest.raises(NotFound):
        house.use.list_recipe_versions()(house.viewer, "louder")
