"""Bodies as they come in: in chunks, counted, and refused when they end too early."""

import hashlib
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from flask import Request, Response
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from domain.errors import Incomplete, Invalid, TooLarge
from domain.values import require_digest
from entrypoints.http import idempotency
from entrypoints.http.digests import content_digest

log = logging.getLogger(__name__)

# The least rate: each 64 KiB of a body arrive within a minute. Whoever sends less holds a thread for too little.
CHUNK_BYTES = 64 * 1024
CHUNK_SECONDS = 60.0
PATIENCE_SECONDS = 30.0  # of silence, however much came before
DRAINED_BYTES = 16 * 1024 * 1024
DRAIN_SECONDS = 5.0  # in all
# Anybody gets these without a key, as often as wanted: reading on for them would let strangers hold every thread.
UNDRAINED = frozenset({401, 403, 429})
FORM_BYTES = 4 * 1024 * 1024
MAX_FORM_PARTS = 16
MAX_FIELD_BYTES = 4096


def body_chunks(request: Request) -> Iterator[bytes]:
    """The body as it comes. Raises Incomplete when it ends before its announced end, or comes too slowly."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the file without Content-Encoding.")
    announced, received = request.content_length, 0
    with Patience(request, PATIENCE_SECONDS) as patience:
        while True:
            with patience.until(time.monotonic() + CHUNK_SECONDS):
                chunk = _read(request, received)
            if not chunk:
                break
            received += len(chunk)
            idempotency.keep_alive()
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
    events = _form_events(MultipartDecoder(boundary.encode(), FORM_BYTES, max_parts=MAX_FORM_PARTS), request)
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


class Patience:
    """A client that falls silent or only drips must not hold a thread for ever.

    The socket's own timeout ends a silence. It starts anew with every byte, and the server waits for as many bytes as
    were asked for; so a second thread looks at the clock, and shuts the socket's reading side when a deadline has
    passed: to the reader the body then ends there. Only gunicorn lets us reach its socket.
    """

    def __init__(self, request: Request, silence_seconds: float, look_every: float = 1.0) -> None:
        self._socket: socket.socket | None = request.environ.get("gunicorn.socket")
        self._silence = silence_seconds
        self._look_every = look_every
        self._ends: float | None = None
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._look, name="patience", daemon=True)

    def __enter__(self) -> "Patience":
        if self._socket is not None:
            self._before = self._socket.gettimeout()
            self._socket.settimeout(self._silence)
            self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._socket is not None:
            self._done.set()
            self._watch.join()
            self._socket.settimeout(self._before)

    @contextmanager
    def until(self, ends: float) -> Iterator[None]:
        """What is read inside has arrived by then. The time that is spent outside is not the client's."""
        self._ends = ends
        try:
            yield
        finally:
            self._ends = None

    def _look(self) -> None:
        while not self._done.wait(self._look_every):
            ends = self._ends
            if ends is not None and time.monotonic() >= ends and self._socket is not None:
                with suppress(OSError):  # the client was faster and has gone
                    self._socket.shutdown(socket.SHUT_RD)


def drain(request: Request, response: Response) -> Response:
    """Reads what is left of a body that was answered early: most clients look for the answer only after sending.

    What is left after a bounded amount or time costs the client its connection, and maybe the answer: gunicorn
    closes it.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"} or response.status_code in UNDRAINED:
        return response
    left, ends = DRAINED_BYTES, time.monotonic() + DRAIN_SECONDS
    try:
        with Patience(request, DRAIN_SECONDS, look_every=DRAIN_SECONDS / 10) as patience, patience.until(ends):
            while left > 0 and time.monotonic() < ends and (chunk := request.stream.read(CHUNK_BYTES)):
                left -= len(chunk)
    except Exception:
        # The answer stands whatever becomes of the rest.
        log.debug("the rest of a body could not be read", exc_info=True)
    return response
