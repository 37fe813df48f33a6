"""/recordings: files come in, and what is known of them comes out."""

from flask import Response, request

from domain.errors import DigestMismatch
from domain.job import Job
from domain.recording import Recording
from domain.values import RecordingId
from entrypoints.http import conditional, media_types
from entrypoints.http.context import actor, use_cases
from entrypoints.http.digests import content_digest
from entrypoints.http.openapi import Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.streaming import body_chunks, form_file
from entrypoints.http.wire.recordings import OnDuplicate, RecordingPath, RecordingView

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
    request_body={
        "required": True,
        "content": {"audio/*": _FILE, "application/octet-stream": _FILE, "multipart/form-data": _FORM},
    },
)
def create_recording(query: OnDuplicate) -> Response:
    """Send a file in one go, as the body or as the form field `file`."""
    recording, job = _from_form(query) if request.mimetype == "multipart/form-data" else _from_body(query)
    view = RecordingView.of(recording, job=f"/api/v1/jobs/{job.id}")
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
    told = OnDuplicate.model_validate(query.model_dump(exclude_unset=True) | file.fields)
    made: tuple[Recording, Job] = use_cases().receive_recording()(
        actor(),
        filename=told.filename or file.filename,
        content_type=media_types.kept(file.content_type),
        chunks=file.chunks,
        announced_sha256=told.sha256,
        keep_duplicate=told.on_duplicate == "keep",
    )
    return made


@recordings.route("GET", "/recordings/<id>", answers={200: Answer(RecordingView, ("ETag",))}, problems=(404,))
def get_recording(path: RecordingPath) -> Response:
    """One recording."""
    recording: Recording = use_cases().get_recording()(actor(), RecordingId(path.id))
    tag = conditional.etag(recording.version)
    if conditional.is_known(request, recording.version):
        return Response(status=304, headers={"ETag": tag})
    return answered(RecordingView.of(recording), ETag=tag)
