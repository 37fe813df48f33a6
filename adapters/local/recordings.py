"""The recordings of all libraries, in SQLite."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from adapters import codec, cursors, refusals
from adapters.local import rows
from adapters.local.database import Database
from adapters.local.recording_search import FEW, page_of
from adapters.local.recording_tally import tally_of
from domain.audit import AuditEntry
from domain.event import Event
from domain.listing import UNKNOWN_LOUDNESS, UNKNOWN_NUMBER, Field, Filter, RecordingQuery, field_values
from domain.ports.recordings import Recordings
from domain.recording import Recording
from domain.source import Source, SourcedRecording
from domain.tally import Facet, Tally, severities_of
from domain.text_search import searched_text
from domain.values import LibraryId, Page, RecordingId

_LABELS = (Field.TAG, Field.FINDING, Field.FIXITY, Field.PARENT)
_SOURCES_AT_A_TIME = 200


class SqliteRecordings(Recordings):
    def __init__(self, database: Database, few: int = FEW) -> None:
        """`few` is how many rows a search would rather fetch and sort than walk past."""
        self._database = database
        self._few = few

    def add(self, recording: Recording, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._database.writing() as connection:
            _require_unclaimed(connection, recording)
            seq = rows.add(connection, "recording", "recordings", _row(recording))
            _write_labels(connection, seq, recording)
            rows.append_audit(connection, audit)
            rows.put_in_outbox(connection, events)

    def save(self, recording: Recording, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._database.writing() as connection:
            row = _row(recording)
            rows.require_version(connection, "recording", "recordings", row, replaces)
            _require_unclaimed(connection, recording)
            rows.replace(connection, "recording", "recordings", row, replaces)
            (seq,) = connection.execute("SELECT seq FROM recordings WHERE id = ?", (recording.id,)).fetchone()
            _write_labels(connection, seq, recording)
            rows.append_audit(connection, audit)
            rows.put_in_outbox(connection, events)

    def get(self, library_id: LibraryId, recording_id: RecordingId) -> Recording:
        with self._database.reading() as connection:
            recording = rows.read_one(
                connection,
                Recording,
                "SELECT doc FROM recordings WHERE id = ? AND library_id = ?",
                recording_id,
                library_id,
            )
        if recording is None:
            raise refusals.unknown("recording", recording_id)
        return recording

    def find_by_content(self, library_id: LibraryId, sha256: str) -> Recording | None:
        with self._database.reading() as connection:
            return rows.read_one(
                connection,
                Recording,
                "SELECT doc FROM recordings WHERE library_id = ? AND sha256 = ?"
                " AND status NOT IN ('trashed', 'failed') ORDER BY created_at, id LIMIT 1",
                library_id,
                sha256,
            )

    def search(self, library_id: LibraryId, query: RecordingQuery) -> Page[Recording]:
        with self._database.reading() as connection:
            found = page_of(connection, library_id, query, self._few)
        page = found[: query.limit]
        items = tuple(codec.read(Recording, doc) for doc, _, _ in page)
        more = len(found) > query.limit
        return Page(items, cursors.written(library_id, query, page[-1][1:]) if more else None)

    def tally(self, library_id: LibraryId, filters: Sequence[Filter]) -> Tally:
        with self._database.reading() as connection:
            return tally_of(connection, library_id, filters)

    def remove(self, recording: Recording, replaces: int, audit: AuditEntry, events: Sequence[Event] = ()) -> None:
        with self._database.writing() as connection:
            rows.require_version(connection, "recording", "recordings", _row(recording), replaces)
            connection.execute("DELETE FROM recordings WHERE id = ?", (recording.id,))
            rows.append_audit(connection, audit)
            rows.put_in_outbox(connection, events)

    def trashed_before(self, moment: datetime, limit: int) -> tuple[Recording, ...]:
        with self._database.reading() as connection:
            return rows.read_all(
                connection,
                Recording,
                "SELECT doc FROM recordings WHERE trashed_at <= ? ORDER BY trashed_at, id LIMIT ?",
                cursors.moment(moment),
                limit,
            )

    def unfinished_since(self, moment: datetime, limit: int) -> tuple[Recording, ...]:
        with self._database.reading() as connection:
            return rows.read_all(
                connection,
                Recording,
                "SELECT doc FROM recordings WHERE status IN ('receiving', 'processing') AND updated_at <= ?"
                " ORDER BY updated_at, id LIMIT ?",
                cursors.moment(moment),
                limit,
            )

    def from_sources(self, library_id: LibraryId, address: str) -> Iterator[SourcedRecording]:
        place = (address, "")
        while True:
            with self._database.reading() as connection:
                found = connection.execute(
                    "SELECT source_url, id, json_extract(doc, '$.source') FROM recordings"
                    " WHERE library_id = ? AND source_url IS NOT NULL AND (source_url, id) > (?, ?)"
                    " AND status <> 'trashed'"
                    " ORDER BY source_url, id LIMIT ?",
                    (library_id, *place, _SOURCES_AT_A_TIME),
                ).fetchall()
            for url, recording_id, source in found:
                if not url.startswith(address):
                    return
                yield SourcedRecording(RecordingId(recording_id), codec.read(Source, source))
            if len(found) < _SOURCES_AT_A_TIME:
                return
            place = found[-1][:2]


def _row(recording: Recording) -> rows.Row:
    audio, loudness = recording.audio, recording.loudness_lufs
    duration = audio.duration_seconds if audio else None
    return {
        "id": recording.id,
        "library_id": recording.library_id,
        "version": recording.version,
        "status": recording.status.value,
        "created_at": cursors.moment(recording.created_at),
        "updated_at": cursors.moment(recording.updated_at),
        "trashed_at": cursors.moment(recording.trashed_at) if recording.trashed_at else None,
        "title": recording.title,
        "filename": recording.filename,
        "sha256": recording.sha256,
        "claims_content": recording.claims_content,
        "size_bytes": recording.size_bytes,
        "duration": duration,
        "duration_sort": UNKNOWN_NUMBER if duration is None else duration,
        "loudness": loudness,
        "loudness_sort": UNKNOWN_LOUDNESS if loudness is None else loudness,
        "text": searched_text(recording),
        "verdict": recording.judgement.verdict.value if recording.judgement else None,
        "failure": recording.failure.code if recording.failure else None,
        "codec": audio.codec if audio else None,
        "container": audio.container if audio else None,
        "channels": audio.channels if audio else None,
        "sample_rate": audio.sample_rate_hz if audio else None,
        "source_url": recording.source.url if recording.source else None,
        "doc": codec.written(recording),
    }


def _write_labels(connection: sqlite3.Connection, seq: int, recording: Recording) -> None:
    """With what a tally counts of the recording, so that it need not look at the recording for each of them."""
    counted = (
        recording.status.value,
        recording.audio.duration_seconds if recording.audio else None,
        recording.size_bytes,
    )
    wanted = {(*label, *counted) for label in _labels(recording)}
    columns = "field, value, status, duration, size_bytes"
    stored = set(connection.execute(f"SELECT {columns} FROM recording_labels WHERE recording = ?", (seq,)))  # noqa: S608 - names
    connection.executemany(
        "DELETE FROM recording_labels WHERE recording = ? AND field = ? AND value = ?",
        [(seq, *label[:2]) for label in stored - wanted],
    )
    connection.executemany(
        f"INSERT INTO recording_labels (library_id, recording, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - names
        [(recording.library_id, seq, *label) for label in wanted - stored],
    )


def _labels(recording: Recording) -> Iterator[tuple[str, str]]:
    yield from ((field.value, str(value)) for field in _LABELS for value in field_values(recording, field))
    yield from ((Facet.SEVERITY.value, severity) for severity in severities_of(recording))


def _require_unclaimed(connection: sqlite3.Connection, recording: Recording) -> None:
    """Nobody comes between this look and the write: the transaction has the only pen. The index would refuse it too."""
    if not recording.claims_content:
        return
    other = connection.execute(
        "SELECT id FROM recordings WHERE library_id = ? AND sha256 = ? AND claims_content = 1 AND id <> ?",
        (recording.library_id, recording.sha256, recording.id),
    ).fetchone()
    if other is not None:
        raise refusals.duplicate(other[0])
