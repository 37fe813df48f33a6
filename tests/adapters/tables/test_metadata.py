"""Tables of metadata: what is read from CSV and XLSX, and what is refused."""

import time
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest

from adapters.tables import metadata, workbook
from adapters.tables.metadata import PandasTables
from domain.change import Change
from domain.errors import Invalid
from domain.ports.tables import Row
from domain.values import RecordingId

TABLE = """id,title,tags,add_tags,remove_tags,field.site,field.n,field.code,field.ok
r1,Owl,,bird;night,dust,A,2,007,true
r2,,owl; hoot,,,null,-1.5,'=SUM(1),false

r3,,null,,,,,,
r4,,,,,,,,
,x,,,,,,,
r7,null,,,,,,,
r1,again,,,,,,,
r5,"bad
title",,,,,,,
r6,,a,b,,,,,
"""

MANY_ATTRIBUTES = " ".join(f'a{n:06}=""' for n in range(100_000))


def read(path: Path, start: int = 0) -> list[Row]:
    return list(PandasTables().rows(path, start))


def csv(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "table"
    path.write_bytes(text.encode(encoding))
    return path


def test_each_row_says_what_changes_or_what_is_wrong(tmp_path: Path) -> None:
    rows = read(csv(tmp_path, TABLE))
    assert [(row.n, row.recording_id) for row in rows] == [
        (2, "r1"), (3, "r2"), (5, "r3"), (6, "r4"), (7, None), (8, "r7"), (9, "r1"), (10, "r5"),
        (11, "r6"),
    ]  # fmt: skip
    assert rows[0].change == Change.describing(
        title="Owl",
        add_tags=("bird", "night"),
        remove_tags=("dust",),
        fields={"site": "A", "n": 2, "code": "007", "ok": True},
    )
    assert rows[1].change == Change.describing(
        tags=("owl", "hoot"), fields={"site": None, "n": -1.5, "code": "=SUM(1)", "ok": False}
    )
    assert rows[2].change == Change.describing(tags=())
    assert rows[3] == Row(6, RecordingId("r4"))
    said = [row.refusal.detail for row in rows[4:] if row.refusal]
    assert said[0] == "The row has no id."
    assert "cannot be taken out" in said[1]
    assert said[2] == "Row 2 is about the same recording."
    assert "control characters" in said[3]
    assert "add_tags" in said[4]


def test_reading_goes_on_where_it_was(tmp_path: Path) -> None:
    path = csv(tmp_path, TABLE)
    assert [row.n for row in read(path, 6)] == [9, 10, 11]
    assert read(path, 6)[0].refusal is not None, "what came before is known all the same"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_byte_order_marks_of_spreadsheets(tmp_path: Path, separator: str) -> None:
    rows = read(csv(tmp_path, separator.join(["id", "title"]) + "\r\n" + separator.join(["r1", "Ä"]), "utf-8-sig"))
    assert rows == [Row(2, RecordingId("r1"), Change.describing(title="Ä"))]


def test_cells_of_a_sheet_have_types(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["id", "title", "field.n", "field.x", "field.ok", "field.day"],
        ["r1", 1984, 2, 2.5, True, "2026-01-02"],
        [None, None, None, None, None, None],
        ["r2", None, None, None, None, "null"],
    ):
        sheet.append(row)
    book.save(tmp_path / "book")  # as it is received: without an ending
    assert read(tmp_path / "book") == [
        Row(
            2,
            RecordingId("r1"),
            Change.describing(title="1984", fields={"n": 2, "x": 2.5, "ok": True, "day": "2026-01-02"}),
        ),
        Row(4, RecordingId("r2"), Change.describing(fields={"day": None})),
    ]


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b"</row></sheetData>", b"<c/>" * 2_000_000 + b"</row></sheetData>"),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetData><mergeCells>" + b"<mergeCell/>" * 500_000),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b"</sheetData>" + b" " * workbook.MAX_TABLE_PART_BYTES),
        ("xl/sharedStrings.xml", b"", b"<sst><si>" + b"<r/>" * 500_000 + b"</si></sst>"),
        ("xl/workbook.xml", b"<sheets>", b"<sheets>" + f"<a {MANY_ATTRIBUTES}/>".encode()),
        ("xl/worksheets/sheet1.xml", b"</row>", f"<c {MANY_ATTRIBUTES[:396_000]}/>".encode() * 20 + b"</row>"),
        ("xl/styles.xml", b"</cellXfs>", b"<xf/>" * 1_000_000 + b"</cellXfs>"),
        ("xl/theme/theme1.xml", b"<?xml", b" " * workbook.MAX_PART_BYTES),
    ],
)
def test_a_crafted_workbook_takes_neither_memory_nor_time(tmp_path: Path, part: str, old: bytes, new: bytes) -> None:
    """Each little to send. Five million cells of nothing in a row of 21 kB took 1.7 GB and 19 s."""
    honest, crafted = tmp_path / "honest.xlsx", tmp_path / "crafted.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "title"])
    book.save(honest)
    with zipfile.ZipFile(honest) as archive, zipfile.ZipFile(crafted, "w", zipfile.ZIP_DEFLATED) as other:
        for name in {*archive.namelist(), part}:
            data = archive.read(name) if name in archive.namelist() else b""
            assert name != part or old in data
            other.writestr(name, data.replace(old, new) if name == part else data)
    assert crafted.stat().st_size < 2 * 1024**2
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(Invalid, match="too large when it is unpacked"):
            read(crafted)
        assert tracemalloc.get_traced_memory()[1] < 20 * 1024**2
        assert time.process_time() - began < 10
    finally:
        tracemalloc.stop()


