"""Tables of metadata as they are written, row by row: CSV by the standard library, XLSX by openpyxl."""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from adapters.tables.cell_values import written
from domain.errors import Invalid
from domain.ports.tables import Cell, TableForm

MAX_COLUMNS = 200
"""Of any table, read or written."""

MAX_ROWS = 1_000_000
"""Of CSV, read or written."""

MAX_SHEET_CELLS = 400_000
"""Of a sheet that is written: each takes three elements and some 60 bytes of the 1,500,000 and 32 MiB that workbook.py
takes back."""


def write(path: Path, form: TableForm, columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> None:
    """Raises Invalid for more than reading would take back; nothing is to be made of the path then."""
    if len(columns) > MAX_COLUMNS:
        raise Invalid(
            f"The recordings have {len(columns)} columns, with their fields; a table has at most {MAX_COLUMNS}. Choose "
            "fewer recordings, or take jsonl.",
            field="format",
        )
    cells = ([written(name, row.get(name)) for name in columns] for row in rows)
    _WRITERS[form](path, columns, cells)


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(columns)
        for row in _at_most(MAX_ROWS, rows, "jsonl"):
            lines.writerow([str(value).lower() if isinstance(value, bool) else value for value in row])


def _write_xlsx(path: Path, columns: Sequence[str], rows: Iterable[list[Any]]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("recordings")

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        made = WriteOnlyCell(sheet, value)
        made.data_type = "s"  # whatever it looks like: a formula, an error
        return made

    try:
        for row in chain([columns], _at_most(MAX_SHEET_CELLS // len(columns), rows, "csv or jsonl")):
            sheet.append([cell(value) for value in row])
    finally:
        book.save(path)  # which also ends the file that the rows have gone to


def _at_most(most: int, rows: Iterable[list[Any]], instead: str) -> Iterable[list[Any]]:
    for n, row in enumerate(rows):
        if n == most:
            raise Invalid(
                f"There are more than {most:,} recordings, which is what such a table has room for. Narrow the query, "
                f"or take {instead}.",
                field="format",
            )
        yield row


_WRITERS: Mapping[TableForm, Callable[[Path, Sequence[str], Iterable[list[Any]]], None]] = {
    TableForm.CSV: _write_csv,
    TableForm.XLSX: _write_xlsx,
}
