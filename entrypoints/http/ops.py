"""For those who run the service."""

from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import NotFound

from entrypoints.http import problems

ops = Blueprint("ops", __name__)


@ops.get("/healthz")
def healthz() -> Response:
    """The process is alive; whether it can work is what /readyz says."""
    return jsonify(status="ok")


@ops.get("/problems")
def problem_index() -> Response:
    return Response(problems.index(), mimetype="text/html")


@ops.get("/problems/<code>")
def problem_page(code: str) -> Response:
    if code not in problems.PROBLEMS:
        raise NotFound("There is no problem of this name. /problems lists them all.")
    return Response(problems.page(code), mimetype="text/html")
