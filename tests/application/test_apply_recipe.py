"""Recipes over one recording: through the real engine, proven, kept, and answered from what is there."""

import json
from dataclasses import replace
from typing import Any

import pytest

from application.apply_recipe import Applied
from domain.errors import Conflict, LeaseLost, NotFound, ProofFailed
from domain.processing import Processed, Processing
from domain.proof import Proof
from domain.recipe import Recipe
from domain.recording import Recording
from domain.rendition import Rendition
from domain.step import Step
from domain.values import LibraryId
from tests import sounds
from tests.application.conftest import House
from tests.builders import NOON
from tests.engines import Upgraded
from tests.faults import Faulty, raising

RATE = 16_000
FENCE = "00000000000000000000000001:000001"
LOUDNESS = {"step": "loudness", "target_lufs": -20.0}


def a_recipe(*steps: dict[str, Any], name: str = "mine", version: int = 1) -> Recipe:
    chain = tuple(Step.of(str(step["step"]), {k: v for k, v in step.items() if k != "step"}) for step in steps)
    return replace(Recipe.first(LibraryId(""), name, "", chain, now=NOON, by="key:1"), version=version)


def ready(house: House, *parts: sounds.Signal, **more: Any) -> Recording:
    sound = sounds.joined(*(parts or (sounds.tone(1.0, RATE, 1),)))
    recording = house.send(sounds.encoded("wav", sound, RATE), **more)
    house.work()
    return house.recording(recording.id)


def apply(house: House, recording: Recording, recipe: Recipe, asked_by: str = "1", **more: Any) -> Applied:
    applied: Applied = house.use.apply_recipe()(recording, recipe, asked_by, FENCE, quietly, **more)
    return applied


def quietly(_share: float, _stage: str) -> None:
    return None


def kept(house: House, recording: Recording) -> dict[str, Rendition]:
    found = house.use.list_renditions()(house.viewer, recording.id)
    return {rendition.name: rendition for rendition in found if "key" in rendition.settings}


# ---- one file --------------------------------------------------------------------------------------------------------


def test_the_result_is_a_rendition_with_its_proof_and_lineage(house: House) -> None:
    recording = ready(house)
    recipe = a_recipe(LOUDNESS, {"step": "transcode", "format": "flac"})
    applied = apply(house, recording, recipe)
    assert (applied.names, applied.reused, applied.seconds) == (("mine-v1.flac",), False, 1.0)
    settings = kept(house, recording)["mine-v1.flac"].settings
    assert settings["recipe"] == "mine@1"
    assert settings["steps_digest"] == recipe.digest
    assert settings["input_sha256"] == recording.sha256
    assert settings["engine.process"] == house.ports.engine().renderers["process"]
    assert settings["engine.listen"] == house.ports.engine().version
    assert settings["integrated_loudness_lufs"] == pytest.approx(-20.0, abs=0.1)
    proof = Proof.from_settings(settings)
    assert proof is not None
    assert {check.what: check.passed for check in proof.checks}["duration"] is True
    assert next(check for check in proof.checks if check.what == "duration").asked == RATE


def test_what_the_analysis_has_measured_is_not_measured_again(house: House) -> None:
    recording = ready(house)
    seen: list[Processing] = []
    watch(house, seen)
    apply(house, recording, a_recipe(LOUDNESS))
    (asked,) = seen
    analysis = house.use.get_analysis()(house.viewer, recording.id)[1]
    measured = {each.name: each.value for each in analysis.descriptors}
    assert asked.known.integrated_lufs == measured["integrated_loudness"]
    assert asked.known.true_peak_dbtp == measured["true_peak"]


def test_what_a_former_analyser_measured_is_measured_again(house: House) -> None:
    recording = ready(house)
    seen: list[Processing] = []
    house.replace("engine", Upgraded(house.ports.engine(), loudness="later"))
    watch(house, seen)
    apply(house, recording, a_recipe(LOUDNESS))
    assert seen[0].known.integrated_lufs is None


