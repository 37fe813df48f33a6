"""The HTTP application, put together."""

from importlib.metadata import version

from flask import Flask, Response, request

from entrypoints.container import Container
from entrypoints.http import auth, context, errors, openapi, streaming
from entrypoints.http.api_v1.content import contents
from entrypoints.http.api_v1.recordings import recordings
from entrypoints.http.ops import ops


def create_app(container: Container) -> Flask:
    app = openapi.application(version("audio-backend"))
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    context.install(app, container)
    errors.install(app)
    app.before_request(auth.recognise)
    app.before_request(auth.demand_key)
    app.after_request(_answered)
    openapi.register(app, recordings, contents)
    app.register_blueprint(ops)
    return app


def _answered(response: Response) -> Response:
    response.headers["X-Request-ID"] = context.request_id()
    return streaming.drain(request, response)
