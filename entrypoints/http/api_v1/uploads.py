"""/uploads: a file comes in by parts, over hours and interruptions if need be."""

from flask import Response, request

from application.uploads import UploadState
from domain.job import Job
from domain.ports.blobs import SignedRequest
from domain.recording import Recording
from domain.upload import Part, Upload, UploadStatus
from domain.values import UploadId
from entrypoints.http import media_types
from entrypoints.http.context import actor, adapters, use_cases
from entrypoints.http.json_body import read_optional
from entrypoints.http.openapi import IDEMPOTENCY_KEY, Answer, Resource, optional_body
from entrypoints.http.responses import answered
from entrypoints.http.signing import PartPermit, permit_of
from entrypoints.http.streaming import body_chunks
from entrypoints.http.wire.jobs import JobView, job_address
from entrypoints.http.wire.uploads import (
    NewUpload,
    PartDigests,
    PartPath,
    PartQuery,
    ReceivedPart,
    UploadPath,
    UploadView,
    upload_address,
)

uploads = Resource("uploads", "A file comes in by parts, over hours and interruptions if need be.")


@uploads.route(
    "POST",
    "/uploads",
    answers={201: Answer(UploadView, ("Location",))},
    problems=(409, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def open_upload(body: NewUpload) -> Response:
    """Agree on a file. PUT its parts to the addresses in the answer, in any order, then complete it."""
    state: UploadState = use_cases().open_upload()(
        actor(),
        filename=body.filename,
        content_type=media_types.kept(body.content_type),
        size_bytes=body.size,
        sha256=body.sha256,
        keep_duplicate=body.on_duplicate == "keep",
        part_sha256=body.part_sha256,
        tags=tuple(body.tags),
    )
    return answered(_view(state), 201, Location=upload_address(state.upload.id))


@uploads.route("GET", "/uploads/<id>", answers={200: Answer(UploadView)}, problems=(404,))
def get_upload(path: UploadPath) -> Response:
    """How far it is, with addresses for what is missing."""
    return answered(_view(use_cases().get_upload()(actor(), UploadId(path.id))))


@uploads.route(
    "POST",
    "/uploads/<id>/parts",
    answers={200: Answer(UploadView)},
    problems=(404, 409, 410, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
    request_body=optional_body(PartDigests),
)
def renew_part_addresses(path: UploadPath) -> Response:
    """Fresh addresses for the parts that are missing; with `part_sha256`, for those whose digests are sent along."""
    sent = read_optional(PartDigests)
    digests = sent.by_number() if sent else {}
    state: UploadState = use_cases().get_upload()(actor(), UploadId(path.id), digests)
    state.upload.require_open(adapters().clock().now())
    return answered(_view(state))


@uploads.route(
    "PUT",
    "/uploads/<id>/parts/<n>",
    answers={200: Answer(ReceivedPart, ("ETag",))},
    problems=(404, 409, 410, 413, 415),
    signed=True,
    request_body={
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
)
def receive_part(path: PartPath, query: PartQuery) -> Response:
    """The bytes of one part, sent to an address that the service signed; it needs no key."""
    upload_id = UploadId(path.id)
    permit = permit_of(query.signature, upload_id, path.n, adapters().clock().now())
    part: Part = use_cases().receive_part()(
        permit.library_id, upload_id, path.n, body_chunks(request), request.content_length, sha256=permit.sha256
    )
    return answered(ReceivedPart.of(part), ETag=f'"{part.etag}"')


@uploads.route(
    "POST",
    "/uploads/<id>/complete",
    answers={202: Answer(JobView, ("Location",))},
    problems=(404, 409, 410),
    parameters=(IDEMPOTENCY_KEY,),
)
def complete_upload(path: UploadPath) -> Response:
    """Makes a recording of the parts. The job in the answer puts them together and listens."""
    made: tuple[Recording, Job] = use_cases().complete_upload()(actor(), UploadId(path.id))
    return answered(JobView.of(made[1]), 202, Location=job_address(made[1].id))


@uploads.route(
    "DELETE",
    "/uploads/<id>",
    answers={204: Answer()},
    problems=(404, 409),
    parameters=(IDEMPOTENCY_KEY,),
)
def abort_upload(path: UploadPath) -> Response:
    """Throws the parts away."""
    use_cases().abort_upload()(actor(), UploadId(path.id))
    return Response(status=204)


def _view(state: UploadState) -> UploadView:
    """Where the store has no addresses of its own, the parts come to this service."""
    now, base = adapters().clock().now(), request.host_url.rstrip("/")
    is_open = state.upload.status is UploadStatus.OPEN and not state.upload.is_expired(now)

    def address_of(upload: Upload, n: int) -> SignedRequest | None:
        digest = state.digests.get(n)
        if not is_open or (upload.part_sha256 and digest is None):
            return None
        if state.addresses:
            return state.addresses.get(n)
        permit = PartPermit(upload.library_id, upload.id, n, upload.expires_at, digest)
        return SignedRequest(f"{base}{upload_address(upload.id)}/parts/{n}?signature={permit.signed()}", {})

    return UploadView.of(state, address_of)
