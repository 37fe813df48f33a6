"""/keys: who may come in, and what each may do."""

from datetime import datetime

from flask import Blueprint, Response

from domain.access import Key, Role
from entrypoints.http.context import actor, adapters, use_cases
from entrypoints.http.wire.access import KeyView
from entrypoints.panel.rendering import page

keys_page = Blueprint("keys_page", __name__)

ROLES = {
    Role.VIEWER: "looks, listens and downloads",
    Role.EDITOR: "also uploads, edits, decides and processes",
    Role.ADMIN: "also keys, webhooks, schedules, policy and the audit trail",
}


@keys_page.get("/keys")
def show() -> Response:
    found: tuple[Key, ...] = use_cases().list_keys()(actor())
    now: datetime = adapters().clock().now()
    return page(
        "keys.html",
        keys=[(KeyView.of(key), key.is_valid(now)) for key in sorted(found, key=lambda key: key.id, reverse=True)],
        own=actor().name.removeprefix("key:"),
        roles=ROLES,
    )
