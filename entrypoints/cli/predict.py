"""`audio-backend models` and `audio-backend predict MODEL`."""

from typing import Annotated

import typer
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from domain.job import Job
from domain.prediction import ModelCard
from domain.values import RecordingId
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.session import Session


def models(context: typer.Context, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """List the AI models, with what they take and what can be set."""
    session: Session = context.obj
    with session.container() as container:
        found: tuple[ModelCard, ...] = container.use_cases.list_models()(session.actor(container, library))
    if as_json:
        session.print_json([_plain(card) for card in found])
        return
    table = Table("model", "version", "labels", "takes up to", "parameters", "licence")
    for card in found:
        parameters = ", ".join(f"{parameter.name}={parameter.default:g}" for parameter in card.parameters)
        longest = f"{card.takes.longest_seconds:.0f} s"
        table.add_row(card.name, card.version, ", ".join(card.labels), longest, parameters, card.licence)
    session.out.print(table)


def predict(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="A model's name, as `models` lists it.")],
    ids: Annotated[list[str], typer.Argument(help="Recordings.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=NUMBER", help="A parameter of the model.")
    ] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Run a model over recordings. Workers do it; this starts their jobs."""
    parameters = dict(parameter_of(each) for each in settings or ())
    session: Session = context.obj
    with session.container() as container:
        started: tuple[Job, ...] = container.use_cases.start_prediction()(
            session.actor(container, library), model, [RecordingId(each) for each in ids], parameters
        )
    if as_json:
        session.print_json([{"job": job.id, "recording": job.recording_id, "status": job.status} for job in started])
        return
    table = Table("job", "recording", "status")
    for job in started:
        table.add_row(job.id, job.recording_id, job.status)
    session.out.print(table)


def parameter_of(text: str) -> tuple[str, float]:
    name, _, number = text.partition("=")
    try:
        if name:
            return name, float(number)
    except ValueError:
        pass
    raise typer.BadParameter(f"{text!r}: write --set NAME=NUMBER.")


def _plain(card: ModelCard) -> dict[str, object]:
    return {
        "name": card.name,
        "version": card.version,
        "about": card.about,
        "sample_rate_hz": card.takes.sample_rate_hz,
        "max_seconds": card.takes.longest_seconds,
        "labels": card.labels,
        "values": dict(card.values),
        "parameters": {
            parameter.name: {"default": parameter.default, "least": parameter.least, "greatest": parameter.greatest}
            for parameter in card.parameters
        },
        "licence": card.licence,
    }
