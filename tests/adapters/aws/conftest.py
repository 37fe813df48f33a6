"""A table of one's own, and what its indexes have."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.aws.items import Item
from adapters.aws.schema import INDEXES, create_table, projection
from adapters.aws.table import Table
from tests.aws import AwsDouble


@pytest.fixture
def table(aws_double: AwsDouble) -> Iterator[Table]:
    client = aws_double.clients.dynamodb
    create_table(client, aws_double.name)
    yield Table(client, aws_double.name, pause=lambda _seconds: None)
    client.delete_table(TableName=aws_double.name)


@pytest.fixture
def forgetful(table: Table, aws_double: AwsDouble) -> Table:
    """The same table over a connection that loses answers."""
    client: Any = AnswersLost(aws_double.clients.dynamodb)
    return Table(client, aws_double.name, pause=lambda _seconds: None)


def stored(table: Table, item: Item) -> Item | None:
    """What lies where the item belongs."""
    return table.get((str(item["pk"]), str(item["sk"])))


def in_index(index: str, item: Item) -> Item:
    """What the index has of the item: a write of the item writes the index where this changes."""
    if not set(INDEXES[index]) <= item.keys():
        return {}
    names = {"pk", "sk", *INDEXES[index], *projection(index).get("NonKeyAttributes", ())}
    return {name: value for name, value in item.items() if name in names}


class Behind:
    """A client whose indexes answer for ever as they did the first time: they lag behind, as DynamoDB's may."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._answers: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def query(self, **asked: Any) -> Any:
        if "IndexName" not in asked:
            return self._client.query(**asked)
        question = repr(asked)
        if question not in self._answers:
            self._answers[question] = self._client.query(**asked)
        return self._answers[question]


class AnswersLost:
    """A client whose every write is sent twice: the answer to the first got lost, and the SDK tried again."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if name not in {"put_item", "transact_write_items"}:
            return call

        def twice(**asked: Any) -> Any:
            call(**asked)
            return call(**asked)

        return twice
