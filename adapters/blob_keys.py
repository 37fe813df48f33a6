"""Which keys a blob may have: the same in every store, so that all of them can become paths of files."""

from domain.errors import Invalid

MAX_KEY_BYTES = 1024
MAX_SEGMENT_BYTES = 200  # file systems stop at 255; temporary names need some of it


def checked_key(key: str) -> str:
    """The key, when each of its segments can be the name of a file.

    Raises:
        Invalid: it is too long, absolute, or has a segment that is empty, starts with a dot or holds a control
            character or a backslash.
    """
    if len(key.encode("utf-8", "surrogatepass")) > MAX_KEY_BYTES or not all(map(is_segment, key.split("/"))):
        raise Invalid("The blob's key is not of the form a/b/c.", field="key")
    return key


def is_segment(text: str) -> bool:
    return (
        0 < len(text.encode("utf-8", "surrogatepass")) <= MAX_SEGMENT_BYTES
        and not text.startswith(".")
        and text.isprintable()  # neither controls nor surrogates
        and "\\" not in text
    )
