"""Tables of metadata, as CSV or XLSX: written as people may edit them, and read by pandas.

    id                            of the recording; needed
    title, tags                   take the place of what is there
    add_tags, remove_tags         several are parted by semicolons
    field.NAME                    of the recording's fields
    filename, status, …           which a table that was written here has beside these: passed over

An empty cell leaves what is there, `null` takes it out, but for a title, which there always is. In CSV true, false and
numbers in their plain form are such; anything else is text, and so are 007 and numbers of more digits than readers of
JSON keep. What an apostrophe is for stands in cell_values.
"""

import csv
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.tables.cell_values import FIELD, READERS, is_column, reader_of
from adapters.tables.workbook import cells
from adapters.tables.writing import MAX_COLUMNS, MAX_ROWS, write
from domain.change import Change
from domain.errors import Invalid
from domain.ports.tables import TOLD, Cell, MetadataTables, Row, TableForm
from domain.values import RecordingId

if TYPE_CHECKING:
    import pandas

MAX_SHEET_ROWS = 100_000
MAX_LINE_CHARS = 1024 * 1024

_ROWS_AT_ONCE = 1000
_SEPARATORS = ",;\t"


class PandasTables(MetadataTables):
    def rows(self, path: Path, start: int = 0) -> Iterator[Row]:
        frames = _sheet(path) if zipfile.is_zipfile(path) else _lines(path)
        seen: dict[str, int] = {}
        count = 0
        for frame in frames:
            readers = {name: reader_of(name) for name in _checked_names(list(frame.columns))}
            for index, values in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
                said = {name: value for name, value in zip(readers, values, strict=True) if not _is_empty(value)}
                if not said:
                    continue
                row = _row(int(index) + 2, said, readers, seen)
                count += 1
                if count > start:
                    yield row

    def write(self, path: Path, form: TableForm, columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> None:
        write(path, form, columns, rows)


def _lines(path: Path) -> Iterator["pandas.DataFrame"]:
    import pandas

    separator = _separator(path)
    seen = 0
    try:
        with pandas.read_csv(
            path,
            sep=separator,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            chunksize=_ROWS_AT_ONCE,
            skip_blank_lines=False,
        ) as chunks:
            for chunk in chunks:
                if not isinstance(chunk.index, pandas.RangeIndex):  # it takes what is too much for names of rows
                    raise _too_wide()
                seen += len(chunk)
                if seen > MAX_ROWS:
                    raise Invalid(f"The table has more than {MAX_ROWS:,} rows. Send it in parts.", field="table")
                yield chunk
    except ValueError as error:  # which pandas' own errors are, and those of its decoder
        words = " ".join(str(error).split())[:200]
        raise Invalid(f"The table cannot be read as CSV: {words}", field="table") from error


def _separator(path: Path) -> str:
    """Raises Invalid for what pandas would take minutes and gigabytes over: a line without an end, names or a first
    row of millions of cells."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = iter(lambda: file.readline(MAX_LINE_CHARS), "")
            if any(len(line) == MAX_LINE_CHARS for line in lines):
                raise Invalid(f"A line of the table has {MAX_LINE_CHARS:,} characters or more.", field="table")
            file.seek(0)
            separator = max(_SEPARATORS, key=file.readline().count)
            file.seek(0)
            first = list(islice(csv.reader(file, delimiter=separator), 2))
    except UnicodeDecodeError as error:
        raise Invalid("The table is neither CSV in UTF-8 nor XLSX. Save it as one of them.", field="table") from error
    except csv.Error as error:
        raise Invalid(f"The table cannot be read as CSV: {error}.", field="table") from error
    if first and len(first[0]) > MAX_COLUMNS:
        raise _too_many_columns()
    if len(first) > 1 and len(first[1]) > len(first[0]):
        raise _too_wide()
    return separator


def _sheet(path: Path) -> Iterator["pandas.DataFrame"]:
    """The first sheet. Not by pandas' own reader, which makes every row as wide as the widest, and so gigabytes of two
    cells that are far apart."""
    import pandas

    rows = cells(path, MAX_COLUMNS)
    _, names = next(rows, (1, []))
    seen = 0
    while True:
        some = list(islice(rows, _ROWS_AT_ONCE))
        if any(len(row) > len(names) for _, row in some):
            raise _too_wide()
        seen += len(some)
        if seen > MAX_SHEET_ROWS:
            raise Invalid(f"The sheet has more than {MAX_SHEET_ROWS:,} rows. Save it as CSV.", field="table")
        yield pandas.DataFrame(
            [row + [None] * (len(names) - len(row)) for _, row in some],
            index=[n - 2 for n, _ in some],
            columns=["" if name is None else name for name in names],
            dtype=object,
        )
        if len(some) < _ROWS_AT_ONCE:
            return


def _too_wide() -> Invalid:
    return Invalid("A row of the table has more cells than the first. Save it as CSV anew.", field="table")


def _too_many_columns() -> Invalid:
    return Invalid(f"The table has more than {MAX_COLUMNS} columns.", field="table")


def _checked_names(names: Iterable[object]) -> list[str]:
    told = [str(name).strip() for name in names]
    if "id" not in told:
        raise Invalid("The table has no column id, with the ids of recordings, in its first row.", field="table")
    if len(told) > MAX_COLUMNS:
        raise _too_many_columns()
    if len(set(told)) < len(told):
        raise Invalid("The table has two columns of one name.", field="table")
    for name in told:
        if not is_column(name):
            raise Invalid(
                f"The table has a column {name[:64]!r}. Columns are {', '.join(READERS)} and field.NAME.",
                field="table",
            )
    return told


def _row(n: int, said: dict[str, Any], readers: Mapping[str, Callable[[Any], Any]], seen: dict[str, int]) -> Row:
    recording_id = str(said.get("id", "")).strip()
    if not recording_id:
        return Row(n, None, refusal=Invalid("The row has no id.", field="id"))
    if recording_id in seen:
        twice = Invalid(f"Row {seen[recording_id]} is about the same recording.", field="id")
        return Row(n, RecordingId(recording_id), refusal=twice)
    seen[recording_id] = n
    said = {name: value for name, value in said.items() if name != "id" and name not in TOLD}
    if not said:
        return Row(n, RecordingId(recording_id))
    try:
        told = {name: readers[name](value) for name, value in said.items()}
        fields = {name.removeprefix(FIELD): value for name, value in told.items() if name.startswith(FIELD)}
        others = {name: value for name, value in told.items() if not name.startswith(FIELD)}
        return Row(n, RecordingId(recording_id), Change.describing(**others, fields=fields))
    except Invalid as refusal:
        return Row(n, RecordingId(recording_id), refusal=refusal)


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))
