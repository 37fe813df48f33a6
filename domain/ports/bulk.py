"""Listening to millions of files at once: where results lie, and who runs it on many machines."""

from abc import abstractmethod
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from domain.analysis import Artefact
from domain.bulk import BulkResult, BulkRun, RunStatus


class BulkResults(Protocol):
    """Tables of results in a folder, in parts: a part is there in full or not at all."""

    @property
    @abstractmethod
    def suffix(self) -> str:
        """With which the names of parts end."""
        ...

    @abstractmethod
    def done(self, folder: Path) -> Container[tuple[str, int]]:
        """The paths and sizes of the files that there are results of."""
        ...

    @abstractmethod
    def writing(self, folder: Path, name: str) -> AbstractContextManager[Callable[[BulkResult], None]]:
        """Takes results, from one thread, and makes parts of them now and then and when the context closes.

        `name` is one that nobody else uses in this folder.
        """
        ...

    @abstractmethod
    def keep(self, folder: Path, sha256: str, artefacts: Iterable[Artefact]) -> None:
        """Move the files into the folder, under domain.bulk.artefact_name. Doing it twice leaves one."""
        ...

    @abstractmethod
    def read(self, part: Path) -> Iterator[BulkResult]:
        """Raises Invalid when the file is no such part."""
        ...


class BulkRuns(Protocol):
    """Machines that are there for a run and no longer."""

    @abstractmethod
    def start(self, run: BulkRun) -> None:
        """Raises Conflict when there is a run of that name, and Invalid for what these machines do not know."""
        ...

    @abstractmethod
    def find(self, name: str) -> RunStatus: ...
