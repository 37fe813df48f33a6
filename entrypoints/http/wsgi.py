"""For gunicorn: `gunicorn "entrypoints.http.wsgi:serve_app()"`."""

from flask import Flask

from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.logging import configure
from entrypoints.settings import Settings


def serve_app() -> Flask:
    """The application over the settings of the environment, its engine warm."""
    settings = Settings()
    configure(settings.log_level)
    container = Container(settings)
    if settings.admin_key is not None:
        # Known from the start also where no command line has prepared the store, as in a container's first run.
        container.use_cases.prepare_access()(settings.admin_key.get_secret_value())
    container.start()
    return create_app(container)
