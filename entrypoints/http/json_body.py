"""JSON as it comes in: strict, and refused in words."""

import json
from typing import Any, NoReturn

from werkzeug.exceptions import BadRequest

from domain.errors import Invalid


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


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")
