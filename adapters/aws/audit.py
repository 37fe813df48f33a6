"""The audit trail: entries are put in the transaction of the change that they tell of."""

from dataclasses import replace

from adapters import cursors
from adapters.aws.items import Item, document, key
from adapters.aws.listing import newest_first
from adapters.aws.schema import LIST_2, LIST_3, LIST_4
from adapters.aws.table import Range, Table
from adapters.aws.writes import Condition
from domain.audit import AuditEntry
from domain.ports.access import AuditQuery, AuditTrail
from domain.values import LibraryId, Page

_ENTRIES = Condition("attribute_exists(#created)", {"created": "created"})
"""Not what is beside them of long ones."""


def audit_item(entry: AuditEntry) -> Item:
    """The trail of a library is one partition, in order of time; three indexes hold it by actor, action and subject."""
    library, at = entry.library_id, key(cursors.moment(entry.at), entry.id)
    return {
        "pk": key("audit", library),
        "sk": at,
        "doc": document(entry),
        "created": at,
        "list2": key(library, "audit", "actor", entry.actor),
        "list3": key(library, "audit", "action", entry.action),
        "list4": key(library, "audit", "subject", entry.subject_id),
    }


class DynamoAuditTrail(AuditTrail):
    """Entries are put where nothing lies, and never touched again."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def search(self, library_id: LibraryId, query: AuditQuery) -> Page[AuditEntry]:
        asked = replace(
            _range(library_id, query),
            least=None if query.since is None else cursors.moment(query.since),
            below=None if query.until is None else cursors.moment(query.until),
        )
        return newest_first(
            self._table, AuditEntry, library_id, query, asked=asked, wanted=lambda entry: _asked_for(entry, query)
        )


def _range(library_id: LibraryId, query: AuditQuery) -> Range:
    """Where the fewest others are met: a subject has a few entries, an actor or an action may have most of them."""
    if query.subject_id is not None:
        return Range(key(library_id, "audit", "subject", query.subject_id), LIST_4, "list4", "created")
    if query.actor is not None:
        return Range(key(library_id, "audit", "actor", query.actor), LIST_2, "list2", "created")
    if query.action is not None:
        return Range(key(library_id, "audit", "action", query.action), LIST_3, "list3", "created")
    return Range(key("audit", library_id), matching=_ENTRIES)


def _asked_for(entry: AuditEntry, query: AuditQuery) -> bool:
    """What the range leaves open of the query."""
    return query.actor in {None, entry.actor} and query.action in {None, entry.action}
