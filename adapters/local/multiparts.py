"""Parts of files that are still arriving: a folder for each multipart, with its key and its parts by number."""

import json
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from adapters import refusals
from adapters.local.disk import in_our_words, join_safely, sync_folder, write_safely
from domain.errors import NotFound
from domain.upload import Part

_ID = re.compile(r"[0-9a-f]{32}")
_MANIFEST = "manifest.json"


class Multiparts:
    """Everything comes into a multipart, and it ends as a whole, by one rename: there is no half of either."""

    def __init__(self, root: Path, incoming: Path) -> None:
        self._root = root
        self._incoming = incoming

    def begin(self, key: str) -> str:
        multipart_id = secrets.token_hex(16)
        folder = self._incoming / multipart_id
        with in_our_words():
            folder.mkdir()
            write_safely(folder / _MANIFEST, [json.dumps({"key": key}).encode()])
            sync_folder(folder)
            folder.rename(self._root / multipart_id)
            sync_folder(self._root)
        return multipart_id

    def put(self, key: str, multipart_id: str, n: int, chunks: Iterable[bytes]) -> Part:
        folder = self._folder(key, multipart_id)
        incoming = self._incoming / secrets.token_hex(16)
        write_safely(incoming, chunks)
        path = folder / str(n)
        try:
            with in_our_words():
                incoming.rename(path)
                sync_folder(folder)
                return _part(path)
        except FileNotFoundError:
            raise refusals.unknown("multipart", multipart_id) from None  # ended while the bytes came in
        finally:
            incoming.unlink(missing_ok=True)

    def arrived(self, key: str, multipart_id: str) -> tuple[Part, ...]:
        folder = self._folder(key, multipart_id)
        try:
            with in_our_words():
                return tuple(_part(path) for path in _numbered(folder))
        except FileNotFoundError:
            raise refusals.unknown("multipart", multipart_id) from None

    def join(self, key: str, multipart_id: str, target: Path) -> None:
        """All parts as one new file. Raises NotFound when the multipart has ended, Conflict when it has no part."""
        folder = self._folder(key, multipart_id)
        try:
            with in_our_words():
                parts = _numbered(folder)
                if not parts:
                    raise refusals.no_parts(key)
                join_safely(target, parts)
        except FileNotFoundError:
            raise refusals.unknown("multipart", multipart_id) from None

    def end(self, key: str, multipart_id: str) -> None:
        """Gone with its parts. What is not there has ended already."""
        ended = self._incoming / secrets.token_hex(16)
        try:
            folder = self._folder(key, multipart_id)
            with in_our_words():
                folder.rename(ended)
                sync_folder(self._root)
                shutil.rmtree(ended)
        except (NotFound, FileNotFoundError):
            return

    def all(self) -> Iterator[tuple[str, str, datetime]]:
        with in_our_words():
            names = sorted(folder.name for folder in self._root.iterdir())
        for name in names:
            try:
                with in_our_words():
                    manifest = self._root / name / _MANIFEST
                    key = json.loads(manifest.read_bytes())["key"]
                    started_at = datetime.fromtimestamp(manifest.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue  # ended since
            yield key, name, started_at

    def _folder(self, key: str, multipart_id: str) -> Path:
        """Raises NotFound when no such multipart collects parts for the key."""
        folder = self._root / multipart_id
        try:
            with in_our_words():
                if _ID.fullmatch(multipart_id) and json.loads((folder / _MANIFEST).read_bytes())["key"] == key:
                    return folder
        except FileNotFoundError:
            pass
        raise refusals.unknown("multipart", multipart_id)


def _numbered(folder: Path) -> list[Path]:
    return sorted((path for path in folder.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))


def _part(path: Path) -> Part:
    found = path.stat()
    return Part(int(path.name), found.st_size, f"{found.st_mtime_ns:x}-{found.st_size:x}")
