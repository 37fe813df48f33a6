"""Tables of recordings: all that a query finds, page by page, or those that are named; and the way back."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from application.metadata_export import Export, ExportFormat
from application.metadata_import import Meaning
from domain.errors import Invalid, NotFound
from domain.listing import filters_of
from domain.ports.tables import COLUMNS
from domain.recording import Recording
from domain.values import RecordingId
from tests.application.conftest import House
from tests.builders import NOON, a_finding, a_recording, an_entry
from tests.faults import Faulty


@pytest.fixture
def three(house: House) -> tuple[Recording, ...]:
    """The newest first."""
    clipped = (a_finding(), a_finding(ranges=((0.3, 0.4),)))
    made = (
        {"title": "=SUM(1)", "tags": ("a;b", "null"), "fields": {"site": "A", "n": 7}},
        {"title": "Owl, hooting", "findings": clipped, "loudness_lufs": -23.25, "fields": {"code": "007"}},
        {"title": "null", "audio": None, "fields": {"site": "null", "day": True}},
    )
    kept = [a_recording(library_id=house.admin.library_id, **each) for each in made]
    kept = [replace(each, created_at=NOON - timedelta(hours=n)) for n, each in enumerate(kept)]
    for recording in kept:
        put(house, recording)
    return tuple(kept)


def put(house: House, recording: Recording) -> None:
    house.ports.recordings().add(recording, an_entry(library_id=recording.library_id, subject_id=recording.id))


def export(house: House, form: ExportFormat, **asked: Any) -> Export:
    made: Export = house.use.export_metadata()(house.viewer, form, **asked)
    return made


def table(house: House, **asked: Any) -> list[dict[str, str]]:
    made = export(house, ExportFormat.CSV, **asked)
    data = b"".join(made.chunks)
    assert made.size_bytes == len(data)
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_a_row_tells_what_is_said_and_known(house: House, three: tuple[Recording, ...]) -> None:
    rows = table(house)
    assert list(rows[0]) == [*COLUMNS, "field.code", "field.day", "field.n", "field.site"]
    assert [row["id"] for row in rows] == [recording.id for recording in three]
    owl = rows[1]
    told = {name: owl[name] for name in COLUMNS if name not in {"id", "sha256", "created_at"}}
    assert told == {
        "title": "Owl, hooting", "filename": "A dog.wav", "status": "ready", "tags": "", "duration_seconds": "1.5",
        "loudness_lufs": "-23.25", "codec": "pcm_s16le", "sample_rate_hz": "48000", "channels": "2",
        "size_bytes": "288044", "findings": "clipping",
    }  # fmt: skip
    assert (owl["sha256"], owl["created_at"]) == (three[1].sha256, three[1].created_at.isoformat())
    assert (owl["field.code"], owl["field.site"]) == ("'007", "")
    assert (rows[2]["codec"], rows[2]["loudness_lufs"]) == ("", "")


@pytest.mark.parametrize("form", [ExportFormat.CSV, ExportFormat.XLSX])
def test_a_table_that_comes_back_as_it_was_changes_nothing(
    house: House, three: tuple[Recording, ...], form: ExportFormat
) -> None:
    report, _ = house.use.import_metadata()(house.editor, export(house, form).chunks, dry_run=True)
    assert report.counts == {Meaning.CHANGES: 0, Meaning.UNCHANGED: len(three), Meaning.WRONG: 0}


def test_what_was_edited_in_it_is_changed_and_nothing_else(house: House, three: tuple[Recording, ...]) -> None:
    edited = b"".join(export(house, ExportFormat.CSV).chunks).replace(b"'=SUM(1)", b"Sums").replace(b"ready", b"failed")
    report, _ = house.use.import_metadata()(house.editor, [edited], dry_run=False)
    assert (report.counts[Meaning.CHANGES], report.counts[Meaning.WRONG]) == (1, 0)
    house.work()
    for before in three:
        after = house.recording(before.id)
        assert (after.tags, after.fields, after.status) == (before.tags, before.fields, before.status)
        assert after.title == before.title.replace("=SUM(1)", "Sums")


def test_lines_of_json_are_told_as_they_are_found(
    house: House, three: tuple[Recording, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.metadata_export.MAX_LIMIT", 1)
    asked: list[str] = []
    house.replace("recordings", Faulty(house.ports.recordings(), before=lambda name, _count: asked.append(name)))
    made = export(house, ExportFormat.JSONL)
    assert (made.size_bytes, asked) == (None, ["search"])
    lines = [json.loads(line) for line in b"".join(made.chunks).splitlines()]
    assert [line["id"] for line in lines] == [recording.id for recording in three]
    assert (lines[0]["title"], lines[0]["tags"], lines[0]["fields"]) == (
        "=SUM(1)",
        ["a;b", "null"],
        {"n": 7, "site": "A"},
    )
    assert (lines[1]["findings"], lines[2]["duration_seconds"]) == (["clipping"], None)


def test_a_query_is_gone_through_to_its_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("application.metadata_export.MAX_LIMIT", 2)
    for n in range(5):
        put(house, a_recording(library_id=house.admin.library_id, fields={f"f{n}": n}, tags=("owl",)))
    put(house, a_recording(library_id=house.admin.library_id))
    rows = table(house, filters=filters_of({"tag": ["owl"]}), max_rows=5)
    assert len(rows) == 5
    assert sum(row[f"field.f{n}"] == str(n) for row in rows for n in range(5)) == 5
    with pytest.raises(Invalid, match=r"more than 4 recordings.*jsonl"):
        table(house, filters=filters_of({"tag": ["owl"]}), max_rows=4)
    assert len(table(house, filters=filters_of({"tag": ["nobody"]}))) == 0


def test_named_recordings_are_told_in_their_order(house: House, three: tuple[Recording, ...]) -> None:
    ids = [three[2].id, three[0].id]
    assert [row["id"] for row in table(house, recording_ids=[*ids, ids[0]])] == ids
    with pytest.raises(NotFound, match="1 of the recordings"):
        table(house, recording_ids=[*ids, RecordingId("nobody")])
    with pytest.raises(NotFound):
        house.use.export_metadata()(house.stranger(), ExportFormat.JSONL, recording_ids=ids)
    with pytest.raises(Invalid, match="either"):
        table(house, recording_ids=ids, filters=filters_of({"tag": ["owl"]}))
    with pytest.raises(Invalid, match="up to 1000"):
        table(house, recording_ids=[RecordingId(str(n)) for n in range(1001)])


@pytest.mark.usefixtures("three")
def test_a_table_has_no_file_any_more_when_it_is_sent(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made: Any = export(house, ExportFormat.XLSX).chunks
    assert list(tmp_path.iterdir()) == []
    made.close()
    assert list(made) == [], "nobody has taken it"
