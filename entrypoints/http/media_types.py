"""Content types of originals: told by what the file is, never by what was sent along with it."""

from domain.recording import Recording

BINARY = "application/octet-stream"

_BY_CONTAINER = {
    "wav": "audio/wav",
    "rf64": "audio/wav",
    "w64": "audio/x-w64",
    "aiff": "audio/aiff",
    "caf": "audio/x-caf",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "mp4": "audio/mp4",
    "aac": "audio/aac",
    "asf": "audio/x-ms-wma",
    "matroska": "audio/webm",
}
_KNOWN = frozenset(_BY_CONTAINER.values()) | {
    "audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/mp3", "audio/x-flac", "audio/opus", "audio/x-m4a",
    "audio/m4a", "audio/aacp", "audio/x-aiff", "audio/vorbis", "audio/matroska", "audio/x-matroska",
}  # fmt: skip


def kept(sent: str) -> str:
    """What is kept of the type that a client sent: a known type of audio, or nothing in particular."""
    return sent if sent in _KNOWN else BINARY


def of_original(recording: Recording) -> str:
    return _BY_CONTAINER.get(recording.audio.container, BINARY) if recording.audio else BINARY
