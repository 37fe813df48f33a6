"""What an older version of the service has written is read by this one."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters import codec, cursors
from adapters.local import database as database_module
from adapters.local import rows
from adapters.local.access import SqliteLibraries
from adapters.local.database import Database
from adapters.local.predictions import SqlitePredictions
from adapters.local.queue import SqliteQueue
from adapters.local.recordings import SqliteRecordings, _row
from adapters.local.results import SqliteAnalyses
from adapters.local.work import SqliteJobs
from domain.analysis import Descriptor
from domain.job_kind import JobKind, Lane
from domain.listing import RecordingQuery, SortKey, filters_of
from domain.policy import Judgement, Policy, Rule, Verdict
from domain.ports.models import PredictionQuery
from domain.recording import Status
from domain.tally import Amount, Facet
from domain.values import Failure, JobId
from tests.builders import (
    LIBRARY,
    NOON,
    FakeClock,
    a_finding,
    a_job,
    a_library,
    a_prediction,
    a_recording,
    an_analysis,
    an_entry,
)


def test_libraries_and_analyses_of_before_the_policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, analysis = tmp_path / "audio.db", an_analysis(artefacts={"a.dat": "listen-1", "b.png": "listen-1"}, parts={})
    told = json.loads(codec.written(analysis)) | {"artefacts": ["a.dat", "b.png"]}
    library = json.loads(codec.written(a_library()))
    del library["policy"], library["version"]
    scripts = database_module._migrations()
    monkeypatch.setattr(database_module, "_migrations", lambda: scripts[:3])
    old = Database(path)
    with old.writing() as connection:
        connection.execute(
            "INSERT INTO libraries (id, name, doc) VALUES (?, ?, ?)", (LIBRARY, "archive", json.dumps(library))
        )
        connection.execute(
            "INSERT INTO analyses (library_id, key, fence, doc) VALUES (?, ?, ?, ?)",
            (LIBRARY, analysis.key, analysis.fence, json.dumps(told)),
        )
    old.close()
    monkeypatch.setattr(database_module, "_migrations", lambda: scripts)
    new = Database(path)
    libraries, analyses = SqliteLibraries(new), SqliteAnalyses(new)
    assert libraries.get(LIBRARY) == a_library()
    libraries.save(a_library().governed(Policy((Rule("hum", Verdict.REJECT),))), replaces=1, audit=an_entry())
    assert analyses.find(LIBRARY, analysis.key) == analysis
    assert analyses.of_content(LIBRARY, analysis.content_sha256) == (analysis,)
    with new.reading() as connection:
        moments = connection.execute("SELECT created_at FROM analyses").fetchall()
    assert moments == [("2026-03-01T12:00:00.000000+00:00",)]
    new.close()


def test_messages_of_before_the_lanes_wait_in_the_lane_of_their_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "audio.db"
    scripts = database_module._migrations()
    monkeypatch.setattr(database_module, "_migrations", lambda: scripts[:4])
    old = Database(path)
    jobs = {kind: a_job(kind=kind, key=kind) for kind in (JobKind.INGEST, JobKind.PREVIEW, JobKind.ANALYSE)}
    for job in jobs.values():
        SqliteJobs(old).add(job)
    with old.writing() as connection:
        for job_id in (*(job.id for job in jobs.values()), "removed"):
            connection.execute(
                "INSERT INTO messages (job_id, visible_at) VALUES (?, ?)", (job_id, cursors.moment(NOON))
            )
    old.close()
    monkeypatch.setattr(database_module, "_migrations", lambda: scripts)
    new = Database(path)
    queue = SqliteQueue(new, FakeClock())
    waiting: dict[Lane, set[JobId]] = {}
    for lane in Lane:
        while delivery := queue.receive([lane], timedelta(), timedelta(minutes=1)):
            waiting.setdefault(lane, set()).add(delivery.job_id)
    assert waiting == {
        Lane.LISTENING: {jobs[JobKind.INGEST].id, jobs[JobKind.ANALYSE].id, JobId("removed")},
        Lane.PREVIEWS: {jobs[JobKind.PREVIEW].id},
    }
    new.close()


def test_predictions_of_before_the_summaries_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, prediction = tmp_path / "audio.db", a_prediction()
    scripts = database_module._migrations()
    monkeypatch.setattr(database_module, "_migrations", lambda: scripts[:7])
    old = Database(path)
    told = (LIBRARY, prediction.recording_id, prediction.key, f"{prediction.recording_id}#{prediction.key}")
    with old.writing() as connection:
        connection.execute(
            "INSERT INTO predictions (library_id, recording_id, key, id, model, created_at, fence, doc)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*told, "birds", cursors.moment(NOON), prediction.fence, codec.written(prediction)),
        )
    old.close()
    monkeypatch.setattr(database_module, "_migrations", lambda: scripts)
    new = Database(path)
    predictions = SqlitePredictions(new)
    assert predictions.find(LIBRARY, prediction.recording_id, prediction.key) == prediction
    assert predictions.search(LIBRARY, PredictionQuery()).items == (prediction.summary,)
    with new.writing() as connection:
        connection.execute("UPDATE predictions SET doc = 'not read'")
    assert predictions.search(LIBRARY, PredictionQuery(model="birds")).items == (prediction.summary,)
    new.close()


def test_recordings_of_before_are_found_by_text_and_loudness_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loudness = Descriptor("integrated_loudness", -23.1, "LUFS", "BS.1770-4")
    analysis = an_analysis(descriptors=(*an_analysis().descriptors, loudness))
    held_back = a_recording(
        title="Café",
        tags=("Zoo", "owl"),
        findings=(a_finding(),),
        analysis_key=analysis.key,
        status=Status.QUARANTINED,
        judgement=Judgement(Verdict.QUARANTINE),
    )
    failed = a_recording(status=Status.FAILED, failure=Failure("empty-audio", "No sound."), audio=None)
    path, scripts = tmp_path / "audio.db", database_module._migrations()
    monkeypatch.setattr(database_module, "_migrations", lambda: scripts[:14])
    old = Database(path)
    SqliteAnalyses(old).put(analysis)
    with old.writing() as connection:
        columns = {name for _, name, *_ in connection.execute("PRAGMA table_info (recordings)")}
        for recording in (held_back, failed):
            told = json.loads(codec.written(recording))
            del told["loudness_lufs"]
            row = {name: value for name, value in _row(recording).items() if name in columns}
            seq = rows.add(connection, "recording", "recordings", {**row, "doc": json.dumps(told)})
            connection.executemany(
                "INSERT INTO recording_labels (library_id, recording, field, value) VALUES (?, ?, 'tag', ?)",
                [(LIBRARY, seq, tag) for tag in recording.tags],
            )
    old.close()
    monkeypatch.setattr(database_module, "_migrations", lambda: scripts)
    new = Database(path)
    recordings = SqliteRecordings(new)
    asked = filters_of({"text": ["cafe zoo dog.wav OWL"], "loudness[lte]": ["-23.1"], "loudness[gte]": ["-23.1"]})
    assert recordings.search(LIBRARY, RecordingQuery(asked)).items == (replace(held_back, loudness_lufs=-23.1),)
    by_loudness = recordings.search(LIBRARY, RecordingQuery(sort=SortKey.LOUDNESS, descending=False)).items
    assert [each.id for each in by_loudness] == [failed.id, held_back.id]
    tally, one = recordings.tally(LIBRARY, ()), Amount(1, 1.5, held_back.size_bytes)
    assert tally.by[Facet.TAG] == {"Zoo": one, "owl": one}
    assert (tally.by[Facet.SEVERITY], tally.by[Facet.VERDICT]) == ({"warning": one}, {"quarantine": one})
    assert tally.details == {"empty-audio": "No sound."}
    new.close()
