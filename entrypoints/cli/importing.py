"""`audio-backend import DIR`: everything in a folder that is a sound."""

import json
import mimetypes
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from application.importing import ImportedFile, ImportFile, Outcome
from domain.access import Actor
from entrypoints.cli.session import Session

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


def import_folder(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Searched with all that lies below it.")],
    library: Annotated[str, typer.Option(help="Name of the library.")] = DEFAULT_LIBRARY,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look at the files; change nothing.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write one JSON line for each refused file here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import a folder. What the library has already is skipped, so start it again to resume."""
    session: Session = context.obj
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
    pending: set[Future[ImportedFile]] = set()
    with Progress(*columns, console=session.err) as bar, ThreadPoolExecutor(threads) as pool:
        task = bar.add_task("Looking" if dry_run else "Importing", total=len(files))

        def collect(done: set[Future[ImportedFile]]) -> None:
            for future in done:
                tally.add(future.result())
                bar.advance(task)

        try:
            for path in files:
                pending.add(pool.submit(use_case, actor, path, sound_type(path), dry_run=dry_run))
                if len(pending) >= 2 * threads:  # so that an interruption has little to wait for
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    collect(done)
        except KeyboardInterrupt:
            tally.interrupted = True
        collect(wait(pending).done)


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
