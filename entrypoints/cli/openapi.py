"""`audio-backend openapi`: the API's description, without a running service."""

import json

import typer

from entrypoints.cli.session import Session
from entrypoints.container import Container
from entrypoints.settings import Profile, Settings


def openapi(context: typer.Context) -> None:
    """Print the OpenAPI description as JSON."""
    from entrypoints.http.app import create_app

    session: Session = context.obj
    app = create_app(Container(Settings(profile=Profile.MEMORY)))
    answer = app.test_client().get("/openapi.json")
    session.out.print(json.dumps(answer.get_json(), indent=2), highlight=False, soft_wrap=True, markup=False)
