"""Objects that lie elsewhere, in a bucket or a folder: looked through and read, never written."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Protocol

from domain.source import SourceObject
from domain.values import ByteRange


class Sources(Protocol):
    """Addresses and URLs are those of domain.source. One of another scheme than `scheme` raises Invalid."""

    @property
    @abstractmethod
    def scheme(self) -> str:
        """Of the addresses that can be read: s3, file, …"""
        ...

    @abstractmethod
    def list(self, address: str) -> Iterator[SourceObject]:
        """All objects whose URL starts with the address, by URL, listed on as they are taken.

        Markers of folders, hidden files and links are left out. Raises NotFound, at the latest with the first object,
        when there is no such bucket or folder, or when it may not be read.
        """
        ...

    @abstractmethod
    def find(self, url: str) -> SourceObject: ...

    @abstractmethod
    def read(self, found: SourceObject, byte_range: ByteRange | None = None) -> Iterator[bytes]:
        """The bytes, in chunks of at most 1 MiB. The range lies inside the object.

        Raises, at the latest with the first chunk, NotFound when the object is gone and VersionMismatch when it is
        another than the one that was found.
        """
        ...
