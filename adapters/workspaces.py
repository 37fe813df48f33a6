"""Folders to work in, below one root."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from domain.ports import Workspaces


class TemporaryWorkspaces(Workspaces):
    def __init__(self, root: Path | None = None) -> None:
        """`root` is made when it is missing; None takes a folder of this product's in the system's temporary one."""
        self._root = root or Path(tempfile.gettempdir()) / "audio-backend-workspaces"

    @contextmanager
    def open(self) -> Iterator[Path]:
        self._root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._root, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def remove_abandoned(self, before: datetime) -> int:
        removed = 0
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            if datetime.fromtimestamp(folder.stat().st_mtime, UTC) < before:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        return removed
