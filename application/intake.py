"""Bytes on their way in: counted, hashed and looked at while they pass, so that what is wrong is never stored."""

import hashlib
from collections.abc import Callable, Iterable, Iterator

from domain.errors import Incomplete, TooLarge
from domain.values import require_digest

HEAD_BYTES = 4096


class Intake:
    """Passes chunks on once. After the last one `size_bytes` and `sha256` are known.

    Raises, out of the iteration, TooLarge past `max_bytes`, what `look_at_head` raises for the first 4 KiB,
    Incomplete when the end comes before `announced_size`, and DigestMismatch at the end.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        *,
        max_bytes: int,
        look_at_head: Callable[[bytes], object],
        announced_sha256: str | None = None,
        announced_size: int | None = None,
    ) -> None:
        self._chunks = chunks
        self._max_bytes = max_bytes
        self._look_at_head = look_at_head
        self._announced_sha256 = announced_sha256
        self._announced_size = announced_size
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        head: bytes | None = b""
        for chunk in self._chunks:
            self.size_bytes += len(chunk)
            if self.size_bytes > self._max_bytes:
                raise TooLarge(
                    f"The file is larger than the limit of {self._max_bytes} bytes.", limit_bytes=self._max_bytes
                )
            self._hash.update(chunk)
            if head is None:
                yield chunk
                continue
            head += chunk
            if len(head) >= HEAD_BYTES:
                self._look_at_head(head[:HEAD_BYTES])
                yield head
                head = None
        if self._announced_size is not None and self.size_bytes != self._announced_size:
            raise Incomplete(
                f"{self._announced_size} bytes were announced and {self.size_bytes} arrived. Send the file again.",
                announced_bytes=self._announced_size,
                received_bytes=self.size_bytes,
            )
        if head is not None:
            self._look_at_head(head)
            yield head
        require_digest(self._announced_sha256, self.sha256)
