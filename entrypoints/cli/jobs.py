"""`audio-backend job …` and `audio-backend dead-letters …`."""

from typing import Annotated

import typer
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from application.schedule import EVERY
from domain.values import JobId
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.session import Session
from entrypoints.schedule import run_tasks

job_app = typer.Typer(no_args_is_help=True, help="Scheduled jobs.")
dead_letter_app = typer.Typer(no_args_is_help=True, help="Jobs that had all their attempts.")


@job_app.command("run")
def run(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help=f"Of: {', '.join(EVERY)}.")],
    as_json: JsonOption = False,
) -> None:
    """Run scheduled jobs now, one after the other. One that fails holds up no other."""
    session: Session = context.obj
    with session.container() as container:
        reports, failure = run_tasks(container, names)
    if as_json:
        session.print_json(reports)
    else:
        for report in reports.values():
            for figure, count in report.items():
                session.out.print(f"{figure.replace('_', ' ')}: {count}")
    if failure is not None:
        raise failure


@dead_letter_app.command("list")
def list_dead_letters(
    context: typer.Context, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """List what the queue has given up on."""
    session: Session = context.obj
    with session.container() as container:
        letters = container.use_cases.list_dead_letters()(session.actor(container, library))
    if as_json:
        session.print_json(
            [
                {
                    "job": job.id,
                    "kind": job.kind,
                    "recording": job.recording_id,
                    "reason": letter.reason,
                    "died_at": letter.died_at,
                }
                for letter, job in letters
            ]
        )
        return
    table = Table("job", "kind", "recording", "reason", "since")
    for letter, job in letters:
        table.add_row(job.id, job.kind, job.recording_id, letter.reason, str(letter.died_at))
    session.out.print(table)


@dead_letter_app.command("release")
def release_dead_letter(context: typer.Context, job_id: str, library: LibraryOption = DEFAULT_LIBRARY) -> None:
    """Give a job all its attempts anew."""
    session: Session = context.obj
    with session.container() as container:
        job = container.use_cases.release_dead_letter()(session.actor(container, library), JobId(job_id))
    session.out.print(f"Job {job.id} is {job.status}.")
