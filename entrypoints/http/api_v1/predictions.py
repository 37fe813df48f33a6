"""/models and /predictions: what can be asked of a recording's sound, and what was said."""

from flask import Response

from domain.ports.models import PredictionQuery
from domain.prediction import ModelCard, Prediction, PredictionSummary
from domain.values import Page, RecordingId
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.common import Listing
from entrypoints.http.wire.predictions import (
    ModelList,
    ModelView,
    PredictionListing,
    PredictionPage,
    PredictionPath,
    PredictionSummaryView,
    PredictionView,
)
from entrypoints.http.wire.recordings import RecordingPath

predictions = Resource("predictions", "AI models, and what they said of recordings.")


@predictions.route("GET", "/models", answers={200: Answer(ModelList)})
def list_models() -> Response:
    """Every model that can be run, with what it takes and gives. POST /jobs with its name runs it."""
    found: tuple[ModelCard, ...] = use_cases().list_models()(actor())
    return answered(ModelList(items=[ModelView.of(card) for card in found]))


@predictions.route("GET", "/predictions", answers={200: Answer(PredictionPage)})
def list_predictions(query: PredictionListing) -> Response:
    """Newest first, of the whole library, a recording or a model."""
    library = actor().library_id
    found: Page[PredictionSummary] = use_cases().search_predictions()(
        actor(),
        PredictionQuery(
            recording_id=None if query.recording is None else RecordingId(query.recording),
            model=query.model,
            limit=query.limit,
            cursor=stores_cursor(library, "predictions", query.cursor),
        ),
    )
    return answered(_page(found))


@predictions.route("GET", "/recordings/<id>/predictions", answers={200: Answer(PredictionPage)}, problems=(404,))
def list_predictions_of_recording(path: RecordingPath, query: Listing) -> Response:
    """Those of one recording, newest first: models, versions and parameters stand side by side."""
    found: Page[PredictionSummary] = use_cases().list_predictions()(
        actor(), RecordingId(path.id), query.limit, stores_cursor(actor().library_id, "predictions", query.cursor)
    )
    return answered(_page(found))


@predictions.route("GET", "/recordings/<id>/predictions/<key>", answers={200: Answer(PredictionView)}, problems=(404,))
def get_prediction(path: PredictionPath) -> Response:
    """One prediction with its spans."""
    found: Prediction = use_cases().get_prediction()(actor(), RecordingId(path.id), path.key)
    return answered(PredictionView.whole(found))


def _page(found: Page[PredictionSummary]) -> PredictionPage:
    cursor = signed_cursor(actor().library_id, "predictions", found.next_cursor)
    return PredictionPage(items=[PredictionSummaryView.of(one) for one in found.items], next_cursor=cursor)
