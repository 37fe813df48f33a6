"""Tables of what is said of recordings, a row for each: as they are written here, and as people write them."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from domain.change import Change
from domain.errors import Invalid
from domain.values import RecordingId, Scalar

COLUMNS = (
    "id", "title", "filename", "status", "tags", "duration_seconds", "loudness_lufs", "codec", "sample_rate_hz",
    "channels", "size_bytes", "sha256", "created_at", "findings",
)  # fmt: skip
"""Of a table that is written, before those of fields: `field.NAME`."""

TOLD = frozenset(COLUMNS) - {"id", "title", "tags"}
"""Which only tell: whatever somebody writes into them changes nothing."""

Cell = Scalar | tuple[str, ...]


class TableForm(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Row:
    """`n` is the row's number as a spreadsheet shows it: the one with the names is 1. Either a change or what is wrong
    with the row."""

    n: int
    recording_id: RecordingId | None
    change: Change | None = None
    refusal: Invalid | None = None


class MetadataTables(Protocol):
    """CSV and XLSX."""

    @abstractmethod
    def rows(self, path: Path, start: int = 0) -> Iterator[Row]:
        """Those from the `start`-th on (from 0), in their order; empty ones are left out. Memory stays bounded.

        Raises Invalid, with what to do, for what is no such table: another format, columns that are missing or unknown.
        """
        ...

    @abstractmethod
    def write(self, path: Path, form: TableForm, columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> None:
        """A table that `rows` takes back: what nobody edits in it changes nothing, whatever the texts look like. No
        cell is a formula to a spreadsheet. Memory stays bounded.

        Raises Invalid, with what to do, for more rows or columns than that.
        """
        ...
