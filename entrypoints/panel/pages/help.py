"""/help: the keys that work, and where to read on."""

from flask import Blueprint, Response

from entrypoints.panel.rendering import page

help_page = Blueprint("help", __name__)


@help_page.get("/help")
def show() -> Response:
    return page("help.html")
