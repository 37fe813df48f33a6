"""What is written to the table, and under which conditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.aws.items import Item, Key, Value, marshalled


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition expression. Names start with `#` and values with `:` in the text, and stand here without."""

    text: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)

    def asked(self, name: str) -> dict[str, Any]:
        """As request parameters, the expression under that name."""
        asked: dict[str, Any] = {name: self.text}
        if self.names:
            asked["ExpressionAttributeNames"] = {f"#{each}": called for each, called in self.names.items()}
        if self.values:
            asked["ExpressionAttributeValues"] = marshalled({f":{each}": v for each, v in self.values.items()})
        return asked


ABSENT = Condition("attribute_not_exists(pk)")
PRESENT = Condition("attribute_exists(pk)")


def at_version(version: int) -> Condition:
    return Condition("#version = :version", {"version": "version"}, {"version": version})


@dataclass(frozen=True, slots=True)
class Write:
    """An item that is put under its `pk` and `sk`, or numbers that are added to an item's own, which is made where
    there is none; without either, what is under the key is deleted."""

    key: Key
    item: Item | None = None
    condition: Condition | None = None
    added: Mapping[str, int] | None = None


def put(item: Item, condition: Condition | None = None) -> Write:
    return Write((str(item["pk"]), str(item["sk"])), item, condition)


def delete(key: Key, condition: Condition | None = None) -> Write:
    return Write(key, None, condition)


def increase(key: Key, added: Mapping[str, int]) -> Write:
    """Goes with a write whose condition fails the second time: else one that is sent again would be added twice."""
    return Write(key, added=added)
