"""/recipes and /recipe-steps: how sound is changed, and what that can be made of."""

from flask import Response, request

from domain.recipe import Recipe
from domain.step import StepKind
from domain.values import Page
from entrypoints.http import conditional
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.common import Listing
from entrypoints.http.wire.recipes import (
    NewRecipe,
    RecipeChange,
    RecipePage,
    RecipePath,
    RecipeVersion,
    RecipeView,
    recipe_address,
)
from entrypoints.http.wire.steps import StepKinds, StepKindView

recipes = Resource("recipes", "Named, versioned chains of steps that change sound.")


@recipes.route("GET", "/recipes", answers={200: Answer(RecipePage)})
def list_recipes(query: Listing) -> Response:
    """By name, each in its latest version: the library's own, and those that ship."""
    cursor = stores_cursor(actor().library_id, "recipes", query.cursor)
    return answered(_page(use_cases().list_recipes()(actor(), query.limit, cursor), "recipes"))


@recipes.route(
    "POST",
    "/recipes",
    answers={201: Answer(RecipeView, ("ETag", "Location"))},
    problems=(409, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def create_recipe(body: NewRecipe) -> Response:
    """Makes the first version of one. Steps and parameters that there are not, and values out of range, are refused."""
    recipe: Recipe = use_cases().create_recipe()(actor(), body.name, body.about, body.settled())
    return _answered(recipe, 201, Location=recipe_address(recipe.name))


@recipes.route(
    "GET",
    "/recipes/<name>",
    answers={200: Answer(RecipeView, ("ETag",)), 304: Answer(headers=("ETag",))},
    problems=(404,),
    parameters=(IF_NONE_MATCH,),
)
def get_recipe(path: RecipePath, query: RecipeVersion) -> Response:
    """One recipe, in its latest version or in another one."""
    recipe: Recipe = use_cases().get_recipe()(actor(), path.name, query.version)
    if conditional.is_known(request, recipe.version):
        return Response(status=304, headers={"ETag": conditional.etag(recipe.version)})
    return _answered(recipe)


@recipes.route("GET", "/recipes/<name>/versions", answers={200: Answer(RecipePage)}, problems=(404,))
def list_recipe_versions(path: RecipePath, query: Listing) -> Response:
    """All versions of one, newest first."""
    listing = f"recipe-versions:{path.name}"
    cursor = stores_cursor(actor().library_id, listing, query.cursor)
    return answered(_page(use_cases().list_recipe_versions()(actor(), path.name, query.limit, cursor), listing))


@recipes.route(
    "PUT",
    "/recipes/<name>",
    answers={200: Answer(RecipeView, ("ETag",))},
    problems=(404, 409, 412, 413, 415, 428),
    parameters=(IF_MATCH,),
)
def edit_recipe(path: RecipePath, body: RecipeChange) -> Response:
    """Makes the next version. Those before it stay, and whoever runs one by its version still gets that one."""

    def stored() -> int:
        recipe: Recipe = use_cases().get_recipe()(actor(), path.name)
        return recipe.version

    version = conditional.version_to_change(request, stored)
    return _answered(use_cases().edit_recipe()(actor(), path.name, body.about, body.settled(), version))


@recipes.route("GET", "/recipe-steps", answers={200: Answer(StepKinds)})
def list_recipe_steps() -> Response:
    """Every step that a recipe can have, with its parameters, their bounds, units, defaults and meanings."""
    found: tuple[StepKind, ...] = use_cases().list_steps()(actor())
    return answered(StepKinds(items=[StepKindView.of(kind) for kind in found]))


def _answered(recipe: Recipe, status: int = 200, **headers: str) -> Response:
    return answered(RecipeView.of(recipe), status, ETag=conditional.etag(recipe.version), **headers)


def _page(found: Page[Recipe], listing: str) -> RecipePage:
    cursor = signed_cursor(actor().library_id, listing, found.next_cursor)
    return RecipePage(items=[RecipeView.of(recipe) for recipe in found.items], next_cursor=cursor)
