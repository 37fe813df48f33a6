"""Recipes in JSON."""

from datetime import datetime
from urllib.parse import quote

from pydantic import BaseModel, Field

from domain.recipe import MAX_ABOUT_CHARS, MAX_STEPS, MAX_VERSIONS, NAME_PATTERN, Recipe
from domain.step import Step
from entrypoints.http.wire.common import Asked, Links, example
from entrypoints.http.wire.steps import AnyStep, step_view

_EXAMPLE = [
    {"step": "trim", "profile": "speech"},
    {"step": "channels", "mode": "mono"},
    {"step": "loudness", "target_lufs": -16, "ceiling_dbtp": -1},
    {"step": "transcode", "format": "opus", "bit_rate_kbps": 64},
]


class RecipePath(Asked):
    name: str = Field(min_length=1, max_length=64)


class RecipeVersion(Asked):
    version: int | None = Field(None, ge=1, le=MAX_VERSIONS, description="Without it, the latest.")


class RecipeChange(Asked):
    model_config = example(about="Voices for the archive.", steps=_EXAMPLE)

    # What a text looks like is the domain's business; this is no more than a bound.
    about: str = Field("", max_length=4 * MAX_ABOUT_CHARS, description="What it is for.")
    steps: list[AnyStep] = Field(
        min_length=1, max_length=MAX_STEPS, description="In the order in which they are done. Of GET /recipe-steps."
    )

    def settled(self) -> tuple[Step, ...]:
        return tuple(step.settled() for step in self.steps)


class NewRecipe(RecipeChange):
    model_config = example(name="archive-voice", about="Voices for the archive.", steps=_EXAMPLE)

    name: str = Field(pattern=f"^{NAME_PATTERN}$", description="What it is asked for by, for good.")


class RecipeView(BaseModel):
    name: str
    version: int
    about: str
    steps: list[AnyStep] = Field(description="With all their parameters, those that were not said too.")
    built_in: bool = Field(description="It ships with the service, and cannot be edited.")
    created_at: datetime = Field(description="When this version was made.")
    created_by: str
    links: Links

    @classmethod
    def of(cls, recipe: Recipe) -> "RecipeView":
        own = recipe_address(recipe.name)
        return cls(
            name=recipe.name,
            version=recipe.version,
            about=recipe.about,
            steps=[step_view(step) for step in recipe.steps],
            built_in=not recipe.library_id,
            created_at=recipe.created_at,
            created_by=recipe.created_by,
            links={"self": f"{own}?version={recipe.version}", "latest": own, "versions": f"{own}/versions"},
        )


class RecipePage(BaseModel):
    items: list[RecipeView]
    next_cursor: str | None


def recipe_address(name: str) -> str:
    return f"/api/v1/recipes/{quote(name, safe='')}"
