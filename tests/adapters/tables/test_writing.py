"""Tables that are written: taken back as they are, they change nothing; and no spreadsheet runs anything of them."""

import csv
import tracemalloc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

from adapters.tables import writing
from adapters.tables.metadata import PandasTables
from adapters.tables.workbook import MAX_ELEMENTS, MAX_TABLE_PART_BYTES
from domain.change import Change
from domain.errors import Invalid
from domain.ports.tables import COLUMNS, Cell, Row, TableForm
from domain.values import RecordingId, Scalar

TEXTS = (
    "Owl, \"hooting\"; far", "=SUM(1)", "+49 30", "-", "-1.5", "@home", "'=x", "''", "'s avonds", "'''+", "null",
    "'null", "true", "007", "7", "1e5", "1e+20", "nan", "#N/A", "\\", "a\\;b\\\\", "Ünïcode 🦉", "2026-01-02",
)  # fmt: skip
FIELDS: dict[str, Scalar] = {
    **{f"t{n}": text for n, text in enumerate((*TEXTS, " spaced ", "' ="))},
    "int": -7, "float": 2.5, "whole": 2.0, "large": 1e300, "small": -1e-7, "yes": True, "no": False, "empty": "",
}  # fmt: skip


def write(path: Path, form: TableForm, *rows: Mapping[str, Cell]) -> Path:
    columns = [*COLUMNS, *sorted({name for row in rows for name in row} - set(COLUMNS))]
    PandasTables().write(path, form, columns, iter(rows))
    return path


def written_cells(path: Path, form: TableForm) -> Iterator[Any]:
    if form is TableForm.CSV:
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.reader(file):
                yield from line
        return
    with path.open("rb") as file:
        sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type != "f", cell.value
            yield cell.value


@pytest.mark.parametrize("form", TableForm)
def test_what_nobody_has_edited_says_what_was(form: TableForm, tmp_path: Path) -> None:
    fields = {f"field.{name}": value for name, value in FIELDS.items()}
    tags = tuple(sorted(TEXTS))
    rows: list[dict[str, Cell]] = [{"id": f"r{n}", "title": text} for n, text in enumerate(TEXTS)]
    rows += [{"id": f"t{n}", "tags": (text,)} for n, text in enumerate(TEXTS)]
    path = write(tmp_path / "table", form, {"id": "all", "title": "A dog", "tags": tags, **fields}, *rows)
    said = {row.recording_id: row for row in PandasTables().rows(path)}
    assert all(row.refusal is None for row in said.values())
    everything = said[RecordingId("all")].change
    assert everything is not None
    kept = {name: value for name, value in FIELDS.items() if value != ""}  # an empty cell leaves what is there
    assert everything == Change.describing(title="A dog", tags=tags, fields=kept)
    assert {name: type(value) for name, value in everything.fields.items() if name != "whole"} == {
        name: type(value) for name, value in kept.items() if name != "whole"
    }, "2.0 is 2 in a sheet, and equal"
    for n, text in enumerate(TEXTS):
        assert said[RecordingId(f"r{n}")].change == Change.describing(title=text)
        assert said[RecordingId(f"t{n}")].change == Change.describing(tags=(text,))


@pytest.mark.parametrize("form", TableForm)
def test_no_cell_is_a_formula(form: TableForm, tmp_path: Path) -> None:
    row: dict[str, Cell] = dict.fromkeys(COLUMNS, "=1+1")
    row |= {"field.a": "@x", "field.n": -3, "tags": ("-x", "+y")}
    for cell in written_cells(write(tmp_path / "table", form, row), form):
        assert not str(cell).startswith(("=", "+", "-", "@")) or cell in {-3, "-3"}, cell


@pytest.mark.parametrize("form", TableForm)
def test_what_a_table_only_tells_is_passed_over(form: TableForm, tmp_path: Path) -> None:
    told: dict[str, Cell] = {"id": "r1", "status": "ready", "duration_seconds": 1.5, "findings": ("clipping", "hum")}
    path = write(tmp_path / "table", form, told)
    assert list(PandasTables().rows(path)) == [Row(2, RecordingId("r1"))]
    assert "clipping;hum" in set(written_cells(path, form))


def test_more_than_can_be_taken_back_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Mapping[str, Cell]] = [{"id": f"r{n}"} for n in range(3)]
    monkeypatch.setattr(writing, "MAX_ROWS", 2)
    monkeypatch.setattr(writing, "MAX_SHEET_CELLS", 2 * len(COLUMNS) + 1)
    for form, instead in ((TableForm.CSV, "take jsonl"), (TableForm.XLSX, "take csv or jsonl")):
        write(tmp_path / "some", form, *rows[:2])
        with pytest.raises(Invalid, match=f"more than 2 recordings.*{instead}"):
            write(tmp_path / "more", form, *rows)
        with pytest.raises(Invalid, match=r"at most 200.*jsonl"):
            write(tmp_path / "wide", form, {f"field.f{n}": 1 for n in range(187)})


def test_the_largest_sheet_is_taken_back(tmp_path: Path) -> None:
    """Not all of it, for the time that takes: as many cells in proportion."""
    row: dict[str, Cell] = dict.fromkeys(COLUMNS, "x" * 24)  # as long as they are on average: ids, names, digests
    count = 200
    path = write(tmp_path / "table", TableForm.XLSX, *({**row, "id": f"r{n}"} for n in range(count)))
    with ZipFile(path) as archive:
        (sheet,) = (archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))
    share = writing.MAX_SHEET_CELLS / (count * len(COLUMNS))
    assert len(sheet) * share < MAX_TABLE_PART_BYTES
    assert sheet.count(b"<") / 2 * share < MAX_ELEMENTS


def test_a_long_table_takes_no_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        rows: Iterator[Mapping[str, Cell]] = ({"id": f"r{n}", "title": "x" * 200} for n in range(10_000))
        PandasTables().write(tmp_path / "table", TableForm.CSV, COLUMNS, rows)
        assert tracemalloc.get_traced_memory()[1] < 1024**2
    finally:
        tracemalloc.stop()
    assert (tmp_path / "table").stat().st_size > 2_000_000
