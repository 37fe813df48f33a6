"""What the service needs of AWS: made here for doubles; an account gets it from infra/."""

import typer

from entrypoints.cli.session import Session
from entrypoints.settings import Profile

aws_app = typer.Typer(no_args_is_help=True, help="Bucket, table and queues.")


@aws_app.command("prepare")
def prepare(context: typer.Context) -> None:
    """Make the bucket, the table and the queues that the settings name, where they are not there yet."""
    session = context.obj
    assert isinstance(session, Session)  # noqa: S101 - set by the callback that every command goes through
    settings = session.settings()
    if settings.profile is not Profile.AWS:
        session.err.print("Set AUDIO_PROFILE=aws: in the other profiles there is nothing to prepare.")
        raise typer.Exit(2)
    from entrypoints.families.aws import prepare as make

    make(settings)
    session.out.print(f"The bucket {settings.aws_bucket}, the table {settings.aws_table} and the queues are there.")
