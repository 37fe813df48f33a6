"""What a browser or a client of the API reaches: both in one application. `gunicorn "entrypoints.web:serve_app()"`."""

import signal
from types import FrameType

from flask import Flask

from entrypoints.container import Container
from entrypoints.http.api_v1.events import PLACES
from entrypoints.http.app import create_app
from entrypoints.http.limits import Places
from entrypoints.logging import configure
from entrypoints.panel import app as panel
from entrypoints.settings import Settings


def web_app(container: Container) -> Flask:
    app = create_app(container)
    panel.install(app)
    return app


def serve_app() -> Flask:
    """The application over the settings of the environment, its engine warm."""
    settings = Settings()
    configure(settings.log_level)
    container = Container(settings)
    if settings.admin_key is not None:
        # Known from the start also where no command line has prepared the store, as in a container's first run.
        container.use_cases.prepare_access()(settings.admin_key.get_secret_value())
    container.start()
    app = web_app(container)
    _end_streams_at_stop(app.extensions[PLACES])
    return app


def _end_streams_at_stop(places: Places) -> None:
    """A server that stops waits for its requests; a stream of events would keep it waiting for minutes."""
    servers_own = signal.getsignal(signal.SIGTERM)

    def stop(number: int, frame: FrameType | None) -> None:
        places.close()
        if callable(servers_own):
            servers_own(number, frame)

    if callable(servers_own):
        signal.signal(signal.SIGTERM, stop)
