"""Steps and recipes: what is refused, with which words, and what is the same."""

from dataclasses import replace
from typing import Any

import pytest

from domain.errors import Conflict, Invalid
from domain.recipe import MAX_VERSIONS, Recipe, RecipeRef, checked_chain
from domain.step import STEPS, Step
from domain.values import LibraryId
from tests.builders import NOON


@pytest.mark.parametrize(
    ("kind", "asked", "says"),
    [
        ("louder", {}, "no step 'louder'.*Known: channels, resample"),
        ("gain", {}, "needs gain_db"),
        ("gain", {"gain_db": 61}, "between -60 and 60 dB; it is 61"),
        ("gain", {"gain_db": True}, "must be a number"),
        ("gain", {"gain_db": float("nan")}, "must be a number"),
        ("gain", {"db": 1}, "no parameter 'db'. Known: gain_db"),
        ("resample", {"sample_rate_hz": 44100.5}, "whole number"),
        ("transcode", {"format": "aiff"}, "one of: wav, flac"),
        ("loudness", {"limiter": 1}, "true or false"),
        ("channels", {"mode": "pick", "pick": [0]}, "between 1 and 64"),
        ("channels", {"mode": "remix", "matrix": [1]}, "lists of"),
        ("concatenate", {}, "needs recordings"),
        ("concatenate", {"recordings": ["a\nb"]}, "control characters"),
    ],
)
def test_an_odd_step_is_refused_with_what_there_is(kind: str, asked: dict[str, Any], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        Step.of(kind, asked)


def test_every_step_settles_what_is_not_said() -> None:
    needed: dict[str, dict[str, Any]] = {
        "channels": {"mode": "mono"},
        "resample": {"sample_rate_hz": 16000},
        "gain": {"gain_db": -3},
        "split": {"by": "silence"},
        "high_pass": {"frequency_hz": 80},
        "low_pass": {"frequency_hz": 8000},
        "speed": {"factor": 1.5},
        "pitch": {"semitones": 2},
        "concatenate": {"recordings": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]},
        "transcode": {"format": "opus"},
    }
    for kind, known in STEPS.items():
        step = Step.of(kind, needed.get(kind, {}))
        assert set(step.parameters) == {parameter.name for parameter in known.parameters}


def test_a_chain_has_its_places() -> None:
    gain, opus, tags = Step.of("gain", {"gain_db": 1}), Step.of("transcode", {"format": "opus"}), Step.of("tags", {})
    assert checked_chain([gain, opus, tags]) == (gain, opus, tags)
    for chain in ([], [opus, gain], [opus, opus], [gain] * 33):
        with pytest.raises(Invalid):
            checked_chain(chain)


@pytest.mark.parametrize(
    ("kind", "asked", "field", "says"),
    [
        ("channels", {"mode": "pick"}, "pick", "which channels"),
        ("channels", {"mode": "remix", "pick": [1]}, "matrix", "factors"),
        ("loudness", {"ceiling_dbtp": -1}, "target_lufs", "preset or target_lufs"),
        ("split", {"by": "time"}, "every_seconds", "how long"),
        ("split", {"by": "regions"}, "regions", "where to cut"),
        ("split", {"by": "regions", "regions": [[0, 1], [2]]}, "regions", "start and"),
        ("split", {"by": "regions", "regions": [[1, 1]]}, "regions", "start and"),
        ("tags", {"write": ["artist=x", "=y"]}, "write", "'=y' is not"),
        ("transcode", {"format": "flac", "bit_depth": "32"}, "bit_depth", "16 or 24 bits"),
        ("transcode", {"format": "mp3", "bit_depth": "16"}, "bit_depth", "no bit depth"),
        ("transcode", {"format": "opus", "sample_rate_hz": 44_100}, "sample_rate_hz", "48000 Hz"),
    ],
)
def test_a_chain_with_a_step_that_can_never_be_done_is_refused(
    kind: str, asked: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        checked_chain([Step.of("gain", {"gain_db": 1}), Step.of(kind, asked)])
    assert refused.value.data["field"] == f"steps.1.{kind}.{field}"


def test_steps_that_lack_nothing_are_taken() -> None:
    complete: list[tuple[str, dict[str, Any]]] = [
        ("channels", {"mode": "pick", "pick": [2]}),
        ("channels", {"mode": "remix", "matrix": [[1, 0]]}),
        ("channels", {"mode": "swap"}),
        ("loudness", {"target_lufs": -20}),
        ("loudness", {"preset": "podcast"}),
        ("split", {"by": "regions", "regions": [[0, 1.5]]}),
        ("transcode", {"format": "wav", "bit_depth": "32"}),
        ("tags", {"write": ["artist=x=y"]}),
    ]
    chain = [Step.of(kind, asked) for kind, asked in complete]
    assert checked_chain(chain) == tuple(chain)


def test_editing_makes_a_version_and_the_same_again_none() -> None:
    gain = Step.of("gain", {"gain_db": 1})
    first = Recipe.first(LibraryId("l"), "louder", "A bit.", [gain], now=NOON, by="key:1")
    assert first.edited("A bit.", [gain], NOON, "key:2") is first
    second = first.edited("More.", [Step.of("gain", {"gain_db": 2})], NOON, "key:2")
    assert (second.ref, second.digest == first.digest) == ("louder@2", False)
    assert first.digest == Recipe.first(LibraryId("k"), "other", "", [gain], now=NOON, by="x").digest
    with pytest.raises(Invalid):
        Recipe.first(LibraryId("l"), "Louder", "", [gain], now=NOON, by="x")


def test_a_reference_names_a_version_or_the_latest() -> None:
    assert (RecipeRef.of("podcast"), RecipeRef.of("podcast@3")) == (RecipeRef("podcast"), RecipeRef("podcast", 3))
    for odd in ("", "Podcast", "podcast@", "podcast@0", "podcast@x", "podcast@100000", "-a"):
        with pytest.raises(Invalid):
            RecipeRef.of(odd)


def test_versions_end_somewhere() -> None:
    gain, louder = Step.of("gain", {"gain_db": 1}), Step.of("gain", {"gain_db": 2})
    last = replace(Recipe.first(LibraryId("l"), "louder", "", [gain], now=NOON, by="key:1"), version=MAX_VERSIONS)
    assert RecipeRef.of(last.ref).version == MAX_VERSIONS
    with pytest.raises(Conflict):
        last.edited("", [louder], NOON, "key:1")
