"""`audio-backend import DIR`: everything in a folder that is a sound. An address goes to import_source."""

import json
import mimetypes
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from application.import_plan import ImportMode
from application.importing import ImportedFile, ImportFile, Outcome
from domain.access import Actor
from entrypoints.cli.import_source import How, import_source
from entrypoints.cli.session import Session
from entrypoints.cli.threads import in_threads

NOT_BEGUN = 2
SHOWN_FAILURES = 20
# Container formats of sound that the standard table knows by no name, or by another one than sound.
SUFFIXES = {
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".caf": "audio/x-caf",
    ".w64": "audio/wav",
}


@dataclass
class Tally:
    """What has become of the files so far; failures are kept whole, successes only counted."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    refused: list[ImportedFile] = field(default_factory=list)
    interrupted: bool = False

    def add(self, imported: ImportedFile) -> None:
        self.counts[imported.outcome] += 1
        if imported.outcome is Outcome.REFUSED:
            self.refused.append(imported)

    @property
    def exit_code(self) -> int:
        return 1 if self.refused or self.interrupted else 0


def import_from(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A folder, or an address: s3://bucket/prefix, file:///folder.")],
    library: Annotated[str, typer.Option(help="Name of the library.")] = DEFAULT_LIBRARY,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look, and change nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write one JSON line for each refused file here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    by_reference: Annotated[
        bool, typer.Option("--by-reference", help="Leave originals where they are, and read them there.")
    ] = False,
    trash_missing: Annotated[
        bool, typer.Option("--trash-missing", help="Put recordings into the trash whose object is gone.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Of an address: apply the plan without asking.")] = False,
) -> None:
    """Import a folder or a bucket. What the library has already is skipped, so start it again to resume.

    Of an address, what would change is shown first. Recordings that came from it are known again there: objects that
    have changed since are recordings of their own, and what is missing is told.
    """
    session: Session = context.obj
    if "://" in source or by_reference or trash_missing:
        address = source if "://" in source else f"file://{Path(source).resolve()}"
        how = How(ImportMode.REFERENCE if by_reference else ImportMode.COPY, trash_missing, dry_run, yes)
        raise typer.Exit(import_source(session, address, library, how, report=report, as_json=as_json))
    folder = Path(source)
    if not folder.is_dir():
        session.err.print(f"[red]{folder} is not a folder.[/red]", highlight=False)
        raise typer.Exit(NOT_BEGUN)
    files = list(files_below(folder))
    tally = Tally()
    with session.container() as container:
        actor = session.actor(container, library)
        use_case: ImportFile = container.use_cases.import_file()
        threads = container.settings.worker_children * 2
        try:
            _run(session, use_case, actor, files, tally, threads=threads, dry_run=dry_run)
        finally:
            # What was found out before an unexpected error is worth as much.
            if report is not None:
                report.write_text("".join(json.dumps(as_record(imported)) + "\n" for imported in tally.refused))
    _show(session, tally, total=len(files), dry_run=dry_run, as_json=as_json)
    raise typer.Exit(tally.exit_code)


def files_below(folder: Path) -> Iterator[Path]:
    """Regular files, in a stable order, without hidden ones; links are not followed out of the folder."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and not path.is_symlink() and path.is_file():
            yield path


def sound_type(path: Path) -> str | None:
    """The audio media type that the name suggests."""
    guess = SUFFIXES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0] or ""
    return guess if guess.startswith("audio/") else None


def as_record(imported: ImportedFile) -> dict[str, str | None]:
    failure = imported.failure
    return {
        "file": str(imported.path),
        "code": failure.code if failure else None,
        "detail": failure.detail if failure else None,
    }


def _run(
    session: Session,
    use_case: ImportFile,
    actor: Actor,
    files: list[Path],
    tally: Tally,
    *,
    threads: int,
    dry_run: bool,
) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=session.err) as bar:
        task = bar.add_task("Looking" if dry_run else "Importing", total=len(files))

        def collect(imported: ImportedFile) -> None:
            tally.add(imported)
            bar.advance(task)

        calls = (partial(use_case, actor, path, sound_type(path), dry_run=dry_run) for path in files)
        tally.interrupted = not in_threads(threads, calls, collect)


def _show(session: Session, tally: Tally, *, total: int, dry_run: bool, as_json: bool) -> None:
    counts = {str(outcome): tally.counts[outcome] for outcome in Outcome}
    if as_json:
        session.print_json(
            {
                "dry_run": dry_run,
                "interrupted": tally.interrupted,
                "files": total,
                **counts,
                "failures": [as_record(imported) for imported in tally.refused],
            }
        )
        return
    if tally.refused:
        table = Table("file", "code", "why")
        for imported in tally.refused[:SHOWN_FAILURES]:
            record = as_record(imported)
            table.add_row(record["file"], record["code"], record["detail"])
        session.out.print(table)
        if len(tally.refused) > SHOWN_FAILURES:
            session.out.print(f"… and {len(tally.refused) - SHOWN_FAILURES} more; --report FILE keeps them all.")
    session.out.print(", ".join(f"{count} {name}" for name, count in counts.items()) + f" of {total} files")
    if tally.interrupted:
        session.out.print("Interrupted. Start the same import again to go on.")
