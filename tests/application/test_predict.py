"""Models over recordings: jobs that run them once, and what they said."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.models.shelf import ModelShelf
from application.predict import PredictSound
from domain.access import Actor
from domain.errors import Conflict, Forbidden, Invalid, ModelFailure, NotFound, TooLarge, Unavailable, Unsupported
from domain.job import JobStatus
from domain.job_kind import JobKind, Lane
from domain.ports.audio import Progress
from domain.ports.models import PredictionQuery, Sound
from domain.prediction import ModelCard, Said, SoundTaken, Span
from domain.recording import Recording
from domain.values import RecordingId
from tests import sounds
from tests.adapters.audio.voices import speech
from tests.application.conftest import House
from tests.builders import a_card

SPEECH = sounds.encoded("flac", sounds.joined(sounds.silence(1, 16000, 1), speech(3)), 16000)


class Birds:
    """A model that hears one owl, where nothing else is asked of it."""

    def __init__(self, card: ModelCard = a_card(), hear: Callable[[Sound], None] = lambda _sound: None) -> None:  # noqa: B008 - frozen
        self.card = card
        self.heard: list[tuple[Sound, dict[str, float]]] = []
        self._hear = hear

    def predict(self, sound: Sound, parameters: dict[str, float], progress: Progress) -> Said:
        assert sound.path.is_file()
        self.heard.append((sound, parameters))
        progress(0.5, "listening for birds")
        self._hear(sound)
        return Said(self.card.name, self.card.version, (Span(0, 0.25, "owl", 0.9),), {"birds": 1})


@pytest.fixture
def recording(house: House, tone: bytes) -> Recording:
    sent = house.send(tone)
    house.work()
    return house.recording(sent.id)


def taught(house: House, birds: Birds) -> Birds:
    house.replace("models", ModelShelf([birds]))
    return birds


def started(house: House, *recordings: Recording, actor: Actor | None = None, **parameters: float) -> list[JobStatus]:
    jobs = house.use.start_prediction()(actor or house.editor, "birds", [each.id for each in recordings], parameters)
    return [job.status for job in jobs]


def test_speech_is_found_in_a_recording_and_kept(house: House) -> None:
    sent = house.send(SPEECH)
    house.work()
    (job,) = house.use.start_prediction()(house.editor, "speech", [sent.id], {"threshold": 0.6})
    assert (job.kind, job.kind.lane) == (JobKind.PREDICT, Lane.HEAVY)
    house.work()
    assert house.job(job.id).status is JobStatus.SUCCEEDED
    (summary,) = house.use.list_predictions()(house.viewer, sent.id).items
    prediction = house.use.get_prediction()(house.viewer, sent.id, summary.key)
    assert prediction.summary == summary
    assert prediction.content_sha256 == house.recording(sent.id).sha256
    assert prediction.parameters["threshold"] == 0.6
    assert prediction.said.version == job.parameters["version"]
    assert prediction.fence.startswith(job.id)
    assert all(span.start >= 1 - 0.2 for span in prediction.said.spans)
    assert sum(span.end - span.start for span in prediction.said.spans) > 2


def test_a_model_is_given_the_sound_as_its_card_wants_it(house: House, recording: Recording) -> None:
    birds = taught(house, Birds(a_card(takes=SoundTaken(8_000, 1_000_000))))
    started(house, recording, threshold=0.75)
    house.work()
    ((sound, parameters),) = birds.heard
    assert parameters == {"threshold": 0.75}
    assert sound.seconds == pytest.approx(0.5, abs=0.01)
    assert sound.prefix == f"{recording.library_id}/recordings/{recording.id}/model-input/"
    assert not sound.path.exists(), "the workspace is gone"


def test_what_is_known_is_not_predicted_again(house: House, recording: Recording) -> None:
    birds = taught(house, Birds())
    assert started(house, recording) == [JobStatus.QUEUED]
    house.work()
    assert started(house, recording, threshold=0.5) == [JobStatus.SUCCEEDED], "the default is the same question"
    house.work()
    assert len(birds.heard) == 1
    assert started(house, recording, threshold=0.6) == [JobStatus.QUEUED]
    house.work()
    assert len(birds.heard) == 2
    page = house.use.search_predictions()(house.viewer, PredictionQuery(model="birds"))
    assert {one.parameters["threshold"] for one in page.items} == {0.5, 0.6}


def test_a_run_that_was_cut_off_after_storing_predicts_nothing_twice(house: House, recording: Recording) -> None:
    birds = taught(house, Birds())
    (job,) = house.use.start_prediction()(house.editor, "birds", [recording.id], {})
    run = house.use.run_predict()
    run(job, lambda _share, _stage: None)
    first = house.use.list_predictions()(house.viewer, recording.id)
    assert len(first.items) == 1
    run(replace(job, claims=job.claims + 1), lambda _share, _stage: None)
    assert house.use.list_predictions()(house.viewer, recording.id) == first
    assert len(birds.heard) == 1


def test_a_job_of_many_is_refused_as_a_whole(house: House, recording: Recording, tone: bytes) -> None:
    taught(house, Birds())
    unheard = house.send(sounds.tone_wav(0.4))
    before = len(house.jobs())
    with pytest.raises(NotFound) as unknown:
        house.use.start_prediction()(house.editor, "birds", [recording.id, RecordingId("x")], {})
    assert unknown.value.data["unknown"] == ["x"]
    with pytest.raises(Conflict):
        started(house, recording, unheard)
    with pytest.raises(Invalid):
        started(house)
    with pytest.raises(Invalid):
        started(house, recording, loudness=1)
    with pytest.raises(NotFound):
        house.use.start_prediction()(house.editor, "bats", [recording.id], {})
    with pytest.raises(NotFound):
        started(house, recording, actor=house.stranger())
    with pytest.raises(Forbidden):
        started(house, recording, actor=house.viewer)
    assert len(house.jobs()) == before


def test_a_recording_that_is_too_long_is_refused_before_there_is_a_job(house: House, recording: Recording) -> None:
    taught(house, Birds(a_card(takes=SoundTaken(16_000, 1_000_000, max_seconds=0.4), remedy="Ask another model.")))
    before = len(house.jobs())
    with pytest.raises(TooLarge, match="Ask another model") as caught:
        started(house, recording)
    assert caught.value.data == {"max_seconds": 0.4, "recordings": [recording.id]}
    assert len(house.jobs()) == before


@pytest.mark.parametrize(
    ("error", "status"),
    [(ModelFailure("It fell over."), JobStatus.FAILED), (Unavailable("It sleeps."), JobStatus.QUEUED)],
)
def test_what_a_model_raises_fails_its_job_or_puts_it_off(
    house: House, recording: Recording, error: Exception, status: JobStatus
) -> None:
    def raising(_sound: Sound) -> None:
        raise error

    taught(house, Birds(hear=raising))
    (job,) = house.use.start_prediction()(house.editor, "birds", [recording.id], {})
    house.work()
    done = house.job(job.id)
    assert done.status is status
    assert done.failure is not None
    assert done.failure.detail == str(error)
    assert house.recording(recording.id) == recording, "the recording is none the worse for it"
    assert house.use.list_predictions()(house.viewer, recording.id).items == ()


def test_a_job_that_failed_is_started_again_by_asking_again(house: House, recording: Recording) -> None:
    def raising(_sound: Sound) -> None:
        raise ModelFailure("It fell over.")

    taught(house, Birds(hear=raising))
    started(house, recording)
    house.work()
    taught(house, Birds())
    assert started(house, recording) == [JobStatus.QUEUED]
    house.work()
    assert len(house.use.list_predictions()(house.viewer, recording.id).items) == 1


def test_a_job_for_a_version_that_is_gone_fails_and_a_new_one_stands_beside(house: House, recording: Recording) -> None:
    taught(house, Birds())
    (old,) = house.use.start_prediction()(house.editor, "birds", [recording.id], {})
    newer = taught(house, Birds(a_card(version="2")))
    house.work()
    failure = house.job(old.id).failure
    assert failure is not None
    assert "version 2" in failure.detail
    assert newer.heard == []
    started(house, recording)
    house.work()
    (prediction,) = house.use.list_predictions()(house.viewer, recording.id).items
    assert prediction.version == "2"


def test_predictions_go_with_their_recording(house: House, recording: Recording) -> None:
    taught(house, Birds())
    started(house, recording)
    house.work()
    current = house.recording(recording.id)
    house.use.trash_recording()(house.editor, current.id, current.version)
    house.clock.advance(31 * 24 * 3600)
    assert house.use.empty_trash()()["recordings_purged"] == 1
    assert house.ports.predictions().search(recording.library_id, PredictionQuery(recording.id)).items == ()


def test_a_recording_that_is_purged_while_it_is_predicted_leaves_nothing(house: House, recording: Recording) -> None:
    def purge(_sound: Sound) -> None:
        current = house.recording(recording.id)
        house.use.trash_recording()(house.editor, current.id, current.version)
        house.clock.advance(31 * 24 * 3600)
        house.use.empty_trash()()

    taught(house, Birds(hear=purge))
    started(house, recording)
    house.work()
    assert house.ports.predictions().search(recording.library_id, PredictionQuery(recording.id)).items == ()


def test_who_may_look(house: House, recording: Recording) -> None:
    cards = house.use.list_models()(house.viewer)
    assert [card.name for card in cards] == ["speech"]
    stranger = house.stranger()
    with pytest.raises(NotFound):
        house.use.list_predictions()(stranger, recording.id)
    with pytest.raises(NotFound):
        house.use.get_prediction()(stranger, recording.id, "x")
    with pytest.raises(NotFound):
        house.use.get_prediction()(house.viewer, recording.id, "x")


def test_a_model_hears_bytes_that_are_sent_and_keeps_nothing(house: House, tmp_path: Path) -> None:
    over = PredictSound(house.ports.engine(), house.ports.workspaces(), house.ports.models())
    said = over("speech", [SPEECH[:1000], SPEECH[1000:]], {})
    assert said.spans
    assert house.blob_keys() == []
    with pytest.raises(Unsupported):
        over("speech", [b"RIFF"], {})
    with pytest.raises(Invalid):
        over("speech", [SPEECH], {"x": 1})
