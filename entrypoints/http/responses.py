"""Views as answers."""

from flask import Response
from pydantic import BaseModel


def answered(view: BaseModel, status: int = 200, **headers: str) -> Response:
    """`headers` are named with _ in the place of -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(view.model_dump_json(by_alias=True), status, named, mimetype="application/json")
