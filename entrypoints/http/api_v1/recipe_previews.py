"""/recordings/{id}/recipe-previews: a recipe tried on an excerpt."""

from flask import Response, request

from application.browse import Content
from application.recipe_preview import RecipePreview
from domain.values import RecordingId
from entrypoints.http import content
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, IF_NONE_MATCH, IF_RANGE, RANGE, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.wire.recipe_previews import NewRecipePreview, RecipePreviewPath, RecipePreviewView
from entrypoints.http.wire.recordings import RecordingPath

recipe_previews = Resource("recipe-previews", "A recipe tried on an excerpt, measured before and after.")

_HEADERS = ("ETag", "Accept-Ranges", "Content-Disposition")
_SOUNDS = ("audio/wav", "audio/flac", "audio/mpeg", "audio/ogg", "audio/mp4")


@recipe_previews.route(
    "POST",
    "/recordings/<id>/recipe-previews",
    answers={200: Answer(RecipePreviewView)},
    problems=(404, 409, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def preview_recipe(path: RecordingPath, body: NewRecipePreview) -> Response:
    """Runs a recipe, or steps that are not a recipe yet, over an excerpt. Only the sound is kept, for an hour."""
    made: RecipePreview = use_cases().preview_recipe()(
        actor(), RecordingId(path.id), body.asked(), start=body.start, seconds=body.seconds
    )
    return answered(RecipePreviewView.of(path.id, made))


@recipe_previews.route(
    "GET",
    "/recordings/<id>/recipe-previews/<name>",
    answers={
        200: Answer(headers=_HEADERS, media_types=_SOUNDS),
        206: Answer(headers=(*_HEADERS, "Content-Range"), media_types=_SOUNDS),
        302: Answer(headers=("Location",), description="The store has an address of its own for the bytes."),
        304: Answer(headers=("ETag",)),
    },
    problems=(404, 416),
    parameters=(RANGE, IF_RANGE, IF_NONE_MATCH),
)
def get_recipe_preview(path: RecipePreviewPath) -> Response:
    """The sound that a preview made, as long as it is kept."""
    made: Content = use_cases().get_recipe_preview()(actor(), RecordingId(path.id), path.name)
    return content.answer(request, made, made.content_type)
