"""One log line and one measurement for each request, under the id that it is followed by."""

import logging
import time

import structlog
from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

from entrypoints.http.context import request_id

log = logging.getLogger("entrypoints.http.access")

_EXTENSION = "audio-backend-metrics"


class Metrics:
    """Of one application, in a registry of its own: two applications in one process do not add up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["route", "method", "status"]
        self.requests = Counter("http_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "http_request_duration_seconds", "Until the last byte was sent.", labels[:2], registry=self.registry
        )
        self.damaged = Gauge(
            "damaged_originals", "Known not to be what was taken in.", ["fixity"], registry=self.registry
        )
        self.damaged_count_from = 0.0  # by time.monotonic: it is counted anew after that
        self.streams = Gauge("http_event_streams", "Streams of events that are open.", registry=self.registry)
        ProcessCollector(registry=self.registry)


def install(app: Flask) -> None:
    app.extensions[_EXTENSION] = Metrics()


def metrics() -> Metrics:
    found: Metrics = current_app.extensions[_EXTENSION]
    return found


def started() -> None:
    g.started = time.monotonic()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id())


def finished(response: Response) -> Response:
    """Reports now, or, where the body is sent piece by piece, when the last piece has gone."""
    response.headers["X-Request-ID"] = request_id()
    line, measures = _line(response.status_code), metrics()
    begun = g.get("started", time.monotonic())

    def report() -> None:
        seconds = time.monotonic() - begun
        measures.requests.labels(line["route"], line["method"], line["status"]).inc()
        measures.seconds.labels(line["route"], line["method"]).observe(seconds)
        log.info("request", extra={**line, "duration_ms": round(seconds * 1000, 1)})

    if response.is_streamed:
        response.call_on_close(report)
    else:
        report()
    return response


def _line(status: int) -> dict[str, object]:
    actor, rule = g.get("actor"), request.url_rule
    blueprint, given = request.blueprint, (request.view_args or {}).get("id")
    of_recording = blueprint in {"recordings", "content"}
    return {
        # The rule, not the path: paths hold ids and would make a measurement of each.
        "route": rule.rule if rule else "(none)",
        "method": request.method,
        "status": status,
        "request_id": request_id(),
        "key": actor.name.removeprefix("key:") if actor else None,
        "recording_id": g.get("recording_id") or (given if of_recording else None),
        "job_id": g.get("job_id") or (given if blueprint == "jobs" else None),
    }
