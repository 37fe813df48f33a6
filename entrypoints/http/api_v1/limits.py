"""/limits: what may be sent, so that a client can tell before it sends."""

from flask import Response

from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.wire.limits import LimitsView

limits = Resource("limits", "What may be sent.")


@limits.route("GET", "/limits", answers={200: Answer(LimitsView)})
def get_limits() -> Response:
    """How large a file may be, and what may be in it. All of these are settings of the service."""
    return answered(LimitsView.of(use_cases().get_limits()(actor())))
