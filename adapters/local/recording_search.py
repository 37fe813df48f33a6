"""A query for recordings, as SQL that answers just as `RecordingQuery.matches` and `sort_value` do."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from adapters import cursors
from domain.listing import Comparable, Field, Filter, Op, RecordingQuery, SortKey
from domain.recording import Status
from domain.text_search import words_of
from domain.values import LibraryId

Value: TypeAlias = str | int | float

_COLUMNS: Mapping[Field, str] = {
    Field.TEXT: "text",
    Field.STATUS: "status",
    Field.CODEC: "codec",
    Field.CONTAINER: "container",
    Field.SHA256: "sha256",
    Field.FILENAME: "filename",
    Field.CHANNELS: "channels",
    Field.SAMPLE_RATE: "sample_rate",
    Field.DURATION: "duration",
    Field.LOUDNESS: "loudness",
    Field.SIZE: "size_bytes",
    Field.CREATED: "created_at",
    Field.UPDATED: "updated_at",
}
_NUMBERS = frozenset({Field.CHANNELS, Field.SAMPLE_RATE, Field.DURATION, Field.LOUDNESS, Field.SIZE})
_TIMES = frozenset({Field.CREATED, Field.UPDATED})
_OPERATORS: Mapping[Op, str] = {Op.EQ: "=", Op.GT: ">", Op.GTE: ">=", Op.LT: "<", Op.LTE: "<="}
_SORTS: Mapping[SortKey, str] = {
    SortKey.CREATED: "created_at",
    SortKey.UPDATED: "updated_at",
    SortKey.TITLE: "title",
    SortKey.DURATION: "duration_sort",
    SortKey.LOUDNESS: "loudness_sort",
    SortKey.SIZE: "size_bytes",
}
_SORT_COLUMNS: Mapping[Field, str] = {Field.DURATION: "duration_sort", Field.LOUDNESS: "loudness_sort"}
"""What an index is over instead of the field's own column, which may be empty."""
_SORTED_BY = frozenset({Field.CREATED, Field.UPDATED, Field.DURATION, Field.LOUDNESS, Field.SIZE})
_NUMERIC_SORTS = frozenset({SortKey.DURATION, SortKey.LOUDNESS, SortKey.SIZE})

_LARGEST_INTEGER = 2**63 - 1
_LARGEST_FLOAT = 1e308

FEW = 2000  # so many rows are quicker fetched and sorted than met on a walk through a sort's index


@dataclass(frozen=True, slots=True)
class Statement:
    """A piece of SQL and what is bound to it."""

    sql: str
    values: tuple[Value, ...]


_NEVER = Statement("0", ())


def page_of(
    connection: sqlite3.Connection, library_id: LibraryId, query: RecordingQuery, few: int = FEW
) -> list[tuple[str, Value, str]]:
    """Document, sort value and id of the page's recordings, and of one more where there is one.

    The way there is chosen here and not by SQLite, which knows nothing of how rare a value is: either from the few
    rows that the rarest filter leaves, or along the index of the sort until the page is full.

    Raises:
        Invalid: the query's cursor is not one of its own.
    """
    column = _SORTS[query.sort]
    direction, beyond = ("DESC", "<") if query.descending else ("ASC", ">")
    conditions = [Statement("recordings.library_id = ?", (library_id,))]
    if not _asks_for_trash(query):
        conditions.append(Statement("status <> 'trashed'", ()))
    conditions += [condition(library_id, wanted) for wanted in query.filters]
    start = cursors.read(library_id, query, float if query.sort in _NUMERIC_SORTS else str)
    if start is not None:
        conditions.append(Statement(f"({column}, id) {beyond} (?, ?)", (_bindable(start[0]), start[1])))
    rows = _fewest(connection, library_id, query, few) or Statement(f"recordings {_along(query)}", ())
    values = [value for part in (rows, *conditions) for value in part.values]
    return connection.execute(
        f"SELECT doc, {column}, id FROM {rows.sql} WHERE {' AND '.join(part.sql for part in conditions)}"  # noqa: S608 - names from the tables above
        f" ORDER BY {column} {direction}, id {direction} LIMIT ?",
        (*values, query.limit + 1),
    ).fetchall()


def _asks_for_trash(query: RecordingQuery) -> bool:
    return any(wanted.field is Field.STATUS and wanted.value == Status.TRASHED for wanted in query.filters)


