"""Documents that are larger than an item may be: cut up, and put together again.

DynamoDB's items end at 400 KB with all their attributes (developer guide, "Service quotas"). Hardly a document comes
near, but a hundred fields of free text may.
"""

import hashlib
from collections.abc import Iterator

from adapters.aws.items import Item, Key, key, key_of
from adapters.aws.table import Table
from domain.errors import Unavailable

INLINE = 300_000  # bytes of a document in one item; the other attributes of an item have at most a tenth of its 400 KB
_LOOKS = 3


def cut(item: Item, inline: int = INLINE) -> tuple[Item, ...]:
    """The item, and after it those with what of its document does not fit into it.

    Their keys carry a hash of the document, so that parts of two documents never meet.
    """
    doc = item["doc"]
    if not isinstance(doc, bytes) or len(doc) <= inline:
        return (item,)
    first, *others = (doc[start : start + inline] for start in range(0, len(doc), inline))
    head: Item = {**item, "doc": first, "doc_parts": len(others), "doc_hash": hashlib.sha256(doc).hexdigest()[:32]}
    parts: list[Item] = [{"pk": pk, "sk": sk, "doc": p} for (pk, sk), p in zip(part_keys(head), others, strict=True)]
    return head, *parts


def part_keys(item: Item) -> Iterator[Key]:
    """Where the rest of a stored item's document lies; nowhere for most."""
    pk, sk = key_of(item)
    for n in range(int(str(item.get("doc_parts", 0)))):
        yield pk, key(sk, str(item["doc_hash"]), f"{n:04d}")


def whole(table: Table, item: Item) -> Item | None:
    """The item with all of its document; None where it is gone by now.

    Raises:
        Unavailable: it changes faster than it can be read.
    """
    found: Item | None = item
    for _ in range(_LOOKS):
        if found is None or "doc_parts" not in found:
            return found
        keys = list(part_keys(found))
        parts = table.get_all(keys)
        if len(parts) == len(keys):
            pieces = [found["doc"], *(parts[each]["doc"] for each in keys)]
            return {**found, "doc": b"".join(piece for piece in pieces if isinstance(piece, bytes))}
        found = table.get(key_of(item))  # it was replaced in between, and its parts with it
    raise Unavailable("The document is being replaced.", retry_after=1)
