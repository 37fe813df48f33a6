"""The first sheet of a workbook (XLSX), row by row, without the memory that a crafted one would take.

The reader makes a tree of each part but of sheets, of which it makes one a row, and Python objects of what is in it:
some 350 bytes for each cell of 4. So a part's elements are counted first, by a parser that keeps nothing.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from domain.errors import Invalid

MAX_PARTS = 1000
MAX_TABLE_PART_BYTES = 32 * 1024**2  # unpacked, of a sheet or of the strings of all sheets
MAX_PART_BYTES = 8 * 1024**2  # unpacked, of any other
MAX_BOOK_BYTES = 64 * 1024**2
MAX_ELEMENTS = 1_500_000
"""Of a sheet, or of the strings: two or three for each cell that has a value, so 100,000 rows of 5 cells. One tree
of all of them, where a sheet passes for another part, takes 500 MB at the worst."""

MAX_OTHER_ELEMENTS = 50_000
"""Of any other part, and of what is beside the rows in a sheet: openpyxl makes an object of 1 kB or more of each."""

MAX_ROW_ELEMENTS = 65_536
"""Four for each of the 16,384 cells that the widest row of a spreadsheet has."""

MAX_TAG_BYTES = 512 * 1024
"""From one < to the next: a tag, whose attributes come all at once, and the text behind it. The longest text of a cell
has less, even with ten bytes for each character (&#1114111;)."""

MAX_CELL_CHARS = 32_767
"""As spreadsheets have them."""

_SHEETS_END = 1_048_576  # rows, as spreadsheets have them
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_CHUNK = 64 * 1024
_ATTRIBUTES = 4  # so many count as an element; a cell has three
_MANY = {"worksheet": ("sheetData", 3), "sst": ("si", 2)}
"""By the root: what holds the many elements of the part, and at which depth each of them (a row, a string) begins."""


def cells(path: Path, max_columns: int) -> Iterator[tuple[int, list[Any]]]:
    """Rows that hold anything, by their numbers, up to the last cell that does and one column more than the most.
    Errors of formulas are no values.

    Raises Invalid for what is no workbook, and for one that is too large.
    """
    import openpyxl

    try:
        with path.open("rb") as file:  # of a name it would want an ending
            with zipfile.ZipFile(file) as archive:
                _check(archive)
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            gap = None
            rows = book.worksheets[0].iter_rows(max_col=max_columns + 1, max_row=_SHEETS_END)
            for n, row in enumerate(rows, 1):
                if row is gap:  # openpyxl makes one row for all that are not in the file
                    continue
                values = _values(row)
                if values:
                    yield n, values
                else:
                    gap = row
    except Invalid:
        raise
    except Exception as error:  # the reader raises whatever a broken file leads it to
        raise Invalid("The table is no XLSX that can be read. Save it anew, or as CSV.", field="table") from error


def _values(row: tuple[Any, ...]) -> list[Any]:
    from openpyxl.cell.read_only import EMPTY_CELL

    end = len(row)
    while end and row[end - 1] is EMPTY_CELL:
        end -= 1
    values = [None if cell.data_type == "e" or cell.value == "" else cell.value for cell in row[:end]]
    while values and values[-1] is None:
        values.pop()
    if any(isinstance(value, str) and len(value) > MAX_CELL_CHARS for value in values):
        raise Invalid(f"A cell of the table has more than {MAX_CELL_CHARS:,} characters.", field="table")
    return values


def _check(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise _too_large()
    left = MAX_BOOK_BYTES
    for part in parts:
        if part.compress_type not in _PACKED:  # the others are unpacked by the block, however large that gets
            raise Invalid("The table is packed as no spreadsheet packs it. Save it as CSV.", field="table")
        left -= _Counter().read(archive, part, left)


class _Counter:
    """Counts a part's bytes and elements as they are unpacked, so that no size that the directory tells matters."""

    def __init__(self) -> None:
        self._depth = self._all = self._others = self._within = 0
        self._holder, self._each = "", 0
        self._in_holder = False
        self._most_bytes = MAX_PART_BYTES

    def read(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        size, tag, sound = 0, 0, True
        with archive.open(part) as file:
            while chunk := file.read(_CHUNK):
                size += len(chunk)
                tag = len(chunk) - chunk.rfind(b"<") if b"<" in chunk else tag + len(chunk)
                if sound and tag > MAX_TAG_BYTES:
                    raise _too_large()
                if sound:
                    sound = _parsed(parser, chunk)
                if size > min(most, self._most_bytes):
                    raise _too_large()
        return size

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name, weight = tag.rpartition(" ")[2], 1 + len(attributes) // _ATTRIBUTES
        self._depth += 1
        self._all += weight
        if self._depth == 1 and name in _MANY:
            self._holder, self._each = _MANY[name]
            self._most_bytes = MAX_TABLE_PART_BYTES
        if self._depth == 2:
            self._in_holder = name == self._holder
        if self._in_holder and self._depth == self._each:
            self._within = weight - 1
        elif self._in_holder:
            self._within += weight
        else:
            self._others += weight
        if self._all > MAX_ELEMENTS or self._others > MAX_OTHER_ELEMENTS or self._within > MAX_ROW_ELEMENTS:
            raise _too_large()

    def _end(self, _: str) -> None:
        self._depth -= 1


def _parsed(parser: expat.XMLParserType, chunk: bytes) -> bool:
    """False for what is no XML from here on: an image, or what the reader refuses at the same place."""
    try:
        parser.Parse(chunk, False)
    except expat.ExpatError:
        return False
    return True


def _too_large() -> Invalid:
    return Invalid("The sheet is too large when it is unpacked. Save it as CSV.", field="table")
