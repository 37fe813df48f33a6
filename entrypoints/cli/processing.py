"""`audio-backend processing …`: listening in bulk, here or on machines of its own, and what becomes of its results."""

import os
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from application.import_plan import ImportMode
from application.processing import AnalyseFile
from application.take_over import Creation, Taken, TakenResult
from domain.bulk import BulkResult
from domain.source import checked_address
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.session import Session
from entrypoints.cli.threads import in_threads
from entrypoints.settings import Profile

processing_app = typer.Typer(no_args_is_help=True, help="Listening in bulk, apart from the service.")

NOT_BEGUN = 2
SHOWN_FAILURES = 20


@processing_app.command("run")
def run(
    context: typer.Context,
    input_folder: Annotated[Path, typer.Option("--input", help="Gone through with all that lies below it.")],
    output_folder: Annotated[Path, typer.Option("--output", help="Where the results come to lie, as Parquet.")],
    processes: Annotated[int, typer.Option(min=0, max=256, help="0: as many as there are processors.")] = 0,
    artefacts: Annotated[bool, typer.Option(help="Keep waveforms, spectrograms and frames too.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Listen to all files in a folder and write what was heard as tables.

    No library is needed, and none is changed: `processing import` takes the results over. A file that cannot be heard
    is a row with the reason. Start it again to go on: what there are results of is not heard again.
    """
    session: Session = context.obj
    if not input_folder.is_dir():
        session.err.print(f"[red]{input_folder} is not a folder.[/red]", highlight=False)
        raise typer.Exit(NOT_BEGUN)
    if not _is_writable(output_folder):
        session.err.print(f"[red]Nothing can be written into {output_folder}.[/red]", highlight=False)
        raise typer.Exit(NOT_BEGUN)
    processes = processes or os.cpu_count() or 1
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch, _terminated_as_interrupted():
        # Files and children of this machine, whatever the profile of the service; nothing is left but the results.
        settings = session.settings().model_copy(
            update={"profile": Profile.LOCAL, "data_dir": Path(scratch), "worker_children": processes}
        )
        with session.container(settings) as container:
            use_case: AnalyseFile = container.use_cases.analyse_file()
            keep = output_folder if artefacts else None
            name = f"part-{container.adapters.ids().next()}"
            with container.adapters.bulk_results().writing(output_folder, name) as write:

                def collect(result: BulkResult) -> None:
                    write(result)
                    counts["failed" if result.failure else "heard"] += 1

                calls = (
                    partial(use_case, path, name, keep)
                    for path, name in _left(container, input_folder, output_folder, counts)
                )
                finished = in_threads(processes, calls, collect)
    told = {"heard": counts["heard"], "failed": counts["failed"], "skipped": counts["skipped"]}
    if as_json:
        session.print_json({**told, "interrupted": not finished})
    else:
        session.out.print(", ".join(f"{count} {word}" for word, count in told.items()))
    raise typer.Exit(0 if finished else 1)


def _is_writable(folder: Path) -> bool:
    """Said before hours of listening. Where SageMaker mounts it, it belongs to root."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _left(container: Any, folder: Path, results: Path, counts: Counter[str]) -> Iterator[tuple[Path, str]]:
    """The files that there are no results of yet, with their names relative to the folder."""
    address = checked_address(f"file://{folder.resolve()}")
    done = container.adapters.bulk_results().done(results)
    for found in container.adapters.sources().list(address):
        name = found.url.removeprefix(address)
        if (name, found.size_bytes) in done:
            counts["skipped"] += 1
            continue
        yield Path(found.url.removeprefix("file://")), name


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SageMaker ends a job with SIGTERM, two minutes before it ends it for good."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@processing_app.command("submit")
def submit(
    context: typer.Context,
    input_address: Annotated[str, typer.Option("--input", help="s3://bucket/prefix/: all objects below it.")],
    output_address: Annotated[str, typer.Option("--output", help="s3://bucket/prefix/: where results come to lie.")],
    instances: Annotated[int, typer.Option(help="Machines; each gets its share of the objects.")] = 1,
    instance_type: Annotated[str, typer.Option(help="Of SageMaker's.")] = "ml.c7i.2xlarge",
    volume_gib: Annotated[int, typer.Option(help="Of each machine; its share of the input must fit.")] = 100,
    max_hours: Annotated[int, typer.Option(help="After which it is ended.")] = 24,
    artefacts: Annotated[bool, typer.Option(help="Keep waveforms, spectrograms and frames too.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Do `processing run` on machines of SageMaker Processing that are there for it alone."""
    session: Session = context.obj
    with session.container() as container:
        started = container.use_cases.start_run()(
            input_address,
            output_address,
            machines=instances,
            machine_type=instance_type,
            volume_gib=volume_gib,
            max_hours=max_hours,
            artefacts=artefacts,
        )
    if as_json:
        session.print_json(asdict(started))
        return
    session.out.print(f"{started.name} is started. Look at it with `audio-backend processing status {started.name}`.")


@processing_app.command("status")
def status(context: typer.Context, name: str, as_json: JsonOption = False) -> None:
    """How far a run is that was submitted."""
    session: Session = context.obj
    with session.container() as container:
        found = container.adapters.bulk_runs().find(name)
    if as_json:
        session.print_json(asdict(found))
        return
    session.out.print(f"{found.name} is {found.state}" + (f": {found.reason}" if found.reason else "."))
    if found.output_address:
        session.out.print(f"Take its results over with `audio-backend processing import {found.output_address}`.")


@processing_app.command("import")
def import_results(
    context: typer.Context,
    results: Annotated[str, typer.Argument(help="A folder, or an address: s3://bucket/prefix/.")],
    library: LibraryOption = DEFAULT_LIBRARY,
    create: Annotated[
        str | None, typer.Option(help="Where the files lie: those that are no recordings become some.")
    ] = None,
    by_reference: Annotated[bool, typer.Option("--by-reference", help="Leave the originals there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take over what was heard in bulk: recordings of the same bytes need not be heard again.

    What is stored already is not replaced. Results of bytes that are no recording yet are counted as unknown.
    """
    session: Session = context.obj
    mode = ImportMode.REFERENCE if by_reference else ImportMode.COPY
    creation = Creation(_address(create), mode) if create else None
    counts: Counter[Taken] = Counter()
    failures: list[TakenResult] = []
    with session.container() as container:
        actor = session.actor(container, library)
        for taken in container.use_cases.take_over_results()(actor, _address(results), creation):
            counts[taken.taken] += 1
            if taken.failure is not None and len(failures) < SHOWN_FAILURES:
                failures.append(taken)
    if as_json:
        named = [{"path": each.path, **asdict(each.failure)} for each in failures if each.failure]
        session.print_json({**{str(taken): counts[taken] for taken in Taken}, "failures": named})
    else:
        table = Table("file", "code", "why")
        for each in failures:
            if each.failure is not None:
                table.add_row(each.path, each.failure.code, each.failure.detail)
        if failures:
            session.out.print(table)
        session.out.print(", ".join(f"{counts[taken]} {taken}" for taken in Taken))
    raise typer.Exit(1 if counts[Taken.FAILED] else 0)


def _address(place: str) -> str:
    return place if "://" in place else f"file://{Path(place).resolve()}/"
