"""A request that carries an Idempotency-Key is carried out once; its answer is kept for those who ask again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.errors import IdempotencyKeyReused, Invalid, RequestInProgress
from domain.values import LibraryId

KEPT_FOR = timedelta(hours=24)
# Without a sign of life: what a crash cut short blocks its key for so long, and a body that still arrives renews it.
IN_PROGRESS_FOR = timedelta(minutes=10)
RENEW_EVERY = timedelta(minutes=1)
MAX_KEY_CHARS = 255


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """`fingerprint` tells this request from another under the same key; `answer` is None while it is carried out."""

    library_id: LibraryId
    key: str
    fingerprint: str
    started_at: datetime
    expires_at: datetime
    answer: Answer | None = field(default=None)

    @classmethod
    def start(cls, library_id: LibraryId, key: str, fingerprint: str, now: datetime) -> "IdempotentRequest":
        if not 1 <= len(key) <= MAX_KEY_CHARS or not key.isascii() or not key.isprintable():
            raise Invalid(
                f"Idempotency-Key must have 1 to {MAX_KEY_CHARS} printable ASCII characters.",
                field="Idempotency-Key",
            )
        return cls(library_id, key, fingerprint, now, now + IN_PROGRESS_FOR)

    def is_due_for_renewal(self, now: datetime) -> bool:
        return now >= self.expires_at - IN_PROGRESS_FOR + RENEW_EVERY

    def renewed(self, now: datetime) -> "IdempotentRequest":
        return replace(self, expires_at=now + IN_PROGRESS_FOR)

    def answered(self, answer: Answer) -> "IdempotentRequest":
        return replace(self, answer=answer, expires_at=self.started_at + KEPT_FOR)

    def replay(self, fingerprint: str) -> Answer:
        """The kept answer.

        Raises:
            IdempotencyKeyReused: the key came with another request before.
            RequestInProgress: the first request has not been answered yet.
        """
        if self.fingerprint != fingerprint:
            raise IdempotencyKeyReused("This Idempotency-Key was sent with another request. Use a new one.")
        if self.answer is None:
            raise RequestInProgress(
                "The first request with this Idempotency-Key is still being carried out. Ask again."
            )
        return self.answer
