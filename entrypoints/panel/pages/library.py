"""/: the table of recordings."""

from flask import Blueprint, Response

from domain.listing import RecordingQuery
from domain.recording import Recording
from domain.values import Page
from entrypoints.http.context import actor, use_cases
from entrypoints.http.wire.recordings import RecordingView
from entrypoints.panel.rendering import page

library = Blueprint("library", __name__)


@library.get("/")
def table() -> Response:
    found: Page[Recording] = use_cases().search_recordings()(actor(), RecordingQuery())
    return page("library.html", recordings=[RecordingView.of(recording) for recording in found.items])
