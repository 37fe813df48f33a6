"""Results of listening in bulk in a folder of Parquet files: a part for each thousand files or each ten minutes.

    <folder>/<name>-00000.parquet     put there by a rename once it is whole
    <folder>/.<name>-00000.writing    what is being written, or was when the machine went
    <folder>/artefacts/ab/ab…/<name>  files made in the same pass, by the SHA-256 of what they were made of

The libraries of tables are loaded when they are first needed: they take a second, and most processes never do.
"""

import shutil
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.analysis import Artefact
from domain.bulk import BulkResult, artefact_name
from domain.ports.bulk import BulkResults

SUFFIX = ".parquet"


class ParquetResults(BulkResults):
    @property
    def suffix(self) -> str:
        return SUFFIX

    def done(self, folder: Path) -> Container[tuple[str, int]]:
        from adapters.tables.parquet import Done

        return Done(sorted(folder.glob(f"[!.]*{SUFFIX}")))

    @contextmanager
    def writing(self, folder: Path, name: str) -> Iterator[Callable[[BulkResult], None]]:
        from adapters.tables.parquet import Parts

        folder.mkdir(parents=True, exist_ok=True)
        parts = Parts(folder, name, SUFFIX)
        try:
            yield parts.add
        finally:
            parts.publish()  # what was heard before an error is as good

    def keep(self, folder: Path, sha256: str, artefacts: Iterable[Artefact]) -> None:
        for artefact in artefacts:
            path = folder / artefact_name(sha256, artefact.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            incoming = path.with_name(f".{path.name}.writing")
            shutil.move(artefact.path, incoming)  # may come from another disk
            incoming.replace(path)

    def read(self, part: Path) -> Iterator[BulkResult]:
        from adapters.tables.parquet import read

        return read(part)
