"""The table's keys and indexes, in the words of CreateTable; docs/dynamodb.md says what each answers.

Production's table is made by infra/, doubles and tests make theirs here: a test holds the two together.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_CREATED, BY_UPDATED, BY_TITLE, BY_DURATION, BY_LOUDNESS, BY_SIZE = (
    "by-created",
    "by-updated",
    "by-title",
    "by-duration",
    "by-loudness",
    "by-size",
)
LIST_2, LIST_3, LIST_4 = "list-2", "list-3", "list-4"
DUE = "due"

INDEXES: dict[str, tuple[str, str]] = {
    BY_CREATED: ("list", "created"),
    BY_UPDATED: ("list", "updated"),
    BY_TITLE: ("list", "title"),
    BY_DURATION: ("list", "duration"),
    BY_LOUDNESS: ("list", "loudness"),
    BY_SIZE: ("list", "size"),
    LIST_2: ("list2", "created"),
    LIST_3: ("list3", "created"),
    LIST_4: ("list4", "created"),
    DUE: ("due", "due_at"),
}
"""The partition key and the sort key of each index: an item without them is not in it."""

FILTERED = (
    "text",
    "codec",
    "container",
    "filename",
    "sha256",
    "channels",
    "sample_rate",
    "tags",
    "findings",
    "fixity",
    "parent",
)
_PROJECTED = (*FILTERED, "created", "duration", "loudness", "size")
"""What the lists of recordings carry beside their keys, so that a filter can pass over an item without reading it.

Neither the document nor `updated` is among them: they change with every version, and each change of what an index
carries is a write of that index. Whatever is found by an index is read from the table.
"""

TALLIED = ("severities", "verdict", "failure")
"""What is counted beside what is filtered by, in the two lists that a tally walks along."""

TTL = "expires"
"""Seconds since 1970 after which AWS may delete the item, by itself and within days."""


def create_table(client: "DynamoDBClient", name: str) -> None:
    attributes = dict.fromkeys(("pk", "sk", *(each for pair in INDEXES.values() for each in pair)))
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in attributes],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {"IndexName": index, "KeySchema": _keys(*pair), "Projection": projection(index)}
            for index, pair in INDEXES.items()
        ],
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"AttributeName": TTL, "Enabled": True})


def projection(index: str) -> Any:
    """In the words of CreateTable. The six sorts of recordings carry what filters look at, the others their keys."""
    partition, sort = INDEXES[index]
    if partition != "list":
        return {"ProjectionType": "KEYS_ONLY"}
    carried = (*_PROJECTED, *TALLIED) if index in {BY_CREATED, BY_UPDATED} else _PROJECTED
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": [name for name in carried if name != sort]}


def _keys(partition: str, sort: str) -> Any:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
