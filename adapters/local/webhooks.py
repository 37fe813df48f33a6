"""Webhooks and their deliveries, in SQLite."""

from collections.abc import Iterator
from datetime import datetime

from adapters import codec, cursors, refusals
from adapters.local import rows
from adapters.local.database import Database
from domain.audit import AuditEntry
from domain.ports.events import Deliveries, DeliveryQuery, Webhooks
from domain.values import LibraryId, Page, WebhookId
from domain.webhook import Delivery, Webhook


class SqliteWebhooks(Webhooks):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, webhook: Webhook, audit: AuditEntry) -> None:
        with self._database.writing() as connection:
            rows.add(connection, "webhook", "webhooks", _row(webhook))
            rows.append_audit(connection, audit)

    def save(self, webhook: Webhook, replaces: int, audit: AuditEntry | None = None) -> None:
        with self._database.writing() as connection:
            rows.replace(connection, "webhook", "webhooks", _row(webhook), replaces)
            if audit is not None:
                rows.append_audit(connection, audit)

    def get(self, library_id: LibraryId, webhook_id: WebhookId) -> Webhook:
        query = "SELECT doc FROM webhooks WHERE id = ? AND library_id = ?"
        with self._database.reading() as connection:
            webhook = rows.read_one(connection, Webhook, query, webhook_id, library_id)
        if webhook is None:
            raise refusals.unknown("webhook", webhook_id)
        return webhook

    def of_library(self, library_id: LibraryId) -> tuple[Webhook, ...]:
        query = "SELECT doc FROM webhooks WHERE library_id = ? ORDER BY id"
        with self._database.reading() as connection:
            return rows.read_all(connection, Webhook, query, library_id)

    def all(self) -> Iterator[Webhook]:
        with self._database.reading() as connection:
            return iter(rows.read_all(connection, Webhook, "SELECT doc FROM webhooks"))

    def remove(self, webhook: Webhook, replaces: int, audit: AuditEntry) -> None:
        with self._database.writing() as connection:
            rows.require_version(connection, "webhook", "webhooks", _row(webhook), replaces)
            connection.execute("DELETE FROM webhooks WHERE id = ?", (webhook.id,))
            rows.append_audit(connection, audit)


def _row(webhook: Webhook) -> rows.Row:
    return {
        "id": webhook.id,
        "library_id": webhook.library_id,
        "version": webhook.version,
        "doc": codec.written(webhook),
    }


class SqliteDeliveries(Deliveries):
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, delivery: Delivery) -> bool:
        with self._database.writing() as connection:
            added = connection.execute(
                "INSERT OR IGNORE INTO deliveries"
                " (webhook_id, id, library_id, version, state, created_at, due_at, doc)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    delivery.webhook_id,
                    delivery.id,
                    delivery.library_id,
                    delivery.version,
                    delivery.state.value,
                    cursors.moment(delivery.event.at),
                    _due_at(delivery),
                    codec.written(delivery),
                ),
            )
            return added.rowcount == 1

    def save(self, delivery: Delivery, replaces: int) -> None:
        place = (delivery.webhook_id, delivery.id)
        with self._database.writing() as connection:
            query = "SELECT version FROM deliveries WHERE webhook_id = ? AND id = ?"
            stored = connection.execute(query, place).fetchone()
            if stored is None:
                raise refusals.unknown("delivery", delivery.id)
            if stored[0] != replaces:
                raise refusals.changed("delivery", delivery.id, stored[0], replaces)
            connection.execute(
                "UPDATE deliveries SET version = ?, state = ?, due_at = ?, doc = ? WHERE webhook_id = ? AND id = ?",
                (delivery.version, delivery.state.value, _due_at(delivery), codec.written(delivery), *place),
            )

    def get(self, library_id: LibraryId, webhook_id: WebhookId, delivery_id: str) -> Delivery:
        query = "SELECT doc FROM deliveries WHERE webhook_id = ? AND id = ? AND library_id = ?"
        with self._database.reading() as connection:
            delivery = rows.read_one(connection, Delivery, query, webhook_id, delivery_id, library_id)
        if delivery is None:
            raise refusals.unknown("delivery", delivery_id)
        return delivery

    def due(self, webhook_id: WebhookId, now: datetime, limit: int) -> tuple[Delivery, ...]:
        query = "SELECT doc FROM deliveries WHERE webhook_id = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?"
        with self._database.reading() as connection:
            return rows.read_all(connection, Delivery, query, webhook_id, cursors.moment(now), limit)

    def search(self, library_id: LibraryId, query: DeliveryQuery) -> Page[Delivery]:
        start = cursors.read(library_id, query, str)
        asked = {
            "webhook_id = ?": query.webhook_id,
            "library_id = ?": library_id,
            "state = ?": query.state.value if query.state else None,
            "created_at >= ?": cursors.moment(query.since) if query.since else None,
            "created_at < ?": cursors.moment(query.until) if query.until else None,
            "id < ?": None if start is None else str(start[0]),
        }
        conditions = {sql: value for sql, value in asked.items() if value is not None}
        with self._database.reading() as connection:
            found = rows.read_all(
                connection,
                Delivery,
                f"SELECT doc FROM deliveries WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?",  # noqa: S608 - words of this program
                *conditions.values(),
                query.limit + 1,
            )
        items = found[: query.limit]
        more = len(found) > query.limit
        return Page(items, cursors.written(library_id, query, (items[-1].id, "delivery")) if more else None)

    def purge(self, before: datetime) -> int:
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM deliveries WHERE created_at < ?", (cursors.moment(before),)).rowcount


def _due_at(delivery: Delivery) -> str | None:
    return cursors.moment(delivery.due_at) if delivery.due_at else None
