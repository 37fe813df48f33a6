"""What recordings come to, counted by SQLite in one look at an index that has all that is counted."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from adapters.local.recording_search import Statement, condition, rows_labelled
from domain.listing import Field, Filter
from domain.recording import Status
from domain.tally import (
    DURATION_EDGES,
    LOUDNESS_LEAST,
    LOUDNESS_MOST,
    MOST_VALUES,
    Amount,
    Cell,
    Counter,
    Facet,
    Tally,
    Value,
)
from domain.values import LibraryId

_COUNTED: Mapping[Facet, str] = {
    Facet.STATUS: "status",
    Facet.VERDICT: "verdict",
    Facet.FAILURE: "failure",
    Facet.CODEC: "codec",
    Facet.CONTAINER: "container",
    Facet.CHANNELS: "channels",
    Facet.SAMPLE_RATE: "sample_rate",
}
"""In the order of the index, so that they are grouped as they are read."""

_WHOLE = "CAST(loudness AS INTEGER)"
_AXES: Mapping[Facet, str] = {
    Facet.LOUDNESS: f"max({LOUDNESS_LEAST}, min({LOUDNESS_MOST}, {_WHOLE} - (loudness < {_WHOLE})))",
    Facet.DURATION: "CASE "
    + " ".join(f"WHEN duration >= {edge} THEN {edge}" for edge in DURATION_EDGES[::-1])
    + " END",
    Facet.CREATED: "substr(created_at, 1, 7)",
}
_LABELS = (Facet.TAG, Facet.FINDING, Facet.SEVERITY)
_BESIDE_LABELS = frozenset({Field.STATUS, Field.DURATION, Field.SIZE})
"""Filters that labels can be asked as recordings are, by the same columns."""

_LABELLED = "SELECT field, value, matched.status, matched.duration, matched.size_bytes"
_FEW = 5000  # recordings, whose labels are looked up rather than all labels looked at
_AMOUNT = "count(*), total(duration), sum(size_bytes)"
_MEASURED = "duration, loudness, created_at, size_bytes"

# What is put together below are words of this program; values are always bound.


def tally_of(connection: sqlite3.Connection, library_id: LibraryId, filters: Sequence[Filter]) -> Tally:
    """Of the recordings that match all filters, exact. In a transaction that leaves nothing behind."""
    counter = Counter(with_trash=any(wanted.field is Field.STATUS for wanted in filters))
    source = Statement("recordings INDEXED BY recordings_tallied WHERE library_id = ?", (library_id,))
    labels = Statement("recording_labels WHERE library_id = ?", (library_id,))
    connection.execute("BEGIN")  # all is counted in the same state
    try:
        if all(wanted.field in _BESIDE_LABELS for wanted in filters):
            conditions = [condition(library_id, wanted) for wanted in filters]
            source, labels = _together(source, *conditions), _together(labels, *conditions)
        else:
            count = _match(connection, source, library_id, filters)
            source = Statement("matched WHERE 1", ())
            labels = _labels_of_few() if count <= _FEW else _labels_of_many(library_id)
        return _counted(connection, counter, source, labels)
    finally:
        connection.execute("ROLLBACK")


def _together(*conditions: Statement) -> Statement:
    values = tuple(value for part in conditions for value in part.values)
    return Statement(" AND ".join(part.sql for part in conditions), values)


def _match(connection: sqlite3.Connection, source: Statement, library_id: LibraryId, filters: Sequence[Filter]) -> int:
    """Puts what is counted of those that match into a table of its own, so that the filters are asked once."""
    columns = f"seq, {', '.join(_COUNTED.values())}, {_MEASURED}"
    matching = _together(source, *(_condition(library_id, wanted) for wanted in filters))
    connection.execute("PRAGMA temp.cache_size = -32768")  # KiB: what 200,000 recordings take
    connection.execute(f"CREATE TEMP TABLE matched ({columns.replace('seq', 'seq INTEGER PRIMARY KEY')})")
    return connection.execute(f"INSERT INTO matched SELECT {columns} FROM {matching.sql}", matching.values).rowcount  # noqa: S608 - see above


def _condition(library_id: LibraryId, wanted: Filter) -> Statement:
    """Of labels and words the rows that have them, since asking each row for them takes ten times as long."""
    asked, rows = condition(library_id, wanted), rows_labelled(library_id, wanted)
    if wanted.field is Field.TEXT:
        by_text = "SELECT seq FROM recordings INDEXED BY recordings_by_text WHERE library_id = ? AND"
        rows = Statement(f"{by_text} {asked.sql}", (library_id, *asked.values))
    return Statement(f"seq IN ({rows.sql})", rows.values) if rows else asked


def _labels_of_few() -> Statement:
    return Statement(f"({_LABELLED} FROM matched CROSS JOIN recording_labels ON recording = seq) WHERE 1", ())


def _labels_of_many(library_id: LibraryId) -> Statement:
    """In the order of the labels, so that they are grouped as they are read."""
    joined = "recording_labels CROSS JOIN matched ON seq = recording"
    return Statement(f"({_LABELLED} FROM {joined} WHERE library_id = ?) WHERE 1", (library_id,))


def _counted(connection: sqlite3.Connection, counter: Counter, source: Statement, labels: Statement) -> Tally:
    alive = "1" if counter.with_trash else f"status <> '{Status.TRASHED}'"
    for row in _groups(connection, _COUNTED, source):
        counter.add(_cells(counter, row), _amount(row))
    for row in _groups(connection, _AXES, Statement(f"{source.sql} AND {alive}", source.values)):
        counter.add(_known(_AXES, row), _amount(row))
    most = (
        "SELECT value, count(*) AS n, total(duration), sum(size_bytes)"  # noqa: S608 - see above
        f" FROM {labels.sql} AND field = ? AND {alive} GROUP BY value ORDER BY n DESC, value LIMIT {MOST_VALUES}"
    )
    for facet in _LABELS:
        for value, *amount in connection.execute(most, (*labels.values, facet)):
            counter.add([(facet, value)], Amount(*amount))
    newest = (
        f"SELECT failure, seq, max(created_at) FROM {source.sql} AND {alive} AND failure IS NOT NULL GROUP BY failure"  # noqa: S608 - see above
    )
    details = connection.execute(
        "SELECT newest.failure, json_extract(doc, '$.failure.detail')"  # noqa: S608 - see above
        f" FROM ({newest}) AS newest JOIN recordings ON recordings.seq = newest.seq",
        source.values,
    )
    return counter.tally(dict(details))


def _groups(connection: sqlite3.Connection, by: Mapping[Facet, str], source: Statement) -> Iterator[Sequence[Value]]:
    """The facets' values, and at the end how many have them, with their seconds and bytes."""
    places = ", ".join(str(n + 1) for n in range(len(by)))
    return connection.execute(
        f"SELECT {', '.join(by.values())}, {_AMOUNT} FROM {source.sql} GROUP BY {places}",  # noqa: S608 - see above
        source.values,
    )


def _cells(counter: Counter, row: Sequence[Value]) -> Iterator[Cell]:
    cells = _known(_COUNTED, row)
    if row[0] == Status.TRASHED and not counter.with_trash:
        return islice(cells, 1)
    return cells


def _known(facets: Mapping[Facet, str], row: Sequence[Value | None]) -> Iterator[Cell]:
    return ((facet, value) for facet, value in zip(facets, row, strict=False) if value is not None)


def _amount(row: Sequence[Value]) -> Amount:
    recordings, seconds, size_bytes = row[-3:]
    return Amount(int(recordings), float(seconds), int(size_bytes))
