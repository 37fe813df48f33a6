"""Recipes as the work of a batch, and as a rule's job."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from application.item_work import Outcome
from application.recipe_work import RecipeWork
from domain.batch import Batch, Item, ItemStatus, Selection, Work
from domain.errors import Conflict, Invalid, NotFound
from domain.job import JobStatus
from domain.job_kind import JobKind
from domain.ports.batches import ItemQuery
from domain.recipe_rule import RecipeRule
from domain.recording import Recording, Status
from domain.step import Step
from domain.values import JobId, RecordingId
from tests import sounds
from tests.application.conftest import House
from tests.application.test_apply_recipe import FENCE, RATE, kept, quietly, ready
from tests.builders import a_recording, an_audio_format, new_id, put_ready

WAV = {"step": "transcode", "format": "wav"}


def work(house: House) -> RecipeWork:
    found: RecipeWork = house.use.recipe_work()
    return found


def create(house: House, name: str, *steps: dict[str, Any]) -> str:
    chain = [Step.of(str(step["step"]), {k: v for k, v in step.items() if k != "step"}) for step in steps]
    house.use.create_recipe()(house.editor, name, "", chain)
    return name


def run(house: House, recording: Recording, settings: Mapping[str, Any], **said: Any) -> Outcome:
    now = house.clock.now()
    batch = Batch(
        JobId(new_id()), recording.library_id, Work.RECIPE, settings, Selection((recording.id,)), now, "key:editor"
    )
    one = Item(batch.id, batch.library_id, 0, recording.id, now, now, settings=said)
    return work(house)(batch, one, FENCE, quietly)


# ---- what is asked for -----------------------------------------------------------------------------------------------


def test_a_recipe_is_pinned_to_its_version(house: House) -> None:
    assert work(house).settled(house.editor, {"recipe": "podcast"}) == {"recipe": "podcast@1", "into": "rendition"}
    asked = {"recipe": "podcast@1", "into": "recording"}
    assert work(house).settled(house.editor, asked) == asked


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"recipe": "podcats"}, NotFound),
        ({"recipe": "podcast@7"}, NotFound),
        ({"recipe": "Pod cast"}, Invalid),
        ({}, Invalid),
        ({"recipe": "podcast", "into": "thin air"}, Invalid),
        ({"recipe": "podcast", "speed": 2}, Invalid),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, asked: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        work(house).settled(house.editor, asked)


def test_joined_recordings_must_be_there(house: House) -> None:
    create(house, "intro", {"step": "concatenate", "recordings": ["nobody"]})
    with pytest.raises(NotFound):
        work(house).settled(house.editor, {"recipe": "intro"})


# ---- one item --------------------------------------------------------------------------------------------------------


def test_an_item_makes_a_rendition_and_says_what_an_undo_takes_away(house: House) -> None:
    recording = ready(house)
    settings = {"recipe": "streaming@1", "into": "rendition"}
    done = run(house, recording, settings)
    assert (done.status, done.audio_seconds) == (ItemStatus.SUCCEEDED, 1.0)
    (name,) = kept(house, recording)
    assert (done.result["rendition"], done.result["outputs"], done.result["reused"]) == (name, 1, False)
    assert json.loads(done.before) == {"made": [name], "into": "rendition"}
    again = run(house, recording, settings)
    assert (again.status, again.before) == (ItemStatus.SKIPPED, "")


def test_an_item_makes_a_recording(house: House) -> None:
    recording = ready(house)
    done = run(house, recording, {"recipe": "archive-flac@1", "into": "recording"})
    child = house.recording(RecordingId(str(done.result["recording"])))
    assert child.lineage is not None
    assert child.lineage.parent == recording.id
    assert json.loads(done.before) == {"made": [child.id], "into": "recording"}


@pytest.mark.parametrize("into", ["rendition", "recording"])
def test_a_long_trim_waits_for_review_and_goes_on_once_it_is_agreed_to(house: House, into: str) -> None:
    name = create(house, "short", {"step": "trim", "max_removed_share": 0.1})
    recording = ready(house, sounds.noise(0.5, RATE, 1), sounds.silence(1.5, RATE, 1))
    settings = {"recipe": f"{name}@1", "into": into}
    asked = run(house, recording, settings)
    assert asked.status is ItemStatus.REVIEW
    assert asked.failure is not None
    assert asked.failure.code == "trim-limit"
    assert "limit of 0.200 s" in asked.failure.detail
    assert run(house, recording, settings, approved=True).status is ItemStatus.SUCCEEDED


# ---- a batch ---------------------------------------------------------------------------------------------------------


def test_a_batch_ends_each_item_as_it_came_out(house: House) -> None:
    """Proven, missed with its figures, waiting for a person, and then agreed to."""
    name = create(
        house,
        "voice",
        {"step": "trim", "max_removed_share": 0.5},
        {"step": "loudness", "target_lufs": -16},
        {"step": "transcode", "format": "opus"},
    )
    good = ready(house, sounds.tone(1.0, RATE, 1, hz=500))
    peaky = ready(house, sounds.tone(1.0, RATE, 1, dbfs=-35.0), sounds.noise(0.005, RATE, 1, dbfs=-1.0))
    silent = ready(house, sounds.silence(1.5, RATE, 1), sounds.tone(0.5, RATE, 1, hz=700))
    chosen = Selection(tuple(recording.id for recording in (good, peaky, silent)))
    job = house.use.start_batch()(house.editor, Work.RECIPE, {"recipe": name}, chosen)
    house.work()
    items = house.ports.batches().items(job.library_id, job.id, ItemQuery()).items
    assert [item.status for item in items] == [ItemStatus.SUCCEEDED, ItemStatus.FAILED, ItemStatus.REVIEW]
    assert items[1].failure is not None
    assert items[1].failure.code == "proof-failed"
    assert "LUFS instead of -16 LUFS" in items[1].failure.detail
    assert (kept(house, peaky), kept(house, silent)) == ({}, {})
    (made,) = kept(house, good).values()
    assert (made.name, made.settings["proof.integrated_loudness.passed"]) == ("voice-v1.opus", True)
    assert house.job(job.id).status is JobStatus.PARTLY_FAILED

    house.use.decide_item()(house.editor, job.id, 2, approve=True)
    house.work()
    assert set(kept(house, silent)) == {"voice-v1.opus"}
    assert items[0].audio_seconds == 1.0


def test_undoing_a_batch_takes_away_what_it_made(house: House) -> None:
    create(house, "quieter", {"step": "gain", "gain_db": -3})
    recording = ready(house)
    chosen = Selection((recording.id,))
    jobs = [
        house.use.start_batch()(house.editor, Work.RECIPE, {"recipe": "quieter", "into": into}, chosen)
        for into in ("rendition", "recording")
    ]
    house.work()
    items = [house.ports.batches().item(job.library_id, job.id, 0) for job in jobs]
    child = RecordingId(str(items[1].result["recording"]))
    assert kept(house, recording)
    for job in jobs:
        house.use.start_batch()(house.editor, Work.UNDO, {"batch": job.id}, Selection(undoes=job.id))
    house.work()
    assert kept(house, recording) == {}
    assert house.recording(child).status is Status.TRASHED
    assert house.recording(recording.id).status is Status.READY


# ---- foreseen --------------------------------------------------------------------------------------------------------


def foreseen(house: House, recording: Recording, *steps: dict[str, Any]) -> Any:
    name = create(house, f"r{new_id()}", *steps)
    return work(house).foreseen({"recipe": f"{name}@1", "into": "rendition"}, recording)


def known(house: House, **measured: float | None) -> Recording:
    """48 kHz, 16 bits, stereo, 1.5 s; measured by the engine as it is now."""
    recording = put_ready(house.ports, house.admin.library_id, b"", an_audio_format(), **measured)
    analysis = house.ports.analyses().find(recording.library_id, recording.analysis_key)
    analysis = replace(analysis, parts=house.ports.engine().parts, fence=FENCE + "1")
    house.ports.analyses().put(analysis)
    return recording


@pytest.mark.parametrize(
    ("steps", "size"),
    [
        ([WAV], 288_000),
        ([{"step": "tags"}], 288_000),
        ([{**WAV, "bit_depth": "24"}], 432_000),
        ([{"step": "channels", "mode": "mono"}, {"step": "resample", "sample_rate_hz": 16000}], 48_000),
        ([{"step": "transcode", "format": "mp3", "bit_rate_kbps": 128}], 24_000),
        ([{"step": "transcode", "format": "opus"}], 24_000),
        ([{"step": "speed", "factor": 2}], 144_000),
        ([{"step": "transcode", "format": "flac"}], 172_800),
        ([{"step": "concatenate", "recordings": ["x"]}], None),
    ],
)
def test_bytes_are_foreseen_by_format_and_length(house: House, steps: list[dict[str, Any]], size: int | None) -> None:
    told = foreseen(house, known(house), *steps)
    assert (told.refusal, told.bytes_out) == (None, size)


@pytest.mark.parametrize(
    ("steps", "code", "says"),
    [
        ([{"step": "loudness", "preset": "streaming"}], "proof-failed", "3.0 LU below -14 LUFS"),
        ([{"step": "low_pass", "frequency_hz": 24_000}], "unsupported-parameters", "48000 Hz"),
        ([{"step": "channels", "mode": "pick", "pick": [3]}], "unsupported-parameters", "3 channels"),
        (
            [{"step": "channels", "mode": "remix", "matrix": [[1.0]]}],
            "unsupported-parameters",
            "needs 2 factors",
        ),
        (
            [{"step": "channels", "mode": "pick", "pick": [1, 2, 1]}, {"step": "transcode", "format": "mp3"}],
            "unsupported-parameters",
            "mp3 is not written with 3 channels",
        ),
        (
            [{"step": "channels", "mode": "mono"}, {"step": "channels", "mode": "swap"}],
            "unsupported-parameters",
            "2 channels",
        ),
    ],
)
def test_refusals_are_foreseen(house: House, steps: list[dict[str, Any]], code: str, says: str) -> None:
    refusal = foreseen(house, known(house, integrated_loudness=-20.0, true_peak=-4.0), *steps).refusal
    assert refusal.code == code
    assert says in refusal.detail


@pytest.mark.parametrize(
    "steps",
    [
        [{"step": "loudness", "preset": "streaming", "limiter": True}],
        [{"step": "loudness", "preset": "ebu-r128"}],
        [{"step": "channels", "mode": "mono"}, {"step": "loudness", "preset": "streaming"}],
        [{"step": "resample", "sample_rate_hz": 96_000}, {"step": "low_pass", "frequency_hz": 30_000}],
    ],
)
def test_what_can_be_or_cannot_be_told_is_not_refused(house: House, steps: list[dict[str, Any]]) -> None:
    assert foreseen(house, known(house, integrated_loudness=-20.0, true_peak=-4.0), *steps).refusal is None


DOWN = {"step": "resample", "sample_rate_hz": 16_000}
UP = {"step": "gain", "gain_db": 3}


@pytest.mark.parametrize(
    ("peak", "steps", "says"),
    [
        (0.6, [DOWN], "+0.6 dBTP. Put a step gain of -1.3 dB before"),
        (0.6, [{"step": "channels", "mode": "mono"}, DOWN, WAV], "-1.3 dB"),
        (0.6, [{"step": "transcode", "format": "mp3", "sample_rate_hz": 44_100}], "-1.3 dB"),
        (-2.0, [DOWN, UP], "+1.0 dBTP"),
        (-0.5, [DOWN], None),
        (None, [DOWN], None),
        (0.6, [{"step": "transcode", "format": "opus"}], None),  # 48 kHz as it is
        (0.6, [{"step": "gain", "gain_db": -1.3}, DOWN], None),
        (0.6, [{"step": "loudness", "preset": "ebu-r128"}, DOWN], None),
        (0.6, [{"step": "high_pass", "frequency_hz": 80}, DOWN], None),
        (0.6, [DOWN, {**WAV, "bit_depth": "32"}], None),
    ],
)
def test_peaks_that_another_rate_would_cut_off_are_foreseen(
    house: House, peak: float | None, steps: list[dict[str, Any]], says: str | None
) -> None:
    refusal = foreseen(house, known(house, integrated_loudness=-9.0, true_peak=peak), *steps).refusal
    assert (refusal.code if refusal else None) == ("proof-failed" if says else None)
    assert says is None or says in refusal.detail


def test_what_has_no_loudness_is_foreseen(house: House) -> None:
    silent = known(house, integrated_loudness=None, true_peak=None)
    refusal = foreseen(house, silent, {"step": "loudness", "preset": "podcast"}).refusal
    assert (refusal.code, refusal.detail) == ("not-measured", "It has no integrated loudness: It is silent.")


def test_what_is_not_ready_is_foreseen(house: House) -> None:
    refusal = foreseen(house, a_recording(library_id=house.admin.library_id, status=Status.QUARANTINED), WAV).refusal
    assert (refusal.code, "quarantined" in refusal.detail) == ("conflict", True)


# ---- a rule's job ----------------------------------------------------------------------------------------------------


def rule(house: House, recipe: str) -> None:
    library = house.use.get_library()(house.admin)
    house.use.set_recipe_rules()(house.admin, (RecipeRule(recipe),), library.version)


def test_what_comes_in_is_processed_by_the_rule(house: House) -> None:
    rule(house, "archive-flac")
    recording = ready(house)
    (job,) = (job for job in house.jobs() if job.kind is JobKind.RECIPE)
    assert job.status is JobStatus.SUCCEEDED
    (made,) = kept(house, recording).values()
    assert made.settings["asked_by"] == job.id


def test_a_rules_trim_beyond_its_limit_fails_with_the_figures(house: House) -> None:
    rule(house, create(house, "short", {"step": "trim", "max_removed_share": 0.1}))
    ready(house, sounds.noise(0.5, RATE, 1), sounds.silence(1.5, RATE, 1))
    (job,) = (job for job in house.jobs() if job.kind is JobKind.RECIPE)
    assert job.failure is not None
    assert (job.failure.code, "limit of 0.200 s" in job.failure.detail) == (Conflict.code, True)
