"""A table of one's own."""

from collections.abc import Iterator

import pytest

from adapters.aws.items import Item
from adapters.aws.schema import create_table
from adapters.aws.table import Table
from tests.aws import AwsDouble


@pytest.fixture
def table(aws_double: AwsDouble) -> Iterator[Table]:
    client = aws_double.clients.dynamodb
    create_table(client, aws_double.name)
    yield Table(client, aws_double.name, pause=lambda _seconds: None)
    client.delete_table(TableName=aws_double.name)


def stored(table: Table, item: Item) -> Item | None:
    """What lies where the item belongs."""
    return table.get((str(item["pk"]), str(item["sk"])))
