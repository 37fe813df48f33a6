"""Upload sessions."""

import hashlib
from datetime import datetime, timedelta

from adapters import refusals
from adapters.aws import versioned
from adapters.aws.bucket import MULTIPARTS_ABORTED_DAYS
from adapters.aws.due import due, overdue
from adapters.aws.items import Item, Key, document, key, read
from adapters.aws.schema import TTL
from adapters.aws.table import Table
from adapters.aws.versioned import Record
from adapters.aws.writes import put
from domain.audit import AuditEntry
from domain.ports.recordings import Uploads
from domain.upload import Upload, UploadStatus
from domain.values import LibraryId, UploadId

SETTLED_KEPT_FOR = timedelta(days=MULTIPARTS_ABORTED_DAYS)
"""After its time is over, so longer than its parts may be there: without it those of a recording that still waits for
its job would be nobody's. An open one that nobody has swept is kept: its parts are still to be aborted."""


class DynamoUploads(Uploads):
    """Beside each session lies an item by which its parts in the blob store are led back to it."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, upload: Upload, audit: AuditEntry) -> None:
        versioned.add(self._table, _record(upload), audit, put(_by_multipart(upload)))

    def save(self, upload: Upload, replaces: int, audit: AuditEntry) -> None:
        versioned.save(self._table, _record(upload), replaces, audit, put(_by_multipart(upload)))

    def get(self, library_id: LibraryId, upload_id: UploadId) -> Upload:
        item = self._table.get(_key(library_id, upload_id))
        if item is None:
            raise refusals.unknown("upload", upload_id)
        return read(Upload, item)

    def expired(self, now: datetime, limit: int) -> tuple[Upload, ...]:
        return tuple(read(Upload, item) for item in overdue(self._table, "upload", now, limit))

    def find_by_multipart(self, blob_key: str, multipart_id: str) -> Upload | None:
        found = self._table.get(_multipart_key(blob_key, multipart_id))
        if found is None:
            return None
        item = self._table.get((str(found["upload"]), "upload"))
        return None if item is None else read(Upload, item)


def _record(upload: Upload) -> Record:
    pk, sk = _key(upload.library_id, upload.id)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "version": upload.version,
        "doc": document(upload),
        **_end(upload),
        **(due("upload", upload.id, upload.expires_at) if upload.status is UploadStatus.OPEN else {}),
    }
    return Record("upload", upload.id, item)


def _by_multipart(upload: Upload) -> Item:
    pk, sk = _multipart_key(upload.blob_key, upload.multipart_id)
    return {"pk": pk, "sk": sk, "upload": _key(upload.library_id, upload.id)[0], **_end(upload)}


def _end(upload: Upload) -> dict[str, int]:
    if upload.status is UploadStatus.OPEN:
        return {}
    return {TTL: int((upload.expires_at + SETTLED_KEPT_FOR).timestamp())}


def _key(library_id: LibraryId, upload_id: UploadId) -> Key:
    return key("upload", library_id, upload_id), "upload"


def _multipart_key(blob_key: str, multipart_id: str) -> Key:
    """Hashed, since together they may be longer than the 2,048 bytes of a partition key."""
    named = hashlib.sha256(f"{blob_key}\0{multipart_id}".encode()).hexdigest()
    return key("multipart", named), "multipart"
