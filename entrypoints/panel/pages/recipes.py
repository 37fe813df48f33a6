"""/recipes: how sound is changed, what runs by itself over what comes in, and the builder of own ones."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import Blueprint, Response

from domain.access import Key, Library, Permission
from domain.batch import Work
from domain.errors import Conflict
from domain.recipe import MAX_ABOUT_CHARS, MAX_STEPS, NAME_PATTERN, Recipe, RecipeRef
from domain.schedule import Schedule, ScheduledTask
from domain.values import Page, RecordingId
from entrypoints.http.context import actor, use_cases
from entrypoints.http.wire.common import Asked, Id
from entrypoints.http.wire.recipes import RecipeView
from entrypoints.http.wire.recordings import RecordingView
from entrypoints.http.wire.rules import RulesView
from entrypoints.panel import recipe_words
from entrypoints.panel.asked import asked
from entrypoints.panel.rendering import page
from entrypoints.panel.step_forms import step_forms

recipes_page = Blueprint("recipes_page", __name__)

MOST_RECIPES = 500
MOST_VERSIONS = 50
BUILDER = "new"
"""What stands in the place of a name in the builder's address; a recipe of that name is shown by its version."""


class Shown(Asked):
    """`against`: another version to compare with; `recording` is to be tried on."""

    recording: Id | None = None
    against: int | None = None


class NewFrom(Asked):
    source: str | None = None
    recording: Id | None = None


@dataclass(frozen=True, slots=True)
class Use:
    words: str
    address: str


@recipes_page.get("/recipes")
def show_all() -> Response:
    query = asked(Shown)
    found: Page[Recipe] = use_cases().list_recipes()(actor(), MOST_RECIPES)
    library: Library = use_cases().get_library()(actor())
    used = _uses(library)
    rows = [
        (RecipeView.of(recipe), recipe_words.told(recipe.steps), used.get(recipe.name, [])) for recipe in found.items
    ]
    return page(
        "recipes.html",
        own=[row for row in rows if not row[0].built_in],
        shipped=[row for row in rows if row[0].built_in],
        more=found.next_cursor is not None,
        rules=RulesView.of(library).rules,
        rules_version=library.version,
        address=address,
        filters=filter_text,
        recording=_recording(query.recording),
    )


@recipes_page.get("/recipes/new")
def build() -> Response:
    """Of nothing, or of the steps of another one."""
    actor().require(Permission.WRITE)
    query = asked(NewFrom)
    source = _resolved(query.source) if query.source else None
    return _builder(None, source, query.recording)


@recipes_page.get("/recipes/<ref>")
def show(ref: str) -> Response:
    """`podcast` is its latest version, `podcast@3` that one."""
    query = asked(Shown)
    recipe = _resolved(ref)
    versions: Page[Recipe] = use_cases().list_recipe_versions()(actor(), recipe.name, MOST_VERSIONS)
    before = dict(zip((one.ref for one in versions.items), versions.items[1:], strict=False))
    against: Recipe | None = None
    if query.against is not None:
        against = use_cases().get_recipe()(actor(), recipe.name, query.against)
    return page(
        "recipe.html",
        recipe=RecipeView.of(recipe),
        ref=recipe.ref,
        steps=recipe_words.told(recipe.steps),
        versions=[
            (RecipeView.of(one), recipe_words.changes(before[one.ref].steps, one.steps) if one.ref in before else None)
            for one in versions.items
        ],
        latest=versions.items[0].version,
        more=versions.next_cursor is not None,
        against=query.against,
        changes=recipe_words.changes(against.steps, recipe.steps) if against else (),
        uses=_uses(use_cases().get_library()(actor())).get(recipe.name, []),
        names=_names_of_keys(),
        address=address,
        recording=_recording(query.recording),
    )


@recipes_page.get("/recipes/<name>/edit")
def edit(name: str) -> Response:
    actor().require(Permission.WRITE)
    recipe = _resolved(name)
    if not recipe.library_id:
        raise Conflict(
            f"The recipe {recipe.name} ships with the service and stays as it is. Make your own of its steps."
        )
    return _builder(recipe, recipe, asked(Shown).recording)


def _builder(edited: Recipe | None, source: Recipe | None, recording: str | None) -> Response:
    others: Page[Recipe] = use_cases().list_recipes()(actor(), MOST_RECIPES)
    view = RecipeView.of(source) if source else None
    return page(
        "recipe_builder.html",
        edited=RecipeView.of(edited) if edited else None,
        source=view,
        steps=[step.model_dump(mode="json") for step in view.steps] if view else [],
        forms=step_forms(),
        others=[one.name for one in others.items],
        most_steps=MAX_STEPS,
        name_pattern=NAME_PATTERN.replace("-]", r"\-]"),  # browsers read it with the flag v
        most_chars=MAX_ABOUT_CHARS,
        address=address,
        recording=_recording(recording),
    )


def address(view: RecipeView, version: int | None = None) -> str:
    """Of its page."""
    pinned = version or (view.version if view.name == BUILDER else None)
    return f"/recipes/{quote(view.name)}" + (f"@{pinned}" if pinned else "")


def filter_text(query: dict[str, list[str]]) -> str:
    """As in the library's address."""
    return urlencode(query, doseq=True, safe="[]")


def _resolved(ref: str) -> Recipe:
    asked_for = RecipeRef.of(ref)
    found: Recipe = use_cases().get_recipe()(actor(), asked_for.name, asked_for.version)
    return found


def _recording(recording_id: str | None) -> RecordingView | None:
    if recording_id is None:
        return None
    return RecordingView.of(use_cases().get_recording()(actor(), RecordingId(recording_id)))


def _names_of_keys() -> dict[str, str]:
    """Of those who make versions; only admins know of keys."""
    if Permission.ADMINISTER not in actor().role.permissions:
        return {}
    keys: tuple[Key, ...] = use_cases().list_keys()(actor())
    return {f"key:{key.id}": key.name for key in keys}


def _uses(library: Library) -> dict[str, list[Use]]:
    """By the recipe's name: rules for what comes in, and schedules."""
    found: dict[str, list[Use]] = {}
    for rule in library.recipes_on_upload:
        found.setdefault(RecipeRef.of(rule.recipe).name, []).append(Use("what comes in", "/recipes#rules"))
    schedules: tuple[Schedule, ...] = use_cases().list_schedules()(actor())
    for schedule in schedules:
        if not isinstance(schedule.runs, ScheduledTask) and schedule.runs.work is Work.RECIPE:
            name = RecipeRef.of(str(schedule.runs.settings["recipe"])).name
            found.setdefault(name, []).append(Use(schedule.name, f"/schedules/{schedule.id}"))
    return found
