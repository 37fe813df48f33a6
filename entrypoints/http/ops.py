"""For those who run the service: is it alive, can it work, what is it, how does it do."""

import logging
import time
from collections.abc import Callable
from importlib.metadata import version

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.exceptions import NotFound

from domain.errors import AudioBackendError
from domain.listing import RecordingQuery
from domain.values import LibraryId
from entrypoints.http import errors, problems
from entrypoints.http.context import adapters, settings, use_cases
from entrypoints.http.telemetry import metrics

ops = Blueprint("ops", __name__)
log = logging.getLogger(__name__)

COUNT_EVERY_SECONDS = 60.0


@ops.get("/healthz")
def healthz() -> Response:
    """The process is alive; whether it can work is what /readyz says."""
    return jsonify(status="ok")


@ops.get("/readyz")
def readyz() -> Response:
    down = [name for name, ping in _pings().items() if not _answers(name, ping)]
    if down:
        detail = f"Not answering: {', '.join(down)}. The service's log says why."
        return errors.problem(503, "unavailable", detail, {"down": down}, {"Retry-After": "1"})
    return jsonify(status="ready", checks=dict.fromkeys(_pings(), "ok"))


def _pings() -> dict[str, Callable[[], object]]:
    parts = adapters()
    return {
        "blobs": lambda: parts.blobs().ping(),
        "queue": lambda: parts.queue().ping(),
        "engine": lambda: parts.engine().ping(),
        "database": lambda: parts.recordings().search(LibraryId("none"), RecordingQuery(limit=1)),
    }


def _answers(name: str, ping: Callable[[], object]) -> bool:
    try:
        ping()
    except Exception:
        # Whatever it is, the part does not answer as it should.
        log.exception("%s does not answer", name)
        return False
    return True


@ops.get("/version")
def show_version() -> Response:
    return jsonify(name="audio-backend", version=version("audio-backend"), profile=str(settings().profile))


@ops.get("/metrics")
def show_metrics() -> Response:
    _count_damaged()
    return Response(generate_latest(metrics().registry), content_type=CONTENT_TYPE_LATEST)


def _count_damaged() -> None:
    """Now and then: it asks the store once or twice for each library. What cannot be counted stays as it was."""
    measures, now = metrics(), time.monotonic()
    if now < measures.damaged_count_from:
        return
    measures.damaged_count_from = now + COUNT_EVERY_SECONDS
    try:
        counts = use_cases().count_damaged()()
    except AudioBackendError as error:
        log.warning("damaged originals could not be counted: %s: %s", error.code, error.detail)
        return
    for fixity, count in counts.items():
        measures.damaged.labels(str(fixity)).set(count)


@ops.get("/problems")
def problem_index() -> Response:
    return Response(problems.index(), mimetype="text/html")


@ops.get("/problems/<code>")
def problem_page(code: str) -> Response:
    if code not in problems.PROBLEMS:
        raise NotFound("There is no problem of this name. /problems lists them all.")
    return Response(problems.page(code), mimetype="text/html")
