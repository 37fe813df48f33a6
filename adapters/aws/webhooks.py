"""Webhooks and their deliveries, in DynamoDB."""

from collections.abc import Iterator
from datetime import datetime

from adapters import refusals
from adapters.aws import versioned
from adapters.aws.due import due, overdue
from adapters.aws.items import Item, Key, document, key, read
from adapters.aws.listing import newest_first
from adapters.aws.schema import TTL
from adapters.aws.table import Range, Refused, Table
from adapters.aws.versioned import Record, write_once
from adapters.aws.writes import ABSENT, at_version, put
from domain.audit import AuditEntry
from domain.ports.events import Deliveries, DeliveryQuery, Webhooks
from domain.values import LibraryId, Page, WebhookId
from domain.webhook import KEPT_FOR, Delivery, Webhook

_WEBHOOKS = "webhooks"
_AFTER = "$"  # the character after the `#` that ends a library's id


class DynamoWebhooks(Webhooks):
    """All in one partition, in the order of their libraries: a query finds those of one, or all."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, webhook: Webhook, audit: AuditEntry) -> None:
        versioned.add(self._table, _record(webhook), audit)

    def save(self, webhook: Webhook, replaces: int, audit: AuditEntry | None = None) -> None:
        versioned.save(self._table, _record(webhook), replaces, audit)

    def get(self, library_id: LibraryId, webhook_id: WebhookId) -> Webhook:
        item = self._table.get((_WEBHOOKS, key(library_id, webhook_id)))
        if item is None:
            raise refusals.unknown("webhook", webhook_id)
        return read(Webhook, item)

    def of_library(self, library_id: LibraryId) -> tuple[Webhook, ...]:
        own = Range(_WEBHOOKS, least=key(library_id, ""), below=library_id + _AFTER)
        return tuple(read(Webhook, item) for item in self._table.items(own))

    def all(self) -> Iterator[Webhook]:
        return (read(Webhook, item) for item in self._table.items(Range(_WEBHOOKS)))

    def remove(self, webhook: Webhook, replaces: int, audit: AuditEntry) -> None:
        versioned.remove(self._table, _record(webhook), replaces, audit)


def _record(webhook: Webhook) -> Record:
    item: Item = {
        "pk": _WEBHOOKS,
        "sk": key(webhook.library_id, webhook.id),
        "version": webhook.version,
        "doc": document(webhook),
    }
    return Record("webhook", webhook.id, item)


class DynamoDeliveries(Deliveries):
    """Those of a webhook are one partition, in the order of their events' ids, which is that of time."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, delivery: Delivery) -> bool:
        try:
            write_once(self._table, put(_item(delivery), ABSENT))
        except Refused:
            return False
        return True

    def save(self, delivery: Delivery, replaces: int) -> None:
        try:
            write_once(self._table, put(_item(delivery), at_version(replaces)))
        except Refused as refused:
            stored = refused.found[0]
            if stored is None:
                raise refusals.unknown("delivery", delivery.id) from refused
            raise refusals.changed("delivery", delivery.id, int(str(stored["version"])), replaces) from refused

    def get(self, library_id: LibraryId, webhook_id: WebhookId, delivery_id: str) -> Delivery:
        item = self._table.get(_key(webhook_id, delivery_id))
        delivery = item and read(Delivery, item)
        if not delivery or delivery.library_id != library_id:
            raise refusals.unknown("delivery", delivery_id)
        return delivery

    def due(self, webhook_id: WebhookId, now: datetime, limit: int) -> tuple[Delivery, ...]:
        return tuple(read(Delivery, item) for item in overdue(self._table, _due_of(webhook_id), now, limit))

    def search(self, library_id: LibraryId, query: DeliveryQuery) -> Page[Delivery]:
        def wanted(delivery: Delivery) -> bool:
            return delivery.library_id == library_id and query.matches(delivery)

        asked = Range(_partition(query.webhook_id))
        return newest_first(self._table, Delivery, library_id, query, asked=asked, wanted=wanted)

    def purge(self, before: datetime) -> int:
        """The table's TTL forgets them."""
        return 0


def _item(delivery: Delivery) -> Item:
    pk, sk = _key(delivery.webhook_id, delivery.id)
    return {
        "pk": pk,
        "sk": sk,
        "version": delivery.version,
        "doc": document(delivery),
        TTL: int((delivery.event.at + KEPT_FOR).timestamp()),
        **({} if delivery.due_at is None else due(_due_of(delivery.webhook_id), delivery.id, delivery.due_at)),
    }


def _key(webhook_id: WebhookId, delivery_id: str) -> Key:
    return _partition(webhook_id), key(delivery_id, "delivery")


def _partition(webhook_id: WebhookId) -> str:
    return key("deliveries", webhook_id)


def _due_of(webhook_id: WebhookId) -> str:
    return key("delivery", webhook_id)
