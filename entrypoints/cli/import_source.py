"""`audio-backend import s3://bucket/prefix`: what would change is shown, then done."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from application.import_plan import ImportMode, ImportPlan
from application.import_source import Became, ImportedObject, ImportObject, ImportReport
from domain.source import StepKind
from entrypoints.cli.session import Session
from entrypoints.cli.threads import in_threads

SHOWN_FAILURES = 20
SHOWN_SAMPLE = 3


@dataclass(frozen=True)
class How:
    mode: ImportMode
    trash_missing: bool
    dry_run: bool
    yes: bool

    @property
    def words(self) -> str:
        by = "by reference" if self.mode is ImportMode.REFERENCE else "by copy"
        return f"{by}, missing ones into the trash" if self.trash_missing else by


@dataclass
class Applied:
    report: ImportReport = field(default_factory=ImportReport)
    finished: bool = True

    @property
    def exit_code(self) -> int:
        return 0 if self.finished and not self.report.counts[Became.REFUSED] else 1


def import_source(session: Session, address: str, library: str, how: How, *, report: Path | None, as_json: bool) -> int:
    """The exit code."""
    with session.container() as container:
        actor = session.actor(container, library)
        plan: ImportPlan = container.use_cases.plan_import()(actor, address)
        if not as_json:
            _show_plan(session, plan)
        wanted = not how.dry_run and (how.yes or typer.confirm(f"Import {how.words}?", err=True))
        applied = Applied()
        if wanted:
            if how.trash_missing:
                plan.require_most_there()
            steps = container.use_cases.walk_source()(actor, address)
            use_case: ImportObject = container.use_cases.import_object()
            calls = (partial(use_case, actor, step, how.mode, trash_missing=how.trash_missing) for step in steps)
            total = sum(share.count for share in plan.shares.values())
            with _reporting(report, applied.report) as collect, _bar(session, total) as advance:

                def collected(imported: ImportedObject) -> None:
                    collect(imported)
                    advance()

                applied.finished = in_threads(container.settings.worker_children * 2, calls, collected)
    if as_json:
        session.print_json({"plan": _plan_record(plan), "applied": _applied_record(applied) if wanted else None})
    elif wanted:
        _show_applied(session, applied)
    return applied.exit_code


@contextmanager
def _bar(session: Session, total: int) -> Iterator[Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=session.err) as bar:
        task = bar.add_task("Importing", total=total)
        yield lambda: bar.advance(task)


@contextmanager
def _reporting(path: Path | None, report: ImportReport) -> Iterator[Any]:
    """Refusals are written as they come: of millions, the report itself keeps the first."""
    if path is None:
        yield report.add
        return
    with path.open("w", encoding="utf-8") as lines:

        def add(imported: ImportedObject) -> None:
            report.add(imported)
            if imported.became is Became.REFUSED:
                lines.write(json.dumps(_record(imported)) + "\n")

        yield add


def _record(imported: ImportedObject) -> dict[str, str | None]:
    failure = imported.failure
    return {
        "url": imported.url,
        "code": failure.code if failure else None,
        "detail": failure.detail if failure else None,
    }


def _plan_record(plan: ImportPlan) -> dict[str, Any]:
    shares = {
        str(kind): {"count": share.count, "size_bytes": share.size_bytes, "sample": list(share.sample)}
        for kind, share in plan.shares.items()
    }
    return {"address": plan.address, **shares, "originals_lost": plan.originals_lost}


def _applied_record(applied: Applied) -> dict[str, Any]:
    return {
        "interrupted": not applied.finished,
        **{str(became): applied.report.counts[became] for became in Became},
        "failures": [_record(imported) for imported in applied.report.failures],
    }


def _show_plan(session: Session, plan: ImportPlan) -> None:
    table = Table("", "objects", "bytes", "for instance", title=plan.address)
    for kind in StepKind:
        share = plan.shares[kind]
        named = [url.removeprefix(plan.address) or url for url in share.sample[:SHOWN_SAMPLE]]
        table.add_row(str(kind), f"{share.count:,}", f"{share.size_bytes:,}", "\n".join(named))
    session.out.print(table)
    if plan.originals_lost:
        session.out.print(
            f"{plan.originals_lost} recordings refer to objects that have changed or gone: their own bytes are lost. "
            "Those whose object has changed will be marked as failed."
        )


def _show_applied(session: Session, applied: Applied) -> None:
    if applied.report.failures:
        table = Table("object", "code", "why")
        for imported in applied.report.failures[:SHOWN_FAILURES]:
            record = _record(imported)
            table.add_row(record["url"], record["code"], record["detail"])
        session.out.print(table)
    counts = (f"{count} {became}" for became in Became if (count := applied.report.counts[became]))
    session.out.print(", ".join(counts) or "Nothing to do.")
    if not applied.finished:
        session.out.print("Interrupted. Start the same import again to go on.")
