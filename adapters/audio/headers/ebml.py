"""Matroska and WebM (RFC 9559): the children of the segment, walked up to the sound and past it by size."""

from adapters.audio.headers.claims import Claims, Purse, Source
from domain.errors import EmptyAudio

_SEGMENT, _CLUSTER, _TAGS, _ATTACHMENTS, _CHAPTERS = 0x18538067, 0x1F43B675, 0x1254C367, 0x1941A469, 0x1043A770
_TAG, _SIMPLE_TAG = 0x7373, 0x67C8


def read(source: Source, purse: Purse) -> Claims:
    """Payload size only. Raises EmptyAudio when there is no cluster, MetadataLimit for floods of tags."""
    at, end, payload, promised, inside = 0, source.size, 0, 0, False
    while at < end:
        element = _element(source, at)
        if element is None:
            break
        kind, start, size = element
        if kind == _SEGMENT and not inside:
            at, inside, promised = start, True, 0 if size is None else start + size
            continue
        stop = end if size is None else start + size
        if kind == _CLUSTER:
            purse.sound()
            payload += min(stop, end) - start
            promised = max(promised, stop)
        else:
            purse.step()
        if kind in {_TAGS, _ATTACHMENTS, _CHAPTERS}:
            purse.tag_bytes(min(stop, end) - start)
            _count(source, purse, start, min(stop, end))
        at = stop
    if not payload:
        raise EmptyAudio("The webm file has a header and no sound. Send a recording.")
    return Claims(payload_bytes=payload, missing_bytes=max(0, promised - end))


def _count(source: Source, purse: Purse, at: int, end: int) -> None:
    """Tag frames between two places: tags are opened, all else is stepped over."""
    while at < end:
        element = _element(source, at)
        if element is None:
            return
        kind, start, size = element
        purse.tag_frames()
        at = start if kind in {_TAG, _SIMPLE_TAG} or size is None else start + size


def _element(source: Source, at: int) -> tuple[int, int, int | None] | None:
    """(id, start of the data, size or None for unknown), or None where no element can be."""
    head = source.read(at, 12)
    if len(head) < 2 or head[0] < 0x10:
        return None
    id_bytes = 9 - head[0].bit_length()
    first = head[id_bytes] if id_bytes < len(head) else 0
    if not first:
        return None
    size_bytes = 9 - first.bit_length()
    raw = head[id_bytes : id_bytes + size_bytes]
    if len(raw) < size_bytes:
        return None
    size = int.from_bytes(raw, "big") & (1 << 7 * size_bytes) - 1
    unknown = size == (1 << 7 * size_bytes) - 1
    return int.from_bytes(head[:id_bytes], "big"), at + id_bytes + size_bytes, None if unknown else size
