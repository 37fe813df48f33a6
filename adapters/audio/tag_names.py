"""Names and texts of tags: one name for one thing whatever the container, and never more than short plain text."""

import unicodedata

MAX_CHARS = 512

_NAMES = {  # ID3v2 frames, MP4 atoms, ASF attributes and RIFF chunks for what has a common name
    "tit2": "title", "tpe1": "artist", "tpe2": "albumartist", "talb": "album", "trck": "tracknumber",
    "tpos": "discnumber",
    "tdrc": "date", "tyer": "date", "tcon": "genre", "tcom": "composer", "tbpm": "bpm", "tkey": "initialkey",
    "tcop": "copyright", "tpub": "organization", "tsrc": "isrc", "tenc": "encodedby", "tsse": "encodersettings",
    "comm": "comment", "\xa9nam": "title", "\xa9art": "artist", "aart": "albumartist", "\xa9alb": "album",
    "\xa9day": "date", "\xa9gen": "genre", "\xa9wrt": "composer", "\xa9cmt": "comment", "\xa9too": "encodersettings",
    "trkn": "tracknumber", "disk": "discnumber", "cprt": "copyright", "desc": "description", "tmpo": "bpm",
    "author": "artist", "wm/albumtitle": "album", "wm/albumartist": "albumartist", "wm/genre": "genre",
    "wm/year": "date", "wm/composer": "composer", "wm/tracknumber": "tracknumber", "wm/beatsperminute": "bpm",
    "wm/publisher": "organization", "wm/isrc": "isrc", "wm/encodingsettings": "encodersettings",
    "inam": "title", "iart": "artist", "iprd": "album", "icrd": "date", "ignr": "genre", "icmt": "comment",
    "icop": "copyright", "isft": "encodersettings", "itrk": "tracknumber", "ieng": "engineer", "isbj": "subject",
    "ikey": "keywords", "itch": "encodedby",
}  # fmt: skip
COMMON = frozenset(_NAMES.values())
_PICTURES = ("apic", "covr", "metadata_block_picture", "coverart", "cover art", "wm/picture")
_NO_TEXTS = ("geob", "priv", "mcdi", "chap", "ctoc")


def is_picture(key: object) -> bool:
    return str(key).casefold().startswith(_PICTURES)


def is_chapter(key: object) -> bool:
    """ID3v2's CHAP and CTOC (id3.org, "ID3v2 Chapter Frame Addendum"), or a Vorbis comment of the kind CHAPTER001."""
    raw = str(key).casefold()
    return raw.startswith(("chap:", "ctoc:")) or (raw.startswith("chapter") and raw[7:10].isdigit())


def name_of(key: object) -> str:
    """The common name where there is one, else the file's own; empty for what holds no text."""
    raw = str(key).casefold()
    if raw.startswith(_NO_TEXTS):
        return ""
    frame, _, rest = raw.partition(":")
    known = _NAMES.get(frame)
    if known is None and frame in {"txxx", "----", "wxxx"} and rest:
        return plain(rest.rpartition(":")[2] or rest, 64)
    return known or plain(raw, 64)


def text_of(value: object) -> str:
    text = getattr(value, "text", value)
    if isinstance(text, list | tuple):
        text = "; ".join(_one(part) for part in text[:16])
    return plain(_one(text), MAX_CHARS)


def _one(part: object) -> str:
    if isinstance(part, tuple):  # MP4's (number, of how many)
        return "/".join(str(number) for number in part if number)
    if isinstance(part, bytes):
        return part[: MAX_CHARS * 4].decode("utf-8", "replace")
    return str(part)


def plain(raw: str, limit: int) -> str:
    """Without control characters and broken surrogates; what is left of HTML is text like any other."""
    shown = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in raw[: limit * 4])
    return " ".join(shown.split())[:limit]
