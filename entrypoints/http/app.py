"""The HTTP application, put together."""

from importlib.metadata import version

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from domain.errors import Invalid
from entrypoints.container import Container
from entrypoints.http import (
    auth,
    context,
    errors,
    headers,
    idempotency,
    limits,
    openapi,
    signing,
    streaming,
    telemetry,
)
from entrypoints.http.api_v1.access import access
from entrypoints.http.api_v1.batches import batches
from entrypoints.http.api_v1.catalogue import catalogue
from entrypoints.http.api_v1.content import contents
from entrypoints.http.api_v1.events import PLACES, events
from entrypoints.http.api_v1.hearing import hearing
from entrypoints.http.api_v1.imports import imports
from entrypoints.http.api_v1.jobs import jobs
from entrypoints.http.api_v1.limits import limits as intake_limits
from entrypoints.http.api_v1.metadata_exports import metadata_exports
from entrypoints.http.api_v1.metadata_imports import metadata_imports
from entrypoints.http.api_v1.policy import policy
from entrypoints.http.api_v1.predictions import predictions
from entrypoints.http.api_v1.recipe_previews import recipe_previews
from entrypoints.http.api_v1.recipes import recipes
from entrypoints.http.api_v1.recordings import recordings
from entrypoints.http.api_v1.regions import regions
from entrypoints.http.api_v1.rules import rules
from entrypoints.http.api_v1.schedules import schedules
from entrypoints.http.api_v1.uploads import uploads
from entrypoints.http.api_v1.webhooks import webhooks
from entrypoints.http.docs import docs
from entrypoints.http.ops import ops
from entrypoints.http.wire.listing import REPEATABLE


def create_app(container: Container) -> Flask:
    settings = container.settings
    app = openapi.application(version("audio-backend"))
    behind = settings.trusted_proxies
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=behind, x_proto=behind, x_host=0)  # type: ignore[method-assign]  # Flask's own advice
    context.install(app, container)
    signing.install(app, settings)
    telemetry.install(app)
    errors.install(app)
    app.extensions[PLACES] = limits.Places(settings.max_event_streams)
    _guard(app, container)
    openapi.register(app, recordings, contents, hearing, catalogue, uploads, intake_limits, imports, jobs, batches)
    openapi.register(app, events, predictions, metadata_imports, recipes, rules, schedules, policy, access)
    openapi.register(app, metadata_exports, recipe_previews, regions, webhooks)
    app.register_blueprint(ops)
    app.register_blueprint(docs)
    return app


def _guard(app: Flask, container: Container) -> None:
    """What happens before and after every view. The order is that of the lines; afterwards it is the reverse."""
    app.before_request(telemetry.started)
    app.after_request(telemetry.finished)
    headers.install(app, container.settings)
    app.after_request(headers.secured)
    app.after_request(_drained)
    app.before_request(auth.recognise)
    limits.install(app, container.settings)
    app.before_request(auth.demand_key)
    app.before_request(_refuse_repeated)
    app.before_request(idempotency.begin)
    app.after_request(idempotency.settle)


def _drained(response: Response) -> Response:
    return streaming.drain(request, response)


def _refuse_repeated() -> None:
    """A parameter that is given twice would otherwise be half ignored."""
    for name, values in request.args.lists():
        if len(values) > 1 and name not in REPEATABLE:
            raise Invalid("The parameter may be given once.", field=name[:64])
