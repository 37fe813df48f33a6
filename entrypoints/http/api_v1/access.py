"""/keys, /library and /audit: who may come in, and who has done what."""

from flask import Response, g

from domain.access import Key
from domain.audit import AuditEntry
from domain.values import KeyId, Page
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.access import (
    AuditEntryView,
    AuditListing,
    AuditPage,
    IssuedKey,
    KeyList,
    KeyPath,
    KeyView,
    LibraryView,
    NewKey,
)

access = Resource("access", "Who may come in, and who has done what.")


@access.route("GET", "/library", answers={200: Answer(LibraryView)})
def get_library() -> Response:
    """The library that the key belongs to."""
    return answered(LibraryView.of(use_cases().get_library()(actor())))


@access.route("GET", "/keys", answers={200: Answer(KeyList)})
def list_keys() -> Response:
    """All keys of the library, revoked ones too; never their tokens."""
    found: tuple[Key, ...] = use_cases().list_keys()(actor())
    return answered(KeyList(items=[KeyView.of(key) for key in found]))


@access.route(
    "POST", "/keys", answers={201: Answer(IssuedKey)}, problems=(409, 413, 415), parameters=(IDEMPOTENCY_KEY,)
)
def create_key(body: NewKey) -> Response:
    """A new key. Its token is in this answer and nowhere else."""
    made: tuple[Key, str] = use_cases().create_key()(actor(), body.name, body.role, body.expires_at)
    key, token = made
    # What is kept for repeated requests must not hold a secret that is otherwise kept as a hash.
    g.body_to_keep = IssuedKey.issued(key, None).model_dump_json().encode()
    return answered(IssuedKey.issued(key, token), 201)


@access.route(
    "DELETE",
    "/keys/<id>",
    answers={200: Answer(KeyView)},
    problems=(404, 412),
    parameters=(IDEMPOTENCY_KEY,),
)
def revoke_key(path: KeyPath) -> Response:
    """Revokes a key, for good."""
    return answered(KeyView.of(use_cases().revoke_key()(actor(), KeyId(path.id))))


@access.route("GET", "/audit", answers={200: Answer(AuditPage)})
def list_audit(query: AuditListing) -> Response:
    """Every change, newest first."""
    library = actor().library_id
    found: Page[AuditEntry] = use_cases().search_audit()(
        actor(),
        query.query(stores_cursor(library, "audit", query.cursor)),
    )
    cursor = signed_cursor(library, "audit", found.next_cursor)
    return answered(AuditPage(items=[AuditEntryView.of(entry) for entry in found.items], next_cursor=cursor))
