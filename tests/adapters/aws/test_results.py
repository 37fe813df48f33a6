"""Analyses that are longer than an item: never refused for it, and gone with all of their parts."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.aws.results import DynamoAnalyses
from adapters.aws.table import Range, Table
from domain.analysis import Analysis, Embedded
from domain.errors import LeaseLost
from tests.builders import LIBRARY, NOON, an_analysis

EARLIER, FENCE, LATER = "01A:000001", "01A:000002", "01B:000001"


def a_long_one(seed: int, **changes: str) -> Analysis:
    rng = random.Random(seed)
    tags = {f"t{n}": "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(512)) for n in range(400)}
    return replace(an_analysis(content_sha256="0" * 64, fence=FENCE, embedded=Embedded(tags)), **changes)  # type: ignore[arg-type]  # texts all


def items_of(table: Table, analysis: Analysis) -> int:
    return sum(1 for _ in table.items(Range(f"analysis#{LIBRARY}#{analysis.key}")))


def test_a_long_analysis_is_kept_in_parts_that_come_and_go_with_it(table: Table) -> None:
    analyses = DynamoAnalyses(table)
    long = a_long_one(1)
    analyses.put(long)
    count = items_of(table, long)
    assert count > 1
    assert analyses.find(LIBRARY, long.key) == long
    with pytest.raises(LeaseLost):
        analyses.put(a_long_one(2, fence=EARLIER))
    assert items_of(table, long) == count
    short = replace(long, embedded=Embedded(), fence=LATER, created_at=NOON + timedelta(hours=1))
    analyses.put(short)
    assert items_of(table, short) == 1
    assert analyses.of_content(LIBRARY, "0" * 64) == (short,)
    analyses.put(replace(long, fence=LATER))
    analyses.remove(LIBRARY, long.key)
    assert items_of(table, long) == 0
    assert list(table.items(Range(f"analyses#{LIBRARY}#{'0' * 64}"))) == []
