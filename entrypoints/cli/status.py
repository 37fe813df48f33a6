"""`audio-backend status`."""

from typing import Annotated

import typer
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from entrypoints.cli.session import Session


def status(
    context: typer.Context,
    library: Annotated[str, typer.Option(help="Name of the library.")] = DEFAULT_LIBRARY,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how many recordings and jobs a library has, and in which state."""
    session: Session = context.obj
    with session.container() as container:
        summary = container.use_cases.summarise()(session.actor(container, library))
    if as_json:
        session.print_json(
            {
                "recordings": summary.recordings,
                "hours": summary.hours,
                "size_bytes": summary.size_bytes,
                "jobs": summary.jobs,
            }
        )
        return
    table = Table("recordings", "", "jobs", " ")
    recordings, jobs = list(summary.recordings.items()), list(summary.jobs.items())
    for row in range(max(len(recordings), len(jobs))):
        left = recordings[row] if row < len(recordings) else ("", "")
        right = jobs[row] if row < len(jobs) else ("", "")
        table.add_row(left[0], str(left[1]), right[0], str(right[1]))
    session.out.print(table)
    session.out.print(f"{summary.hours:.1f} hours, {summary.size_bytes / 1024**3:.2f} GiB")
