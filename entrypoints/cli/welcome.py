"""What a start tells: the first key, and how to get into the panel; and `audio-backend sign-in-link`."""

from dataclasses import dataclass
from typing import Annotated

import typer

from application.access import DEFAULT_LIBRARY
from domain.access import system_actor
from domain.errors import Invalid
from domain.session import LINK_LASTS
from entrypoints.cli.access import LibraryOption
from entrypoints.cli.session import Session
from entrypoints.container import Container
from entrypoints.settings import Profile, Settings

_MINUTES = int(LINK_LASTS.total_seconds() // 60)


@dataclass(frozen=True)
class FirstAccess:
    """The tokens of the key that the first start made, and of a link that signs in with it."""

    key: str
    link: str


def prepare_access(container: Container) -> FirstAccess | None:
    """The default library and its admin's key; what is to be shown, where that key was made now."""
    configured = container.settings.admin_key
    library, token = container.use_cases.prepare_access()(configured.get_secret_value() if configured else None)
    if token is None:
        return None
    return FirstAccess(token, container.use_cases.make_sign_in_link()(system_actor(library.id, "setup")))


def address_of(settings: Settings) -> str:
    """Where a browser on this machine finds the service."""
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104 - compared, not bound
    return f"http://{host}:{settings.port}"


def show_key(session: Session, first: FirstAccess | None) -> None:
    """At once, whatever becomes of the start: the token is kept nowhere and cannot be made again."""
    if first is not None:
        session.out.print("The key of the library's admin, shown this once:\n")
        session.out.print(f"  {first.key}\n", highlight=False, soft_wrap=True)


def greet(session: Session, settings: Settings, first: FirstAccess | None) -> None:
    address = address_of(settings)
    print_line = session.out.print
    print_line(f"\nThe audio backend runs at {address}  (docs: {address}/docs, stop: Ctrl-C)", soft_wrap=True)
    if first is None:
        signs_in = "AUDIO_ADMIN_KEY" if settings.admin_key else "a key of yours, or a link: audio-backend sign-in-link"
        print_line(f"Open it in a browser and sign in with {signs_in}", soft_wrap=True)
        print_line("Send files with the key that you have. Another one: audio-backend key create NAME")
        return
    print_line(f"Open the panel (once, within {_MINUTES} minutes):\n")
    print_line(f"  {address}/sign-in/{first.link}\n", highlight=False, soft_wrap=True)
    print_line("Send a recording:\n")
    print_line(
        f'  curl -H "Authorization: Bearer {first.key}" -H "Content-Type: audio/mpeg" '
        f'--data-binary @song.mp3 "{address}/api/v1/recordings?filename=song.mp3"\n',
        highlight=False,
        soft_wrap=True,
    )


def sign_in_link(
    context: typer.Context,
    key: Annotated[
        str | None, typer.Option(help="Name or id of the key to sign in with; without it, the newest of an admin.")
    ] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    address: Annotated[str | None, typer.Option(help="Where browsers reach the service: https://audio.example")] = None,
) -> None:
    """Print a link that signs in to the panel, once, within a quarter of an hour."""
    session: Session = context.obj
    settings = session.settings()
    if settings.profile is Profile.MEMORY:
        raise Invalid("In memory the service alone knows who may come in. It prints a link when it starts.")
    with session.container(settings) as container:
        token = container.use_cases.make_sign_in_link()(session.actor(container, library), key)
    where = (address or address_of(settings)).rstrip("/")
    session.out.print(f"{where}/sign-in/{token}", highlight=False, soft_wrap=True)
