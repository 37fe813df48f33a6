"""Entities that are written under their version, together with the entry and the events that tell of the change."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters import refusals
from adapters.aws.audit import audit_item
from adapters.aws.documents import cut
from adapters.aws.items import Item
from adapters.aws.outbox import outbox_item
from adapters.aws.table import Refused, Table
from adapters.aws.writes import ABSENT, Condition, Write, at_version, delete, put
from domain.audit import AuditEntry
from domain.event import Event

MARK = "mark"
"""Tells what one call writes from what all others write, even from those that write the same."""

_MARK_BYTES = 8


@dataclass(frozen=True, slots=True)
class Record:
    """An entity's item, and the words for it in a refusal.

    The item has a `version`; where its key does not name the library, it also has a `library`, which never changes.
    """

    kind: str
    id: str
    item: Item


def write_once(table: Table, *writes: Write) -> None:
    """`Table.write`, which knows its own hand; at least one of the writes puts an item.

    The SDK sends a request again when the answer to it was lost. Where the first one was carried out, the conditions of
    the second do not hold any more: then what is stored bears the mark of this call, and nothing was refused.
    """
    mark = secrets.token_hex(_MARK_BYTES)
    try:
        table.write(*(replace(each, item={**each.item, MARK: mark}) if each.item else each for each in writes))
    except Refused as refused:
        found = list(refused.found.values())
        if len(writes) > 1:  # all were carried out or none: one that was, condition or not, stands for the others
            found += table.get_all(each.key for each in writes).values()
        if all(item is None or item.get(MARK) != mark for item in found):
            raise


def add(table: Table, record: Record, audit: AuditEntry | None, *others: Write, events: Sequence[Event] = ()) -> None:
    """Put a new entity, its entry, its events and the other writes: all or none.

    Raises:
        Conflict: the id of the entity or of the entry is taken.
        Refused: the condition of one of `others` does not hold; the first of them has the place 1.
    """
    try:
        write_once(table, put(record.item, ABSENT), *others, *_entry(audit), *_told(events))
    except Refused as refused:
        if 0 in refused.found:
            raise refusals.taken(record.kind, record.id) from refused
        _check_entry(refused, audit, len(others))
        raise


def save(
    table: Table,
    record: Record,
    replaces: int,
    audit: AuditEntry | None,
    *others: Write,
    events: Sequence[Event] = (),
) -> None:
    """Put an entity in the place of its version `replaces`, its entry, its events and the other writes: all or none.

    Raises:
        NotFound: there is none in its library.
        VersionMismatch: another version is stored.
        Conflict: the id of the entry is taken.
        Refused: the condition of one of `others` does not hold; the first of them has the place 1.
    """
    _write(table, put(record.item, _is_at(replaces, record)), record, replaces, audit, others, events)


def remove(
    table: Table, record: Record, replaces: int, audit: AuditEntry, *others: Write, events: Sequence[Event] = ()
) -> None:
    """Delete an entity that has the version `replaces`; as `save` in all else."""
    key = put(record.item).key
    _write(table, delete(key, _is_at(replaces, record)), record, replaces, audit, others, events)


def _write(  # noqa: PLR0917 - the parameters of `save` and `remove`, handed on
    table: Table,
    write: Write,
    record: Record,
    replaces: int,
    audit: AuditEntry | None,
    others: tuple[Write, ...],
    events: Sequence[Event],
) -> None:
    try:
        write_once(table, write, *others, *_entry(audit), *_told(events))
    except Refused as refused:
        if 0 in refused.found:
            stored = refused.found[0]
            if stored is None or stored.get("library") != record.item.get("library"):
                raise refusals.unknown(record.kind, record.id) from refused
            raise refusals.changed(record.kind, record.id, int(str(stored["version"])), replaces) from refused
        _check_entry(refused, audit, len(others))
        raise


def _is_at(version: int, record: Record) -> Condition:
    library = record.item.get("library")
    if library is None:
        return at_version(version)
    names = {"version": "version", "library": "library"}
    return Condition("#version = :version AND #library = :library", names, {"version": version, "library": library})


def _entry(audit: AuditEntry | None) -> tuple[Write, ...]:
    if audit is None:
        return ()
    item, *rest = cut(audit_item(audit))
    return put(item, ABSENT), *map(put, rest)


def _told(events: Sequence[Event]) -> tuple[Write, ...]:
    return tuple(put(outbox_item(event)) for event in events)


def _check_entry(refused: Refused, audit: AuditEntry | None, others: int) -> None:
    if audit is not None and 1 + others in refused.found:
        raise refusals.taken("audit entry", audit.id) from refused
