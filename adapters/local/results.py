"""Analyses and renditions, in SQLite."""

from adapters import codec, cursors, refusals
from adapters.local import rows
from adapters.local.database import Database
from domain.analysis import Analysis
from domain.ports.recordings import Analyses, Renditions
from domain.rendition import Rendition
from domain.values import LibraryId, RecordingId


class SqliteAnalyses(Analyses):
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, analysis: Analysis) -> None:
        with self._database.writing() as connection:
            written = connection.execute(
                "INSERT INTO analyses (library_id, key, content_sha256, created_at, fence, doc)"
                " VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (library_id, key) DO UPDATE"
                " SET created_at = excluded.created_at, fence = excluded.fence, doc = excluded.doc"
                " WHERE excluded.fence >= analyses.fence",
                (
                    analysis.library_id,
                    analysis.key,
                    analysis.content_sha256,
                    cursors.moment(analysis.created_at),
                    analysis.fence,
                    codec.written(analysis),
                ),
            )
            if written.rowcount == 0:
                raise refusals.fenced_off("analysis", analysis.key)

    def find(self, library_id: LibraryId, key: str) -> Analysis | None:
        query = "SELECT doc FROM analyses WHERE library_id = ? AND key = ?"
        with self._database.reading() as connection:
            return rows.read_one(connection, Analysis, query, library_id, key)

    def of_content(self, library_id: LibraryId, sha256: str) -> tuple[Analysis, ...]:
        query = (
            "SELECT doc FROM analyses WHERE library_id = ? AND content_sha256 = ? ORDER BY created_at DESC, key DESC"
        )
        with self._database.reading() as connection:
            return rows.read_all(connection, Analysis, query, library_id, sha256)

    def remove(self, library_id: LibraryId, key: str) -> None:
        with self._database.writing() as connection:
            connection.execute("DELETE FROM analyses WHERE library_id = ? AND key = ?", (library_id, key))


class SqliteRenditions(Renditions):
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, rendition: Rendition) -> None:
        key = (rendition.library_id, rendition.recording_id, rendition.name)
        with self._database.writing() as connection:
            written = connection.execute(
                "INSERT INTO renditions (library_id, recording_id, name, fence, doc) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (library_id, recording_id, name) DO UPDATE SET fence = excluded.fence, doc = excluded.doc"
                " WHERE excluded.fence >= renditions.fence",
                (*key, rendition.fence, codec.written(rendition)),
            )
            if written.rowcount == 0:
                raise refusals.fenced_off("rendition", rendition.name)

    def get(self, library_id: LibraryId, recording_id: RecordingId, name: str) -> Rendition:
        query = "SELECT doc FROM renditions WHERE library_id = ? AND recording_id = ? AND name = ?"
        with self._database.reading() as connection:
            rendition = rows.read_one(connection, Rendition, query, library_id, recording_id, name)
        if rendition is None:
            raise refusals.unknown("rendition", name)
        return rendition

    def of_recording(self, library_id: LibraryId, recording_id: RecordingId) -> tuple[Rendition, ...]:
        query = "SELECT doc FROM renditions WHERE library_id = ? AND recording_id = ? ORDER BY name"
        with self._database.reading() as connection:
            return rows.read_all(connection, Rendition, query, library_id, recording_id)

    def remove(self, rendition: Rendition) -> None:
        named = "library_id = ? AND recording_id = ? AND name = ? AND fence = ?"
        with self._database.writing() as connection:
            connection.execute(
                f"DELETE FROM renditions WHERE {named}",  # noqa: S608 - a constant
                (rendition.library_id, rendition.recording_id, rendition.name, rendition.fence),
            )

    def remove_all(self, library_id: LibraryId, recording_id: RecordingId) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "DELETE FROM renditions WHERE library_id = ? AND recording_id = ?", (library_id, recording_id)
            )
