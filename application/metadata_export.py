"""What is said and known of recordings, as a table or in lines of JSON."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import Any

from application.chosen import MAX_RECORDINGS, NAMED
from application.files import Unnamed
from domain.access import Actor, Permission
from domain.errors import Invalid, NotFound
from domain.listing import MAX_LIMIT, Filter, RecordingQuery
from domain.ports.blobs import Workspaces
from domain.ports.recordings import Recordings
from domain.ports.tables import COLUMNS, Cell, MetadataTables, TableForm
from domain.recording import Recording
from domain.values import RecordingId

MAX_ROWS_OF_REQUEST = 100_000
"""Of a table, which is not sent before all of it is written. Lines of JSON are sent as they are found."""


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"

    @property
    def content_type(self) -> str:
        return _CONTENT_TYPES[self]


_CONTENT_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.JSONL: "application/x-ndjson",
}


@dataclass(frozen=True, slots=True)
class Export:
    """`size_bytes` is None where it is not known yet. Whoever does not take all of the chunks closes them."""

    filename: str
    content_type: str
    size_bytes: int | None
    chunks: Iterator[bytes]


@dataclass(frozen=True)
class ExportMetadata:
    """Of the recordings that are named, in that order, or of all that a query finds, the newest first.

    Memory is the same for any number. A table is written as lines first: its columns are those of all recordings.
    """

    recordings: Recordings
    tables: MetadataTables
    workspaces: Workspaces

    def __call__(
        self,
        actor: Actor,
        form: ExportFormat,
        *,
        filters: tuple[Filter, ...] = (),
        recording_ids: Sequence[RecordingId] = (),
        max_rows: int | None = None,
    ) -> Export:
        """Raises NotFound for ids that the library lacks, and Invalid for more rows, or columns, than a table takes;
        `max_rows` is of a table, None for as many as it can have."""
        actor.require(Permission.READ)
        if recording_ids and filters:
            raise Invalid("Say either recordings or filters.", field="id")
        found = self._named(actor, recording_ids) if recording_ids else self._found(actor, filters)
        name, rows = f"recordings.{form}", map(row_of, found)
        if form is ExportFormat.JSONL:
            first = list(islice(rows, 1))  # what cannot be asked for is refused before anything is sent
            return Export(name, form.content_type, None, map(_line, chain(first, rows)))
        with self.workspaces.open() as workspace:
            path = workspace / name
            fields = _keep(workspace / "rows", _at_most(max_rows, rows))
            columns = (*COLUMNS, *(f"field.{each}" for each in fields))
            self.tables.write(path, TableForm(form), columns, _cells(workspace / "rows"))
            table = Unnamed(path)
        return Export(name, form.content_type, table.size_bytes, table)

    def _named(self, actor: Actor, recording_ids: Sequence[RecordingId]) -> Iterator[Recording]:
        if len(recording_ids) > MAX_RECORDINGS:
            raise Invalid(f"Name up to {MAX_RECORDINGS} recordings, or say filters.", field="recordings")
        found, unknown = [], []
        for recording_id in dict.fromkeys(recording_ids):
            try:
                found.append(self.recordings.get(actor.library_id, recording_id))
            except NotFound:
                unknown.append(recording_id)
        if unknown:
            raise NotFound(f"The library does not have {len(unknown)} of the recordings.", unknown=unknown[:NAMED])
        return iter(found)

    def _found(self, actor: Actor, filters: tuple[Filter, ...]) -> Iterator[Recording]:
        cursor = None
        while True:
            query = RecordingQuery(filters, limit=MAX_LIMIT, cursor=cursor)
            page = self.recordings.search(actor.library_id, query)
            yield from page.items
            if page.next_cursor is None:
                return
            cursor = page.next_cursor


def row_of(recording: Recording) -> dict[str, Any]:
    """In plain JSON: COLUMNS, and the recording's own `fields`."""
    audio = recording.audio
    told = (
        recording.id, recording.title, recording.filename, recording.status, recording.tags,
        audio and audio.duration_seconds, recording.loudness_lufs, audio and audio.codec,
        audio and audio.sample_rate_hz, audio and audio.channels, recording.size_bytes, recording.sha256,
        recording.created_at.isoformat(), tuple(dict.fromkeys(finding.code for finding in recording.findings)),
    )  # fmt: skip
    return {**dict(zip(COLUMNS, told, strict=True)), "fields": dict(recording.fields)}


def _line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _at_most(most: int | None, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for n, row in enumerate(rows):
        if n == most:
            raise Invalid(
                f"The query finds more than {most:,} recordings, which is what a table of a request may have. Narrow "
                "it, take jsonl, which has no limit, or use the command line: metadata export.",
                field="format",
            )
        yield row


def _keep(path: Path, rows: Iterable[dict[str, Any]]) -> list[str]:
    """Writes them down, a line each, and says which fields they have."""
    fields: set[str] = set()
    with path.open("wb") as lines:
        for row in rows:
            fields.update(row["fields"])
            lines.write(_line(row))
    return sorted(fields)


def _cells(path: Path) -> Iterator[dict[str, Cell]]:
    with path.open("rb") as lines:
        for line in lines:
            row = json.loads(line)
            fields = row.pop("fields")
            told = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
            yield {**told, **{f"field.{name}": value for name, value in fields.items()}}
