"""The errors that every family of stores raises alike, so that none is told apart by its words."""

from domain.batch import Item
from domain.errors import Conflict, DuplicateContent, Invalid, LeaseLost, NotFound, VersionMismatch


def unknown(kind: str, name: str) -> NotFound:
    """Says nothing about where else the name may be known: another library's thing is as unknown as none."""
    return NotFound(f"There is no {kind} {name}.", kind=kind, id=name)


def taken(kind: str, name: str) -> Conflict:
    return Conflict(f"There is a {kind} {name} already.", kind=kind, id=name)


def changed(kind: str, name: str, stored: int, replaces: int) -> VersionMismatch:
    return VersionMismatch(
        f"The {kind} {name} has version {stored}, and version {replaces} was to be replaced. Read it again.",
        version=stored,
    )


def require_next(item: Item, stored: Item | None) -> None:
    """Raises NotFound or VersionMismatch where the item is not the next version of what is stored, or its first."""
    name = f"{item.batch_id}:{item.n}"
    if stored is None and item.version > 1:
        raise unknown("item", name)
    version = 0 if stored is None else stored.version
    if version != item.version - 1:
        raise changed("item", name, version, item.version - 1)


def duplicate(recording_id: str) -> DuplicateContent:
    return DuplicateContent(
        f"The library has these bytes already, as recording {recording_id}.", recording_id=recording_id
    )


def corrected(region_id: str) -> Conflict:
    return Conflict(f"The region {region_id} has this origin already. Change that one.", region_id=region_id)


def fenced_off(kind: str, name: str) -> LeaseLost:
    return LeaseLost(f"The {kind} {name} has been written under a later claim.", kind=kind, id=name)


def lost(job_id: str) -> LeaseLost:
    return LeaseLost(f"The message of job {job_id} is not in this receiver's hands any more.", job_id=job_id)


def occupied(key: str) -> Conflict:
    return Conflict(f"There is a blob at {key} already, and it is not to be overwritten.", key=key)


def let_go(url: str) -> LeaseLost:
    return LeaseLost(f"{url} is not in this receiver's hands any more.", url=url)


def changed_since(url: str) -> VersionMismatch:
    return VersionMismatch(f"{url} has changed since it was looked at. Look again.", url=url)


def unreadable(scheme: str, url: str) -> Invalid:
    return Invalid(f"Only addresses that start with {scheme}:// can be read here, and {url} does not.", field="address")


def no_parts(key: str) -> Conflict:
    return Conflict("No part has arrived. Send the parts, then complete the upload again.", key=key)


def obstructed(key: str) -> Conflict:
    return Conflict(f"{key} cannot be stored beside the blobs that are there: one key would be the other's folder.")


def same_token() -> Conflict:
    """Says nothing of whose it is: who guesses at tokens must not learn that."""
    return Conflict("There is a key with this token already.")
