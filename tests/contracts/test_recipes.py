"""What every store of recipes promises."""

from dataclasses import replace

import pytest

from domain.errors import Conflict, VersionMismatch
from domain.ports.access import AuditQuery
from domain.recipe import Recipe
from domain.step import Step
from tests.builders import LIBRARY, OTHER_LIBRARY, a_recipe, an_entry
from tests.contracts.conftest import Family
from tests.contracts.racing import race


def add(family: Family, *recipes: Recipe) -> None:
    for recipe in recipes:
        family.recipes.add(recipe, an_entry(library_id=recipe.library_id, subject_id=recipe.id))


def test_a_recipe_is_found_unchanged(family: Family) -> None:
    steps = (
        Step.of("channels", {"mode": "remix", "matrix": [[0.5, 0.5], [1, -1]]}),
        Step.of("loudness", {"target_lufs": -16, "limiter": True}),
        Step.of("concatenate", {"recordings": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]}),
        Step.of("transcode", {"format": "opus", "bit_rate_kbps": 64}),
        Step.of("tags", {"write": ["artist=Ärzte"]}),
    )
    recipe = a_recipe(steps=steps, about="Für die Sendung")
    add(family, recipe)
    assert family.recipes.find(LIBRARY, recipe.name) == recipe
    found = family.recipes.find(LIBRARY, recipe.name, 1)
    assert found == recipe
    assert found.digest == recipe.digest


def test_one_that_is_not_there(family: Family) -> None:
    add(family, a_recipe(name="louder"))
    assert family.recipes.find(LIBRARY, "loud") is None
    assert family.recipes.find(OTHER_LIBRARY, "louder") is None
    assert [family.recipes.find(LIBRARY, "louder", version) for version in (0, 2, 100_000)] == [None, None, None]
    assert family.recipes.versions(LIBRARY, "loud", 10) == ()
    assert family.recipes.latest(OTHER_LIBRARY, 10) == ()


def test_versions_stand_side_by_side_and_the_latest_is_meant(family: Family) -> None:
    """Twelve, so that an order by text would show."""
    versions = [a_recipe(name="louder", version=n + 1, about=f"The {n}.") for n in range(12)]
    add(family, *versions, a_recipe(name="louder-still"), a_recipe(name="louder", library_id=OTHER_LIBRARY))
    assert family.recipes.find(LIBRARY, "louder") == versions[-1]
    assert [family.recipes.find(LIBRARY, "louder", n + 1) for n in range(12)] == versions
    assert family.recipes.versions(LIBRARY, "louder", 12) == tuple(reversed(versions))
    assert family.recipes.versions(LIBRARY, "louder", 3) == (versions[11], versions[10], versions[9])
    assert family.recipes.versions(LIBRARY, "louder", 3, below=10) == (versions[8], versions[7], versions[6])
    assert family.recipes.versions(LIBRARY, "louder", 3, below=2) == (versions[0],)
    assert family.recipes.versions(LIBRARY, "louder", 3, below=1) == ()


@pytest.mark.parametrize("version", [1, 2, 4])
def test_only_the_version_that_follows_is_added(family: Family, version: int) -> None:
    stored = [a_recipe(name="louder"), a_recipe(name="louder", version=2)]
    add(family, *stored)
    with pytest.raises(VersionMismatch) as refused:
        add(family, a_recipe(name="louder", version=version, about="Another."))
    assert refused.value.data["version"] == 2
    assert family.recipes.versions(LIBRARY, "louder", 10) == tuple(reversed(stored))


def test_the_first_version_is_the_first(family: Family) -> None:
    with pytest.raises(VersionMismatch) as refused:
        add(family, a_recipe(version=2))
    assert refused.value.data["version"] == 0
    assert family.recipes.latest(LIBRARY, 10) == ()


@pytest.mark.parametrize("version", [1, 2])
def test_of_many_that_add_the_same_version_one_wins(family: Family, version: int) -> None:
    add(family, *(a_recipe(version=n) for n in range(1, version)))
    recipes = [a_recipe(version=version, about=f"By {n}.") for n in range(8)]
    results = race(lambda n: add(family, recipes[n]))
    assert results.count(None) == 1
    assert {type(result) for result in results if result is not None} == {VersionMismatch}
    winner = recipes[results.index(None)]
    assert family.recipes.find(LIBRARY, winner.name) == family.recipes.find(LIBRARY, winner.name, version) == winner


def test_the_latest_come_by_name_a_page_at_a_time(family: Family) -> None:
    names = ["b", "a", "b-2", "a9", "c"]
    add(family, *(a_recipe(name=name) for name in names), a_recipe(name="a1", library_id=OTHER_LIBRARY))
    newest = a_recipe(name="b", version=2)
    add(family, newest)
    assert [recipe.name for recipe in family.recipes.latest(LIBRARY, 5)] == ["a", "a9", "b", "b-2", "c"]
    assert family.recipes.latest(LIBRARY, 2, after="a") == (a_recipe(name="a9"), newest)
    assert [recipe.name for recipe in family.recipes.latest(LIBRARY, 2, after="b-2")] == ["c"]
    assert family.recipes.latest(LIBRARY, 2, after="c") == ()


def test_a_recipe_and_its_entry_are_stored_together_or_not_at_all(family: Family) -> None:
    entry = an_entry(action="recipe.create")
    family.recipes.add(a_recipe(), entry)
    assert family.audit_trail.search(LIBRARY, AuditQuery()).items == (entry,)
    for recipe in (a_recipe(name="another"), replace(a_recipe(), version=2)):
        with pytest.raises(Conflict):
            family.recipes.add(recipe, entry)
    assert family.recipes.latest(LIBRARY, 10) == (a_recipe(),)
    assert family.recipes.versions(LIBRARY, a_recipe().name, 10) == (a_recipe(),)
