"""`metadata export`, into files that `metadata import` takes back."""

import csv
import json

import pytest

from domain.errors import Invalid
from tests.builders import a_recording, an_entry
from tests.entrypoints.cli.conftest import Shell


@pytest.fixture
def library(shell: Shell) -> Shell:
    container = shell.container()
    library = container.use_cases.ensure_default_library()()
    for title, tags in (("Owl", ("bird",)), ("=A1", ())):
        recording = a_recording(library_id=library.id, title=title, tags=tags)
        container.adapters.recordings().add(recording, an_entry(library_id=library.id, subject_id=recording.id))
    container.close()
    return shell


def test_what_a_query_finds_is_written_down_and_taken_back(library: Shell) -> None:
    table, lines = library.data_dir / "table.csv", library.data_dir / "birds.jsonl"
    assert library.run("metadata", "export", table).exit_code == 0
    with table.open(newline="") as file:
        assert {row["title"] for row in csv.DictReader(file)} == {"Owl", "'=A1"}
    looked = library.json("metadata", "import", table, "--dry-run")
    assert (looked["changes"], looked["unchanged"], looked["wrong"]) == (0, 2, 0)
    assert "bytes" in library.run("metadata", "export", lines, "--query", "tag=bird").stdout
    assert [json.loads(line)["title"] for line in lines.read_text().splitlines()] == ["Owl"]


def test_nothing_is_written_over_and_no_form_is_guessed(library: Shell) -> None:
    table = library.data_dir / "table.csv"
    library.run("metadata", "export", table)
    before = table.read_bytes()
    assert library.run("metadata", "export", table).exit_code == 2
    assert library.run("metadata", "export", library.data_dir / "table.ods").exit_code == 2
    wrong = library.run("metadata", "export", library.data_dir / "other.csv", "--query", "colour=red")
    assert isinstance(wrong.exception, Invalid)
    assert table.read_bytes() == before
    assert {path.name for path in library.data_dir.glob("*.*") if path.suffix in {".csv", ".part", ".ods"}} == {
        "table.csv"
    }
