"""What a list of predictions reads."""

import pytest

from adapters.aws.predictions import DynamoPredictions
from adapters.aws.table import Range, Table
from adapters.aws.writes import delete
from domain.ports.models import PredictionQuery
from domain.prediction import Said, Span
from tests.builders import LIBRARY, a_prediction


@pytest.mark.parametrize("asked", [{}, {"model": "birds"}, {"recording_id": "recording-1"}])
def test_lists_need_none_of_the_items_that_hold_spans(table: Table, asked: dict[str, str]) -> None:
    predictions = DynamoPredictions(table)
    long = a_prediction(said=Said("birds", "1", tuple(Span(n, n + 0.5, "owl", 1) for n in range(10_000))))
    predictions.put(long)
    holding = table.items(Range(f"recording#{LIBRARY}#recording-1", least="prediction#", below="prediction$"))
    table.write_each([delete((str(item["pk"]), str(item["sk"]))) for item in holding])
    assert predictions.find(LIBRARY, long.recording_id, long.key) is None
    page = predictions.search(LIBRARY, PredictionQuery(**asked))  # type: ignore[arg-type]  # fields by name
    assert page.items == (long.summary,)
