"""Folders for one piece of work each, beside the blobs."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from adapters.local.disk import in_our_words
from domain.ports.blobs import Workspaces


class FolderWorkspaces(Workspaces):
    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def open(self) -> Iterator[Path]:
        folder = self._root / secrets.token_hex(8)
        with in_our_words():
            folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def remove_abandoned(self, before: datetime) -> int:
        """A folder's time is that of its last change, so that one that is still worked in is not taken for old."""
        removed = 0
        with in_our_words():
            folders = list(self._root.iterdir()) if self._root.is_dir() else []
        for folder in folders:
            with suppress(FileNotFoundError):
                if datetime.fromtimestamp(folder.stat().st_mtime, UTC) < before:
                    shutil.rmtree(folder, ignore_errors=True)
                    removed += 1
        return removed
