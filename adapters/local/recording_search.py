"""A query for recordings, as SQL that answers just as `RecordingQuery.matches` and `sort_value` do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from adapters import cursors
from domain.listing import Comparable, Field, Filter, Op, RecordingQuery, SortKey
from domain.values import LibraryId

Value: TypeAlias = str | int | float

_COLUMNS: Mapping[Field, str] = {
    Field.STATUS: "status",
    Field.CODEC: "codec",
    Field.CONTAINER: "container",
    Field.SHA256: "sha256",
    Field.FILENAME: "filename",
    Field.CHANNELS: "channels",
    Field.SAMPLE_RATE: "sample_rate",
    Field.DURATION: "duration",
    Field.SIZE: "size_bytes",
    Field.CREATED: "created_at",
    Field.UPDATED: "updated_at",
}
_NUMBERS = frozenset({Field.CHANNELS, Field.SAMPLE_RATE, Field.DURATION, Field.SIZE})
_TIMES = frozenset({Field.CREATED, Field.UPDATED})
_OPERATORS: Mapping[Op, str] = {Op.EQ: "=", Op.GT: ">", Op.GTE: ">=", Op.LT: "<", Op.LTE: "<="}
_SORTS: Mapping[SortKey, str] = {
    SortKey.CREATED: "created_at",
    SortKey.UPDATED: "updated_at",
    SortKey.TITLE: "title",
    SortKey.DURATION: "duration_sort",
    SortKey.SIZE: "size_bytes",
}
_NUMERIC_SORTS = frozenset({SortKey.DURATION, SortKey.SIZE})

_LARGEST_INTEGER = 2**63 - 1
_LARGEST_FLOAT = 1e308


@dataclass(frozen=True, slots=True)
class Search:
    """A statement that gives document, sort value and id, one row more than the page holds."""

    sql: str
    values: tuple[Value, ...]

    @classmethod
    def of(cls, library_id: LibraryId, query: RecordingQuery) -> "Search":
        """Raises Invalid when the query's cursor is not one of its own."""
        column = _SORTS[query.sort]
        direction, beyond = ("DESC", "<") if query.descending else ("ASC", ">")
        where: list[str] = ["library_id = ?"]
        values: list[Value] = [library_id]
        if not query.shows_trash:
            where.append("status <> 'trashed'")
        for wanted in query.filters:
            condition, *bound = _condition(library_id, wanted)
            where.append(str(condition))
            values += bound
        start = cursors.read(library_id, query, float if query.sort in _NUMERIC_SORTS else str)
        if start is not None:
            where.append(f"({column}, id) {beyond} (?, ?)")
            values += (_bindable(start[0]), start[1])
        return cls(
            f"SELECT doc, {column}, id FROM recordings WHERE {' AND '.join(where)}"  # noqa: S608 - names from the tables above
            f" ORDER BY {column} {direction}, id {direction} LIMIT ?",
            (*values, query.limit + 1),
        )


def _condition(library_id: LibraryId, wanted: Filter) -> tuple[Value, ...]:
    """SQL and its values. A value of another type than the field's equals nothing, as in Python."""
    value = _value(wanted)
    if value is None:
        return ("0",)
    if wanted.field in _COLUMNS:
        return f"{_COLUMNS[wanted.field]} {_OPERATORS[wanted.op]} ?", value
    labelled = "SELECT recording FROM recording_labels WHERE library_id = ? AND field = ? AND value = ?"
    return f"seq IN ({labelled})", library_id, wanted.field.value, value


def _value(wanted: Filter) -> Value | None:
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
