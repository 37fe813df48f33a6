"""What a request stands in: the product behind it, who asks, and under which id it is followed."""

import re
from typing import Any
from uuid import uuid4

from flask import Flask, current_app, g, has_request_context, request

from domain.access import Actor
from entrypoints.container import Container
from entrypoints.settings import Settings

_EXTENSION = "audio-backend"
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")


def install(app: Flask, container: Container) -> None:
    app.extensions[_EXTENSION] = container


def container() -> Container:
    found: Container = current_app.extensions[_EXTENSION]
    return found


def use_cases() -> Any:
    return container().use_cases


def adapters() -> Any:
    return container().adapters


def settings() -> Settings:
    return container().settings


def actor() -> Actor:
    """Whose key came with the request; there is one behind every route that needs a key."""
    found: Actor = g.actor
    return found


def request_id() -> str:
    """The caller's own id when it is a plain one, ours otherwise."""
    if not has_request_context():
        return ""
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
    found: str = g.request_id
    return found
