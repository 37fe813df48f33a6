"""What goes between parent and child arrives as it was; a child that says what it should not is not believed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.audio.process import wire
from adapters.audio.wire import understood
from domain.analysis import Artefact
from domain.errors import EngineFailure
from domain.processing import Known, LongTrim, Processed, Processing, Produced, Promise
from domain.step import Step
from domain.stretch import Stretch

ASKED = Processing(
    steps=(
        Step.of("channels", {"mode": "remix", "matrix": [[0.5, 0.5], [1, 0]]}),
        Step.of("concatenate", {"recordings": ["one", "two"]}),
        Step.of("split", {"by": "regions", "regions": [[0, 1]]}),
        Step.of("tags", {"write": ["a=b"]}),
        Step.of("transcode", {"format": "flac"}),
    ),
    stem="made",
    known=Known(-23.0, None),
    others={"one": Path("/a/b"), "two": Path("/c")},
    excerpt=Stretch(1.0, 2.5),
    allow_long_trim=True,
    keep_tags={"title": "Grüße"},
)


def test_what_is_asked_for_arrives_as_it_was() -> None:
    for asked in (ASKED, Processing((), "made")):
        assert wire.processing_from(json.loads(json.dumps(wire.processing_to(asked)))) == asked


@pytest.fixture
def processed(tmp_path: Path) -> Processed:
    promise = Promise("flac", "flac", 44100, 2, 4410, 0, 16, -23.0, -1.0)
    path = tmp_path / "made-001.flac"
    path.write_bytes(b"sound")
    made = Produced(Artefact(path.name, path, "audio/flac", {"start_seconds": 0.0, "limited": "no"}), promise)
    return Processed((made,), 1.5, 2, {"trim.removed_seconds": 0.1, "loudness.limited": "no"})


def told(processed: Processed) -> Any:
    return json.loads(json.dumps(wire.processed_to(processed)))


def test_what_was_made_arrives_as_it_was(processed: Processed, tmp_path: Path) -> None:
    for each in (processed, Processed((), 3.0, 1, {}, LongTrim(2.0, 1.5))):
        assert wire.processed_from(told(each), tmp_path, "made") == each


@pytest.mark.parametrize("name", ["made-1.flac", "other-001.flac", "../made-001.flac", "made-001.sh", "made-002.flac"])
def test_a_file_that_was_not_asked_for_or_is_not_there_is_not_taken(
    processed: Processed, tmp_path: Path, name: str
) -> None:
    (made,) = processed.outputs
    said = told(replace(processed, outputs=(replace(made, artefact=replace(made.artefact, name=name)),)))
    with pytest.raises(EngineFailure), understood():
        wire.processed_from(said, tmp_path, "made")


def test_a_link_is_not_taken_for_a_file(processed: Processed, tmp_path: Path) -> None:
    (tmp_path / "made-001.flac").rename(tmp_path / "elsewhere")
    (tmp_path / "made-001.flac").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineFailure), understood():
        wire.processed_from(told(processed), tmp_path, "made")


def test_passes_are_granted_for_what_measures() -> None:
    gain, trim = Step.of("gain", {"gain_db": 1}), Step.of("trim", {})
    loudness = Step.of("loudness", {"preset": "podcast"})
    limited = Step.of("loudness", {"preset": "podcast", "limiter": True})
    granted = [wire.passes_at_most(steps) for steps in ((gain,), (gain, trim), (trim, loudness), (trim, limited))]
    assert granted == [2, 4, 6, 16]
