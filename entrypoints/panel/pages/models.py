"""/models: the models that are there, and what they said lately."""

from collections.abc import Iterable
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from domain.errors import NotFound
from domain.ports.models import PredictionQuery
from domain.prediction import ModelCard, Prediction, PredictionSummary
from domain.recording import Recording
from domain.values import Page, RecordingId
from entrypoints.http.context import actor, use_cases
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.predictions import ModelView, PredictionListing, PredictionSummaryView
from entrypoints.panel.asked import asked
from entrypoints.panel.labels_said import labels_said
from entrypoints.panel.recipe_words import spoken
from entrypoints.panel.rendering import page

models_page = Blueprint("models_page", __name__)

SHOWN = 20


@models_page.get("/models")
def show_all() -> Response:
    query = asked(PredictionListing)
    library = actor().library_id
    cards: tuple[ModelCard, ...] = use_cases().list_models()(actor())
    found: Page[PredictionSummary] = use_cases().search_predictions()(
        actor(),
        PredictionQuery(
            recording_id=RecordingId(query.recording) if query.recording else None,
            model=query.model,
            limit=min(query.limit, SHOWN),
            cursor=stores_cursor(library, "predictions", query.cursor),
        ),
    )
    cursor = signed_cursor(library, "predictions", found.next_cursor)
    further = {**request.args.to_dict(), "cursor": cursor}
    titles = _titles(found.items)
    return page(
        "_prediction_rows.html" if request.headers.get("HX-Request") else "models.html",
        models=[ModelView.of(card) for card in cards],
        said=[(PredictionSummaryView.of(one), titles.get(one.recording_id)) for one in found.items],
        spoken=spoken,
        units={card.name: card.values for card in cards},
        query=query,
        further=f"/models?{urlencode(further)}" if cursor else None,
    )


@models_page.get("/models/said/<recording>/<key>")
def labels(recording: str, key: str) -> Response:
    """A part of a row: its spans, of which there may be thousands, by label."""
    found: Prediction = use_cases().get_prediction()(actor(), RecordingId(recording), key)
    return page("_prediction_labels.html", recording=recording, labels=labels_said(found.said.spans))


def _titles(said: Iterable[PredictionSummary]) -> dict[RecordingId, str]:
    """Without those that were removed for good meanwhile."""
    found = {}
    for recording_id in {one.recording_id for one in said}:
        try:
            recording: Recording = use_cases().get_recording()(actor(), recording_id)
        except NotFound:
            continue
        found[recording_id] = recording.title
    return found
