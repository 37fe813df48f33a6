"""Bodies as they come in: in chunks, counted, and refused when they end too early."""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Request, Response
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from domain.errors import Incomplete, Invalid, TooLarge
from domain.values import require_digest
from entrypoints.http.digests import content_digest

log = logging.getLogger(__name__)

CHUNK_BYTES = 1024 * 1024
DRAINED_BYTES = 16 * 1024 * 1024
PATIENCE_SECONDS = 30.0
DRAIN_PATIENCE_SECONDS = 5.0
MAX_FORM_PARTS = 16
MAX_FIELD_BYTES = 4096


def body_chunks(request: Request) -> Iterator[bytes]:
    """The body as it comes. Raises Incomplete when it ends before its announced end."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the file without Content-Encoding.")
    announced, received = request.content_length, 0
    with _patience(request, PATIENCE_SECONDS):
        while True:
            chunk = _read(request, received)
            if not chunk:
                break
            received += len(chunk)
            yield chunk
    if announced is not None and received < announced:
        raise _cut_short(received, announced)


def _read(request: Request, received: int) -> bytes:
    try:
        return request.stream.read(CHUNK_BYTES)
    except Exception as error:  # each server has its own for a body that broke off
        raise _cut_short(received, request.content_length) from error


def _cut_short(received: int, announced: int | None) -> Incomplete:
    expected = "the end of the body" if announced is None else f"{announced} bytes"
    return Incomplete(
        f"{received} bytes arrived, and then nothing more before {expected}. Send the file again.",
        received_bytes=received,
        announced_bytes=announced,
    )


@dataclass
class FormFile:
    """The file of a multipart form, with the fields that came before it. Its chunks pass once."""

    filename: str
    content_type: str
    fields: dict[str, str]
    chunks: Iterator[bytes]


def form_file(request: Request, field: str, known: frozenset[str]) -> FormFile:
    """The first file, as it comes: nothing is kept of it here. Fields must stand before it, to be known in time."""
    boundary = request.mimetype_params.get("boundary", "")
    if not 1 <= len(boundary) <= 200 or not boundary.isascii():
        raise BadRequest("The multipart form has no usable boundary in its Content-Type.")
    events = _form_events(MultipartDecoder(boundary.encode(), 4 * CHUNK_BYTES, max_parts=MAX_FORM_PARTS), request)
    fields: dict[str, str] = {}
    for event in events:
        if isinstance(event, File):
            if event.name != field:
                raise Invalid(f"Send the file in the form field {field!r}.", field=field)
            return FormFile(event.filename, event.headers.get("Content-Type", ""), fields, _file_data(events))
        if isinstance(event, Field):
            if event.name not in known:
                raise Invalid(f"The form has an unknown field; it takes {', '.join(sorted(known))}.", field="form")
            fields[event.name] = _field_value(events)
    raise Invalid(f"The form has no file. Send it in the form field {field!r}.", field=field)


def _form_events(decoder: MultipartDecoder, request: Request) -> Iterator[object]:
    announced = content_digest(request.headers)
    digest = hashlib.sha256() if announced else None
    for chunk in body_chunks(request):
        if digest is not None:
            digest.update(chunk)
        yield from _decoded(decoder, chunk)
    yield from _decoded(decoder, None)
    if digest is not None:
        require_digest(announced, digest.hexdigest())


def _decoded(decoder: MultipartDecoder, chunk: bytes | None) -> Iterator[object]:
    try:
        decoder.receive_data(chunk)
        while not isinstance(event := decoder.next_event(), NeedData):
            yield event
            if isinstance(event, Epilogue):
                return
    except ValueError as error:
        raise BadRequest("The multipart form is broken or ends too early.") from error


def _field_value(events: Iterator[object]) -> str:
    value = b""
    for event in events:
        if not isinstance(event, Data):
            break
        value += event.data
        if len(value) > MAX_FIELD_BYTES:
            raise TooLarge(f"A form field has at most {MAX_FIELD_BYTES} bytes.", limit_bytes=MAX_FIELD_BYTES)
        if not event.more_data:
            break
    return value.decode("utf-8", "replace")


def _file_data(events: Iterator[object]) -> Iterator[bytes]:
    for event in events:
        if isinstance(event, Data):
            if event.data:
                yield event.data
        elif isinstance(event, File | Field):
            raise Invalid("The file must be the last and only file of the form.", field="form")


@contextmanager
def _patience(request: Request, seconds: float) -> Iterator[None]:
    """A client that falls silent must not hold a thread for ever; only gunicorn lets us reach its socket."""
    socket = request.environ.get("gunicorn.socket")
    if socket is None:
        yield
        return
    before = socket.gettimeout()
    socket.settimeout(seconds)
    try:
        yield
    finally:
        socket.settimeout(before)


def drain(request: Request, response: Response) -> Response:
    """Reads what is left of a body that was answered early: most clients look for the answer only after sending.

    What is left after a bounded amount costs the client its connection, and maybe the answer: gunicorn closes it.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return response
    left = DRAINED_BYTES
    try:
        with _patience(request, DRAIN_PATIENCE_SECONDS):
            while left > 0 and (chunk := request.stream.read(CHUNK_BYTES)):
                left -= len(chunk)
    except Exception:
        # The answer stands whatever becomes of the rest.
        log.debug("the rest of a body could not be read", exc_info=True)
    return response