def watch(house: House, seen: list[Processing], then: Any = None) -> None:
    """Notes what the engine is asked for; `then` changes what it made."""
    engine = house.ports.engine()

    class Watched:
        def process(self, path: Any, workspace: Any, asked: Processing, progress: Any) -> Processed:
            seen.append(asked)
            made: Processed = engine.process(path, workspace, asked, progress)
            return then(made) if then else made

        def __getattr__(self, name: str) -> Any:
            return getattr(engine, name)

    house.replace("engine", Watched())


# ---- again -----------------------------------------------------------------------------------------------------------


def test_the_same_again_is_answered_from_what_is_there(house: House) -> None:
    recording, recipe = ready(house), a_recipe({"step": "gain", "gain_db": -3})
    first = apply(house, recording, recipe)
    seen: list[Processing] = []
    watch(house, seen)
    again = apply(house, recording, recipe, asked_by="2")
    assert (again.names, again.reused, again.own, seen) == (first.names, True, (), [])
    assert apply(house, recording, recipe, asked_by="1").own == first.names
    same_steps = replace(recipe, name="called-otherwise")
    assert apply(house, recording, same_steps).names == first.names


def test_another_version_stands_beside_the_first(house: House) -> None:
    recording = ready(house)
    apply(house, recording, a_recipe({"step": "gain", "gain_db": -3}))
    apply(house, recording, a_recipe({"step": "gain", "gain_db": -4}, version=2))
    assert set(kept(house, recording)) == {"mine-v1.wav", "mine-v2.wav"}


def test_a_later_engine_makes_it_anew_in_its_place(house: House) -> None:
    recording, recipe = ready(house), a_recipe({"step": "gain", "gain_db": -3})
    before = apply(house, recording, recipe)
    later = Upgraded(house.ports.engine())
    later.later_renderers["process"] = "later"
    house.replace("engine", later)
    after = apply(house, recording, recipe)
    assert (after.names, after.reused, after.key == before.key) == (before.names, False, False)
    assert kept(house, recording)["mine-v1.wav"].settings["engine.process"] == "later"


def test_of_an_earlier_result_of_more_files_nothing_is_left(house: House) -> None:
    recording = ready(house)
    halves = {"step": "split", "by": "time", "every_seconds": 0.5}
    apply(house, recording, a_recipe(halves))
    one = {**halves, "every_seconds": 2.0}  # as if another engine cut elsewhere: it is the same version
    apply(house, recording, a_recipe(one))
    assert set(kept(house, recording)) == {"mine-v1-001.wav"}
    recipe_blobs = [key for key in house.blob_keys() if "/recipe-" in key and key.endswith("-002.wav")]
    assert recipe_blobs == []


def test_a_run_that_was_cut_short_is_done_again_as_a_whole(house: House) -> None:
    recording = ready(house, sounds.tone(1.0, RATE, 1))
    recipe = a_recipe({"step": "split", "by": "time", "every_seconds": 0.5})
    renditions = house.ports.renditions()
    house.replace("renditions", Faulty(renditions, before=raising("put", LeaseLost("gone"), 2)))
    with pytest.raises(LeaseLost):
        apply(house, recording, recipe)
    assert set(kept(house, recording)) == {"mine-v1-001.wav"}
    house.replace("renditions", renditions)
    assert apply(house, recording, recipe).reused is False
    assert set(kept(house, recording)) == {"mine-v1-001.wav", "mine-v1-002.wav"}


# ---- what is not kept ------------------------------------------------------------------------------------------------


def test_a_miss_keeps_nothing_and_says_the_figures(house: House) -> None:
    """The ceiling keeps it from the target, and nothing holds its peaks."""
    recording = ready(house, sounds.tone(1.0, RATE, 1, dbfs=-30.0), sounds.noise(0.01, RATE, 1, dbfs=-1.0))
    with pytest.raises(ProofFailed, match=r"integrated_loudness is .* instead of -14 LUFS") as refusal:
        apply(house, recording, a_recipe({"step": "loudness", "preset": "streaming"}))
    assert "limiter" in refusal.value.detail
    assert kept(house, recording) == {}
    limited = a_recipe({"step": "loudness", "preset": "streaming", "limiter": True})
    assert apply(house, recording, limited).names == ("mine-v1.wav",)


