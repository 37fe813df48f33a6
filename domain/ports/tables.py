"""Tables that people write: a row for each recording, with what is to be said of it."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from domain.change import Change
from domain.errors import Invalid
from domain.values import RecordingId


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
