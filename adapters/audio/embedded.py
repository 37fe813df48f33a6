"""The tags inside a file, read by mutagen after the header's tag limits have passed, as short plain text."""

import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

MAX_ENTRIES = 64
MAX_CHARS = 512

_NAMES = {  # ID3v2 frames, MP4 atoms, ASF and RIFF words for what has a common name
    "tit2": "title", "tpe1": "artist", "tpe2": "albumartist", "talb": "album", "trck": "tracknumber",
    "tpos": "discnumber",
    "tdrc": "date", "tyer": "date", "tcon": "genre", "tcom": "composer", "tbpm": "bpm", "tkey": "initialkey",
    "tcop": "copyright", "tpub": "organization", "tsrc": "isrc", "tenc": "encodedby", "tsse": "encodersettings",
    "comm": "comment", "\xa9nam": "title", "\xa9art": "artist", "aart": "albumartist", "\xa9alb": "album",
    "\xa9day": "date", "\xa9gen": "genre", "\xa9wrt": "composer", "\xa9cmt": "comment", "\xa9too": "encodersettings",
    "trkn": "tracknumber", "disk": "discnumber", "cprt": "copyright", "desc": "description", "tmpo": "bpm",
}  # fmt: skip
_COMMON = frozenset(_NAMES.values())
_PICTURES = ("apic", "pic", "covr", "metadata_block_picture", "coverart", "geob", "priv", "mcdi")


def embedded_tags(path: Path) -> Mapping[str, str]:
    """Name to value, the common names first. Empty where there are none or mutagen cannot read them.

    A file's tags are never a reason to refuse its sound, so whatever mutagen stumbles over is left out.
    """
    import mutagen

    try:
        file = mutagen.File(path)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - mutagen lets many kinds of errors through on broken tags
        return {}
    tags = getattr(file, "tags", None)
    found: dict[str, str] = {}
    for key, value in sorted(_items(tags), key=lambda item: _name(item[0]) not in _COMMON):
        name = _name(key)
        text = _text(value)
        if name and text and name not in found:
            found[name] = text
        if len(found) == MAX_ENTRIES:
            break
    return found


def _items(tags: object) -> Iterable[tuple[object, object]]:
    if tags is None:
        return ()
    if isinstance(tags, list):  # Vorbis comments are a list of pairs
        return [pair for pair in tags if isinstance(pair, tuple) and len(pair) == 2]
    items = getattr(tags, "items", None)
    return items() if callable(items) else ()


def _name(key: object) -> str:
    raw = str(key).casefold()
    if raw.startswith(_PICTURES):
        return ""
    frame, _, rest = raw.partition(":")
    known = _NAMES.get(frame)
    if known is None and frame in {"txxx", "----", "wxxx"} and rest:
        return _plain(rest.rpartition(":")[2] or rest, 64)
    return known or _plain(raw, 64)


def _text(value: object) -> str:
    text = getattr(value, "text", value)
    if isinstance(text, list | tuple):
        text = "; ".join(_one(part) for part in text[:16])
    return _plain(_one(text), MAX_CHARS)


def _one(part: object) -> str:
    if isinstance(part, tuple):  # MP4's (number, of how many)
        return "/".join(str(number) for number in part if number)
    if isinstance(part, bytes):
        return part[: MAX_CHARS * 4].decode("utf-8", "replace")
    return str(part)


def _plain(raw: str, limit: int) -> str:
    """Without control characters and broken surrogates; what is left of HTML is text like any other."""
    shown = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in raw[: limit * 4])
    return " ".join(shown.split())[:limit]
