"""What a library comes to, what of it is found by words and loudness, and what is still to be done for it."""

from typing import Any

import pytest

from domain.policy import Judgement, Verdict
from domain.recording import Status
from domain.tally import Facet
from domain.values import Failure
from tests.builders import a_finding, a_job, a_recording, an_audio_format, an_entry
from tests.entrypoints.http.conftest import V1, Api, Service, problem


@pytest.fixture
def stored(service: Service) -> None:
    """One to hear, and one that failed."""
    owl = a_recording(
        library_id=service.editor.library_id,
        title="Hibou, forêt",
        tags=("owl",),
        findings=(a_finding(),),
        audio=an_audio_format(codec="flac", container="flac", duration_seconds=65.5),
        loudness_lufs=-23.5,
        judgement=Judgement(Verdict.ACCEPT),
        size_bytes=100,
    )
    failed = a_recording(
        library_id=owl.library_id,
        audio=None,
        status=Status.FAILED,
        failure=Failure("empty-audio", "No sound."),
        size_bytes=10,
    )
    for each in (owl, failed):
        service.ports.recordings().add(each, an_entry(library_id=each.library_id))


def row(value: str | int, recordings: int = 1, seconds: float = 65.5, size_bytes: int = 100) -> dict[str, Any]:
    return {"value": value, "recordings": recordings, "seconds": seconds, "bytes": size_bytes}


@pytest.mark.usefixtures("stored")
def test_a_tally_has_the_amounts_of_each_facet(editor: Api) -> None:
    body = editor.get(f"{V1}/tally").get_json()
    assert body["total"] == {"recordings": 2, "seconds": 65.5, "bytes": 110}
    assert body["whole"] is True
    assert body["by"] == {
        "status": [row("failed", seconds=0.0, size_bytes=10), row("ready")],
        "codec": [row("flac")],
        "container": [row("flac")],
        "channels": [row(2)],
        "sample_rate": [row(48_000)],
        "tag": [row("owl")],
        "finding": [row("clipping")],
        "severity": [row("warning")],
        "verdict": [row("accept")],
        "failure": [{**row("empty-audio", seconds=0.0, size_bytes=10), "detail": "No sound."}],
        "loudness": [row(-24)],
        "duration": [row(60)],
        "created": [row("2026-03", recordings=2, size_bytes=110)],
    }
    assert set(body["by"]) == set(Facet)


@pytest.mark.usefixtures("stored")
def test_it_takes_the_filters_of_recordings(editor: Api) -> None:
    for query, found in {
        "text=FORET hib": 1,
        "text=hibou renard": 0,
        "loudness[gte]=-24&loudness[lt]=-23": 1,
        "loudness[gte]=-23": 0,
        "status=failed": 1,
    }.items():
        assert editor.get(f"{V1}/tally?{query}").get_json()["total"]["recordings"] == found, query
        assert len(editor.get(f"{V1}/recordings?{query}").get_json()["items"]) == found, query


@pytest.mark.usefixtures("stored")
def test_recordings_tell_and_are_sorted_by_how_loud_they_are(editor: Api) -> None:
    items = editor.get(f"{V1}/recordings?sort=loudness").get_json()["items"]
    assert [item["loudness_lufs"] for item in items] == [None, -23.5]


def test_what_no_tally_takes_is_refused(editor: Api) -> None:
    for query in ("sort=created", "cursor=x", "limit=5", "text=", "loudness=nan"):
        problem(editor.get(f"{V1}/tally?{query}"), 422, "validation-failed")


def test_a_text_without_words_or_with_too_many_is_refused(editor: Api) -> None:
    for text in ("%20", "%C2%B4", "a+b+c+d+e+f+g+h+i"):
        for where in ("tally", "recordings"):
            assert problem(editor.get(f"{V1}/{where}?text={text}"), 400, "invalid")["field"] == "text"


def test_the_backlog_tells_open_jobs_by_kind(service: Service, editor: Api) -> None:
    service.ports.jobs().add(a_job(library_id=editor.library_id))
    assert editor.get(f"{V1}/backlog").get_json() == {
        "jobs": [{"kind": "ingest", "queued": 1, "running": 0, "paused": 0}],
        "items": {"queued": 0, "running": 0},
        "whole": True,
    }
