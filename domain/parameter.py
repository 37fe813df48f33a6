"""What can be set, and within which bounds: the one description of a setting for checks, documents and forms."""

import math
from dataclasses import dataclass

from domain.errors import Invalid
from domain.values import plain_text

Setting = str | int | float | bool | None | tuple[float, ...] | tuple[str, ...] | tuple[tuple[float, ...], ...]
"""A value that can be kept as JSON: a scalar, or a list of numbers, of texts, or of lists of numbers."""

MAX_TEXT_CHARS = 255


@dataclass(frozen=True, slots=True)
class Number:
    """`default` None: it must be said, unless it is `optional`."""

    name: str
    least: float
    greatest: float
    unit: str
    meaning: str
    default: float | None = None
    whole: bool = False
    optional: bool = False

    def checked(self, value: object) -> Setting:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Invalid(f"{self.name} must be a number between {self.range}.", field=self.name)
        if not self.least <= value <= self.greatest:
            raise Invalid(f"{self.name} must lie between {self.range}; it is {value:g}.", field=self.name)
        if self.whole and value != int(value):
            raise Invalid(f"{self.name} must be a whole number between {self.range}.", field=self.name)
        return int(value) if self.whole else float(value)

    @property
    def range(self) -> str:
        return f"{self.least:g} and {self.greatest:g} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words. `default` None: it must be said, unless it is `optional`."""

    name: str
    options: tuple[str, ...]
    meaning: str
    default: str | None = None
    optional: bool = False

    def checked(self, value: object) -> Setting:
        if value not in self.options:
            raise Invalid(f"{self.name} must be one of: {', '.join(self.options)}.", field=self.name)
        return str(value)


@dataclass(frozen=True, slots=True)
class Flag:
    name: str
    meaning: str
    default: bool = False
    optional: bool = True

    def checked(self, value: object) -> Setting:
        if not isinstance(value, bool):
            raise Invalid(f"{self.name} must be true or false.", field=self.name)
        return value


@dataclass(frozen=True, slots=True)
class Numbers:
    """A list of 1 to `most` numbers within bounds."""

    least: float
    greatest: float
    most: int

    def checked(self, name: str, value: object) -> Setting:
        wanted = f"{name} must be a list of 1 to {self.most} numbers between {self.least:g} and {self.greatest:g}."
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= self.most:
            raise Invalid(wanted, field=name)
        return tuple(_number(each, self.least, self.greatest, wanted, name) for each in value)


@dataclass(frozen=True, slots=True)
class RowsOfNumbers:
    """1 to `most` lists, each of 1 to `longest` numbers within bounds."""

    least: float
    greatest: float
    most: int
    longest: int

    def checked(self, name: str, value: object) -> Setting:
        wanted = (
            f"{name} must be 1 to {self.most} lists of 1 to {self.longest} numbers between {self.least:g} and"
            f" {self.greatest:g}."
        )
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= self.most:
            raise Invalid(wanted, field=name)
        rows = []
        for row in value:
            if not isinstance(row, list | tuple) or not 1 <= len(row) <= self.longest:
                raise Invalid(wanted, field=name)
            rows.append(tuple(_number(each, self.least, self.greatest, wanted, name) for each in row))
        return tuple(rows)


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of 1 to `most` short plain texts."""

    most: int

    def checked(self, name: str, value: object) -> Setting:
        if not isinstance(value, list | tuple) or not 1 <= len(value) <= self.most:
            raise Invalid(f"{name} must be a list of 1 to {self.most} texts.", field=name)
        if not all(isinstance(each, str) for each in value):
            raise Invalid(f"{name} must be a list of texts.", field=name)
        return tuple(plain_text(each, name, MAX_TEXT_CHARS) for each in value)


@dataclass(frozen=True, slots=True)
class Listing:
    name: str
    meaning: str
    holds: Numbers | RowsOfNumbers | Texts
    optional: bool = True
    default: None = None

    def checked(self, value: object) -> Setting:
        return self.holds.checked(self.name, value)


Parameter = Number | Choice | Flag | Listing


def _number(value: object, least: float, greatest: float, wanted: str, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= greatest:
        raise Invalid(wanted, field=name)
    return float(value)