def test_a_broken_promise_of_one_file_keeps_none(house: House) -> None:
    recording = ready(house)

    def one_short(made: Processed) -> Processed:
        *others, last = made.outputs
        broken = replace(last, promise=replace(last.promise, frames=last.promise.frames + 1))
        return replace(made, outputs=(*others, broken))

    watch(house, [], one_short)
    with pytest.raises(ProofFailed, match=r"mine-v1-002\.wav: duration is 8000 samples instead of 8001 samples"):
        apply(house, recording, a_recipe({"step": "split", "by": "time", "every_seconds": 0.5}))
    assert kept(house, recording) == {}


def test_what_an_encoder_does_to_the_loudness_is_made_up_for_once(house: House) -> None:
    recording = ready(house)
    seen: list[Processing] = []
    first: list[Processed] = []

    def first_too_high(made: Processed) -> Processed:
        if first:
            return made
        first.append(made)
        (only,) = made.outputs
        # As if it had been rendered for less: what is heard in it is then 0.4 LU louder than promised.
        return replace(made, outputs=(replace(only, promise=replace(only.promise, target_lufs=-20.4)),))

    watch(house, seen, first_too_high)
    recipe = a_recipe({**LOUDNESS, "limiter": True}, {"step": "transcode", "format": "opus"})
    apply(house, recording, recipe)
    assert [asked.steps[0].parameters["target_lufs"] for asked in seen] == [-20.0, pytest.approx(-20.4, abs=0.15)]
    settings = kept(house, recording)["mine-v1.opus"].settings
    assert settings["proof.integrated_loudness.asked"] == -20.4
    assert settings["proof.integrated_loudness.passed"] is True
    assert settings["corrected"]


def test_an_unready_recording_is_refused(house: House) -> None:
    unheard = house.send(sounds.tone_wav(0.3))
    with pytest.raises(Conflict, match="processing"):
        apply(house, unheard, a_recipe({"step": "gain", "gain_db": -3}))


# ---- long trims ------------------------------------------------------------------------------------------------------


def test_a_trim_beyond_its_limit_waits_for_a_person(house: House) -> None:
    recording = ready(house, sounds.tone(0.5, RATE, 1), sounds.silence(1.5, RATE, 1))
    recipe = a_recipe({"step": "trim", "padding_seconds": 0, "max_removed_share": 0.5})
    asked = apply(house, recording, recipe)
    assert asked.long_trim is not None
    assert (asked.names, kept(house, recording)) == ((), {})
    assert asked.long_trim.removed_seconds == pytest.approx(1.5, abs=0.05)
    assert asked.long_trim.allowed_seconds == pytest.approx(1.0)
    agreed = apply(house, recording, recipe, allow_long_trim=True)
    assert agreed.names == ("mine-v1.wav",)
    assert kept(house, recording)["mine-v1.wav"].settings["duration_seconds"] == pytest.approx(0.5, abs=0.05)


# ---- joined recordings -----------------------------------------------------------------------------------------------


def test_recordings_that_are_joined_are_part_of_what_names_the_result(house: House) -> None:
    recording, other = ready(house), ready(house, sounds.tone(0.5, RATE, 1, hz=300))
    joined = apply(house, recording, a_recipe({"step": "concatenate", "recordings": [other.id]}))
    settings = kept(house, recording)[joined.names[0]].settings
    assert settings["duration_seconds"] == 1.5
    house.use.trash_recording()(house.editor, other.id, other.version)
    with pytest.raises(Conflict, match=other.id):
        apply(house, recording, a_recipe({"step": "concatenate", "recordings": [other.id]}))
    with pytest.raises(NotFound):
        apply(house, recording, a_recipe({"step": "concatenate", "recordings": ["nobody"]}))


def test_settings_can_be_kept_by_any_store(house: House) -> None:
    recording = ready(house)
    apply(house, recording, a_recipe(LOUDNESS, {"step": "transcode", "format": "mp3"}))
    settings = dict(kept(house, recording)["mine-v1.mp3"].settings)
    assert json.loads(json.dumps(settings, allow_nan=False)) == settings
    assert all(isinstance(value, str | int | float | bool | None) for value in settings.values())
