"""Imports of tables of metadata in JSON."""

from pydantic import BaseModel, Field

from application.metadata_import import SHOWN_ROWS, Meaning, RowReport, TableReport
from domain.values import Scalar
from entrypoints.http.wire.common import Asked, FailureView
from entrypoints.http.wire.jobs import JobView


class MetadataImportQuery(Asked):
    dry_run: bool = Field(True, description="Answer row by row what would change, and change nothing.")
    partial: bool = Field(False, description="Leave wrong rows out, rather than refuse the table.")


class RowView(BaseModel):
    row: int = Field(description="As a spreadsheet counts: the row with the names of columns is 1.")
    recording: str | None
    meaning: Meaning
    changes: dict[str, Scalar] = Field(description="In words, by what changes.")
    failure: FailureView | None

    @classmethod
    def of(cls, row: RowReport) -> "RowView":
        return cls(
            row=row.n,
            recording=row.recording,
            meaning=row.meaning,
            changes=row.changes,
            failure=FailureView.of(row.failure),
        )


class MetadataImportView(BaseModel):
    changes: int
    unchanged: int
    wrong: int
    rows: list[RowView] = Field(description=f"The first {SHOWN_ROWS:,} of all.")
    wrong_rows: list[RowView] = Field(description=f"The first {SHOWN_ROWS:,} wrong ones.")
    job: JobView | None = Field(description="The batch that carries it out; null in a dry run.")

    @classmethod
    def of(cls, report: TableReport, job: JobView | None) -> "MetadataImportView":
        return cls(
            changes=report.counts[Meaning.CHANGES],
            unchanged=report.counts[Meaning.UNCHANGED],
            wrong=report.counts[Meaning.WRONG],
            rows=[RowView.of(row) for row in report.rows],
            wrong_rows=[RowView.of(row) for row in report.wrong],
            job=job,
        )
