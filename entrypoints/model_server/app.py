"""SageMaker's container contract for the models of this package: GET /ping and POST /invocations, JSON, no state.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import uuid4

from flask import Flask, Request, Response, jsonify, request
from werkzeug.exceptions import HTTPException, LengthRequired, UnsupportedMediaType

from domain.errors import AudioBackendError, Incomplete, Invalid, TooLarge
from domain.prediction import Said
from domain.values import Scalar
from entrypoints.http.errors import status_of
from entrypoints.settings import Settings

log = logging.getLogger(__name__)

CHUNK_BYTES = 64 * 1024
ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
"""Carries the model's parameters, as a JSON object of numbers."""


def create_model_server(adapters: Any, settings: Settings) -> Flask:
    app = Flask("entrypoints.model_server", static_folder=None)
    app.register_error_handler(AudioBackendError, _of_domain)
    app.register_error_handler(HTTPException, _of_framework)
    app.register_error_handler(Exception, _of_unknown)

    @app.get("/ping")
    def ping() -> Response:
        """Healthy while the engine can be asked and the model is known."""
        adapters.engine().ping()
        adapters.models().card(settings.served_model)
        return jsonify(status="ok")

    @app.post("/invocations")
    def invocations() -> Response:
        """What the model says of the audio in the body."""
        parameters = _parameters(request.headers.get(ATTRIBUTES, ""))
        chunks = _audio(request, settings.model_server_max_bytes)
        said: Said = adapters.predict_sound()(settings.served_model, chunks, parameters)
        return jsonify(asdict(said))

    return app


def _audio(incoming: Request, max_bytes: int) -> Iterator[bytes]:
    if not incoming.mimetype.startswith("audio/"):
        raise UnsupportedMediaType("Send the sound as audio/wav, or as another audio type.")
    if incoming.content_length is None:
        raise LengthRequired("Say the length of the body.")
    if incoming.content_length > max_bytes:
        raise TooLarge(f"The body is larger than the limit of {max_bytes} bytes.", limit_bytes=max_bytes)
    return _chunks(incoming, incoming.content_length)


def _chunks(incoming: Request, announced: int) -> Iterator[bytes]:
    received = 0
    while chunk := incoming.stream.read(CHUNK_BYTES):
        received += len(chunk)
        yield chunk
    if received < announced:
        raise Incomplete(f"{announced} bytes were announced and {received} arrived.")


def _parameters(attributes: str) -> dict[str, Scalar]:
    try:
        found = json.loads(attributes or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Invalid(f"{ATTRIBUTES} must be a JSON object with the model's parameters.", field=ATTRIBUTES)
    return found


def _of_domain(error: AudioBackendError) -> tuple[Response, int]:
    status = status_of(error)
    if status >= 500:
        log.warning("answered %s: %s", error.code, error.detail, exc_info=error)
    return jsonify(**error.data, code=error.code, detail=error.detail), status


def _of_framework(error: HTTPException) -> tuple[Response, int]:
    return jsonify(code=(error.name or "").lower().replace(" ", "-"), detail=error.description), error.code or 500


def _of_unknown(error: Exception) -> tuple[Response, int]:
    error_id = uuid4().hex[:12]
    log.error("unexpected error %s", error_id, exc_info=error)
    detail = f"Something unexpected went wrong. The server's log has it as {error_id}."
    return jsonify(code="internal", detail=detail, error_id=error_id), 500
