"""What a cell of a metadata table says, and how a value is written so that the cell says it.

An apostrophe before a text is a mark, as in spreadsheets: what follows is that text and nothing else. It is written,
and taken off again, where the text would be read otherwise without it: as a formula by a spreadsheet (= + - @), as
`null`, or in a field as a number, true or false, or without the spaces around it. Other apostrophes are the text's own.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from domain.errors import Invalid
from domain.ports.tables import TOLD, Cell
from domain.values import Scalar

FIELD = "field."

_GREATEST = 2**53
_TAKE_OUT = "null"
_FORMULA = ("=", "+", "-", "@")
_WORDS: Mapping[str, Scalar] = {"true": True, "false": False, _TAKE_OUT: None}
_TAG = re.compile(r"(?:\\[\\;]|[^;])+")

Misread = Callable[[str], bool]


def title(value: Any) -> str:
    text = _unmarked(value, _is_misread)
    if text is None:
        text = _text(value)
        if text == _TAKE_OUT:
            raise Invalid("A title cannot be taken out. Leave the cell empty, or write another one.", field="title")
    return text


def tags(value: Any) -> tuple[str, ...]:
    r"""Parted by semicolons; `\;` is one inside of a tag."""
    text = _text(value)
    if text == _TAKE_OUT:
        return ()
    pieces = (re.sub(r"\\([\\;])", r"\1", piece).strip() for piece in _TAG.findall(text))
    return tuple(piece if (bare := _unmarked(piece, _is_misread)) is None else bare for piece in pieces if piece)


def field(value: Any) -> Scalar:
    if not isinstance(value, str):
        return _plain(value)
    text = _unmarked(value, _is_misread_as_field)
    return _parsed(value.strip()) if text is None else text


def is_column(name: str) -> bool:
    return name in READERS or name in TOLD or name.startswith(FIELD)


def reader_of(name: str) -> Callable[[Any], Any]:
    return READERS.get(name, field)


def written(column: str, value: Cell) -> str | int | float | bool | None:
    """What a cell of the column is to hold; None where it is to be empty."""
    if isinstance(value, str):
        return _marked(value, _is_misread_as_field if column.startswith(FIELD) else _is_misread)
    if isinstance(value, tuple):
        return ";".join(re.sub(r"\\(?=[\\;]|$)|;", r"\\\g<0>", _marked(each, _is_misread)) for each in value)
    return value


def _is_misread(text: str) -> bool:
    return text.startswith(_FORMULA) or text == _TAKE_OUT


def _is_misread_as_field(text: str) -> bool:
    return text.startswith(_FORMULA) or text != text.strip() or text in _WORDS or _is_number(text)


def _is_number(text: str) -> bool:
    """To a spreadsheet, which would make 7 of 007."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _marked(text: str, misread: Misread) -> str:
    return f"'{text}" if misread(text.lstrip("'")) else text


def _unmarked(value: Any, misread: Misread) -> str | None:
    """The text behind a mark; None where there is none."""
    if isinstance(value, str):
        for text in (value, value.strip()):
            if text.startswith("'") and misread(text.lstrip("'")):
                return text[1:]
    return None


def _parsed(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if str(number) == text and (abs(number) <= _GREATEST or (kind is float and math.isfinite(number))):
            return number
    return text


def _text(value: Any) -> str:
    text = _plain(value)
    return "true" if text is True else "false" if text is False else str(text)


def _plain(value: Any) -> str | int | float | bool:
    """A cell of a sheet has a type of its own; a whole number comes as a float."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _GREATEST else value
    return str(value).strip()


READERS: Mapping[str, Callable[[Any], Any]] = {
    "id": _text,
    "title": title,
    "tags": tags,
    "add_tags": tags,
    "remove_tags": tags,
}
