"""Webhooks and their deliveries, in memory."""

import threading
from collections.abc import Iterator
from datetime import datetime

from adapters import cursors, refusals
from adapters.memory.access import AuditLog
from domain.audit import AuditEntry
from domain.ports.events import Deliveries, DeliveryQuery, Webhooks
from domain.values import LibraryId, Page, WebhookId
from domain.webhook import Delivery, Webhook


class MemoryWebhooks(Webhooks):
    def __init__(self, audit_log: AuditLog) -> None:
        self._log = audit_log
        self._webhooks: dict[WebhookId, Webhook] = {}

    def add(self, webhook: Webhook, audit: AuditEntry) -> None:
        with self._log.lock:
            if webhook.id in self._webhooks:
                raise refusals.taken("webhook", webhook.id)
            self._log.append(audit)
            self._webhooks[webhook.id] = webhook

    def save(self, webhook: Webhook, replaces: int, audit: AuditEntry | None = None) -> None:
        with self._log.lock:
            self._require_version(webhook, replaces)
            self._log.append(audit)
            self._webhooks[webhook.id] = webhook

    def get(self, library_id: LibraryId, webhook_id: WebhookId) -> Webhook:
        with self._log.lock:
            webhook = self._webhooks.get(webhook_id)
        if webhook is None or webhook.library_id != library_id:
            raise refusals.unknown("webhook", webhook_id)
        return webhook

    def of_library(self, library_id: LibraryId) -> tuple[Webhook, ...]:
        return tuple(sorted((w for w in self.all() if w.library_id == library_id), key=lambda webhook: webhook.id))

    def all(self) -> Iterator[Webhook]:
        with self._log.lock:
            return iter(tuple(self._webhooks.values()))

    def remove(self, webhook: Webhook, replaces: int, audit: AuditEntry) -> None:
        with self._log.lock:
            self._require_version(webhook, replaces)
            self._log.append(audit)
            del self._webhooks[webhook.id]

    def _require_version(self, webhook: Webhook, replaces: int) -> None:
        stored = self.get(webhook.library_id, webhook.id)
        if stored.version != replaces:
            raise refusals.changed("webhook", webhook.id, stored.version, replaces)


class MemoryDeliveries(Deliveries):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deliveries: dict[tuple[WebhookId, str], Delivery] = {}

    def add(self, delivery: Delivery) -> bool:
        with self._lock:
            stored = self._deliveries.setdefault((delivery.webhook_id, delivery.id), delivery)
            return stored is delivery

    def save(self, delivery: Delivery, replaces: int) -> None:
        with self._lock:
            stored = self._deliveries.get((delivery.webhook_id, delivery.id))
            if stored is None:
                raise refusals.unknown("delivery", delivery.id)
            if stored.version != replaces:
                raise refusals.changed("delivery", delivery.id, stored.version, replaces)
            self._deliveries[delivery.webhook_id, delivery.id] = delivery

    def get(self, library_id: LibraryId, webhook_id: WebhookId, delivery_id: str) -> Delivery:
        with self._lock:
            delivery = self._deliveries.get((webhook_id, delivery_id))
        if delivery is None or delivery.library_id != library_id:
            raise refusals.unknown("delivery", delivery_id)
        return delivery

    def due(self, webhook_id: WebhookId, now: datetime, limit: int) -> tuple[Delivery, ...]:
        dated = [(d.due_at, d.id, d) for d in self._of(webhook_id) if d.due_at is not None and d.due_at <= now]
        return tuple(delivery for _, _, delivery in sorted(dated, key=lambda row: row[:2])[:limit])

    def search(self, library_id: LibraryId, query: DeliveryQuery) -> Page[Delivery]:
        start = cursors.read(library_id, query, str)
        found = sorted(
            (d for d in self._of(query.webhook_id) if d.library_id == library_id and query.matches(d)),
            key=lambda delivery: delivery.id,
            reverse=True,
        )
        if start is not None:
            found = [delivery for delivery in found if delivery.id < str(start[0])]
        items = tuple(found[: query.limit])
        more = len(found) > query.limit
        return Page(items, cursors.written(library_id, query, (items[-1].id, "delivery")) if more else None)

    def purge(self, before: datetime) -> int:
        with self._lock:
            old = [place for place, delivery in self._deliveries.items() if delivery.event.at < before]
            for place in old:
                del self._deliveries[place]
            return len(old)

    def _of(self, webhook_id: WebhookId) -> tuple[Delivery, ...]:
        with self._lock:
            return tuple(d for (owner, _), d in self._deliveries.items() if owner == webhook_id)
