"""Previews at a loudness of one's choice."""

from typing import Any

import pytest

from domain.errors import Conflict, Forbidden, NotFound, NotMeasured
from domain.job import JobStatus
from domain.recording import Recording
from tests import sounds
from tests.application.conftest import House
from tests.builders import an_audio_format, put_ready

MATCHED = {"preview-matched.mp3", "preview-matched.opus"}


@pytest.fixture
def tone(house: House) -> Recording:
    """Two seconds that an analysis has found to be at -20 LUFS, with a peak at -17 dBTP."""
    audio = an_audio_format(sample_rate_hz=44100, duration_seconds=2.0)
    sound = sounds.tone_wav(2.0, dbfs=-17.0)
    return put_ready(house.ports, house.admin.library_id, sound, audio, integrated_loudness=-20.0, true_peak=-17.0)


def matched(house: House, recording: Recording) -> dict[str, Any]:
    kept = house.use.list_renditions()(house.viewer, recording.id)
    return {rendition.name: rendition for rendition in kept if rendition.name in MATCHED}


def test_matched_previews_are_made_by_a_job_and_say_how(house: House, tone: Recording) -> None:
    job = house.use.start_matched_preview()(house.editor, tone.id, -14.0)
    assert (job.status, dict(job.parameters)) == (JobStatus.QUEUED, {"loudness_lufs": -14.0})
    house.work()
    assert house.job(job.id).status is JobStatus.SUCCEEDED
    made = matched(house, tone)
    assert set(made) == MATCHED
    for rendition in made.values():
        assert rendition.settings["gain_db"] == 6.0
        assert rendition.settings["short_by_lu"] == 0.0
        assert rendition.settings["bit_rate_bps"]


def test_another_loudness_takes_the_place_of_the_one_before_even_of_one_that_was_there(
    house: House, tone: Recording
) -> None:
    start = house.use.start_matched_preview()
    jobs, tags = [], []
    for target in (-14.0, -30.0, -14.0):
        jobs.append(start(house.editor, tone.id, target).id)
        house.work()
        (opus,) = (r for name, r in matched(house, tone).items() if name.endswith(".opus"))
        assert opus.settings["target_loudness_lufs"] == target
        tags.append(house.use.get_rendition()(house.viewer, tone.id, opus.name).etag)
    assert len(set(jobs)) == 3
    assert tags[0] == tags[2] != tags[1]
    assert start(house.editor, tone.id, -14.0).status is JobStatus.QUEUED
    house.work()
    assert start(house.editor, tone.id, -14.0).status is JobStatus.SUCCEEDED  # it is there, and is not made again


def test_a_later_wish_is_not_undone_by_an_earlier_one_that_comes_late(house: House, tone: Recording) -> None:
    start = house.use.start_matched_preview()
    early, late = start(house.editor, tone.id, -14.0), start(house.editor, tone.id, -30.0)
    run = house.use.run_preview()
    for job_id in (late.id, early.id):
        held = house.use.take_job()(job_id, "worker-1")
        run(held.job, held.progress)
        held.succeed()
    assert {r.settings["target_loudness_lufs"] for r in matched(house, tone).values()} == {-30.0}


def test_a_job_that_failed_is_started_again(house: House, tone: Recording) -> None:
    start = house.use.start_matched_preview()
    job = start(house.editor, tone.id, -14.0)
    house.use.cancel_job()(house.editor, job.id)
    assert start(house.editor, tone.id, -14.0).id == job.id
    house.work()
    assert set(matched(house, tone)) == MATCHED


def test_asking_twice_while_it_waits_asks_once(house: House, tone: Recording) -> None:
    start = house.use.start_matched_preview()
    assert start(house.editor, tone.id, -14).id == start(house.editor, tone.id, -14.0).id
    assert len(house.jobs()) == 1


def test_where_nothing_was_measured_there_is_no_job(house: House) -> None:
    silent = put_ready(
        house.ports,
        house.admin.library_id,
        sounds.silent_wav(),
        an_audio_format(),
        integrated_loudness=None,
        true_peak=None,
    )
    with pytest.raises(NotMeasured):
        house.use.start_matched_preview()(house.editor, silent.id, -16.0)
    assert house.jobs() == ()


def test_who_may_not_write_or_is_elsewhere_starts_nothing(house: House, tone: Recording) -> None:
    with pytest.raises(Forbidden):
        house.use.start_matched_preview()(house.viewer, tone.id, -16.0)
    with pytest.raises(NotFound):
        house.use.start_matched_preview()(house.stranger(), tone.id, -16.0)


def test_what_is_in_the_trash_or_not_heard_yet_is_refused(house: House, tone: Recording) -> None:
    house.use.trash_recording()(house.editor, tone.id, 1)
    waiting = house.send(sounds.tone_wav(0.5), filename="other.wav")
    for recording_id in (tone.id, waiting.id):
        with pytest.raises(Conflict):
            house.use.start_matched_preview()(house.editor, recording_id, -16.0)
