"""/openapi.json and /docs: the document, and a page to read and try it, without any address outside."""

from importlib.resources import files

from flask import Blueprint, Response, current_app, jsonify
from werkzeug.exceptions import NotFound

from entrypoints.http import openapi

docs = Blueprint("docs", __name__)

_ASSETS = {
    "swagger-ui.css": ("css", "text/css"),
    "swagger-ui-bundle.js": ("js", "text/javascript"),
    "swagger-ui-standalone-preset.js": ("js", "text/javascript"),
    "swagger.svg": ("images", "image/svg+xml"),
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Audio backend: the API</title>
<link rel="icon" href="/docs/assets/swagger.svg">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/swagger-ui-standalone-preset.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

# In a file of its own, so that the page needs no inline script.
_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""


@docs.get("/openapi.json")
def document() -> Response:
    app: openapi.Application = current_app._get_current_object()  # type: ignore[attr-defined]  # behind the proxy
    return jsonify(openapi.document(app))


@docs.get("/docs")
def page() -> Response:
    return Response(_PAGE, mimetype="text/html")


@docs.get("/docs/start.js")
def start() -> Response:
    return Response(_START, mimetype="text/javascript")


@docs.get("/docs/assets/<name>")
def asset(name: str) -> Response:
    if name not in _ASSETS:
        raise NotFound("There is no such file.")
    folder, media_type = _ASSETS[name]
    content = files("flask_openapi_swagger").joinpath("templates", "swagger", folder, name).read_bytes()
    return Response(content, mimetype=media_type, headers={"Cache-Control": "public, max-age=86400"})
