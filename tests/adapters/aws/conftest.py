"""A table of one's own."""

import pytest

from adapters.aws.items import Item
from adapters.aws.schema import create_table
from adapters.aws.table import Table
from tests.aws import AwsDouble


@pytest.fixture
def table(aws_double: AwsDouble) -> Table:
    clients = aws_double.clients
    create_table(clients.dynamodb, aws_double.name)
    return Table(clients.dynamodb, aws_double.name, pause=lambda _seconds: None)


def stored(table: Table, item: Item) -> Item | None:
    """What lies where the item belongs."""
    return table.get((str(item["pk"]), str(item["sk"])))
