"""Cursors of listings: where a page ended, and of which question, as one opaque word."""

import base64
import binascii
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeAlias

from domain.errors import Invalid
from domain.listing import RecordingQuery
from domain.ports.access import AuditQuery
from domain.ports.batches import ItemQuery
from domain.ports.events import DeliveryQuery
from domain.ports.models import PredictionQuery
from domain.ports.work import JobQuery
from domain.values import JobId, LibraryId

Query: TypeAlias = RecordingQuery | JobQuery | AuditQuery | PredictionQuery | ItemQuery | DeliveryQuery
Position: TypeAlias = tuple[str | int | float, str]
"""The sort value and the id of the last item; a time is its ISO text."""

_MAX_NUMBER = 1 << 53  # of an item; any store takes it


def moment(time: datetime) -> str:
    """The time as text of one length, so that texts sort as times do."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def written(library_id: LibraryId, query: Query, position: Position) -> str:
    text = json.dumps([_fingerprint(library_id, query), *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(library_id: LibraryId, query: Query, kind: type[str] | type[float]) -> Position | None:
    """Where the query's cursor says to go on; None at the start.

    `kind` is the sort value's type: float for a number of either type. The limit may differ from page to page.

    Raises:
        Invalid: the cursor cannot be read, or was given for another query.
    """
    if query.cursor is None:
        return None
    accepted = (str,) if kind is str else (int, float)
    try:
        padding = "=" * (-len(query.cursor) % 4)
        raw = base64.b64decode(query.cursor.encode("ascii") + padding.encode(), altchars=b"-_", validate=True)
        fingerprint, value, item_id = json.loads(raw)
    except (ValueError, TypeError, RecursionError, binascii.Error) as error:
        raise _refusal() from error
    well_formed = isinstance(value, accepted) and not isinstance(value, bool) and isinstance(item_id, str)
    if not well_formed or fingerprint != _fingerprint(library_id, query):
        raise _refusal()
    return value, item_id


def first_number(library_id: LibraryId, batch_id: JobId, query: ItemQuery) -> int:
    """Of the items of a batch, the first that the page may hold. Raises Invalid as `read` does."""
    position = read(library_id, query, float)
    if position is None:
        return 0
    number, of_batch = position
    if not isinstance(number, int) or not 0 <= number <= _MAX_NUMBER or of_batch != batch_id:
        raise _refusal()
    return number + 1


def after_number(library_id: LibraryId, batch_id: JobId, query: ItemQuery, number: int) -> str:
    """The cursor of the page that comes after the item."""
    return written(library_id, query, (number, batch_id))


def _fingerprint(library_id: LibraryId, query: Query) -> str:
    """Tells one question from another."""
    question = repr((library_id, replace(query, cursor=None, limit=1)))
    return hashlib.sha256(question.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def _refusal() -> Invalid:
    return Invalid("The cursor is not one that this listing gave. Start again without it.", field="cursor")


def event_number(last_id: str) -> int:
    """The place in a numbered stream of events. Raises Invalid when the id is of none."""
    if not (last_id.isascii() and last_id.isdigit() and len(last_id) <= 18):
        raise Invalid("The id is not that of an event. Start again without it.", field="last_id")
    return int(last_id)
