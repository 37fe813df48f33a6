"""What every store of predictions promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Invalid, LeaseLost
from domain.ports.models import PredictionQuery
from domain.prediction import MAX_SPANS, PredictionSummary, Said, Span
from domain.values import LibraryId, RecordingId
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_prediction
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race

EARLIER, FENCE, LATER = "01A:000001", "01A:000002", "01B:000001"
RECORDING, OTHER_RECORDING = RecordingId("recording-1"), RecordingId("recording-2")


def everything(family: Family, limit: int, library_id: LibraryId = LIBRARY, **asked: object) -> list[PredictionSummary]:
    """Paged to the end."""
    found: list[PredictionSummary] = []
    query = PredictionQuery(limit=limit, **asked)  # type: ignore[arg-type]  # fields by name
    while True:
        page = family.predictions.search(library_id, query)
        assert len(page.items) <= limit
        found += page.items
        if page.next_cursor is None:
            return found
        query = replace(query, cursor=page.next_cursor)


def test_a_prediction_is_found_unchanged(family: Family) -> None:
    said = Said("birds", "1", (Span(0.0, 0.0, "Käuzchen", 0.0),), {"a": 1, "b": 1.5, "c": True, "d": None, "e": "x"})
    prediction = a_prediction(said=said)
    family.predictions.put(prediction)
    assert family.predictions.find(LIBRARY, RECORDING, prediction.key) == prediction
    assert everything(family, 50, recording_id=RECORDING) == [prediction.summary]


def test_a_prediction_is_known_by_library_recording_and_key(family: Family) -> None:
    prediction = a_prediction()
    family.predictions.put(prediction)
    assert family.predictions.find(OTHER_LIBRARY, RECORDING, prediction.key) is None
    assert family.predictions.find(LIBRARY, OTHER_RECORDING, prediction.key) is None
    assert family.predictions.find(LIBRARY, RECORDING, a_prediction(version="2").key) is None
    assert everything(family, 50, OTHER_LIBRARY, recording_id=RECORDING) == []
    assert family.predictions.search(OTHER_LIBRARY, PredictionQuery()).items == ()


def test_an_older_fence_never_overwrites_a_newer_prediction(family: Family) -> None:
    stored = a_prediction(fence=FENCE)
    family.predictions.put(stored)
    family.predictions.put(stored)
    with pytest.raises(LeaseLost):
        family.predictions.put(replace(stored, fence=EARLIER, created_at=NOON + timedelta(1)))
    assert everything(family, 5) == [stored.summary]
    newer = replace(stored, fence=LATER, said=Said("birds", "1"), created_at=NOON + timedelta(1))
    family.predictions.put(newer)
    assert family.predictions.find(LIBRARY, RECORDING, stored.key) == newer
    assert everything(family, 5) == [newer.summary]


def test_whoever_writes_when_the_newest_fence_stands(family: Family) -> None:
    predictions = [a_prediction(fence=f"01A:{n:06d}") for n in range(RACERS)]
    race(lambda n: family.predictions.put(predictions[n]))
    assert family.predictions.find(LIBRARY, RECORDING, predictions[-1].key) == predictions[-1]
    assert everything(family, 5) == [predictions[-1].summary]


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_they_are_listed_newest_first_of_a_library_a_recording_or_a_model(family: Family, limit: int) -> None:
    """Those of one moment come by recording and key; the same bytes under two recordings are two predictions."""
    stored = [
        a_prediction(model=model, recording_id=recording, created_at=NOON + timedelta(microseconds=at))
        for at, (model, recording) in enumerate(
            [("birds", RECORDING), ("birds", OTHER_RECORDING), ("bats", RECORDING), ("cats", OTHER_RECORDING)]
        )
    ]
    stored.append(a_prediction(model="cats", created_at=stored[-1].created_at))
    for prediction in (*stored, a_prediction(library_id=OTHER_LIBRARY)):
        family.predictions.put(prediction)
    birds, other_birds, bats, other_cats, cats = (prediction.summary for prediction in stored)
    assert everything(family, limit) == [other_cats, cats, bats, other_birds, birds]
    assert everything(family, limit, model="birds") == [other_birds, birds]
    assert everything(family, limit, recording_id=RECORDING) == [cats, bats, birds]
    assert everything(family, limit, recording_id=OTHER_RECORDING, model="cats") == [other_cats]
    assert everything(family, limit, model="fish") == []


def test_a_cursor_of_another_question_is_refused(family: Family) -> None:
    for model in ("birds", "bats"):
        family.predictions.put(a_prediction(model=model))
    cursor = family.predictions.search(LIBRARY, PredictionQuery(limit=1)).next_cursor
    for query in (PredictionQuery(model="birds", cursor=cursor), PredictionQuery(cursor="nonsense")):
        with pytest.raises(Invalid):
            family.predictions.search(LIBRARY, query)


def test_all_predictions_of_a_recording_are_removed_and_no_others(family: Family) -> None:
    others = [a_prediction(recording_id=OTHER_RECORDING), a_prediction(recording_id=RecordingId("recording-11"))]
    for prediction in (a_prediction(), a_prediction(model="bats"), *others, a_prediction(library_id=OTHER_LIBRARY)):
        family.predictions.put(prediction)
    family.predictions.remove_all(LIBRARY, RECORDING)
    family.predictions.remove_all(LIBRARY, RECORDING)
    assert everything(family, 50, recording_id=RECORDING) == []
    assert everything(family, 50) == [
        one.summary for one in sorted(others, key=lambda one: one.recording_id, reverse=True)
    ]
    assert everything(family, 50, OTHER_LIBRARY) == [a_prediction(library_id=OTHER_LIBRARY).summary]


def test_as_many_spans_as_there_may_be_are_kept(family: Family) -> None:
    """Numbers without a pattern, so that no store is helped by their being alike."""
    spans = tuple(
        Span(n + n * 7919 % 1000 / 1000, n + 1 + n * 104729 % 1000 / 1000, "owl", n * 15485863 % 10000 / 10000)
        for n in range(MAX_SPANS)
    )
    prediction = a_prediction(said=Said("birds", "1", spans))
    family.predictions.put(prediction)
    shorter = a_prediction(model="bats")
    family.predictions.put(shorter)
    assert family.predictions.find(LIBRARY, RECORDING, prediction.key) == prediction
    assert {one.span_count for one in everything(family, 5)} == {MAX_SPANS, 2}
    family.predictions.remove_all(LIBRARY, RECORDING)
    assert family.predictions.find(LIBRARY, RECORDING, prediction.key) is None
    assert everything(family, 50, recording_id=RECORDING) == []
