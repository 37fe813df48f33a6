"""The one DynamoDB table, as the stores see it: items read by key and by range, written under conditions.

Which item lies where, and why, is told in docs/dynamodb.md.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from adapters.aws.errors import code_of, translated
from adapters.aws.items import Item, Key, batches, marshalled, unmarshalled
from adapters.aws.tries import Pause, tries
from adapters.aws.writes import Condition, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE = "DynamoDB"
MAX_TRANSACTION = 100  # writes of one transaction
_MAX_READ, _MAX_WRITE = 100, 25  # items of one batch

_CONTENDED = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"})
"""Why a transaction was not carried out that will be when it is tried again."""


class Refused(Exception):
    """Conditions did not hold and nothing was written. `found`: by the write's place, what is stored there instead."""

    def __init__(self, found: Mapping[int, Item | None]) -> None:
        super().__init__(f"conditions failed: {sorted(found)}")
        self.found = found


@dataclass(frozen=True, slots=True)
class Range:
    """Items of one partition, of the table or of an index, in the order of their sort key.

    `above` and `below` leave out their own value, `least` and `most` do not; all of them may stand together.
    """

    partition: str
    index: str | None = None
    partition_name: str = "pk"
    sort_name: str = "sk"
    least: str | None = None
    most: str | None = None
    above: str | None = None
    below: str | None = None
    descending: bool = False
    matching: Condition | None = None

    def asked(self) -> dict[str, Any]:
        """A key condition knows one comparison of the sort key, or BETWEEN; what is left out of it is for `holds`."""
        names, values = {"#partition": self.partition_name}, {":partition": self.partition}
        low = max((bound for bound in (self.least, self.above) if bound is not None), default=None)
        high = min((bound for bound in (self.most, self.below) if bound is not None), default=None)
        text = "#partition = :partition"
        if low is not None and high is not None:
            text += " AND #sort BETWEEN :low AND :high"
        elif low is not None:
            text += " AND #sort >= :low"
        elif high is not None:
            text += " AND #sort <= :high"
        if low is not None:
            values[":low"] = low
        if high is not None:
            values[":high"] = high
        if low is not None or high is not None:
            names["#sort"] = self.sort_name
        asked: dict[str, Any] = {
            "KeyConditionExpression": text,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": marshalled(values),
            "ScanIndexForward": not self.descending,
        }
        if self.index is None:
            asked["ConsistentRead"] = True
        else:
            asked["IndexName"] = self.index
        if self.matching is not None:
            more = self.matching.asked("FilterExpression")
            asked["FilterExpression"] = more["FilterExpression"]
            names.update(more.get("ExpressionAttributeNames", {}))
            asked["ExpressionAttributeValues"].update(more.get("ExpressionAttributeValues", {}))
        return asked

    @property
    def is_empty(self) -> bool:
        """DynamoDB refuses a range that ends before it begins."""
        lows, highs = (self.least, self.above), (self.most, self.below)
        return any(low > high for low in lows if low is not None for high in highs if high is not None)

    def holds(self, item: Item) -> bool:
        at = str(item[self.sort_name])
        return (self.above is None or at > self.above) and (self.below is None or at < self.below)


@dataclass(frozen=True, slots=True)
class Look:
    """One page of a range: what it holds, of how many that were read, and the sort key up to which; None at the end."""

    items: Sequence[Item]
    read: int
    up_to: str | None


