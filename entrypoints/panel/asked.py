"""The query of a page's address, checked by the API's own models."""

from typing import TypeVar

from flask import abort, request
from pydantic import BaseModel, ValidationError

from entrypoints.http import errors
from entrypoints.http.wire.listing import REPEATABLE

M = TypeVar("M", bound=BaseModel)


def asked(model: type[M]) -> M:
    """What a form sends empty says nothing. Ends the request with a problem where a value is wrong."""
    given = {
        name: texts if name in REPEATABLE else texts[-1]
        for name, values in request.args.lists()
        if (texts := [text for text in values if text.strip()])
    }
    try:
        return model.model_validate(given)
    except ValidationError as error:
        abort(errors.of_validation(error))
