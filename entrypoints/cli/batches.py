"""`audio-backend batch …`: work on all recordings that a query finds."""

import json
import time
from typing import Annotated, Any
from urllib.parse import parse_qs

import typer
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from application.batches import BatchState
from application.plan_batch import Plan
from domain.access import Actor
from domain.batch import Item, ItemStatus, Selection, Work
from domain.job import Job, JobStatus
from domain.ports.batches import ItemQuery
from domain.values import JobId, Page
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.predict import parameter_of
from entrypoints.cli.session import Session
from entrypoints.container import Container

batch_app = typer.Typer(no_args_is_help=True, help="Work on many recordings.")

LOOK_EVERY_SECONDS = 1.0
IdArgument = Annotated[str, typer.Argument(metavar="JOB", help="The batch's id.")]


@batch_app.command("start")
def start(
    context: typer.Context,
    query: Annotated[str, typer.Option(help="Filters as in GET /recordings: 'status=ready&duration[gte]=60'.")],
    recipe: Annotated[str | None, typer.Option(help="A recipe, as NAME or NAME@VERSION.")] = None,
    into: Annotated[str | None, typer.Option(help="What a recipe's results become: rendition or recording.")] = None,
    model: Annotated[str | None, typer.Option(help="A model, as `models` lists it.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=NUMBER", help="A parameter of the model.")
    ] = None,
    analyser: Annotated[str | None, typer.Option(help="What is to listen again: listen.")] = None,
    change: Annotated[str | None, typer.Option(metavar="JSON", help="""As '{"add_tags": ["dog"]}'.""")] = None,
    move: Annotated[bool, typer.Option("--move", help="To another library, whose key is asked for.")] = False,
    fixity: Annotated[bool, typer.Option("--fixity", help="Compare originals with their hashes.")] = False,
    share: Annotated[float, typer.Option(help="A sample, for --fixity.")] = 1.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Stay until it has ended.")] = False,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Start work on all recordings that a query finds. Workers do it."""
    parameters = dict(map(parameter_of, settings or ()))
    asked: dict[Work, dict[str, Any] | None] = {
        Work.RECIPE: None if recipe is None else {"recipe": recipe, **({} if into is None else {"into": into})},
        Work.PREDICT: None if model is None else {"model": model, "parameters": parameters},
        Work.ANALYSE: None if analyser is None else {"analyser": analyser},
        Work.CHANGE: None if change is None else _object(change),
        Work.MOVE: {} if move else None,
        Work.FIXITY: {} if fixity else None,
    }
    said = [(work, how) for work, how in asked.items() if how is not None]
    if len(said) != 1:
        raise typer.BadParameter("Say one of --recipe, --model, --analyser, --change, --move and --fixity.")
    [(work, how)] = said
    if work is Work.MOVE:
        how = {"key": typer.prompt("A key of the library to move to", hide_input=True)}
    selection = Selection(query=query_of(query), share=share)
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        if dry_run:
            show_plan(session, container.use_cases.plan_batch()(actor, work, how, selection), as_json=as_json)
            return
        job: Job = container.use_cases.start_batch()(actor, work, how, selection)
        if watch:
            job = watched(session, container, actor, job)
        show(session, job, container.use_cases.look_at_batch()(actor, job.id), as_json=as_json)
    if watch and job.status is not JobStatus.SUCCEEDED:
        raise typer.Exit(1)


@batch_app.command("show")
def show_one(
    context: typer.Context, job_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """Say how far a batch is."""
    _do(context, "get_job", job_id, library, as_json=as_json)


@batch_app.command("pause")
def pause(
    context: typer.Context, job_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """Begin no more items until it is resumed."""
    _do(context, "pause_job", job_id, library, as_json=as_json)


@batch_app.command("resume")
def resume(
    context: typer.Context, job_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """Go on with a paused batch."""
    _do(context, "resume_job", job_id, library, as_json=as_json)


@batch_app.command("cancel")
def cancel(
    context: typer.Context, job_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """End a batch; `retry` does the rest of it."""
    _do(context, "cancel_job", job_id, library, as_json=as_json)


@batch_app.command("retry")
def retry(
    context: typer.Context, job_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """Do once more what failed."""
    _do(context, "retry_job", job_id, library, as_json=as_json)


@batch_app.command("undo")
def undo(
    context: typer.Context, job_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """Take back what a batch did, as a batch of its own. What somebody else has changed since is left."""
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        selection = Selection(undoes=JobId(job_id))
        job: Job = container.use_cases.start_batch()(actor, Work.UNDO, {"batch": job_id}, selection)
        show(session, job, container.use_cases.look_at_batch()(actor, job.id), as_json=as_json)


@batch_app.command("items")
def items(
    context: typer.Context,
    job_id: IdArgument,
    status: Annotated[ItemStatus | None, typer.Option(help="Only those.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """List the items of a batch."""
    session: Session = context.obj
    with session.container() as container:
        found: Page[Item] = container.use_cases.list_items()(
            session.actor(container, library), JobId(job_id), ItemQuery(status, limit)
        )
    if as_json:
        session.print_json(
            [{"n": i.n, "recording": i.recording_id, "status": i.status, "result": dict(i.result)} for i in found.items]
        )
        return
    table = Table("n", "recording", "status", "result")
    for item in found.items:
        told = item.failure.detail if item.failure else ", ".join(f"{k}: {v}" for k, v in item.result.items())
        table.add_row(str(item.n), item.recording_id, item.status, told)
    session.out.print(table)


def watched(session: Session, container: Container, actor: Actor, job: Job) -> Job:
    """The job once it has ended or been paused; until then it is told how far it is."""
    with session.out.status("waiting for a worker") as shown:
        while True:
            job = container.use_cases.get_job()(actor, job.id)
            if job.is_settled or job.status is JobStatus.PAUSED:
                return job
            shown.update(_how_far(container.use_cases.look_at_batch()(actor, job.id)))
            time.sleep(LOOK_EVERY_SECONDS)


def _do(context: typer.Context, use_case: str, job_id: str, library: str, *, as_json: bool) -> None:
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        job: Job = getattr(container.use_cases, use_case)()(actor, JobId(job_id))
        show(session, job, container.use_cases.look_at_batch()(actor, job.id), as_json=as_json)


def show(session: Session, job: Job, state: BatchState, *, as_json: bool) -> None:
    if as_json:
        counts = {str(status): number for status, number in state.counts.by_status.items()}
        session.print_json({"job": job.id, "status": job.status, "counts": counts, "seconds_left": state.seconds_left})
        return
    session.out.print(f"Batch {job.id} is {job.status}: {_how_far(state)}.", highlight=False)


def _how_far(state: BatchState) -> str:
    counts = ", ".join(f"{number} {status}" for status, number in sorted(state.counts.by_status.items()) if number)
    left = "" if not state.seconds_left else f"; about {state.seconds_left:.0f} s left"
    more = "" if state.making.complete else ", and more to come"
    return f"{counts or 'no items yet'}{more}{left}"


def show_plan(session: Session, plan: Plan, *, as_json: bool) -> None:
    if as_json:
        refusals = {each.code: each.count for each in plan.refusals.values()}
        session.print_json(
            {
                "recordings": plan.recordings,
                "complete": plan.complete,
                "refused": refusals,
                "hours": plan.audio_seconds / 3600,
                "bytes_out": plan.bytes_out,
                "bytes_out_unknown": plan.bytes_out_unknown,
                "seconds": plan.seconds,
            }
        )
        return
    more = "" if plan.complete else " and more"
    session.out.print(
        f"{plan.recordings}{more} recordings, {plan.audio_seconds / 3600:.2f} h, {plan.bytes_in:,} bytes."
    )
    unknown = f"; of {plan.bytes_out_unknown} nobody can tell" if plan.bytes_out_unknown else ""
    session.out.print(f"Makes {plan.bytes_out:,} bytes{unknown}.")
    session.out.print(plan.no_estimate if plan.seconds is None else f"Takes about {plan.seconds:.0f} s.")
    for refusal in plan.refusals.values():
        session.out.print(f"{refusal.count} would be refused: {refusal.detail}", highlight=False)


def query_of(text: str) -> dict[str, tuple[str, ...]]:
    """The words of `filters_of`, as they are written in an address."""
    try:
        parsed = parse_qs(text, strict_parsing=bool(text), keep_blank_values=True)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: write filters as NAME=VALUE&NAME=VALUE.") from None
    return {name: tuple(values) for name, values in parsed.items()}


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise typer.BadParameter(f"{text!r} is no JSON object.")
    return value