class Table:
    """Reads are consistent but for those of an index, which AWS brings up to date within moments.

    Raises Unavailable when DynamoDB does not answer, or not at this pace.
    """

    def __init__(self, client: "DynamoDBClient", name: str, pause: Pause = time.sleep) -> None:
        self._client = client
        self._name = name
        self._pause = pause

    def get(self, key: Key) -> Item | None:
        with translated(SERVICE):
            answer = self._client.get_item(TableName=self._name, Key=_key(key), ConsistentRead=True)
        return unmarshalled(answer["Item"]) if "Item" in answer else None

    def get_all(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Those of them that there are."""
        found: dict[Key, Item] = {}
        for batch in batches(dict.fromkeys(keys), _MAX_READ):
            self._get_batch(batch, found)
        return found

    def _get_batch(self, batch: list[Key], found: dict[Key, Item]) -> None:
        asked: Any = {self._name: {"Keys": [_key(key) for key in batch], "ConsistentRead": True}}
        for _ in tries(SERVICE, self._pause):
            with translated(SERVICE):
                answer = self._client.batch_get_item(RequestItems=asked)
            for attributes in answer["Responses"].get(self._name, ()):
                item = unmarshalled(attributes)
                found[str(item["pk"]), str(item["sk"])] = item
            asked = answer.get("UnprocessedKeys")
            if not asked:
                return

    def pages(self, asked: Range, page: int) -> Iterator[Sequence[Item]]:
        """In the range's order, as often as is asked for more: each of what up to `page` stored items left to hold.

        A page may be empty, where the range's own filter left nothing of it.
        """
        for each in self.looks(asked, page):
            yield each.items

    def looks(self, asked: Range, page: int, most: int | None = None) -> Iterator[Look]:
        """The same pages, with what it took to find them; each twice as large as the one before, up to `most`."""
        if asked.is_empty:
            return
        start: dict[str, Any] = {}
        while True:
            with translated(SERVICE):
                answer = self._client.query(TableName=self._name, Limit=page, **asked.asked(), **start)
            last = unmarshalled(answer.get("LastEvaluatedKey", {}))
            held = [item for item in map(unmarshalled, answer["Items"]) if asked.holds(item)]
            yield Look(held, answer["ScannedCount"], str(last[asked.sort_name]) if last else None)
            if not last:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
            page = max(page, min(2 * page, most or page))

    def items(self, asked: Range, page: int = 100) -> Iterator[Item]:
        """All of the range, in its order, read on as they are taken."""
        for items in self.pages(asked, page):
            yield from items

    def write(self, *writes: Write) -> None:
        """All of them or none. Raises Refused when a condition does not hold."""
        for _ in tries(SERVICE, self._pause):
            with suppress(_Contended), translated(SERVICE):
                self._transact(writes) if len(writes) > 1 else self._write_one(writes[0])
                return

    def write_each(self, writes: Iterable[Write]) -> None:
        """Without conditions, and not together: after an exception some may be written and others not."""
        for batch in batches({each.key: each for each in writes}.values(), _MAX_WRITE):
            self._write_batch(batch)

    def _write_batch(self, batch: list[Write]) -> None:
        asked: Any = {self._name: [_batched(each) for each in batch]}
        for _ in tries(SERVICE, self._pause):
            with translated(SERVICE):
                asked = self._client.batch_write_item(RequestItems=asked).get("UnprocessedItems")
            if not asked:
                return

    def _write_one(self, write: Write) -> None:
        asked: dict[str, Any] = {"TableName": self._name}
        if write.condition is not None:
            asked |= write.condition.asked("ConditionExpression") | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        try:
            if write.item is None:
                self._client.delete_item(Key=_key(write.key), **asked)
            else:
                self._client.put_item(Item=marshalled(write.item), **asked)
        except ClientError as error:
            if code_of(error) == "TransactionConflictException":
                raise _Contended from error
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            old: Any = error.response.get("Item")
            raise Refused({0: unmarshalled(old) if old else None}) from error

    def _transact(self, writes: Sequence[Write]) -> None:
        # The SDK gives each request a token of its own: AWS does not carry out one that it tries again twice.
        try:
            self._client.transact_write_items(TransactItems=[self._transacted(each) for each in writes])
        except ClientError as error:
            if code_of(error) == "TransactionConflictException":
                raise _Contended from error
            if code_of(error) != "TransactionCanceledException":
                raise
            reasons: Any = error.response.get("CancellationReasons", [])
            failed = {n: r for n, r in enumerate(reasons) if r.get("Code") == "ConditionalCheckFailed"}
            if failed:
                found = {n: unmarshalled(r["Item"]) if r.get("Item") else None for n, r in failed.items()}
                raise Refused(found) from error
            if {r.get("Code") for r in reasons} & _CONTENDED:
                raise _Contended from error
            raise

    def _transacted(self, write: Write) -> Any:
        asked: dict[str, Any] = {"TableName": self._name}
        if write.condition is not None:
            asked |= write.condition.asked("ConditionExpression") | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if write.added is not None:
            asked["UpdateExpression"] = "ADD " + ", ".join(f"#{name} :{name}" for name in write.added)
            asked["ExpressionAttributeNames"] = {f"#{name}": name for name in write.added}
            asked["ExpressionAttributeValues"] = marshalled({f":{name}": by for name, by in write.added.items()})
            return {"Update": {"Key": _key(write.key), **asked}}
        if write.item is None:
            return {"Delete": {"Key": _key(write.key), **asked}}
        return {"Put": {"Item": marshalled(write.item), **asked}}


class _Contended(Exception):
    """A transaction of somebody else writes one of the items in this very moment."""


def _key(key: Key) -> Any:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _batched(write: Write) -> Any:
    if write.item is None:
        return {"DeleteRequest": {"Key": _key(write.key)}}
    return {"PutRequest": {"Item": marshalled(write.item)}}
