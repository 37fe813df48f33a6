"""Upload sessions, in SQLite."""

from datetime import datetime

from adapters import codec, cursors, refusals
from adapters.local import rows
from adapters.local.database import Database
from domain.audit import AuditEntry
from domain.ports.recordings import Uploads
from domain.upload import Upload
from domain.values import LibraryId, UploadId


class SqliteUploads(Uploads):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, upload: Upload, audit: AuditEntry) -> None:
        with self._database.writing() as connection:
            rows.add(connection, "upload", "uploads", _row(upload))
            rows.append_audit(connection, audit)

    def save(self, upload: Upload, replaces: int, audit: AuditEntry) -> None:
        with self._database.writing() as connection:
            rows.replace(connection, "upload", "uploads", _row(upload), replaces)
            rows.append_audit(connection, audit)

    def get(self, library_id: LibraryId, upload_id: UploadId) -> Upload:
        query = "SELECT doc FROM uploads WHERE id = ? AND library_id = ?"
        with self._database.reading() as connection:
            upload = rows.read_one(connection, Upload, query, upload_id, library_id)
        if upload is None:
            raise refusals.unknown("upload", upload_id)
        return upload

    def expired(self, now: datetime, limit: int) -> tuple[Upload, ...]:
        query = "SELECT doc FROM uploads WHERE status = 'open' AND expires_at <= ? ORDER BY expires_at, id LIMIT ?"
        with self._database.reading() as connection:
            return rows.read_all(connection, Upload, query, cursors.moment(now), limit)

    def find_by_multipart(self, blob_key: str, multipart_id: str) -> Upload | None:
        query = "SELECT doc FROM uploads WHERE multipart_id = ? AND blob_key = ?"
        with self._database.reading() as connection:
            return rows.read_one(connection, Upload, query, multipart_id, blob_key)


def _row(upload: Upload) -> rows.Row:
    return {
        "id": upload.id,
        "library_id": upload.library_id,
        "version": upload.version,
        "status": upload.status.value,
        "expires_at": cursors.moment(upload.expires_at),
        "blob_key": upload.blob_key,
        "multipart_id": upload.multipart_id,
        "doc": codec.written(upload),
    }
