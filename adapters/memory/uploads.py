"""Upload sessions, in memory."""

from datetime import datetime

from adapters import refusals
from adapters.memory.access import AuditLog
from domain.audit import AuditEntry
from domain.ports.recordings import Uploads
from domain.upload import Upload
from domain.values import LibraryId, UploadId


class MemoryUploads(Uploads):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log
        self._uploads: dict[UploadId, Upload] = {}

    def add(self, upload: Upload, audit: AuditEntry) -> None:
        with self._log.lock:
            if upload.id in self._uploads:
                raise refusals.taken("upload", upload.id)
            self._log.append(audit)
            self._uploads[upload.id] = upload

    def save(self, upload: Upload, replaces: int, audit: AuditEntry) -> None:
        with self._log.lock:
            stored = self.get(upload.library_id, upload.id)
            if stored.version != replaces:
                raise refusals.changed("upload", upload.id, stored.version, replaces)
            self._log.append(audit)
            self._uploads[upload.id] = upload

    def get(self, library_id: LibraryId, upload_id: UploadId) -> Upload:
        with self._log.lock:
            upload = self._uploads.get(upload_id)
        if upload is None or upload.library_id != library_id:
            raise refusals.unknown("upload", upload_id)
        return upload

    def expired(self, now: datetime, limit: int) -> tuple[Upload, ...]:
        over = [upload for upload in self._all() if upload.is_expired(now)]
        return tuple(sorted(over, key=lambda upload: (upload.expires_at, upload.id))[:limit])

    def find_by_multipart(self, blob_key: str, multipart_id: str) -> Upload | None:
        wanted = (blob_key, multipart_id)
        return next((u for u in self._all() if (u.blob_key, u.multipart_id) == wanted), None)

    def _all(self) -> tuple[Upload, ...]:
        with self._log.lock:
            return tuple(self._uploads.values())
