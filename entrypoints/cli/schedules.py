"""`audio-backend schedule …`: what is run by itself, in the words of the API."""

import json
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qs

import typer
from pydantic import ValidationError
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from domain.errors import Invalid
from domain.listing import DEFAULT_LIMIT
from domain.schedule import MAINTENANCE, Missed, Schedule, ScheduleId, Window
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.session import Session
from entrypoints.http.wire.common import mistakes_of
from entrypoints.http.wire.schedules import RunView, ScheduleBody, ScheduledRun, ScheduleView

schedule_app = typer.Typer(no_args_is_help=True, help="What is run by itself.")

IdArgument = Annotated[str, typer.Argument(metavar="ID")]
CronOption = Annotated[str, typer.Option("--cron", help="E.g. '30 2 * * *' for half past two each night.")]
ZoneOption = Annotated[str, typer.Option("--zone", help="IANA name of the time zone.")]
WindowOption = Annotated[str | None, typer.Option(metavar="HH:MM-HH:MM", help="When runs may start.")]
MissedOption = Annotated[Missed, typer.Option(help="What becomes of runs that were missed.")]
QueryOption = Annotated[
    str | None, typer.Option(help="Filters as in addresses, 'status=ready&tag=dog'; '' for all but the trash.")
]


@schedule_app.command("create")
def create_schedule(
    context: typer.Context,
    name: str,
    cron: CronOption,
    zone: ZoneOption = "UTC",
    window: WindowOption = None,
    missed: MissedOption = Missed.ONCE,
    query: QueryOption = None,
    recipe: Annotated[str | None, typer.Option(help="NAME or NAME@VERSION.")] = None,
    model: Annotated[str | None, typer.Option(help="Of `audio-backend models`.")] = None,
    analyser: Annotated[str | None, typer.Option(help="What is to listen again: listen.")] = None,
    change: Annotated[str | None, typer.Option(metavar="JSON", help="As in the API.")] = None,
    fixity: Annotated[float | None, typer.Option(metavar="SHARE", help="Scrub a share of the originals, to 1.")] = None,
    task: Annotated[str | None, typer.Option(help=f"One of: {', '.join(MAINTENANCE)}.")] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Make a schedule of one sort of work over a query, or of a maintenance task."""
    session: Session = context.obj
    said = {
        "query": None if query is None else parse_qs(query, keep_blank_values=True),
        "recipe": recipe,
        "model": model,
        "analyser": analyser,
        "change": None if change is None else _parsed(change),
        "fixity": None if fixity is None else {"share": fixity},
        "task": task,
    }
    asked = {"name": name, "cron": cron, "time_zone": zone, "window": _window(window), "missed": missed, "runs": said}
    try:
        body = ScheduleBody.model_validate(asked)
    except ValidationError as error:
        raise Invalid("\n".join(f"{each['field']}: {each['message']}" for each in mistakes_of(error))) from error
    with session.container() as container:
        actor = session.actor(container, library)
        made = container.use_cases.create_schedule()(actor, body.name, body.timing(), body.runs.runs())
    _print(session, [made], as_json)


@schedule_app.command("list")
def list_schedules(
    context: typer.Context, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """List a library's schedules."""
    session: Session = context.obj
    with session.container() as container:
        found = container.use_cases.list_schedules()(session.actor(container, library))
    if as_json:
        session.print_json([_plain(schedule) for schedule in found])
        return
    _print(session, list(found), as_json=False)


@schedule_app.command("edit")
def edit_schedule(
    context: typer.Context,
    schedule_id: IdArgument,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    cron: Annotated[str | None, typer.Option(help="Another cron expression.")] = None,
    zone: Annotated[str | None, typer.Option(help="Another time zone.")] = None,
    window: WindowOption = None,
    no_window: Annotated[bool, typer.Option("--no-window", help="Runs may start at all times.")] = False,
    missed: Annotated[Missed | None, typer.Option(help="What becomes of runs that were missed.")] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Change when a schedule runs, or its name. What is not said stays."""
    session: Session = context.obj
    asked = _window(window)
    with session.container() as container:
        actor = session.actor(container, library)
        stored: Schedule = container.use_cases.get_schedule()(actor, ScheduleId(schedule_id))
        timing = replace(
            stored.timing,
            cron=cron or stored.timing.cron,
            time_zone=zone or stored.timing.time_zone,
            window=None if no_window else Window(**asked) if asked else stored.timing.window,
            missed=missed or stored.timing.missed,
        )
        edit = container.use_cases.edit_schedule()
        edited = edit(actor, stored.id, stored.version, name=name or stored.name, timing=timing, runs=stored.runs)
    _print(session, [edited], as_json)


@schedule_app.command("pause")
def pause_schedule(context: typer.Context, schedule_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY) -> None:
    """Start nothing by itself from now on."""
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        paused = container.use_cases.pause_schedule()(actor, ScheduleId(schedule_id))
    session.out.print(f"{paused.name} is paused.", highlight=False)


@schedule_app.command("resume")
def resume_schedule(context: typer.Context, schedule_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY) -> None:
    """Go on with its next time."""
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        resumed = container.use_cases.resume_schedule()(actor, ScheduleId(schedule_id))
    session.out.print(f"{resumed.name} runs next at {resumed.due_at}.", highlight=False)


@schedule_app.command("run")
def run_schedule(
    context: typer.Context,
    schedule_id: IdArgument,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Run it now, out of turn. Workers do the work."""
    session: Session = context.obj
    with session.container() as container:
        run = container.use_cases.run_schedule()(session.actor(container, library), ScheduleId(schedule_id))
    if as_json:
        session.print_json(RunView.of(run).model_dump(mode="json", exclude={"links"}))
        return
    session.out.print(f"Started job {run.job_id}.", highlight=False)


@schedule_app.command("runs")
def list_runs(
    context: typer.Context,
    schedule_id: IdArgument,
    limit: Annotated[int, typer.Option(min=1, help="So many at most.")] = DEFAULT_LIMIT,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Show what became of its runs, latest first."""
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        found = container.use_cases.list_runs()(actor, ScheduleId(schedule_id), limit).items
    if as_json:
        session.print_json([RunView.of(run).model_dump(mode="json", exclude={"links"}) for run in found])
        return
    table = Table("slot", "outcome", "job", "by", "reason")
    for run in found:
        table.add_row(str(run.slot), run.outcome, run.job_id or "", run.by, run.reason.detail if run.reason else "")
    session.out.print(table)


@schedule_app.command("remove")
def remove_schedule(context: typer.Context, schedule_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY) -> None:
    """Take it out, with its history. What it has started goes on."""
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        stored = container.use_cases.get_schedule()(actor, ScheduleId(schedule_id))
        container.use_cases.remove_schedule()(actor, stored.id, stored.version)
    session.out.print(f"{stored.name} is removed.", highlight=False)


def _window(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    opens, _, closes = text.partition("-")
    return {"opens": opens, "closes": closes}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"The change is not JSON: {error}", field="change") from error


def _plain(schedule: Schedule) -> dict[str, Any]:
    shown = ScheduleView.of(schedule).model_dump(mode="json", exclude={"links"})
    return {**shown, "runs": _said(schedule)}


def _said(schedule: Schedule) -> dict[str, Any]:
    return ScheduledRun.of(schedule.runs).model_dump(mode="json", exclude_unset=True)


def _print(session: Session, schedules: list[Schedule], as_json: bool) -> None:
    if as_json:
        session.print_json(_plain(schedules[0]))
        return
    table = Table("id", "name", "cron", "zone", "next", "runs")
    for each in schedules:
        table.add_row(
            each.id,
            each.name,
            each.timing.cron,
            each.timing.time_zone,
            str(each.due_at or each.status),
            json.dumps(_said(each), ensure_ascii=False),
        )
    session.out.print(table)
