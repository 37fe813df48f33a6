"""The table itself: conditions, ranges, batches, transactions."""

import pytest

from adapters.aws.items import Item, sortable
from adapters.aws.schema import BY_CREATED, create_table
from adapters.aws.table import Range, Refused, Table
from adapters.aws.writes import ABSENT, at_version, delete, put
from tests.aws import AwsDouble


@pytest.fixture
def table(aws_double: AwsDouble) -> Table:
    clients = aws_double.clients
    create_table(clients.dynamodb, aws_double.name)
    return Table(clients.dynamodb, aws_double.name, pause=lambda _seconds: None)


def test_an_item_is_read_as_it_was_put(table: Table) -> None:
    item: Item = {"pk": "a", "sk": "b", "text": "x", "number": 7, "bytes": b"\0\1", "set": frozenset({"p", "q"})}
    table.write(put(item))
    assert table.get(("a", "b")) == item
    assert table.get(("a", "c")) is None


def test_a_condition_that_fails_writes_nothing_and_tells_what_is_there(table: Table) -> None:
    there: Item = {"pk": "a", "sk": "b", "version": 2}
    table.write(put(there, ABSENT))
    with pytest.raises(Refused) as refused:
        table.write(put({"pk": "a", "sk": "b", "version": 9}, at_version(1)))
    assert refused.value.found == {0: there}
    with pytest.raises(Refused) as refused:
        table.write(put({"pk": "n", "sk": "n"}, ABSENT), put({"pk": "a", "sk": "b"}, ABSENT))
    assert refused.value.found == {1: there}
    assert table.get(("n", "n")) is None


def test_a_transaction_puts_and_deletes(table: Table) -> None:
    table.write(put({"pk": "a", "sk": "1"}))
    table.write(delete(("a", "1")), put({"pk": "a", "sk": "2"}, ABSENT))
    assert [item["sk"] for item in table.items(Range("a"))] == ["2"]


def test_more_items_than_fit_a_batch_are_written_and_read(table: Table) -> None:
    keys = [("many", f"{n:03d}") for n in range(230)]
    table.write_each(put({"pk": pk, "sk": sk}) for pk, sk in keys)
    assert set(table.get_all([*keys, ("many", "none")])) == set(keys)
    assert [item["sk"] for item in table.items(Range("many"), page=70)] == [sk for _, sk in keys]


def test_a_range_keeps_to_its_bounds_in_both_directions(table: Table) -> None:
    table.write_each(put({"pk": "r", "sk": letter}) for letter in "abcde")

    def found(asked: Range) -> str:
        return "".join(str(item["sk"]) for item in table.items(asked, page=2))

    assert found(Range("r", least="b", most="d")) == "bcd"
    assert found(Range("r", above="b", below="d")) == "c"
    assert found(Range("r", above="b", descending=True)) == "edc"
    assert found(Range("r", below="d", least="b", descending=True)) == "cb"
    assert found(Range("r", least="d", most="b")) == ""
    assert found(Range("r", least="b", above="c")) == "de"


def test_an_index_holds_the_items_that_have_its_keys(table: Table) -> None:
    table.write(put({"pk": "1", "sk": "x", "list": "l", "created": "2"}), put({"pk": "2", "sk": "x", "list": "l"}))
    asked = Range("l", BY_CREATED, "list", "created")
    assert [item["pk"] for item in table.items(asked)] == ["1"]


def test_numbers_sort_as_text_as_they_do_by_value() -> None:
    numbers = [-1e300, -1.5, -1.0, 0.0, 1e-9, 0.5, 1.0, 2.0, 10.0, 44_100.0, 1e300]
    texts = [sortable(number) for number in numbers]
    assert texts == sorted(texts)
    assert sortable(-0.0) == sortable(0.0)
