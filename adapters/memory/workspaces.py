"""Folders for one piece of work each, in the machine's place for temporary files."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from domain.ports.blobs import Workspaces


class MemoryWorkspaces(Workspaces):
    @contextmanager
    def open(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="audio-work-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def remove_abandoned(self, before: datetime) -> int:
        return 0  # a worker of this family does not die before its stores do
