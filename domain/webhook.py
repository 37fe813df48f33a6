"""Webhooks: where a library's events are sent, how they are signed, and what became of each."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import IllegalTransition, Invalid
from domain.event import KINDS, Event
from domain.values import LibraryId, WebhookId

SECRET_PREFIX = "whsec_"  # noqa: S105 - tells them from other secrets, is none itself
OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
PAUSED_AFTER = timedelta(days=5)  # of failure without an end
KEPT_FOR = timedelta(days=30)  # a delivery, with the event that it carries
MAX_URL_CHARS = 2048
MAX_ATTEMPTS_SHOWN = 20

RETRY_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
)
"""Between the tries of a delivery, over a day and a half: https://www.standardwebhooks.com, "Deliverability"."""

HELD_FOR = timedelta(minutes=1)  # by who sends it; after that it was lost with its process, and is sent again
TEST = "webhook.test"


class WebhookStatus(StrEnum):
    ACTIVE = "active"
    FAILING = "failing"  # the last delivery did not arrive; they are still sent
    PAUSED = "paused"  # nothing is sent


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told of a library's events of these `kinds`; of all, where there are none.

    The secret is kept as it is, since it signs. After it was changed both sign, so that the receiver has time.
    `reason` says in words why it is failing or paused.
    """

    id: WebhookId
    library_id: LibraryId
    url: str
    secret: str
    created_at: datetime
    kinds: tuple[str, ...] = ()
    status: WebhookStatus = WebhookStatus.ACTIVE
    reason: str | None = None
    failing_since: datetime | None = None
    old_secret: str | None = None
    old_secret_until: datetime | None = None
    version: int = 1

    @classmethod
    def create(
        cls, webhook_id: WebhookId, library_id: LibraryId, url: str, kinds: tuple[str, ...], now: datetime
    ) -> "Webhook":
        return cls(webhook_id, library_id, url, new_secret(), now, checked_kinds(kinds))

    @property
    def is_paused(self) -> bool:
        return self.status is WebhookStatus.PAUSED

    def wants(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    def changed(self, url: str | None = None, kinds: tuple[str, ...] | None = None) -> "Webhook":
        url = self.url if url is None else url
        kinds = self.kinds if kinds is None else checked_kinds(kinds)
        return self if (url, kinds) == (self.url, self.kinds) else self._next(url=url, kinds=kinds)

    def paused(self, reason: str) -> "Webhook":
        return self if self.is_paused else self._next(status=WebhookStatus.PAUSED, reason=reason)

    def resumed(self) -> "Webhook":
        """As if it had never failed."""
        return self._working() if self.is_paused else self

    def rotated(self, now: datetime) -> "Webhook":
        until = now + OLD_SECRET_SIGNS_FOR
        return self._next(secret=new_secret(), old_secret=self.secret, old_secret_until=until)

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """What signs, the newest first."""
        if self.old_secret is None or self.old_secret_until is None or now >= self.old_secret_until:
            return (self.secret,)
        return self.secret, self.old_secret

    def after(self, attempt: "Attempt", now: datetime) -> "Webhook":
        """What an attempt to deliver means for it. Most mean nothing new."""
        if self.is_paused:
            return self
        if attempt.arrived:
            return self._working() if self.status is WebhookStatus.FAILING else self
        if attempt.status_code == GONE:
            return self.paused("Its receiver answered 410: it is gone for good.")
        if self.failing_since is None:
            return self._next(status=WebhookStatus.FAILING, reason=attempt.error, failing_since=now)
        if now - self.failing_since >= PAUSED_AFTER:
            return self.paused(f"Nothing has arrived for {PAUSED_AFTER.days} days. The last time: {attempt.error}")
        return self

    def _working(self) -> "Webhook":
        return self._next(status=WebhookStatus.ACTIVE, reason=None, failing_since=None)

    def _next(self, **changes: object) -> "Webhook":
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]  # names checked by replace


GONE = 410


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request: what its receiver answered, or why there is no answer. `error` is None when it arrived."""

    at: datetime
    seconds: float
    status_code: int | None = None
    error: str | None = None

    @property
    def arrived(self) -> bool:
        return self.error is None


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"  # it has had all its tries, or its webhook was paused


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook, under the event's id. `due_at` is None once it is settled.

    Who sends it claims it by a new version: of two, one sends. `tries` counts since it was made or replayed.
    """

    webhook_id: WebhookId
    event: Event
    due_at: datetime | None
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()
    version: int = 1

    @classmethod
    def of(cls, event: Event, webhook: Webhook, now: datetime) -> "Delivery":
        """What comes while the webhook is paused can be replayed."""
        delivery = cls(webhook.id, event, now)
        return delivery.given_up("The webhook is paused.", now) if webhook.is_paused else delivery

    @property
    def id(self) -> str:
        return self.event.id

    @property
    def library_id(self) -> LibraryId:
        return self.event.library_id

    @property
    def is_exhausted(self) -> bool:
        """It has been claimed as often as it may be, whatever became of its claimers."""
        return self.tries > len(RETRY_AFTER)

    def claimed(self, now: datetime) -> "Delivery":
        """Raises IllegalTransition when it is settled or in other hands."""
        if self.due_at is None or now < self.due_at:
            raise IllegalTransition("The delivery is not due.", status=str(self.state))
        return self._next(due_at=now + HELD_FOR, tries=self.tries + 1)

    def answered(self, attempt: Attempt, now: datetime) -> "Delivery":
        """Settled, or due again later: after a 410 never."""
        attempts = (*self.attempts, attempt)[-MAX_ATTEMPTS_SHOWN:]
        if attempt.arrived:
            return self._next(attempts=attempts, state=DeliveryState.DELIVERED, due_at=None)
        if attempt.status_code == GONE or self.is_exhausted:
            return self._next(attempts=attempts, state=DeliveryState.DEAD, due_at=None)
        return self._next(attempts=attempts, due_at=now + self._pause())

    def given_up(self, reason: str, now: datetime) -> "Delivery":
        attempts = (*self.attempts, Attempt(now, 0.0, None, reason))[-MAX_ATTEMPTS_SHOWN:]
        return self._next(attempts=attempts, state=DeliveryState.DEAD, due_at=None)

    def replayed(self, now: datetime) -> "Delivery":
        """Due at once, with all its tries, whatever became of it before."""
        return self._next(state=DeliveryState.PENDING, due_at=now, tries=0)

    def _pause(self) -> timedelta:
        """With a tenth more at most, drawn from the id, so that what failed together comes back apart."""
        draw = int.from_bytes(hashlib.sha256(f"{self.id}:{self.tries}".encode()).digest()[:4]) / 2**32
        return RETRY_AFTER[self.tries - 1] * (1 + 0.1 * draw)

    def _next(self, **changes: object) -> "Delivery":
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]  # names checked by replace


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def checked_kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, in order. Raises Invalid for one that there is not."""
    for kind in kinds:
        if kind not in KINDS:
            raise Invalid(
                f"There is no event {kind[:64]!r}. There are: {', '.join(KINDS)}.", field="kinds", known=list(KINDS)
            )
    return tuple(sorted(set(kinds)))


def signature(signing: tuple[str, ...], message_id: str, timestamp: int, body: bytes) -> str:
    """The header of Standard Webhooks: a version and an HMAC-SHA256 for each secret, with blanks between them."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    keys = (base64.b64decode(secret.removeprefix(SECRET_PREFIX)) for secret in signing)
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
