"""Under which keys the bytes of a recording lie."""

from domain.values import LibraryId, RecordingId

INBOX_PREFIX = "inbox/"
"""What is put below it, and the name of a library, becomes a recording; no id of a library is called so."""

_STATE = "#etag="


def original_key(library_id: LibraryId, recording_id: RecordingId) -> str:
    return f"{recording_prefix(library_id, recording_id)}original"


def rendition_key(library_id: LibraryId, recording_id: RecordingId, maker: str, name: str) -> str:
    return f"{recording_prefix(library_id, recording_id)}renditions/{maker}/{name}"


def on_request_key(library_id: LibraryId, recording_id: RecordingId, name: str) -> str:
    """Of a file that is made when somebody asks, and that no record names."""
    return f"{on_request_prefix(library_id, recording_id)}{name}"


def on_request_prefix(library_id: LibraryId, recording_id: RecordingId | None = None) -> str:
    """Of all such files of a recording, or of a library: a place of their own, since their room is limited."""
    return f"{library_id}/on-request/" + (f"{recording_id}/" if recording_id else "")


def recording_prefix(library_id: LibraryId, recording_id: RecordingId | None = None) -> str:
    """Everything that is stored of a recording, or of all of a library, but for what is made on request."""
    return f"{library_id}/recordings/" + (f"{recording_id}/" if recording_id else "")


def model_input_prefix(library_id: LibraryId, recording_id: RecordingId) -> str:
    """Of sounds that a model fetches, for as long as it takes; no record names them."""
    return f"{recording_prefix(library_id, recording_id)}model-input/"


def tables_prefix(library_id: LibraryId) -> str:
    return f"{library_id}/tables/"


def table_key(library_id: LibraryId, table_id: str) -> str:
    """Of the rows of a table, for as long as the items of its batch are being made."""
    return f"{tables_prefix(library_id)}{table_id}.jsonl"


def recording_of_key(blob_key: str) -> tuple[LibraryId, RecordingId] | None:
    """Whose blob it is, or None when the key is not one of a recording."""
    library_id, kind, recording_id, *rest = (*blob_key.split("/", 3), "", "", "")[:4]
    if kind != "recordings" or not recording_id or not rest[0] or blob_key.startswith(INBOX_PREFIX):
        return None
    return LibraryId(library_id), RecordingId(recording_id)


def is_original(blob_key: str) -> bool:
    owner = recording_of_key(blob_key)
    return owner is not None and blob_key == original_key(*owner)


def is_on_request(blob_key: str) -> bool:
    library_id, _, rest = blob_key.partition("/")
    return bool(rest) and blob_key.startswith(on_request_prefix(LibraryId(library_id)))


def reference_key(url: str, etag: str) -> str:
    """Of an original that stays where it is: its URL, and the state in which its bytes are the recording's."""
    return f"{url}{_STATE}{etag}"


def referred(blob_key: str) -> tuple[str, str] | None:
    """The URL and the etag of an original that stays where it is; None when the key is one of our own store."""
    url, state, etag = blob_key.rpartition(_STATE)
    return (url, etag) if state and "://" in url else None
