"""Listening again and models, as the items of a batch."""

from collections.abc import Mapping

import pytest

from adapters.models.shelf import ModelShelf
from domain.batch import Batch, ItemStatus, Selection, Work
from domain.errors import Invalid, NotFound
from domain.ports.batches import ItemQuery
from domain.recording import Recording, Status
from domain.values import JobId
from tests import sounds
from tests.application.conftest import House
from tests.application.test_predict import Birds
from tests.builders import a_card, a_recording, an_audio_format
from tests.engines import Upgraded


@pytest.fixture
def ready(house: House) -> list[Recording]:
    sent = [house.send(sounds.tone_wav(seconds=0.3, hz=400.0 + 100 * n)) for n in range(2)]
    house.work()
    return [house.recording(each.id) for each in sent]


def run(house: House, work: Work, asked: Mapping[str, object]) -> tuple[Batch, dict[ItemStatus, int]]:
    job = house.use.start_batch()(house.editor, work, asked, Selection(query={"status": ("ready",)}))
    house.work()
    state = house.use.look_at_batch()(house.viewer, JobId(job.id))
    return state.batch, dict(state.counts.by_status)


def test_a_library_is_heard_again_where_it_is_not_current(house: House, ready: list[Recording]) -> None:
    engine = Upgraded(house.ports.engine())
    house.replace("engine", engine)
    assert run(house, Work.ANALYSE, {"analyser": "listen"})[1] == {ItemStatus.SKIPPED: 2}
    assert engine.asked == []
    engine = Upgraded(house.ports.engine(), waveform="99")
    house.replace("engine", engine)
    planned = house.use.plan_batch()(
        house.editor, Work.ANALYSE, {"analyser": "listen"}, Selection(query={"status": ("ready",)})
    )
    assert len(planned.changes) == 2
    batch, counts = run(house, Work.ANALYSE, {"analyser": "listen"})
    assert counts == {ItemStatus.SUCCEEDED: 2}
    assert engine.asked == [frozenset({"waveform"})] * 2
    items = house.use.list_items()(house.viewer, batch.id, ItemQuery()).items
    assert {house.recording(item.recording_id).analysis_key for item in items} == {
        item.result["analysis"] for item in items
    }
    assert items[0].audio_seconds == pytest.approx(0.3)
    with pytest.raises(Invalid):
        run(house, Work.ANALYSE, {"analyser": "other"})


def test_a_model_runs_over_a_query_and_says_nothing_twice(house: House, ready: list[Recording]) -> None:
    birds = Birds()
    house.replace("models", ModelShelf([birds]))
    asked = {"model": "birds", "parameters": {"threshold": 0.7}}
    batch, counts = run(house, Work.PREDICT, asked)
    assert counts == {ItemStatus.SUCCEEDED: 2}
    assert batch.settings == {"model": "birds", "version": "1", "threshold": 0.7}
    assert run(house, Work.PREDICT, asked)[1] == {ItemStatus.SKIPPED: 2}
    assert len(birds.heard) == 2
    key = str(house.use.list_items()(house.viewer, batch.id, ItemQuery()).items[0].result["prediction"])
    assert house.use.get_prediction()(house.viewer, ready[0].id, key).said.model == "birds"
    with pytest.raises(NotFound):
        run(house, Work.PREDICT, {"model": "frogs"})
    with pytest.raises(Invalid):
        run(house, Work.PREDICT, {"model": "birds", "parameters": {"depth": 1}})


def test_what_would_be_refused_is_said_beforehand(house: House) -> None:
    house.replace("models", ModelShelf([Birds(a_card())]))
    works = house.use.works()
    settings = {"model": "birds"}
    long = a_recording(audio=an_audio_format(duration_seconds=3600.0))
    predicted = works[Work.PREDICT].foreseen(settings, long)
    assert predicted.refusal is not None
    assert predicted.refusal.code == "too-large"
    for work in (Work.PREDICT, Work.ANALYSE):
        unheard = works[work].foreseen(settings, a_recording(status=Status.PROCESSING))
        assert unheard.refusal is not None
        assert works[work].foreseen(settings, a_recording()).refusal is None


def test_an_item_whose_recording_is_not_in_use_fails_alone(house: House, ready: list[Recording]) -> None:
    house.use.trash_recording()(house.editor, ready[0].id, version=None)
    job = house.use.start_batch()(
        house.editor, Work.ANALYSE, {"analyser": "listen"}, Selection(tuple(each.id for each in ready))
    )
    house.work()
    items = house.use.list_items()(house.viewer, job.id, ItemQuery()).items
    assert [item.status for item in items] == [ItemStatus.FAILED, ItemStatus.SKIPPED]
