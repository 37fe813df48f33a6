"""Entities as JSON documents and back, by the type hints of their dataclasses and nothing else.

Reading is strict: a value of another type than the hint says, a name that the dataclass does not have or one that it
must have and the document lacks are refused, since a document that is read wrongly would be written back wrongly.
"""

import base64
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[Any], Any]


class UnreadableDocument(ValueError):
    """A stored document does not fit the entity: it was changed by hand, or a migration is missing."""


def written(entity: object) -> str:
    return json.dumps(_plain(entity), separators=(",", ":"))


def read(kind: type[T], document: str) -> T:
    hint: Any = kind
    try:
        entity: T = _reader(hint)(json.loads(document))
    except (ValueError, TypeError, KeyError) as error:
        raise UnreadableDocument(f"no {kind.__name__} can be read from the document: {error}") from error
    return entity


def _plain(value: Any) -> Any:
    if value is None or type(value) in {str, int, float, bool}:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Mapping):
        return {_text(name): _plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return _plain_leaf(value)


def _plain_leaf(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Enum):
        return _text(value.value)
    raise TypeError(f"a {type(value).__name__} cannot be part of a document")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    return value


@cache
def _reader(hint: Any) -> Reader:
    """What turns plain JSON into a value of the type; made once for each."""
    if isinstance(hint, NewType):
        return _reader(hint.__supertype__)
    if isinstance(hint, type) and is_dataclass(hint):
        return _entity(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return _SIMPLE[hint] if hint in _SIMPLE else _generic(get_origin(hint), get_args(hint))


def _generic(origin: Any, arguments: tuple[Any, ...]) -> Reader:
    if origin in {Union, types.UnionType}:
        return _union(arguments)
    if origin is tuple:
        return _sequence(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*arguments)
    raise TypeError(f"no document can hold a {origin}")


def _exactly(kind: type) -> Reader:
    def read_exactly(value: Any) -> Any:
        if type(value) is not kind:  # not isinstance: True is no number here
            raise TypeError(f"{kind.__name__} was expected, not {type(value).__name__}")
        return value

    return read_exactly


def _number(value: Any) -> float | int:
    if type(value) not in {float, int}:
        raise TypeError(f"a number was expected, not {type(value).__name__}")
    return value  # type: ignore[no-any-return]  # one of the two, as just seen


def _aware(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


_SIMPLE: Mapping[Any, Reader] = {
    Any: lambda value: value,
    None: _exactly(types.NoneType),
    types.NoneType: _exactly(types.NoneType),
    str: _exactly(str),
    int: _exactly(int),
    bool: _exactly(bool),
    float: _number,
    datetime: _aware,
    bytes: lambda value: base64.b64decode(_text(value), validate=True),
}


def _union(arms: tuple[Any, ...]) -> Reader:
    """The first arm that takes the value. float comes last, since it takes whole numbers too; None is the quickest."""
    order = {types.NoneType: 0, float: 2}
    readers = tuple(_reader(arm) for arm in sorted(arms, key=lambda arm: order.get(arm, 1)))

    def read_union(value: Any) -> Any:
        for reader in readers:
            try:
                return reader(value)
            except (TypeError, ValueError):
                continue
        raise TypeError(f"a {type(value).__name__} fits none of {arms}")

    return read_union


def _sequence(arguments: tuple[Any, ...]) -> Reader:
    if arguments[-1] is Ellipsis:
        item = _reader(arguments[0])
        return lambda value: tuple(item(each) for each in _list(value))
    readers = tuple(_reader(argument) for argument in arguments)
    return lambda value: tuple(reader(each) for reader, each in zip(readers, _list(value), strict=True))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"a list was expected, not {type(value).__name__}")
    return value


def _mapping(_: Any, item_hint: Any) -> Reader:
    item = _reader(item_hint)
    return lambda value: {name: item(each) for name, each in _dict(value).items()}


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"an object was expected, not {type(value).__name__}")
    return value


def _entity(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}

    def read_entity(value: Any) -> Any:
        document = _dict(value)
        odd = (needed - document.keys()) | (document.keys() - readers.keys())
        if odd:
            raise TypeError(f"{kind.__name__} has other names than the document: {', '.join(sorted(odd))}")
        return kind(**{name: readers[name](item) for name, item in document.items()})

    return read_entity
