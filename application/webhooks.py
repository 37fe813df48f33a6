"""Webhooks as admins see them: made, changed, tested, and what became of their deliveries."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from application.deliver import Courier
from domain.access import Actor, Permission
from domain.audit import AuditEntry
from domain.errors import Conflict, VersionMismatch
from domain.event import Event
from domain.ports.events import Deliveries, DeliveryQuery, Webhooks, WebhookSender
from domain.ports.world import Clock, Ids
from domain.values import Page, WebhookId
from domain.webhook import TEST, Delivery, DeliveryState, Webhook

MAX_WEBHOOKS = 20  # of a library: each event is stored for each of them
MAX_REPLAYED = 1000  # of one request
PAGE = 200


@dataclass(frozen=True)
class CreateWebhook:
    """The secret is in the answer, and in that to a rotation, and nowhere else."""

    webhooks: Webhooks
    webhook_sender: WebhookSender
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, url: str, kinds: tuple[str, ...] = ()) -> Webhook:
        actor.require(Permission.ADMINISTER)
        now = self.clock.now()
        webhook = Webhook.create(WebhookId(self.ids.next()), actor.library_id, url, kinds, now)
        if len(self.webhooks.of_library(actor.library_id)) >= MAX_WEBHOOKS:
            raise Conflict(f"A library has at most {MAX_WEBHOOKS} webhooks. Remove one.")
        self.webhook_sender.check(url)
        entry = AuditEntry.of_change(self.ids.next(), now, actor, "webhook.create", before=None, after=webhook)
        self.webhooks.add(webhook, entry)
        return webhook


@dataclass(frozen=True)
class ListWebhooks:
    webhooks: Webhooks

    def __call__(self, actor: Actor) -> tuple[Webhook, ...]:
        actor.require(Permission.ADMINISTER)
        return self.webhooks.of_library(actor.library_id)


@dataclass(frozen=True)
class GetWebhook:
    webhooks: Webhooks

    def __call__(self, actor: Actor, webhook_id: WebhookId) -> Webhook:
        actor.require(Permission.ADMINISTER)
        return self.webhooks.get(actor.library_id, webhook_id)


@dataclass(frozen=True)
class ChangeWebhook:
    """Other address, other kinds, paused or not; what is None stays."""

    webhooks: Webhooks
    webhook_sender: WebhookSender
    clock: Clock
    ids: Ids

    def __call__(
        self,
        actor: Actor,
        webhook_id: WebhookId,
        version: int,
        *,
        url: str | None = None,
        kinds: tuple[str, ...] | None = None,
        paused: bool | None = None,
    ) -> Webhook:
        def change(webhook: Webhook, _: datetime) -> Webhook:
            changed = webhook.changed(url, kinds)
            if paused is None:
                return changed
            return changed.paused(f"{actor.name} has paused it.") if paused else changed.resumed()

        actor.require(Permission.ADMINISTER)
        if url is not None:
            self.webhook_sender.check(url)
        return _stored(self, actor, webhook_id, version=version, action="webhook.change", change=change)


@dataclass(frozen=True)
class RotateSecret:
    """A new secret, in the answer and nowhere else; the old one signs, too, for a day."""

    webhooks: Webhooks
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, webhook_id: WebhookId, version: int) -> Webhook:
        actor.require(Permission.ADMINISTER)
        return _stored(
            self,
            actor,
            webhook_id,
            version=version,
            action="webhook.rotate",
            change=lambda webhook, now: webhook.rotated(now),
        )


@dataclass(frozen=True)
class RemoveWebhook:
    webhooks: Webhooks
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, webhook_id: WebhookId, version: int) -> None:
        actor.require(Permission.ADMINISTER)
        webhook = _at_version(self.webhooks, actor, webhook_id, version)
        entry = AuditEntry.of_change(
            self.ids.next(), self.clock.now(), actor, "webhook.remove", before=webhook, after=None
        )
        self.webhooks.remove(webhook, replaces=webhook.version, audit=entry)


@dataclass(frozen=True)
class SendTest:
    """An event of no meaning, whatever kinds the webhook is for: a delivery as any other."""

    webhooks: Webhooks
    deliveries: Deliveries
    courier: Courier
    clock: Clock
    ids: Ids

    def __call__(self, actor: Actor, webhook_id: WebhookId) -> Delivery:
        actor.require(Permission.ADMINISTER)
        webhook = self.webhooks.get(actor.library_id, webhook_id)
        now = self.clock.now()
        delivery = Delivery.of(Event(actor.library_id, TEST, webhook.id, now, {}, self.ids.next()), webhook, now)
        self.deliveries.add(delivery)
        self.courier.hand(webhook, delivery)
        return delivery


@dataclass(frozen=True)
class SearchDeliveries:
    webhooks: Webhooks
    deliveries: Deliveries

    def __call__(self, actor: Actor, query: DeliveryQuery) -> Page[Delivery]:
        actor.require(Permission.ADMINISTER)
        self.webhooks.get(actor.library_id, query.webhook_id)
        return self.deliveries.search(actor.library_id, query)


@dataclass(frozen=True)
class ReplayDelivery:
    """Sends an event once more, whatever became of it, under its id."""

    webhooks: Webhooks
    deliveries: Deliveries
    courier: Courier
    clock: Clock

    def __call__(self, actor: Actor, webhook_id: WebhookId, delivery_id: str) -> Delivery:
        actor.require(Permission.ADMINISTER)
        webhook = self.webhooks.get(actor.library_id, webhook_id)
        delivery = self.deliveries.get(actor.library_id, webhook_id, delivery_id)
        return self.again(webhook, delivery)

    def again(self, webhook: Webhook, delivery: Delivery) -> Delivery:
        if webhook.is_paused:
            raise Conflict("The webhook is paused. Resume it, then replay.")
        replayed = delivery.replayed(self.clock.now())
        self.deliveries.save(replayed, replaces=delivery.version)
        self.courier.hand(webhook, replayed)
        return replayed


@dataclass(frozen=True)
class ReplayDeliveries:
    """All that the query matches and that is settled, newest first; how many, and the cursor where there are more."""

    webhooks: Webhooks
    deliveries: Deliveries
    replay_delivery: ReplayDelivery

    def __call__(self, actor: Actor, query: DeliveryQuery) -> tuple[int, str | None]:
        actor.require(Permission.ADMINISTER)
        webhook = self.webhooks.get(actor.library_id, query.webhook_id)
        query = replace(query, limit=PAGE)
        replayed = 0
        for _ in range(MAX_REPLAYED // PAGE):  # of those that are pending, none
            page = self.deliveries.search(actor.library_id, query)
            replayed += sum(self._again(webhook, delivery) for delivery in page.items)
            query = replace(query, cursor=page.next_cursor)
            if page.next_cursor is None:
                break
        return replayed, query.cursor

    def _again(self, webhook: Webhook, delivery: Delivery) -> bool:
        if delivery.state is DeliveryState.PENDING:
            return False
        try:
            self.replay_delivery.again(webhook, delivery)
        except VersionMismatch:
            return False  # it is being sent or replayed in this very moment
        return True


def _stored(
    use_case: ChangeWebhook | RotateSecret,
    actor: Actor,
    webhook_id: WebhookId,
    *,
    version: int,
    action: str,
    change: Callable[[Webhook, datetime], Webhook],
) -> Webhook:
    webhook = _at_version(use_case.webhooks, actor, webhook_id, version)
    now = use_case.clock.now()
    changed = change(webhook, now)
    if changed is not webhook:
        entry = AuditEntry.of_change(use_case.ids.next(), now, actor, action, before=webhook, after=changed)
        use_case.webhooks.save(changed, replaces=webhook.version, audit=entry)
    return changed


def _at_version(webhooks: Webhooks, actor: Actor, webhook_id: WebhookId, version: int) -> Webhook:
    webhook = webhooks.get(actor.library_id, webhook_id)
    if webhook.version != version:
        raise VersionMismatch("The webhook has changed. Load it again, then repeat the change.")
    return webhook
