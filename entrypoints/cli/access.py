"""`audio-backend key …` and `audio-backend library …`."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from domain.access import Role
from domain.values import KeyId
from entrypoints.cli.session import Session

key_app = typer.Typer(no_args_is_help=True, help="Keys of a library.")
library_app = typer.Typer(no_args_is_help=True, help="Libraries.")

LibraryOption = Annotated[str, typer.Option("--library", help="Name of the library.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@key_app.command("create")
def create_key(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Who will use it.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.EDITOR,
    library: LibraryOption = DEFAULT_LIBRARY,
    days: Annotated[int | None, typer.Option(min=1, help="Valid for so many days; without it, until revoked.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key. Its token is shown once."""
    session: Session = context.obj
    with session.container() as container:
        expires = container.adapters.clock().now() + timedelta(days=days) if days else None
        actor = session.actor(container, library)
        key, token = container.use_cases.create_key()(actor, name, role, expires)
    if as_json:
        session.print_json({"id": key.id, "name": key.name, "role": key.role, "token": token})
        return
    session.out.print(f"Key {key.id} ({key.role}), shown this once:")
    session.out.print(token, highlight=False, soft_wrap=True)


@key_app.command("list")
def list_keys(context: typer.Context, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """List the keys of a library; tokens are not kept and cannot be shown."""
    session: Session = context.obj
    with session.container() as container:
        keys = container.use_cases.list_keys()(session.actor(container, library))
    if as_json:
        names = ("id", "name", "role", "created_at", "expires_at", "revoked_at")
        session.print_json([{name: getattr(key, name) for name in names} for key in keys])
        return
    table = Table("id", "name", "role", "made", "expires", "revoked")
    for key in keys:
        table.add_row(
            key.id, key.name, key.role, str(key.created_at), str(key.expires_at or ""), str(key.revoked_at or "")
        )
    session.out.print(table)


@key_app.command("revoke")
def revoke_key(context: typer.Context, key_id: str, library: LibraryOption = DEFAULT_LIBRARY) -> None:
    """Make a key invalid, at once and for good."""
    session: Session = context.obj
    with session.container() as container:
        key = container.use_cases.revoke_key()(session.actor(container, library), KeyId(key_id))
    session.out.print(f"Key {key.id} ({key.name}) is revoked.")


@library_app.command("create")
def create_library(context: typer.Context, name: str) -> None:
    """Make a library. Give it keys with `key create --library NAME`."""
    session: Session = context.obj
    with session.container() as container:
        library = container.use_cases.create_library()(name)
    session.out.print(f"Library {library.name} has the id {library.id}.")


@library_app.command("list")
def list_libraries(context: typer.Context, as_json: JsonOption = False) -> None:
    """List all libraries."""
    session: Session = context.obj
    with session.container() as container:
        libraries = container.adapters.libraries().all()
    if as_json:
        session.print_json([{"id": library.id, "name": library.name} for library in libraries])
        return
    for library in libraries:
        session.out.print(f"{library.id}  {library.name}", highlight=False)
