"""JSON as it comes in: strict, and refused in words."""

import json
from typing import Any, NoReturn, TypeVar

from flask import abort, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest

from domain.errors import Invalid
from entrypoints.http import errors

M = TypeVar("M", bound=BaseModel)

JSON_BODY_BYTES = 1024 * 1024


def parsed(data: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises BadRequest when there is none, Invalid when it is another kind of value."""
    try:
        value = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = f" ({error.msg} at line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BadRequest(f"The body is not valid JSON{reason}.") from error
    if not isinstance(value, dict):
        raise Invalid("The body must be a JSON object.", field="body")
    return value


def read_optional(model: type[M]) -> M | None:
    """The request's body; None when it comes without one."""
    request.max_content_length = JSON_BODY_BYTES
    if not request.get_data():
        return None
    try:
        return model.model_validate(request.get_json())
    except ValidationError as error:
        abort(errors.of_validation(error))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