def test_empty_rows_count_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ELEMENTS", 1000)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id"])
    for n in range(2, 1100):
        sheet.row_dimensions[n].height = 20
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(Invalid, match="too large when it is unpacked"):
        read(tmp_path / "book.xlsx")


def test_a_workbook_packed_in_a_way_without_a_bound_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("[Content_Types].xml", b" " * 1000)
    with pytest.raises(Invalid, match="packed as no spreadsheet packs it"):
        read(tmp_path / "book.xlsx")


def test_a_cell_holds_no_more_than_in_a_spreadsheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "tags"])
    sheet.append(["r1", ";" * 32_767])
    book.save(tmp_path / "book.xlsx")
    crafted = tmp_path / "crafted.xlsx"
    with zipfile.ZipFile(tmp_path / "book.xlsx") as archive, zipfile.ZipFile(crafted, "w") as other:
        for name in archive.namelist():
            other.writestr(name, archive.read(name).replace(b";;", b";;;"))
    with pytest.raises(Invalid, match="more than 32,767 characters"):
        read(crafted)


@pytest.mark.parametrize("digits", ["9007199254740993", "9" * 400, "-" + "9" * 5000])
def test_numbers_of_too_many_digits_are_text(tmp_path: Path, digits: str) -> None:
    (row,) = read(csv(tmp_path, f"id,field.code\nr1,{digits}\n"))
    assert row.change == (Change.describing(fields={"code": digits}) if len(digits) < 4096 else None)
    assert (row.refusal is None) == (len(digits) < 4096), "too long for any text"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title\nOwl\n", "no column id"),
        ("id,colour\nr1,red\n", "column 'colour'.*field.NAME"),
        ("id,title\nr1,a,b,c\n", "CSV"),
        ("id,title\nr1,a\nr2,a,b,c\n", "CSV"),
        ("id,title,title \nr1,a,b\n", "two columns of one name"),
        ("id" + "," * 1_000_000 + "\n", "200 columns"),
        ("id,title\nr1" + "," * 1_000_000 + "\n", "more cells than the first"),
        ("id,title\nr1,a\nr2" + "," * 1_048_576 + "\n", "A line of the table"),
        ("", "CSV"),
        ("id," + ",".join(f"field.f{n}" for n in range(200)) + "\n", "200 columns"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        read(csv(tmp_path, text + ("r1\n" if text.startswith("id,field") else "")))


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(128, 256)) * 10)
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("a.txt", "x")
    for name in ("noise", "zip"):
        with pytest.raises(Invalid, match="CSV"):
            read(tmp_path / name)


def test_tables_that_are_too_large_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "MAX_ROWS", 2)
    with pytest.raises(Invalid, match="more than 2 rows"):
        read(csv(tmp_path, "id\nr1\nr2\nr3\n"))


def test_cells_that_are_far_apart_take_no_room(tmp_path: Path) -> None:
    """As wide as a sheet can be, and 5,000 rows long: pandas' own reader takes 1.3 GB for these three cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1"], sheet["A5000"] = "id", "title", "r1"
    book.save(tmp_path / "book.xlsx")
    tracemalloc.start()
    try:
        assert read(tmp_path / "book.xlsx") == [Row(5000, RecordingId("r1"))]
        assert tracemalloc.get_traced_memory()[1] < 50 * 1024**2
    finally:
        tracemalloc.stop()


def test_cells_of_a_sheet_without_a_name_above_them_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "title"])
    sheet.append(["r1", "Owl", "lost"])
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(Invalid, match="more cells than the first"):
        read(tmp_path / "book.xlsx")


def test_errors_of_formulas_leave_what_is_there(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "title", "field.n"])
    sheet.append(["r1", "#N/A", 2])
    book.save(tmp_path / "book.xlsx")
    assert read(tmp_path / "book.xlsx") == [Row(2, RecordingId("r1"), Change.describing(fields={"n": 2}))]
