"""Items of the table: plain values as DynamoDB wants them, keys that sort as values do, and entities as documents."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from adapters import codec, cursors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

T = TypeVar("T")

Value: TypeAlias = str | int | bytes | frozenset[str]
Item: TypeAlias = Mapping[str, Value]
Key: TypeAlias = tuple[str, str]
"""The partition key and the sort key, `pk` and `sk`."""

SEPARATOR = "#"
"""Between the words of a key. Only the last word of one may hold it itself."""

COMPRESS_FROM = 2048
"""Bytes of a document from which on it is kept deflated; a smaller one can be read in the console as it is."""


def key(*words: str) -> str:
    return SEPARATOR.join(words)


def key_of(item: Item) -> Key:
    return str(item["pk"]), str(item["sk"])


def sortable(value: str | float | datetime) -> str:
    """Text that sorts as the value does among its like: texts by code point, times, and finite numbers."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return cursors.moment(value)
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))  # + 0.0 makes the two zeros one
    # IEEE 754 numbers sort as whole numbers do once negative ones are turned over, and the others put above them.
    return f"{bits ^ (0xFFFF_FFFF_FFFF_FFFF if bits >> 63 else 0x8000_0000_0000_0000):016x}"


def number(text: str) -> float:
    """The finite number that `sortable` made the text of."""
    bits = int(text, 16)
    return float(
        struct.unpack(">d", struct.pack(">Q", bits ^ (0x8000_0000_0000_0000 if bits >> 63 else (1 << 64) - 1)))[0]
    )


def document(entity: object) -> str | bytes:
    text = codec.written(entity)
    return text if len(text) < COMPRESS_FROM else zlib.compress(text.encode(), 6)


def read(kind: type[T], item: Item, name: str = "doc") -> T:
    stored = item[name]
    return codec.read(kind, zlib.decompress(stored).decode() if isinstance(stored, bytes) else str(stored))


def marshalled(item: Item) -> "dict[str, AttributeValueTypeDef]":
    return {name: _marshalled(value) for name, value in item.items()}


def _marshalled(value: Value) -> "AttributeValueTypeDef":
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, frozenset):
        return {"SS": sorted(value)}
    return {"N": str(value)}


def unmarshalled(attributes: Mapping[str, Any]) -> dict[str, Value]:
    return {name: _unmarshalled(attribute) for name, attribute in attributes.items()}


def _unmarshalled(attribute: Mapping[str, Any]) -> Value:
    ((kind, value),) = attribute.items()
    if kind == "S":
        return str(value)
    if kind == "N":
        return int(value)
    if kind == "B":
        return bytes(value)
    if kind == "SS":
        return frozenset(value)
    raise TypeError(f"an attribute of type {kind} is none of ours")


def batches(things: Iterable[T], size: int) -> Iterable[list[T]]:
    batch: list[T] = []
    for thing in things:
        batch.append(thing)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
