"""A table that says what becomes of which recording: looked through row by row, then carried out as a batch."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import IO

from application.batches import StartBatch
from application.change_work import ChangeWork
from application.files import chunks_of
from domain.access import Actor, Permission
from domain.batch import Selection, Work
from domain.blob_keys import table_key
from domain.errors import Invalid, NotFound, TooLarge
from domain.job import Job
from domain.ports.blobs import Blobs, Workspaces
from domain.ports.recordings import Recordings
from domain.ports.tables import MetadataTables, Row
from domain.ports.world import Ids
from domain.values import Failure, Scalar

MAX_TABLE_BYTES = 100 * 1024**2
MAX_ROWS_OF_REQUEST = 5000
"""Each row takes a look at its recording, up to 10 ms on DynamoDB ("single-digit millisecond", its developer guide
says): 50 s of the 60 after which a load balancer gives up by default, while the batch would start all the same."""

SHOWN_ROWS = 1000
NAMED_ROWS = 20  # in a refusal


class Meaning(StrEnum):
    CHANGES = "changes"
    UNCHANGED = "unchanged"  # it says what is so already, or nothing
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class RowReport:
    """What a row would do. `n` is its number in the table, `changes` are in words, by what changes."""

    n: int
    recording: str | None
    meaning: Meaning
    changes: dict[str, Scalar]
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class TableReport:
    """`rows` are the first of all and the first wrong ones, up to SHOWN_ROWS; `counts` are of all."""

    counts: dict[Meaning, int]
    rows: tuple[RowReport, ...]
    wrong: tuple[RowReport, ...]


@dataclass(frozen=True)
class ImportMetadata:
    """With `dry_run` nothing changes. A table with wrong rows is refused as a whole, unless it is to be `partial`."""

    tables: MetadataTables
    recordings: Recordings
    blobs: Blobs
    workspaces: Workspaces
    change_work: ChangeWork
    start_batch: StartBatch
    ids: Ids

    def __call__(
        self,
        actor: Actor,
        chunks: Iterable[bytes],
        *,
        dry_run: bool,
        partial: bool = False,
        key: str | None = None,
        max_rows: int | None = None,
    ) -> tuple[TableReport, Job | None]:
        """Raises Invalid for what is no such table, and for one with wrong rows; `data["rows"]` names them. Raises
        TooLarge for more than `max_rows`, before a look at any; None: as many as a table may have."""
        actor.require(Permission.WRITE)
        with self.workspaces.open() as workspace:
            received = workspace / "table"
            _write(received, chunks)
            prepared = workspace / "rows"
            with prepared.open("w", encoding="utf-8") as lines:
                report = self._look_through(actor, self._rows(received, max_rows), lines)
            if dry_run:
                return report, None
            _require_right(report, partial)
            blob_key = table_key(actor.library_id, self.ids.next())
            self.blobs.put(blob_key, chunks_of(prepared))
            job = self.start_batch(actor, Work.CHANGE, {"rows": blob_key}, Selection(rows=blob_key), key)
        return report, job

    def _rows(self, path: Path, most: int | None) -> Iterable[Row]:
        rows = self.tables.rows(path)
        if most is None:
            return rows
        first = list(islice(rows, most + 1))  # before a look at any
        if len(first) > most:
            raise TooLarge(
                f"The table has more than {most:,} rows. Send it in parts, or use the command line, which takes them "
                "all: metadata import.",
                limit_rows=most,
            )
        return first

    def _look_through(self, actor: Actor, table: Iterable[Row], lines: IO[str]) -> TableReport:
        counts: Counter[Meaning] = Counter()
        shown: list[RowReport] = []
        wrong: list[RowReport] = []
        for row in table:
            told = self._report(actor, row)
            counts[told.meaning] += 1
            if told.meaning is Meaning.CHANGES and row.change is not None:
                lines.write(json.dumps([row.recording_id, row.change.settings]) + "\n")
            for rows, belongs in ((shown, True), (wrong, told.meaning is Meaning.WRONG)):
                if belongs and len(rows) < SHOWN_ROWS:
                    rows.append(told)
        if not counts:
            raise Invalid("The table has no rows.", field="table")
        return TableReport({meaning: counts[meaning] for meaning in Meaning}, tuple(shown), tuple(wrong))

    def _report(self, actor: Actor, row: Row) -> RowReport:
        def told(meaning: Meaning, changes: dict[str, Scalar], failure: Failure | None = None) -> RowReport:
            return RowReport(row.n, row.recording_id, meaning, changes, failure)

        if row.refusal is not None or row.recording_id is None:
            return told(Meaning.WRONG, {}, Failure.from_error(row.refusal) if row.refusal else None)
        try:
            recording = self.recordings.get(actor.library_id, row.recording_id)
        except NotFound as error:
            return told(Meaning.WRONG, {}, Failure.from_error(error))
        if row.change is None:
            return told(Meaning.UNCHANGED, {})
        foreseen = self.change_work.foreseen(row.change.settings, recording)
        if foreseen.refusal is not None:
            return told(Meaning.WRONG, {}, foreseen.refusal)
        changes = dict(foreseen.changes)
        return told(Meaning.CHANGES if changes else Meaning.UNCHANGED, changes)


def _require_right(report: TableReport, partial: bool) -> None:
    wrong = report.counts[Meaning.WRONG]
    if wrong and not partial:
        rows = [
            {"row": each.n, "why": each.failure.detail if each.failure else ""} for each in report.wrong[:NAMED_ROWS]
        ]
        raise Invalid(
            f"{wrong} rows of the table are wrong, and nothing was changed. Mend them, or send it with partial=true to "
            "leave them out.",
            field="table",
            rows=rows,
        )


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    size = 0
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_TABLE_BYTES:
                raise TooLarge(f"A table has at most {MAX_TABLE_BYTES:,} bytes.", limit_bytes=MAX_TABLE_BYTES)
            file.write(chunk)
