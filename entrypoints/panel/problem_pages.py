"""What went wrong, as a page for a person: the same words that the API answers with."""

from flask import Response, g, json, redirect, request

from entrypoints.http import errors
from entrypoints.http.auth import API
from entrypoints.panel.rendering import page, sign_in_address


def wants_page() -> bool:
    """A browser that was led to an address, or htmx on a page. What asks for JSON, or for anything, gets JSON."""
    if request.path.startswith(API):
        return False
    return request.accept_mimetypes.best_match([errors.MEDIA_TYPE, "text/html"]) == "text/html"


def for_people(response: Response) -> Response:
    if response.mimetype != errors.MEDIA_TYPE or not wants_page():
        return response
    if response.status_code == 401:
        return redirect(sign_in_address())  # type: ignore[return-value]  # werkzeug's is Flask's
    problem = json.loads(response.get_data())
    template = "_problem.html" if request.headers.get("HX-Request") else "problem.html"
    drawn = page(template, response.status_code, problem=problem, actor=g.get("actor"))
    for name in ("Retry-After", "Allow"):
        if name in response.headers:
            drawn.headers[name] = response.headers[name]
    return drawn
