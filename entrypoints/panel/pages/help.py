"""/help: the keys that work, what the words mean, what is taken, and where to read on."""

from flask import Blueprint, Response

from domain.recording import Status
from entrypoints.http.context import actor, use_cases
from entrypoints.http.wire.limits import LimitsView
from entrypoints.panel.pages.keys import ROLES
from entrypoints.panel.rendering import page

help_page = Blueprint("help", __name__)

STATUSES = {
    Status.RECEIVING: "its bytes are being put together",
    Status.PROCESSING: "it is safe, and waits to be listened to or is being listened to",
    Status.READY: "it was listened to and may be used",
    Status.QUARANTINED: "the library's policy holds it back until somebody decides",
    Status.FAILED: "it cannot be used; the recording says why and what to do",
    Status.TRASHED: "it can be restored until the trash is emptied",
}


@help_page.get("/help")
def show() -> Response:
    return page("help.html", statuses=STATUSES, roles=ROLES, limits=LimitsView.of(use_cases().get_limits()(actor())))
