"""Analyses and Renditions: stored under their key, guarded by the fence of the job that wrote them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import LeaseLost, NotFound
from domain.values import RecordingId
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_rendition, an_analysis
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race

EARLIER, FENCE, LATER = "01A:000001", "01A:000002", "01B:000001"
RECORDING = RecordingId("recording-1")
OTHER_RECORDING = RecordingId("recording-2")


def test_an_analysis_is_found_unchanged_under_its_key(family: Family) -> None:
    analysis = an_analysis()
    family.analyses.put(analysis)
    found = family.analyses.find(LIBRARY, analysis.key)
    assert found == analysis
    assert found is not None
    assert {name: type(value) for name, value in found.parameters.items()} == {
        name: type(value) for name, value in analysis.parameters.items()
    }


def test_an_analysis_belongs_to_its_library(family: Family) -> None:
    analysis = an_analysis()
    family.analyses.put(analysis)
    assert family.analyses.find(OTHER_LIBRARY, analysis.key) is None
    family.analyses.remove(OTHER_LIBRARY, analysis.key)
    assert family.analyses.find(LIBRARY, analysis.key) == analysis


def test_the_same_analysis_again_changes_nothing(family: Family) -> None:
    analysis = an_analysis(fence=FENCE)
    family.analyses.put(analysis)
    family.analyses.put(analysis)
    assert family.analyses.find(LIBRARY, analysis.key) == analysis


def test_an_older_fence_never_overwrites_a_newer_analysis(family: Family) -> None:
    stored = an_analysis(fence=FENCE)
    family.analyses.put(stored)
    with pytest.raises(LeaseLost):
        family.analyses.put(replace(stored, fence=EARLIER, descriptors=()))
    assert family.analyses.find(LIBRARY, stored.key) == stored
    newer = replace(stored, fence=LATER, descriptors=())
    family.analyses.put(newer)
    assert family.analyses.find(LIBRARY, stored.key) == newer


def test_all_analyses_of_a_content_come_newest_first(family: Family) -> None:
    first = an_analysis(content_sha256="0" * 64, key="b", created_at=NOON)
    second = replace(first, key="c", analyser_version="2", created_at=NOON + timedelta(milliseconds=1))
    third = replace(first, key="a", analyser_version="3", created_at=NOON + timedelta(days=1))
    for analysis in (second, third, first, an_analysis(), replace(first, library_id=OTHER_LIBRARY)):
        family.analyses.put(analysis)
    assert family.analyses.of_content(LIBRARY, "0" * 64) == (third, second, first)
    family.analyses.remove(LIBRARY, second.key)
    assert family.analyses.of_content(LIBRARY, "0" * 64) == (third, first)
    assert family.analyses.of_content(LIBRARY, "1" * 64) == ()


def test_a_removed_analysis_is_gone_and_may_be_removed_again(family: Family) -> None:
    analysis = an_analysis(fence=LATER)
    family.analyses.put(analysis)
    family.analyses.remove(LIBRARY, analysis.key)
    family.analyses.remove(LIBRARY, analysis.key)
    assert family.analyses.find(LIBRARY, analysis.key) is None
    family.analyses.put(replace(analysis, fence=EARLIER))


def test_whoever_writes_when_the_newest_fence_stands(family: Family) -> None:
    analyses = [an_analysis(content_sha256="0" * 64, fence=f"01A:{n:06d}") for n in range(RACERS)]
    race(lambda n: family.analyses.put(analyses[n]))
    assert family.analyses.find(LIBRARY, analyses[0].key) == analyses[-1]


def test_a_rendition_is_got_back_unchanged(family: Family) -> None:
    rendition = a_rendition(settings={"a": 1, "b": 1.5, "c": True, "d": None, "e": "x"})
    family.renditions.put(rendition)
    assert family.renditions.get(LIBRARY, RECORDING, "preview.mp3") == rendition


def test_a_rendition_is_known_by_library_recording_and_name(family: Family) -> None:
    family.renditions.put(a_rendition())
    for library_id, recording_id, name in (
        (OTHER_LIBRARY, RECORDING, "preview.mp3"),
        (LIBRARY, OTHER_RECORDING, "preview.mp3"),
        (LIBRARY, RECORDING, "waveform.dat"),
    ):
        with pytest.raises(NotFound):
            family.renditions.get(library_id, recording_id, name)


def test_a_rendition_takes_the_place_of_an_older_one_and_never_of_a_newer(family: Family) -> None:
    stored = a_rendition(fence=FENCE)
    family.renditions.put(stored)
    family.renditions.put(stored)
    with pytest.raises(LeaseLost):
        family.renditions.put(replace(stored, fence=EARLIER, size_bytes=1))
    assert family.renditions.get(LIBRARY, RECORDING, stored.name) == stored
    newer = replace(stored, fence=LATER, size_bytes=2)
    family.renditions.put(newer)
    assert family.renditions.of_recording(LIBRARY, RECORDING) == (newer,)


def test_the_renditions_of_a_recording_come_by_name(family: Family) -> None:
    names = ("waveform.json", "preview.mp3", "spectrogram.png", "waveform.dat")
    made = {name: a_rendition(name=name) for name in names}
    for rendition in (*made.values(), a_rendition(recording_id=OTHER_RECORDING)):
        family.renditions.put(rendition)
    assert family.renditions.of_recording(LIBRARY, RECORDING) == tuple(made[name] for name in sorted(names))
    assert family.renditions.of_recording(OTHER_LIBRARY, RECORDING) == ()


def test_a_rendition_is_removed_unless_another_has_its_name(family: Family) -> None:
    earlier = a_rendition(fence=EARLIER)
    kept = replace(earlier, fence=LATER)
    for rendition in (kept, a_rendition(name="waveform.dat", fence=FENCE)):
        family.renditions.put(rendition)
    family.renditions.remove(earlier)
    family.renditions.remove(a_rendition(name="waveform.dat", fence=FENCE))
    family.renditions.remove(a_rendition(name="gone.dat"))
    assert family.renditions.of_recording(LIBRARY, RECORDING) == (kept,)


def test_all_renditions_of_a_recording_are_removed_and_no_others(family: Family) -> None:
    other = a_rendition(recording_id=OTHER_RECORDING)
    foreign = a_rendition(library_id=OTHER_LIBRARY)
    for rendition in (a_rendition(), a_rendition(name="waveform.dat"), other, foreign):
        family.renditions.put(rendition)
    family.renditions.remove_all(LIBRARY, RECORDING)
    family.renditions.remove_all(LIBRARY, RECORDING)
    assert family.renditions.of_recording(LIBRARY, RECORDING) == ()
    assert family.renditions.of_recording(LIBRARY, OTHER_RECORDING) == (other,)
    assert family.renditions.of_recording(OTHER_LIBRARY, RECORDING) == (foreign,)
