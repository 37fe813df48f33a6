"""What every command needs: settings, the wired product, the library it works in, and a place to print."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import typer
from pydantic import ValidationError
from rich.console import Console

from application.access import DEFAULT_LIBRARY
from domain.access import Actor, system_actor
from domain.errors import NotFound
from entrypoints import logging
from entrypoints.container import Container
from entrypoints.settings import Settings

BAD_SETTINGS = 2


@dataclass(frozen=True)
class Session:
    verbose: bool = False
    out: Console = field(default_factory=Console)
    err: Console = field(default_factory=lambda: Console(stderr=True))

    def settings(self) -> Settings:
        """Ends the command with code 2, and one line a mistake, when the environment says what cannot be."""
        try:
            return Settings()
        except ValidationError as error:
            for mistake in error.errors():
                name = f"AUDIO_{'_'.join(str(part) for part in mistake['loc']).upper()}"
                self.err.print(f"[red]{name}[/red]: {mistake['msg']}", highlight=False)
            raise typer.Exit(BAD_SETTINGS) from error

    @contextmanager
    def container(self, settings: Settings | None = None) -> Iterator[Container]:
        """The wired product. Commands log only when asked to; long-running ones set logging up by themselves."""
        settings = settings or self.settings()
        logging.configure(settings.log_level if self.verbose else "ERROR")
        container = Container(settings)
        try:
            yield container
        finally:
            container.close()

    def actor(self, container: Container, library: str = DEFAULT_LIBRARY) -> Actor:
        """Whoever may run commands here is the admin of every library. Raises NotFound for an unknown library."""
        found = container.adapters.libraries().find_by_name(library)
        if found is None:
            if library != DEFAULT_LIBRARY:
                raise NotFound(
                    f"There is no library {library!r}. Make it with `audio-backend library create {library}`."
                )
            # Without a key: the first one belongs to `serve`, which shows it.
            found = container.use_cases.ensure_default_library()()
        return system_actor(found.id, "cli")

    def print_json(self, value: Any) -> None:
        self.out.print_json(data=value, default=str)
