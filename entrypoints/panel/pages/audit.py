"""/audit: who did what, when."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from domain.access import Key
from domain.audit import AuditEntry
from domain.values import Page
from entrypoints.http.context import actor, use_cases
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.access import AuditEntryView, AuditListing
from entrypoints.panel.asked import asked
from entrypoints.panel.rendering import page

audit_page = Blueprint("audit_page", __name__)

PLACES = {"recording": "/recordings/", "job": "/jobs/", "webhook": "/webhooks/", "schedule": "/schedules/"}
"""Of subjects that have a page."""


@audit_page.get("/audit")
def show() -> Response:
    query = asked(AuditListing)
    library = actor().library_id
    found: Page[AuditEntry] = use_cases().search_audit()(
        actor(),
        query.query(stores_cursor(library, "audit", query.cursor)),
    )
    cursor = signed_cursor(library, "audit", found.next_cursor)
    keys: tuple[Key, ...] = use_cases().list_keys()(actor())
    further = {**request.args.to_dict(), "cursor": cursor}
    return page(
        "_audit_rows.html" if request.headers.get("HX-Request") else "audit.html",
        entries=[(AuditEntryView.of(entry), differences(entry.before, entry.after)) for entry in found.items],
        names={f"key:{key.id}": key.name for key in keys},
        places=PLACES,
        further=f"/audit?{urlencode(further)}" if cursor else None,
        query=query,
        filtered=any((query.actor, query.action, query.subject, query.since, query.until)),
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Member by member; None where there is none on that side."""
    return [(name, before.get(name), after.get(name)) for name in sorted(before.keys() | after.keys())]
