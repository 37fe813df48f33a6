"""How many requests a key may send within a minute, how many tries to sign in there are, and how many streams."""

import math
import threading

from flask import Blueprint, Flask, Response, g, request
from flask_limiter import Limiter, RequestLimit

from domain.errors import RateLimited, Unavailable
from entrypoints.http import errors
from entrypoints.http.auth import API, KEYLESS
from entrypoints.http.context import adapters
from entrypoints.settings import Settings

SIGN_IN_TRIES_PER_MINUTE = 20

_LIMITER = "audio-backend-limiter"


def _who() -> str:
    """The key; strangers, who are about to be turned away, are told apart by their address."""
    actor = g.get("actor")
    return actor.name if actor else f"stranger:{request.remote_addr}"


def install(app: Flask, settings: Settings) -> None:
    """Counts all addresses below /api together; what probes and scrapers ask for is not counted."""
    limiter = Limiter(
        _who,
        application_limits=[f"{settings.rate_limit_per_minute} per minute"],
        application_limits_exempt_when=lambda: not request.path.startswith(API) or request.endpoint in KEYLESS,
        on_breach=_refused,
        storage_uri="memory://",
    )
    limiter.init_app(app)
    app.extensions[_LIMITER] = limiter


def limit_tries(app: Flask, forms: Blueprint) -> None:
    """Counts what is posted to all of these forms, by address: who posts there has no key yet."""
    limiter: Limiter = app.extensions[_LIMITER]
    limiter.shared_limit(
        f"{SIGN_IN_TRIES_PER_MINUTE} per minute",
        scope=forms.name,
        key_func=lambda: str(request.remote_addr),
        methods=["POST"],
        on_breach=_tried_too_often,
    )(forms)


def _refused(breached: RequestLimit) -> Response:
    return _wait(breached, f"The key has sent {breached.limit.amount} requests within a minute. Wait, then go on.")


def _tried_too_often(breached: RequestLimit) -> Response:
    return _wait(breached, f"{breached.limit.amount} tries came from here within a minute. Wait, then try again.")


def _wait(breached: RequestLimit, detail: str) -> Response:
    now = adapters().clock().now().timestamp()
    error = RateLimited(detail, retry_after=min(60, max(1, math.ceil(breached.reset_at - now))))
    return errors.of_domain(error)


class Places:
    """A number of places; who finds none free is asked to come again. All of them end when they are closed."""

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count)
        self._closed = threading.Event()

    def close(self) -> None:
        self._closed.set()

    def closed(self) -> bool:
        return self._closed.is_set()

    def take(self) -> None:
        if not self._free.acquire(blocking=False):
            raise Unavailable("All streams of events are taken. Close one, or ask again.", retry_after=5)

    def give_back(self) -> None:
        self._free.release()
