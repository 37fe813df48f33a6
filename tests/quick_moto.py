"""moto's DynamoDB, which does in a roundabout way what is done straight here; the answers are the same.

It sorts all of a table for each query of one partition, copies the table for each action of a transaction before the
first is carried out, reads all of an item for each attribute that an index has of it, weighs all that an item has so
far with each attribute that it is given, and looks for each member of each value under several names.
"""

import copy
from collections.abc import Mapping
from functools import cache
from typing import Any

from moto import backends
from moto.core import responses
from moto.core.serialize import BaseJSONSerializer
from moto.core.utils import method_names_from_class
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

_TEXT = "S"
_MAX_ITEM = 405_000  # bytes, as moto has it
_PLAIN = frozenset({"S", "N"})
_INDEX = 6
"""The place of the index's name among what `Table.query` is called with beside the hash key."""

_copies: dict[int, Any] = {}


def hasten() -> None:
    """From now on; `begin` is to be called before each request to DynamoDB, of which there is one at a time."""
    Table.query = _query_of(Table.query)  # type: ignore[method-assign]  # in the place of its own
    Table.__deepcopy__ = _copied  # type: ignore[attr-defined]  # in the place of its own
    BaseJSONSerializer._serialize_type_structure = _structure_of(  # type: ignore[method-assign]  # in the place of its own
        BaseJSONSerializer._serialize_type_structure
    )
    Item.__init__ = _item  # type: ignore[method-assign]  # in the place of its own
    Item.project = _project_of(Item.project)  # type: ignore[method-assign]  # in the place of its own
    DynamoType.__deepcopy__ = _value_copied_of(DynamoType.__deepcopy__)  # type: ignore[method-assign]  # in the place of its own
    DynamoType.__eq__ = _equal  # type: ignore[method-assign]  # in the place of its own
    DynamoType.__lt__ = _less  # type: ignore[method-assign]  # in the place of its own
    backends.list_of_moto_modules = _modules_of(backends.list_of_moto_modules)
    responses.method_names_from_class = cache(method_names_from_class)  # type: ignore[attr-defined]  # in the place of its own


def begin() -> None:
    _copies.clear()


def _query_of(query: Any) -> Any:
    """What is not in the partition is not looked at."""

    def of_partition(self: Table, hash_key: Any, *args: Any, **asked: Any) -> Any:
        everything = self.items
        conditions, index = asked.get("hash_key_conditions") or (), args[_INDEX]
        if index is None:
            self.items = {hash_key: everything[hash_key]} if hash_key in everything else {}  # type: ignore[assignment]  # a view of the items, not all of them
        else:
            self.items = {  # type: ignore[assignment]  # as above
                partition: {place: item for place, item in items.items() if _has(item.attrs, conditions)}
                for partition, items in everything.items()
            }
        try:
            return query(self, hash_key, *args, **asked)
        finally:
            self.items = everything

    return of_partition


def _has(attributes: Mapping[str, DynamoType], conditions: Any) -> bool:
    return all(name in attributes and _equal(attributes[name], value) for name, value in conditions)


def _copied(self: Table, memo: dict[int, Any]) -> Any:
    """As it is before a transaction, which changes nothing but items: the same for each of its actions."""
    if id(self) not in _copies:
        made = _copies[id(self)] = Table.__new__(Table)
        made.__dict__.update(self.__dict__, items=copy.deepcopy(self.items, memo))
    return _copies[id(self)]


def _value_copied_of(copied: Any) -> Any:
    """A text or a number is never changed, but put in the place of another."""

    def value_copied(self: DynamoType, memo: dict[int, Any]) -> DynamoType:
        return self if self.type in _PLAIN else copied(self, memo)

    return value_copied


def _modules_of(listed: Any) -> Any:
    modules = frozenset(listed())
    return lambda: modules


def _item(self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: Mapping[str, Any]) -> None:
    self.hash_key = hash_key
    self.range_key = range_key
    self.attrs = LimitedSizeDict()
    for name, value in attrs.items():
        dict.__setitem__(self.attrs, name, DynamoType(value))
    if self.size() > _MAX_ITEM:
        raise ItemSizeTooLarge


def _project_of(project: Any) -> Any:
    def projected(self: Item, paths: list[list[str]]) -> Any:
        if any(len(path) > 1 for path in paths):
            return project(self, paths)
        return Item(
            self.hash_key, self.range_key, {path[0]: self.attrs[path[0]] for path in paths if path[0] in self.attrs}
        )

    return projected


def _structure_of(serialize: Any) -> Any:
    """A text or a number has one member, and no need to be looked at for ten."""

    def structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and type(value) is dict and len(value) == 1 and value.keys() <= _PLAIN:
            self._default_serialize(serialized, dict(value), shape, key)
        else:
            serialize(self, serialized, value, shape, key)

    return structure


def _equal(self: DynamoType, other: DynamoType) -> bool:
    if self.type == _TEXT == other.type:
        return bool(self.value == other.value)
    return self.type == other.type and self.cast_value == other.cast_value


def _less(self: DynamoType, other: DynamoType) -> bool:
    if self.type == _TEXT == other.type:
        return bool(self.value < other.value)
    return bool(self.cast_value < other.cast_value)
