"""What ships is what its name says."""

import pytest

from domain.builtin_recipes import BUILTIN_RECIPES
from domain.recipe import Recipe
from domain.step import LOUDNESS_PRESETS


@pytest.mark.parametrize("recipe", BUILTIN_RECIPES.values(), ids=lambda recipe: recipe.name)
def test_what_ships_tells_of_itself_and_is_the_first_version_of_no_library(recipe: Recipe) -> None:
    assert (recipe.library_id, recipe.version, recipe.ref) == ("", 1, f"{recipe.name}@1")
    assert recipe.about.endswith(".")
    assert recipe.edited(recipe.about, recipe.steps, recipe.created_at, "x") is recipe


def test_no_two_do_the_same() -> None:
    assert len({recipe.digest for recipe in BUILTIN_RECIPES.values()}) == len(BUILTIN_RECIPES)


@pytest.mark.parametrize("preset", LOUDNESS_PRESETS)
def test_every_standard_of_loudness_has_its_recipe(preset: str) -> None:
    (loudness,) = [step for step in BUILTIN_RECIPES[preset].steps if step.kind == "loudness"]
    assert loudness.parameters["preset"] == preset


def test_what_is_made_for_speech_models_is_what_they_take() -> None:
    mono, resample, wav = BUILTIN_RECIPES["speech-16k"].steps
    assert (mono.parameters["mode"], resample.parameters["sample_rate_hz"]) == ("mono", 16_000)
    assert (wav.parameters["format"], wav.parameters["bit_depth"]) == ("wav", "16")


@pytest.mark.parametrize("name", ["speech-16k", "web-opus"])
def test_what_may_cut_off_peaks_says_so(name: str) -> None:
    recipe = BUILTIN_RECIPES[name]
    assert not any(step.kind == "loudness" for step in recipe.steps)
    assert "put a step gain or loudness before" in recipe.about
