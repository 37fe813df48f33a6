"""The command line: `audio-backend …`. Exit codes: 0 done, 1 done in part or refused, 2 not begun (usage, set-up)."""

from typing import Annotated

import typer
from rich.console import Console

from domain.errors import AudioBackendError
from entrypoints.cli import (
    access,
    aws,
    batches,
    doctor,
    duplicates,
    importing,
    jobs,
    metadata,
    openapi,
    policy,
    predict,
    processing,
    reanalyse,
    recipes,
    schedules,
    serve,
    status,
    webhooks,
    welcome,
)
from entrypoints.cli.session import Session

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.command("serve")(serve.serve)
app.command("web")(serve.web)
app.command("worker")(serve.worker)
app.command("model-server")(serve.model_server)
app.command("scheduler")(serve.scheduler)
app.command("sign-in-link")(welcome.sign_in_link)
app.command("import")(importing.import_from)
app.command("reanalyse")(reanalyse.reanalyse)
app.command("models")(predict.models)
app.command("predict")(predict.predict)
app.command("status")(status.status)
app.command("duplicates")(duplicates.duplicates)
app.command("doctor")(doctor.doctor)
app.command("openapi")(openapi.openapi)
app.add_typer(access.key_app, name="key")
app.add_typer(access.library_app, name="library")
access.library_app.add_typer(policy.policy_app, name="policy")
app.add_typer(aws.aws_app, name="aws")
app.add_typer(batches.batch_app, name="batch")
app.add_typer(metadata.metadata_app, name="metadata")
app.add_typer(recipes.recipe_app, name="recipe")
app.add_typer(jobs.job_app, name="job")
app.add_typer(processing.processing_app, name="processing")
app.add_typer(schedules.schedule_app, name="schedule")
app.add_typer(jobs.dead_letter_app, name="dead-letters")
app.add_typer(webhooks.webhook_app, name="webhook")


@app.callback()
def prepare(
    context: typer.Context,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log to standard error.")] = False,
) -> None:
    """The backend of an audio library: takes recordings in, listens to them, keeps what it heard."""
    context.obj = Session(verbose=verbose)


def main() -> None:
    try:
        app()
    except AudioBackendError as error:
        Console(stderr=True).print(f"[red]{error.title}.[/red] {error.detail}", highlight=False)
        raise SystemExit(1) from error
