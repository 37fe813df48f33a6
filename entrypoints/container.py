"""The composition root: which adapter stands behind each port, and the use-cases over them.

The families of adapters have the same provider names, the names of the use-cases' fields; a use-case's fields are
filled by these names (entrypoints.use_cases), and what is missing is an error at start. Nothing else imports adapters.
"""

from pathlib import Path
from typing import Any

from dependency_injector import containers

from adapters.audio.isolated import IsolatedEngine
from domain.errors import Unavailable
from entrypoints.settings import Profile, Settings
from entrypoints.use_cases.all import UseCases


def _family(profile: Profile) -> type[containers.DeclarativeContainer]:
    """Only the one that is asked for is loaded: the SDK of AWS takes a while."""
    if profile is Profile.AWS:
        from entrypoints.families.aws import AwsAdapters

        return AwsAdapters
    if profile is Profile.LOCAL:
        from entrypoints.families.local import LocalAdapters

        return LocalAdapters
    from entrypoints.families.memory import MemoryAdapters

    return MemoryAdapters


def _make_data_folder(folder: Path) -> None:
    """For the service's own user alone. The access of a folder that is there already is its owner's affair."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            f"The data folder {folder} cannot be made: {error.strerror}. Set AUDIO_DATA_DIR to a folder of yours."
        ) from error


class Container:
    """The wired product: `adapters` of the settings' profile, and the use-cases over them. Makes the data folder."""

    def __init__(self, settings: Settings) -> None:
        if settings.profile is not Profile.MEMORY:
            _make_data_folder(settings.data_dir)
        self.settings = settings
        self.adapters: Any = _family(settings.profile)(settings=settings)
        self.use_cases: Any = UseCases(settings=settings, adapters=self.adapters)
        self.use_cases.check_dependencies()

    def start(self, spare_children: int = 0) -> None:
        """For a service: sends events to webhooks as they come, and warms the engine's children but the spare ones."""
        self.use_cases.courier().start()
        engine = self.adapters.engine()
        if isinstance(engine, IsolatedEngine):
            engine.start(spare_children)

    def children_have_network(self) -> bool | None:
        """Whether what decodes could reach a network; None where sound is heard in this very process."""
        engine = self.adapters.engine()
        return engine.has_network() if isinstance(engine, IsolatedEngine) else None

    def close(self) -> None:
        """Ends child processes and closes files."""
        engine = self.adapters.engine()
        if isinstance(engine, IsolatedEngine):
            engine.close()
        if "database" in self.adapters.providers:
            self.adapters.database().close()
