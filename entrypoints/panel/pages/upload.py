"""/upload: where files come in. The page asks nothing; its scripts talk to /api/v1/uploads."""

from flask import Blueprint, Response

from application.ingest import Limits
from domain.access import Permission
from domain.errors import Forbidden
from entrypoints.http.context import actor, use_cases
from entrypoints.http.wire.limits import LimitsView
from entrypoints.panel.rendering import page

upload = Blueprint("upload", __name__)


@upload.get("/upload")
def show() -> Response:
    if Permission.WRITE not in actor().role.permissions:
        raise Forbidden(
            "Your key may look and listen, not upload. Ask an admin for a key of the role editor, and sign in with it.",
            role=str(actor().role),
        )
    limits: Limits = use_cases().get_limits()(actor())
    return page("upload.html", limits=LimitsView.of(limits))
