"""What happened, on its way to those who want to know."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.audit import AuditEntry
from domain.event import Event
from domain.values import LibraryId, Page, WebhookId
from domain.webhook import Attempt, Delivery, DeliveryState, Webhook


class Outbox(Protocol):
    """The events that are still to be handed on. The stores put them here, each together with its change."""

    @abstractmethod
    def pending(self, before: datetime, limit: int) -> tuple[Event, ...]:
        """Of all libraries, those that happened at the moment or before it, oldest first."""
        ...

    @abstractmethod
    def done(self, events: Sequence[Event]) -> None:
        """Take them out. What is not there is done already."""
        ...


class Webhooks(Protocol):
    @abstractmethod
    def add(self, webhook: Webhook, audit: AuditEntry) -> None: ...

    @abstractmethod
    def save(self, webhook: Webhook, replaces: int, audit: AuditEntry | None = None) -> None:
        """`audit` is for what a person did, and for a pause."""
        ...

    @abstractmethod
    def get(self, library_id: LibraryId, webhook_id: WebhookId) -> Webhook: ...

    @abstractmethod
    def of_library(self, library_id: LibraryId) -> tuple[Webhook, ...]:
        """Oldest first."""
        ...

    @abstractmethod
    def all(self) -> Iterator[Webhook]:
        """Of all libraries, in no certain order, read on as they are taken."""
        ...

    @abstractmethod
    def remove(self, webhook: Webhook, replaces: int, audit: AuditEntry) -> None:
        """Its deliveries are forgotten in their time."""
        ...


@dataclass(frozen=True, slots=True)
class DeliveryQuery:
    """Newest event first; None leaves a field open. `since` is inclusive, `until` exclusive, of the events' time."""

    webhook_id: WebhookId
    state: DeliveryState | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 50
    cursor: str | None = None

    def matches(self, delivery: Delivery) -> bool:
        return (
            self.state in {None, delivery.state}
            and (self.since is None or self.since <= delivery.event.at)
            and (self.until is None or delivery.event.at < self.until)
        )


class Deliveries(Protocol):
    @abstractmethod
    def add(self, delivery: Delivery) -> bool:
        """False where the webhook has one of the event already; then nothing is stored."""
        ...

    @abstractmethod
    def save(self, delivery: Delivery, replaces: int) -> None: ...

    @abstractmethod
    def get(self, library_id: LibraryId, webhook_id: WebhookId, delivery_id: str) -> Delivery: ...

    @abstractmethod
    def due(self, webhook_id: WebhookId, now: datetime, limit: int) -> tuple[Delivery, ...]:
        """Longest ago first."""
        ...

    @abstractmethod
    def search(self, library_id: LibraryId, query: DeliveryQuery) -> Page[Delivery]: ...

    @abstractmethod
    def purge(self, before: datetime) -> int:
        """Forget the deliveries of older events, where the store does not forget them by itself after KEPT_FOR."""
        ...


class WebhookSender(Protocol):
    """The world's network, as far as a webhook may reach into it."""

    @abstractmethod
    def check(self, url: str) -> None:
        """Raises Invalid for what is no address of the public internet, and says why."""
        ...

    @abstractmethod
    def send(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Attempt:
        """One POST. Never raises: what goes wrong is in the answer. Whatever `check` refuses is not sent, either."""
        ...
