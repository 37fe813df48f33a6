"""/events: what happens in the library, as it happens."""

from flask import Response, current_app, request
from pydantic import Field

from application.notices import facts_of_job, facts_of_recording
from application.watch import Watch
from domain.event import Event
from domain.job import Job
from domain.recording import Recording
from domain.values import JobId, RecordingId
from entrypoints.http.context import actor, use_cases
from entrypoints.http.events import EventStream, Wanted
from entrypoints.http.limits import Places
from entrypoints.http.openapi import LAST_EVENT_ID, Answer, Resource
from entrypoints.http.telemetry import metrics
from entrypoints.http.wire.common import Asked, Id

events = Resource("events", "What happens in the library, as it happens.")

PLACES = "audio-backend-event-places"


class EventFilter(Asked):
    recording: Id | None = Field(None, description="Only what concerns this recording, its jobs and its regions.")
    job: Id | None = Field(None, description="Only this job; the stream ends with it.")


@events.route(
    "GET",
    "/events",
    answers={200: Answer(media_types=("text/event-stream",), description="Server-sent events.")},
    problems=(404,),
    parameters=(LAST_EVENT_ID,),
)
def stream_events(query: EventFilter) -> Response:
    """Server-sent events: `recording.changed`, `region.changed`, `job.changed` and the like, and `end` after which the
    listener closes."""
    watch: Watch = use_cases().watch_events()(actor())
    # Asked for first: what happens while the rest is prepared is then part of the stream.
    last_id = request.headers.get("Last-Event-ID") or watch.last_id()
    watch.check(last_id)  # refuses an id that is none while there still can be a proper answer
    first = _standing(query, last_id)
    if request.method == "HEAD":
        return Response(mimetype="text/event-stream")
    places: Places = current_app.extensions[PLACES]
    places.take()
    stream = EventStream(watch, Wanted(query.recording, query.job), stopped=places.closed)(last_id, first)
    response = Response(stream, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
    open_streams = metrics().streams
    open_streams.inc()
    response.call_on_close(open_streams.dec)
    response.call_on_close(places.give_back)
    return response


def _standing(query: EventFilter, last_id: str) -> Event | None:
    """How the thing that is listened to stands. Raises NotFound where there is none."""
    if query.job is not None:
        job: Job = use_cases().get_job()(actor(), JobId(query.job))
        return Event(job.library_id, "job.changed", job.id, job.updated_at, facts_of_job(job), last_id)
    if query.recording is not None:
        recording: Recording = use_cases().get_recording()(actor(), RecordingId(query.recording))
        told = facts_of_recording(recording)
        return Event(recording.library_id, "recording.changed", recording.id, recording.updated_at, told, last_id)
    return None
