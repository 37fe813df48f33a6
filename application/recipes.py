"""Recipes: those that ship, and a library's own, of which each change makes a version.

A library's own recipe comes before one that ships: where a release brings a name that is in use, nothing changes for
those who use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.access import Actor, Permission
from domain.audit import AuditEntry
from domain.builtin_recipes import BUILTIN_RECIPES
from domain.errors import Conflict, Invalid, NotFound, VersionMismatch
from domain.listing import DEFAULT_LIMIT
from domain.ports.recipes import Recipes
from domain.ports.world import Clock, Ids
from domain.recipe import Recipe, RecipeRef
from domain.step import STEPS, Step, StepKind
from domain.values import LibraryId, Page


@dataclass(frozen=True)
class ResolveRecipe:
    """For what runs recipes: whatever `podcast` or `podcast@3` means now, in a version that stays what it is."""

    recipes: Recipes

    def __call__(self, library_id: LibraryId, ref: RecipeRef) -> Recipe:
        """Raises NotFound."""
        own = self.recipes.find(library_id, ref.name, ref.version)
        if own is not None:
            return own
        shipped = BUILTIN_RECIPES.get(ref.name)
        if shipped is None or ref.version not in {None, shipped.version}:
            raise _unknown(str(ref))
        return shipped


@dataclass(frozen=True)
class GetRecipe:
    resolve_recipe: ResolveRecipe

    def __call__(self, actor: Actor, name: str, version: int | None = None) -> Recipe:
        """That version, or the latest."""
        actor.require(Permission.READ)
        return self.resolve_recipe(actor.library_id, RecipeRef(name, version))


@dataclass(frozen=True)
class ListRecipes:
    """By name, each in its latest version, those that ship among the library's own."""

    recipes: Recipes

    def __call__(self, actor: Actor, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[Recipe]:
        actor.require(Permission.READ)
        after = cursor or ""
        own = self.recipes.latest(actor.library_id, limit + 1, after)
        by_name = {name: recipe for name, recipe in BUILTIN_RECIPES.items() if name > after}
        by_name |= {recipe.name: recipe for recipe in own}
        names = sorted(by_name)
        page = tuple(by_name[name] for name in names[:limit])
        return Page(page, page[-1].name if len(names) > limit else None)


@dataclass(frozen=True)
class ListRecipeVersions:
    """Newest first."""

    recipes: Recipes

    def __call__(self, actor: Actor, name: str, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[Recipe]:
        actor.require(Permission.READ)
        found = self.recipes.versions(actor.library_id, name, limit + 1, _below(cursor))
        if not found and cursor is None:
            shipped = BUILTIN_RECIPES.get(name)
            if shipped is None:
                raise _unknown(name)
            return Page((shipped,))
        return Page(found[:limit], str(found[limit - 1].version) if len(found) > limit else None)


@dataclass(frozen=True)
class CreateRecipe:
    recipes: Recipes
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, name: str, about: str, steps: Sequence[Step]) -> Recipe:
        """Raises Conflict when there is one of this name: the library's own, or one that ships."""
        actor.require(Permission.WRITE)
        now = self.clock.now()
        recipe = Recipe.first(actor.library_id, name, about, steps, now=now, by=actor.name)
        if name in BUILTIN_RECIPES:
            raise Conflict(f"The recipe {name} ships with the service. Take another name.", kind="recipe", id=name)
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "recipe.create", before=None, after=recipe)
        try:
            self.recipes.add(recipe, entry)
        except VersionMismatch as error:
            raise Conflict(
                f"There is a recipe {name} already. Edit it, or take another name.", kind="recipe", id=name
            ) from error
        return recipe


@dataclass(frozen=True)
class EditRecipe:
    """What is used once never changes: the next version stands beside those before it."""

    recipes: Recipes
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, name: str, about: str, steps: Sequence[Step], version: int) -> Recipe:
        """Raises VersionMismatch when the latest version is not `version`, Conflict for a recipe that ships.

        What is the same already stays the version that it is.
        """
        actor.require(Permission.WRITE)
        latest = self.recipes.find(actor.library_id, name)
        if latest is None:
            if name in BUILTIN_RECIPES:
                raise Conflict(
                    f"The recipe {name} ships with the service and stays as it is. Make one of your own, under another"
                    " name, of its steps.",
                    kind="recipe",
                    id=name,
                )
            raise _unknown(name)
        if latest.version != version:
            raise VersionMismatch("The recipe has changed. Load it again, then repeat the change.")
        now = self.clock.now()
        edited = latest.edited(about, steps, now, actor.name)
        if edited is not latest:
            entry = AuditEntry.of_change(self.ids.next(), now, actor, "recipe.edit", before=latest, after=edited)
            self.recipes.add(edited, entry)
        return edited


@dataclass(frozen=True)
class ListSteps:
    def __call__(self, actor: Actor) -> tuple[StepKind, ...]:
        actor.require(Permission.READ)
        return tuple(STEPS.values())


def _unknown(name: str) -> NotFound:
    return NotFound(f"There is no recipe {name}.", kind="recipe", id=name)


def _below(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise Invalid("The cursor is not one that this listing gave. Start again without it.", field="cursor")
    return int(cursor)
