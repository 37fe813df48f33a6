"""Bytes, and places to work on them."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from domain.upload import Part
from domain.values import BlobInfo, ByteRange


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that a client may send by itself, straight to the store, for a while."""

    url: str
    headers: Mapping[str, str]


class Blobs(Protocol):
    """Bytes under keys of the form `a/b/c`. A blob is there in full or not at all, and safe once a write returns."""

    @abstractmethod
    def put(self, key: str, chunks: Iterable[bytes], *, overwrite: bool = True) -> BlobInfo:
        """Store the chunks. An exception out of `chunks` stores nothing.

        Of what is there already it takes the place; without `overwrite` that is left as it is, and Conflict raised.
        """
        ...

    @abstractmethod
    def stat(self, key: str) -> BlobInfo: ...

    @abstractmethod
    def get(self, key: str, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        """The bytes, in chunks of at most 1 MiB. The range lies inside the blob. Raises NotFound at the call."""
        ...

    @abstractmethod
    def as_file(self, key: str) -> AbstractContextManager[Path]:
        """A readable file with the blob's bytes, for as long as the context is open; not to be written to."""
        ...

    @abstractmethod
    def delete(self, key: str) -> None:
        """What is not there is deleted already."""
        ...

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        """All blobs whose key starts with the prefix, by key; nothing that is only half written."""
        ...

    @abstractmethod
    def begin_multipart(self, key: str, *, part_sha256: bool = False) -> str:
        """The id under which parts for this key are collected.

        With `part_sha256` the address of each part is to name its digest; see `signed_part`.
        """
        ...

    @abstractmethod
    def put_part(self, key: str, multipart_id: str, n: int, chunks: Iterable[bytes]) -> Part:
        """Store part `n`, in the place of an earlier one. Raises NotFound when the multipart has ended."""
        ...

    @abstractmethod
    def parts(self, key: str, multipart_id: str) -> tuple[Part, ...]:
        """Those that have arrived, by number. Raises NotFound when the multipart has ended."""
        ...

    @abstractmethod
    def complete_multipart(self, key: str, multipart_id: str) -> BlobInfo:
        """Put the parts together, by number, as the blob. Once done, doing it again returns the blob.

        Each part but the last has MIN_PART_BYTES or more. Raises Conflict when no part has arrived, and when another
        blob has the key: it is left as it is, and the parts stay.
        """
        ...

    @abstractmethod
    def abort_multipart(self, key: str, multipart_id: str) -> None:
        """Forget the parts. What is not there is aborted already."""
        ...

    @abstractmethod
    def multiparts(self) -> Iterator[tuple[str, str, datetime]]:
        """Key, id and start of every multipart that has not ended."""
        ...

    @abstractmethod
    def remove_unfinished(self, before: datetime) -> int:
        """Remove what writes that never ended have left behind since before the moment; how many."""
        ...

    @abstractmethod
    def signed_part(
        self, key: str, multipart_id: str, n: int, size: int, valid_for: timedelta, *, sha256: str | None = None
    ) -> SignedRequest | None:
        """A PUT for one part, straight to the store; None where the store has no address of its own.

        The store refuses bytes of another size and, where the multipart was begun with `part_sha256`, of another
        SHA-256 than the one named here in hexadecimal: there it must be named, and nowhere else.
        """
        ...

    @abstractmethod
    def signed_get(self, key: str, filename: str, content_type: str, valid_for: timedelta) -> SignedRequest | None:
        """A GET for the bytes, straight from the store; None where the store has no address of its own."""
        ...

    @abstractmethod
    def ping(self) -> None:
        """Returns when the store would take a write; raises Unavailable otherwise."""
        ...


class Workspaces(Protocol):
    @abstractmethod
    def open(self) -> AbstractContextManager[Path]:
        """An empty folder for one piece of work, gone with all that is in it when the context closes."""
        ...

    @abstractmethod
    def remove_abandoned(self, before: datetime) -> int:
        """Remove the folders of workers that died, made before the moment; how many."""
        ...
