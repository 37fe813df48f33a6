"""Listings of which little is asked for: short pages, and no entry lost between them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.aws.audit import audit_item
from adapters.aws.listing import newest_first
from adapters.aws.table import Range, Table
from adapters.aws.writes import put
from domain.audit import AuditEntry
from domain.ports.access import AuditQuery
from domain.values import Page
from tests.builders import LIBRARY, NOON, an_entry

ENTRIES = [an_entry(at=NOON + timedelta(seconds=n // 2), actor=f"key:{n}") for n in range(130)]
TABLE, INDEX = Range(f"audit#{LIBRARY}"), Range(f"{LIBRARY}#audit#subject#1", "list-4", "list4", "created")

Wanted = Callable[[AuditEntry], bool]


def all_pages(table: Table, asked: Range, wanted: Wanted, limit: int, budget: int) -> list[Page[AuditEntry]]:
    pages: list[Page[AuditEntry]] = []
    query = AuditQuery(limit=limit)
    while True:
        page = newest_first(table, AuditEntry, LIBRARY, query, asked=asked, wanted=wanted, budget=budget)
        pages.append(page)
        if page.next_cursor is None:
            return pages
        query = replace(query, cursor=page.next_cursor)


@pytest.mark.parametrize("asked", [TABLE, INDEX], ids=["table", "index"])
def test_a_page_ends_with_its_budget_and_the_next_goes_on(table: Table, asked: Range) -> None:
    table.write_each(put(audit_item(entry)) for entry in ENTRIES)
    rare = {"key:3", "key:70", "key:129"}
    pages = all_pages(table, asked, lambda entry: entry.actor in rare, limit=10, budget=50)
    assert [[entry.actor for entry in page.items] for page in pages] == [["key:129"], ["key:70"], ["key:3"]]


def test_pages_of_any_size_meet_every_entry_once(table: Table) -> None:
    table.write_each(put(audit_item(entry)) for entry in ENTRIES)
    for limit in (30, 129, 130):
        pages = all_pages(table, INDEX, lambda _entry: True, limit, budget=1000)
        assert [entry for page in pages for entry in page.items] == ENTRIES[::-1]
        assert len(pages) == -(-len(ENTRIES) // limit)
