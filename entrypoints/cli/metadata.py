"""`audio-backend metadata import …`, `export …`: what is said of recordings, out of a table and into one."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from application.files import chunks_of
from application.metadata_export import Export, ExportFormat
from application.metadata_import import Meaning, RowReport, TableReport
from domain.job import Job
from domain.listing import filters_of
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.batches import query_of
from entrypoints.cli.session import Session

metadata_app = typer.Typer(no_args_is_help=True, help="Titles, tags and fields of many recordings.")

SHOWN_ROWS = 20


@metadata_app.command("import")
def import_metadata(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX; a row for each id.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    partial: Annotated[bool, typer.Option("--partial", help="Leave wrong rows out.")] = False,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Say of recordings what a table says. A batch does it, which `batch undo` takes back."""
    session: Session = context.obj
    with session.container() as container:
        made: tuple[TableReport, Job | None] = container.use_cases.import_metadata()(
            session.actor(container, library), chunks_of(file), dry_run=dry_run, partial=partial
        )
    report, job = made
    if as_json:
        counts = {str(meaning): number for meaning, number in report.counts.items()}
        session.print_json({**counts, "wrong_rows": [row.n for row in report.wrong], "job": job.id if job else None})
        return
    session.out.print(", ".join(f"{number} {meaning}" for meaning, number in report.counts.items()))
    table = Table("row", "recording", "", "what")
    telling = [row for row in report.rows if row.meaning is Meaning.CHANGES] if job is None else []
    for row in (*report.wrong, *telling)[:SHOWN_ROWS]:
        table.add_row(str(row.n), row.recording or "", row.meaning, _told(row))
    if table.row_count:
        session.out.print(table)
    if job is not None:
        session.out.print(f"Batch {job.id} does it: audio-backend batch show {job.id}", highlight=False)


@metadata_app.command("export")
def export_metadata(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(dir_okay=False, help="That is made: .csv, .xlsx or .jsonl.")],
    query: Annotated[str, typer.Option(help="Filters as in GET /recordings: 'status=ready&duration[gte]=60'.")] = "",
    library: LibraryOption = DEFAULT_LIBRARY,
) -> None:
    """Write down what is said and known of recordings. `metadata import` takes a CSV or XLSX back, edited."""
    suffix = file.suffix.removeprefix(".").lower()
    if suffix not in set(ExportFormat):
        raise typer.BadParameter(f"{file.name}: end its name with one of .{', .'.join(ExportFormat)}.")
    if file.exists():
        raise typer.BadParameter(f"{file.name} is there already. Take another name, or remove it.")
    session: Session = context.obj
    partial = file.with_name(f"{file.name}.part")
    with session.container() as container:
        export: Export = container.use_cases.export_metadata()(
            session.actor(container, library), ExportFormat(suffix), filters=filters_of(query_of(query))
        )
        with partial.open("wb") as writing:
            writing.writelines(export.chunks)
    partial.rename(file)
    session.out.print(f"{file} has {file.stat().st_size:,} bytes.", highlight=False)


def _told(row: RowReport) -> str:
    return row.failure.detail if row.failure else ", ".join(f"{what}: {how}" for what, how in row.changes.items())
