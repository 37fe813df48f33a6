"""Versions in headers: ETag, If-None-Match, If-Match."""

from collections.abc import Callable

from flask import Request

from domain.errors import PreconditionRequired, VersionMismatch


def etag(version: int) -> str:
    return f'"{version}"'


def is_known(request: Request, version: int) -> bool:
    """Whether the client has this version already."""
    return bool(request.if_none_match) and request.if_none_match.contains_weak(str(version))


def version_to_change(request: Request, stored: Callable[[], int]) -> int:
    """The version that the write is meant for. `stored` is asked only where If-Match does not name just one.

    Raises:
        PreconditionRequired: there is no If-Match.
        VersionMismatch: no strong ETag in it is the stored version's. Weak ones never match (RFC 9110, 13.1.1).
    """
    named = request.if_match
    if not named:
        raise PreconditionRequired("Send If-Match with the ETag of what you loaded, or * for whatever is there.")
    strong = named.as_set()
    if len(strong) == 1 and not named.star_tag:
        only = next(iter(strong))
        if only.isascii() and only.isdigit() and len(only) < 18:
            return int(only)
    version = stored()
    if not named.contains(str(version)):
        raise VersionMismatch("If-Match does not name the stored version. Load it again, then repeat the change.")
    return version
