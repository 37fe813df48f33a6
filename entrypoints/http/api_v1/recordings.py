"""/recordings: files come in, and what is known of them comes out."""

from flask import Response, abort, g, request
from pydantic import ValidationError

from domain.errors import DigestMismatch, Invalid
from domain.job import Job
from domain.recording import Recording
from domain.tally import Tally
from domain.values import Page, RecordingId
from entrypoints.http import conditional, errors, media_types
from entrypoints.http.context import actor, use_cases
from entrypoints.http.digests import content_digest
from entrypoints.http.openapi import CONTENT_DIGEST, IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.streaming import body_chunks, form_file
from entrypoints.http.wire.jobs import job_address
from entrypoints.http.wire.listing import RecordingFilters, TallyFilters
from entrypoints.http.wire.recordings import OnDuplicate, RecordingPage, RecordingPatch, RecordingPath, RecordingView
from entrypoints.http.wire.tally import TallyView

recordings = Resource("recordings", "Files come in, and what is known of them comes out.")

_FILE = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {
            "sha256": {"type": "string"},
            "on_duplicate": {"enum": ["keep", "refuse"]},
            "file": {"type": "string", "format": "binary"},
        },
    }
}


@recordings.route(
    "POST",
    "/recordings",
    answers={201: Answer(RecordingView, ("ETag", "Location"))},
    problems=(409, 413, 415),
    parameters=(IDEMPOTENCY_KEY, CONTENT_DIGEST),
    request_body={
        "required": True,
        "content": {"audio/*": _FILE, "application/octet-stream": _FILE, "multipart/form-data": _FORM},
    },
)
def create_recording(query: OnDuplicate) -> Response:
    """Send a file in one go, as the body or as the form field `file`."""
    recording, job = _from_form(query) if request.mimetype == "multipart/form-data" else _from_body(query)
    g.recording_id, g.job_id = recording.id, job.id
    view = RecordingView.of(recording, job=job_address(job.id))
    return answered(view, 201, ETag=conditional.etag(recording.version), Location=view.links["self"])


def _from_body(query: OnDuplicate) -> tuple[Recording, Job]:
    announced, digest = query.sha256 and query.sha256.lower(), content_digest(request.headers)
    if announced and digest and announced != digest:
        raise DigestMismatch("sha256 and Content-Digest differ from each other.", announced=[announced, digest])
    made: tuple[Recording, Job] = use_cases().receive_recording()(
        actor(),
        filename=query.filename or "",
        content_type=media_types.kept(request.mimetype),
        chunks=body_chunks(request),
        announced_size=request.content_length,
        announced_sha256=announced or digest,
        keep_duplicate=query.on_duplicate == "keep",
    )
    return made


def _from_form(query: OnDuplicate) -> tuple[Recording, Job]:
    file = form_file(request, "file", frozenset({"filename", "sha256", "on_duplicate"}))
    try:
        told = OnDuplicate.model_validate(query.model_dump(exclude_unset=True) | file.fields)
    except ValidationError as error:
        abort(errors.of_validation(error))
    made: tuple[Recording, Job] = use_cases().receive_recording()(
        actor(),
        filename=told.filename or file.filename,
        content_type=media_types.kept(file.content_type),
        chunks=file.chunks,
        announced_sha256=told.sha256,
        keep_duplicate=told.on_duplicate == "keep",
    )
    return made


@recordings.route(
    "GET",
    "/recordings/<id>",
    answers={200: Answer(RecordingView, ("ETag",)), 304: Answer(headers=("ETag",))},
    problems=(404,),
    parameters=(IF_NONE_MATCH,),
)
def get_recording(path: RecordingPath) -> Response:
    """One recording."""
    recording: Recording = use_cases().get_recording()(actor(), RecordingId(path.id))
    tag = conditional.etag(recording.version)
    if conditional.is_known(request, recording.version):
        return Response(status=304, headers={"ETag": tag})
    return answered(RecordingView.of(recording), ETag=tag)


@recordings.route("GET", "/recordings", answers={200: Answer(RecordingPage)})
def list_recordings(query: RecordingFilters) -> Response:
    """One page. All filters must match; without one on status, the trash is left out."""
    library = actor().library_id
    cursor = stores_cursor(library, "recordings", query.cursor)
    found: Page[Recording] = use_cases().search_recordings()(actor(), query.query(cursor))
    return answered(
        RecordingPage(
            items=[RecordingView.of(recording) for recording in found.items],
            next_cursor=signed_cursor(library, "recordings", found.next_cursor),
        )
    )


@recordings.route("GET", "/tally", answers={200: Answer(TallyView)})
def tally_recordings(query: TallyFilters) -> Response:
    """How many recordings there are, with their seconds and bytes: in all, and of each kind. All filters must match."""
    tally: Tally = use_cases().tally_recordings()(actor(), query.filters())
    return answered(TallyView.of(tally))


@recordings.route(
    "PATCH",
    "/recordings/<id>",
    answers={200: Answer(RecordingView, ("ETag",))},
    problems=(404, 409, 412, 413, 415, 428),
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
    body_type="application/merge-patch+json",
)
def describe_recording(path: RecordingPath, body: RecordingPatch) -> Response:
    """Changes title, tags and fields, as a JSON merge patch (RFC 7396)."""
    given = body.model_fields_set
    if "title" in given and body.title is None:
        raise Invalid("A recording has a title; it cannot be taken out.", field="title")
    fields = body.fields
    if "fields" in given and fields is None:
        stored: Recording = use_cases().get_recording()(actor(), RecordingId(path.id))
        fields = dict.fromkeys(stored.fields)
    recording: Recording = use_cases().describe_recording()(
        actor(),
        RecordingId(path.id),
        _version_to_change(path.id),
        title=body.title,
        tags=tuple(body.tags or ()) if "tags" in given else None,
        fields=fields,
    )
    return _changed(recording)


@recordings.route(
    "DELETE",
    "/recordings/<id>",
    answers={200: Answer(RecordingView, ("ETag",))},
    problems=(404, 409, 412, 428),
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
)
def trash_recording(path: RecordingPath) -> Response:
    """Puts it in the trash. The answer has the recording as it lies there, ready to be restored."""
    return _changed(use_cases().trash_recording()(actor(), RecordingId(path.id), _version_to_change(path.id)))


@recordings.route(
    "POST",
    "/recordings/<id>/restore",
    answers={200: Answer(RecordingView, ("ETag",))},
    problems=(404, 409, 412, 428),
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
)
def restore_recording(path: RecordingPath) -> Response:
    """Takes it out of the trash."""
    return _changed(use_cases().restore_recording()(actor(), RecordingId(path.id), _version_to_change(path.id)))


def _changed(recording: Recording) -> Response:
    return answered(RecordingView.of(recording), ETag=conditional.etag(recording.version))


def _version_to_change(recording_id: str) -> int:
    def stored() -> int:
        recording: Recording = use_cases().get_recording()(actor(), RecordingId(recording_id))
        return recording.version

    return conditional.version_to_change(request, stored)
