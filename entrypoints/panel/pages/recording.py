"""/recordings/ID: one recording, to listen to and to look at."""

from flask import Blueprint, Response

from domain.recording import Recording
from domain.values import RecordingId
from entrypoints.http.context import actor, use_cases
from entrypoints.http.wire.recordings import RecordingView
from entrypoints.panel.listening import player_of
from entrypoints.panel.rendering import page

recording_page = Blueprint("recording", __name__)


@recording_page.get("/recordings/<recording_id>")
def show(recording_id: str) -> Response:
    found: Recording = use_cases().get_recording()(actor(), RecordingId(recording_id))
    return page("recording.html", recording=RecordingView.of(found), player=player_of(found))
