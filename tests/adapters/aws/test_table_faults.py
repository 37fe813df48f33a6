"""What no double does by itself: batches that are carried out in part, conflicts of transactions, throttling."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from adapters.aws.table import Table
from adapters.aws.tries import TRIES
from adapters.aws.writes import delete, put
from domain.errors import Unavailable
from tests.aws import AwsDouble
from tests.faults import Faulty, raising

KEYS = [("many", f"{n:02d}") for n in range(5)]


class Hesitant:
    """A client that carries out one part of each batch, or none, and hands the rest back, as DynamoDB may."""

    def __init__(self, client: Any, at_once: int) -> None:
        self._client = client
        self._at_once = at_once

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803 - boto3's name
        ((table, asked),) = RequestItems.items()
        now, later = asked["Keys"][: self._at_once], asked["Keys"][self._at_once :]
        answer: Any = {"Responses": {table: []}}
        if now:
            answer = self._client.batch_get_item(RequestItems={table: {**asked, "Keys": now}})
        return {**answer, "UnprocessedKeys": {table: {**asked, "Keys": later}} if later else {}}

    def batch_write_item(self, RequestItems: Any) -> Any:  # noqa: N803 - as above
        ((table, asked),) = RequestItems.items()
        now, later = asked[: self._at_once], asked[self._at_once :]
        if now:
            self._client.batch_write_item(RequestItems={table: now})
        return {"UnprocessedItems": {table: later} if later else {}}


def hesitant(double: AwsDouble, at_once: int, pauses: list[float]) -> Table:
    client: Any = Hesitant(double.clients.dynamodb, at_once)
    return Table(client, double.name, pause=pauses.append)


def refusal(code: str, call: str, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": ""}, **more}
    return ClientError(response, call)


def test_what_a_batch_leaves_undone_is_asked_for_again(table: Table, aws_double: AwsDouble) -> None:
    pauses: list[float] = []
    slow = hesitant(aws_double, 1, pauses)
    slow.write_each(put({"pk": pk, "sk": sk}) for pk, sk in KEYS)
    assert len(pauses) == len(KEYS) - 1
    assert set(table.get_all(KEYS)) == set(KEYS)
    assert set(slow.get_all(KEYS)) == set(KEYS)
    slow.write_each(delete(key) for key in KEYS[1:])
    assert set(table.get_all(KEYS)) == set(KEYS[:1])


def test_the_pauses_grow_and_end(table: Table, aws_double: AwsDouble) -> None:
    pauses: list[float] = []
    asks: tuple[Callable[[Table], object], ...] = (
        lambda stuck: stuck.get_all(KEYS),
        lambda stuck: stuck.write_each(put({"pk": pk, "sk": sk}) for pk, sk in KEYS),
    )
    for ask in asks:
        pauses.clear()
        with pytest.raises(Unavailable) as refused:
            ask(hesitant(aws_double, 0, pauses))
        assert refused.value.retry_after > 0
        assert len(pauses) == TRIES - 1
        assert all(later > earlier / 2 for earlier, later in pairwise(pauses))
        assert pauses[-1] > pauses[0]


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_meets_another_is_tried_again(table: Table, aws_double: AwsDouble, code: str) -> None:
    reasons = [{"Code": "None"}, {"Code": code}]
    conflict = refusal("TransactionCanceledException", "transact_write_items", CancellationReasons=reasons)
    client: Any = Faulty(aws_double.clients.dynamodb, before=raising("transact_write_items", conflict))
    pauses: list[float] = []
    writes = [put({"pk": pk, "sk": sk}) for pk, sk in KEYS]
    Table(client, aws_double.name, pause=pauses.append).write(*writes)
    assert len(pauses) == 1
    assert set(table.get_all(KEYS)) == set(KEYS)


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]
)
def test_throttling_is_told_with_when_to_come_again(table: Table, aws_double: AwsDouble, code: str) -> None:
    client: Any = Faulty(aws_double.clients.dynamodb, before=raising("get_item", refusal(code, "get_item")))
    with pytest.raises(Unavailable) as refused:
        Table(client, aws_double.name).get(KEYS[0])
    assert refused.value.retry_after >= 5
