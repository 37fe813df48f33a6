"""Entities under their versions: what is refused, in which words, and answers that never arrive."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from adapters.aws import versioned
from adapters.aws.audit import audit_item
from adapters.aws.items import Item
from adapters.aws.table import Refused, Table
from adapters.aws.versioned import Record, write_once
from adapters.aws.writes import ABSENT, put
from domain.errors import Conflict, NotFound, VersionMismatch
from tests.adapters.aws.conftest import stored
from tests.aws import AwsDouble
from tests.builders import an_entry
from tests.faults import Faulty, raising


def a_record(version: int = 1, **more: str) -> Record:
    return Record("thing", "1", {"pk": "thing#1", "sk": "thing", "version": version, **more})


def test_a_write_whose_answer_is_lost_has_been_carried_out(forgetful: Table) -> None:
    write_once(forgetful, put({"pk": "a", "sk": "a"}, ABSENT))
    entry = an_entry()
    versioned.add(forgetful, a_record(), entry)
    versioned.save(forgetful, a_record(version=2), 1, None)
    versioned.save(forgetful, a_record(version=3), 2, an_entry())
    versioned.remove(forgetful, a_record(version=3), 3, an_entry())
    assert forgetful.get(("thing#1", "thing")) is None
    assert stored(forgetful, audit_item(entry)) is not None


@pytest.mark.parametrize("call", ["put_item", "transact_write_items"])
def test_a_write_that_meets_a_transaction_is_tried_again(table: Table, aws_double: AwsDouble, call: str) -> None:
    conflict = ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, call)
    client: Any = Faulty(aws_double.clients.dynamodb, before=raising(call, conflict))
    entry = None if call == "put_item" else an_entry()
    pauses: list[float] = []
    versioned.add(Table(client, aws_double.name, pause=pauses.append), a_record(), entry)
    assert table.get(("thing#1", "thing")) is not None
    assert len(pauses) == 1


def test_what_somebody_else_wrote_alike_is_not_taken_for_ones_own(table: Table) -> None:
    item: Item = {"pk": "claim", "sk": "claim", "doc": "the same"}
    write_once(table, put(item, ABSENT))
    with pytest.raises(Refused):
        write_once(table, put(item, ABSENT))
    with pytest.raises(Refused):
        write_once(table, put(item, ABSENT), put({"pk": "b", "sk": "b"}))


def test_an_entity_is_replaced_in_its_own_library_alone(table: Table) -> None:
    versioned.add(table, a_record(library="mine"), None)
    with pytest.raises(NotFound):
        versioned.save(table, a_record(version=2, library="another"), 1, None)
    with pytest.raises(VersionMismatch):
        versioned.save(table, a_record(version=3, library="mine"), 2, an_entry())
    versioned.save(table, a_record(version=2, library="mine"), 1, None)
    with pytest.raises(NotFound):
        versioned.remove(table, a_record(version=2, library="another"), 2, an_entry())
    versioned.remove(table, a_record(version=2, library="mine"), 2, an_entry())


def test_with_an_entry_that_is_there_nothing_is_written(table: Table) -> None:
    entry = an_entry()
    versioned.add(table, a_record(), entry)
    with pytest.raises(Conflict, match="audit entry"):
        versioned.save(table, a_record(version=2), 1, entry)
    with pytest.raises(Conflict, match="audit entry"):
        versioned.remove(table, a_record(), 1, entry)
    kept = table.get(("thing#1", "thing"))
    assert kept is not None
    assert kept["version"] == 1


def test_the_condition_of_another_write_is_for_the_caller_to_explain(table: Table) -> None:
    table.write(put({"pk": "name", "sk": "name", "owner": "x"}))
    with pytest.raises(Refused) as refused:
        versioned.add(table, a_record(), an_entry(), put({"pk": "name", "sk": "name"}, ABSENT))
    assert refused.value.found[1] == {"pk": "name", "sk": "name", "owner": "x"}
    assert table.get(("thing#1", "thing")) is None
