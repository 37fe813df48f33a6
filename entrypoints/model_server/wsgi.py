"""For gunicorn: `gunicorn "entrypoints.model_server.wsgi:serve_app()"`."""

from flask import Flask

from entrypoints.families.model_server import ModelServerAdapters
from entrypoints.logging import configure
from entrypoints.model_server.app import create_model_server
from entrypoints.settings import Settings


def serve_app() -> Flask:
    """Over the settings of the environment, the engine's children warm."""
    settings = Settings()
    configure(settings.log_level)
    adapters = ModelServerAdapters(settings=settings)
    adapters.engine().start()
    return create_model_server(adapters, settings)
