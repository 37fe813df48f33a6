"""Recipes that a library runs over what comes in."""

from typing import Any

import pytest

from domain.errors import Forbidden, Invalid, NotFound, VersionMismatch
from domain.job_kind import JobKind
from domain.lineage import Lineage
from domain.policy import Policy, Rule, Verdict
from domain.recipe_rule import MAX_RULES, Into, RecipeRule
from domain.recording import Recording
from tests import sounds
from tests.application.conftest import House
from tests.builders import a_recording

PODCAST = RecipeRule("podcast")


def set_rules(house: House, *rules: RecipeRule, actor: Any = None, version: int | None = None) -> Any:
    stored = house.use.get_library()(house.admin).version
    return house.use.set_recipe_rules()(actor or house.admin, rules, stored if version is None else version)


def heard(house: House, **signal: Any) -> Recording:
    """Listened to, and nothing else done of what that leads to."""
    recording = house.send(sounds.tone_wav(**{"seconds": 0.3, **signal}))
    (job,) = (job for job in house.jobs() if job.recording_id == recording.id)
    house.use.run_ingest()(job, lambda _share, _stage: None)
    return house.recording(recording.id)


def started(house: House) -> list[dict[str, Any]]:
    return [dict(job.parameters) for job in house.jobs() if job.kind is JobKind.RECIPE]


def test_what_becomes_ready_is_processed_by_the_version_of_now(house: House) -> None:
    set_rules(house, PODCAST, RecipeRule("podcast@1", Into.RECORDING))
    heard(house)
    assert started(house) == [
        {"recipe": "podcast@1", "into": into} for into in ("recording", "rendition")
    ]  # fmt: skip


def test_a_rule_may_speak_of_some_recordings_alone(house: House) -> None:
    set_rules(house, RecipeRule("podcast", query={"duration[gte]": ("0.4",)}))
    heard(house)
    assert started(house) == []
    heard(house, seconds=0.5)
    assert len(started(house)) == 1


def test_a_second_run_starts_nothing_twice(house: House) -> None:
    set_rules(house, PODCAST)
    recording = heard(house)
    house.use.follow_rules()(house.admin, recording)
    assert len(started(house)) == 1


def test_what_is_held_back_waits_until_it_is_released(house: House) -> None:
    set_rules(house, PODCAST)
    library = house.use.get_library()(house.admin)
    house.use.set_policy()(house.admin, Policy((Rule("all-silence", Verdict.QUARANTINE),)), library.version)
    silent = heard(house, dbfs=-200.0)
    assert started(house) == []
    house.use.release_recording()(house.editor, silent.id, silent.version)
    assert len(started(house)) == 1


def test_what_a_recipe_made_is_left_alone(house: House) -> None:
    set_rules(house, PODCAST)
    lineage = Lineage(a_recording().id, "", "podcast@1", "", "1", "", "")
    assert house.use.follow_rules()(house.admin, a_recording(lineage=lineage)) == ()


def test_rules_that_make_no_sense_are_refused(house: House) -> None:
    with pytest.raises(NotFound):
        set_rules(house, RecipeRule("podcats"))
    with pytest.raises(Invalid):
        set_rules(house, RecipeRule("podcast", query={"loud": ("yes",)}))
    with pytest.raises(Invalid):
        set_rules(house, *[PODCAST] * (MAX_RULES + 1))
    with pytest.raises(VersionMismatch):
        set_rules(house, PODCAST, version=7)
    with pytest.raises(Forbidden):
        set_rules(house, PODCAST, actor=house.editor)


def test_the_same_rules_again_change_nothing(house: House) -> None:
    once = set_rules(house, PODCAST)
    assert (once.recipes_on_upload, once.version) == ((PODCAST,), 2)
    assert set_rules(house, PODCAST) == once
    assert set_rules(house).version == 3