def _along(query: RecordingQuery) -> str:
    """The index to walk along; the trash, which has no index for each sort, is fetched and sorted."""
    return f"INDEXED BY recordings_by_{'status' if _asks_for_trash(query) else query.sort}"


def _fewest(connection: sqlite3.Connection, library_id: LibraryId, query: RecordingQuery, few: int) -> Statement | None:
    """The rows that the rarest of the filters leaves, as what to select from; None when no filter leaves few."""
    counted = []
    for rows in _candidates(library_id, query):
        (count,) = connection.execute(f"SELECT count(*) FROM ({rows.sql} LIMIT {few + 1})", rows.values).fetchone()  # noqa: S608 - as above
        counted.append((count, rows))
    count, rarest = min(counted, key=lambda pair: pair[0], default=(few + 1, None))
    if rarest is None or count > few:
        return None
    # CROSS keeps SQLite from turning the two around.
    return Statement(f"({rarest.sql}) AS few CROSS JOIN recordings ON recordings.seq = few.seq", rarest.values)


def _candidates(library_id: LibraryId, query: RecordingQuery) -> Iterator[Statement]:
    """For each filter, the numbers of the rows that may match it; those on one column taken together."""
    together: dict[Field, list[Filter]] = {}
    for wanted in query.filters:
        labelled = rows_labelled(library_id, wanted)
        if wanted.field in _COLUMNS:
            together.setdefault(wanted.field, []).append(wanted)
        elif labelled is not None:
            yield labelled
    for field, same in together.items():
        is_a_sort = field in _SORTED_BY  # its index leaves the trash out
        if is_a_sort and _asks_for_trash(query):
            continue
        column = _SORT_COLUMNS.get(field, _COLUMNS[field])
        conditions = [_compared(column, wanted) for wanted in same]
        alive = " AND status <> 'trashed'" if is_a_sort else ""
        yield Statement(
            f"SELECT seq FROM recordings INDEXED BY recordings_by_{field}"  # noqa: S608 - as above
            f" WHERE library_id = ?{alive} AND {' AND '.join(part.sql for part in conditions)}",
            (library_id, *(value for part in conditions for value in part.values)),
        )


def rows_labelled(library_id: LibraryId, wanted: Filter) -> Statement | None:
    """The numbers of the rows that have the label; None for a filter on a column, or on what is no label at all."""
    value = _value(wanted)
    if wanted.field in _COLUMNS or value is None:
        return None
    return Statement(
        "SELECT recording AS seq FROM recording_labels WHERE library_id = ? AND field = ? AND value = ?",
        (library_id, wanted.field.value, value),
    )


def condition(library_id: LibraryId, wanted: Filter) -> Statement:
    """The filter, asked of a row of recordings."""
    if wanted.field in _COLUMNS:
        return _compared(_COLUMNS[wanted.field], wanted)
    value = _value(wanted)
    if value is None:
        return _NEVER
    return Statement(
        "EXISTS (SELECT 1 FROM recording_labels"
        " WHERE library_id = ? AND field = ? AND value = ? AND recording = recordings.seq)",
        (library_id, wanted.field.value, value),
    )


def _compared(column: str, wanted: Filter) -> Statement:
    if wanted.field is Field.TEXT:
        words = words_of(str(wanted.value))
        return Statement(" AND ".join([f"instr({column}, ?)"] * len(words)), words)
    value = _value(wanted)
    return _NEVER if value is None else Statement(f"{column} {_OPERATORS[wanted.op]} ?", (value,))


def _value(wanted: Filter) -> Value | None:
    """What is bound for the filter's value; None for one of another type than the field's, which equals nothing."""
    value: Comparable = wanted.value
    if wanted.field in _TIMES:
        return cursors.moment(value) if isinstance(value, datetime) else None
    if wanted.field in _NUMBERS:
        return _bindable(value) if isinstance(value, int | float) else None
    return str(value) if isinstance(value, str) else None


def _bindable(value: Value) -> Value:
    """SQLite's integers end at 64 bits; beyond them a float compares alike with all that can be stored."""
    if isinstance(value, str | float) or -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER:
        return value
    return max(-_LARGEST_FLOAT, min(_LARGEST_FLOAT, float(min(max(value, -(10**308)), 10**308))))
