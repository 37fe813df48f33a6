"""Sending events to webhooks: each is a delivery that is due until it has arrived or is dead."""

import json
import logging
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from domain.access import system_actor
from domain.audit import AuditEntry
from domain.errors import AudioBackendError, NotFound, VersionMismatch
from domain.event import Event
from domain.ports.events import Deliveries, Webhooks, WebhookSender
from domain.ports.world import Clock, Ids
from domain.webhook import KEPT_FOR, Attempt, Delivery, Webhook, signature

log = logging.getLogger(__name__)

THREADS = 16  # webhooks that are sent to at a time
AT_ONCE = 8  # threads that send right after an event, and how many of them one webhook may have
AT_ONCE_FOR_ONE = 2
BATCH = 100
ROUND = timedelta(seconds=40)  # of one webhook in a run, so that one with much to come has the others wait no longer
SLOW_SECONDS = 5.0  # a try that failed after so long: the others will not arrive now, either


@dataclass(frozen=True)
class SendDelivery:
    """One try. Of two that send the same delivery, one does; None is for the other."""

    webhooks: Webhooks
    deliveries: Deliveries
    webhook_sender: WebhookSender
    clock: Clock
    ids: Ids

    def __call__(self, webhook: Webhook, delivery: Delivery) -> Attempt | None:
        now = self.clock.now()
        why_not = _why_not(webhook, delivery)
        claimed = delivery.given_up(why_not, now) if why_not else delivery.claimed(now)
        try:
            self.deliveries.save(claimed, replaces=delivery.version)
        except (VersionMismatch, NotFound):
            return None
        if why_not:
            return None
        body = body_of(delivery.event)
        headers = headers_of(webhook, delivery.event, body, self.clock)
        attempt = self.webhook_sender.send(webhook.url, headers, body, now)
        self.deliveries.save(claimed.answered(attempt, self.clock.now()), replaces=claimed.version)
        self._mark(webhook, attempt)
        return attempt

    def _mark(self, webhook: Webhook, attempt: Attempt) -> None:
        """What the attempt says of the webhook. Where somebody changes it meanwhile, the next attempt says it again."""
        now = self.clock.now()
        marked = webhook.after(attempt, now)
        if marked is webhook:
            return
        entry = None
        if marked.is_paused:
            actor = system_actor(webhook.library_id, "send-webhooks")
            entry = AuditEntry.of_change(self.ids.next(), now, actor, "webhook.pause", before=webhook, after=marked)
        try:
            self.webhooks.save(marked, replaces=webhook.version, audit=entry)
        except (VersionMismatch, NotFound):
            log.info("webhook %s was changed while it was sent to", webhook.id)


@dataclass(frozen=True)
class SendDeliveries:
    """All that is due, a thread for each webhook and so many webhooks at a time: one that is slow holds up itself."""

    webhooks: Webhooks
    deliveries: Deliveries
    send_delivery: SendDelivery
    clock: Clock

    def __call__(self) -> dict[str, int]:
        counts: Counter[str] = Counter(webhooks_delivered=0, webhooks_failed=0)
        found = tuple(self.webhooks.all())
        waiting, lock = iter(found), threading.Lock()

        def work() -> None:
            for webhook in _shared(waiting, lock):
                counted = self._round(webhook)
                with lock:
                    counts.update(counted)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(min(THREADS, len(found)))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.deliveries.purge(self.clock.now() - KEPT_FOR)
        return dict(counts)

    def _round(self, webhook: Webhook) -> Counter[str]:
        counted: Counter[str] = Counter()
        ends = self.clock.now() + ROUND
        try:
            for delivery in self._due(webhook):
                webhook = self.webhooks.get(webhook.library_id, webhook.id)  # as the one before has left it
                attempt = self.send_delivery(webhook, delivery)
                if attempt is None:
                    continue
                counted["webhooks_delivered" if attempt.arrived else "webhooks_failed"] += 1
                if self.clock.now() >= ends or (attempt.error and attempt.seconds >= SLOW_SECONDS):
                    break
        except NotFound:
            log.info("webhook %s was removed while it was sent to", webhook.id)
        except AudioBackendError as error:
            log.warning("webhook %s is left for the next time: %s: %s", webhook.id, error.code, error.detail)
        except Exception:
            # Others wait behind it for this thread.
            log.exception("webhook %s is left for the next time", webhook.id)
        return counted

    def _due(self, webhook: Webhook) -> Iterator[Delivery]:
        """What is due now, a batch at a time: none of it is due any more once it was taken."""
        now = self.clock.now()
        while batch := self.deliveries.due(webhook.id, now, BATCH):
            yield from batch
            if len(batch) < BATCH:
                return


class Courier:
    """Sends what has just become due, in threads of its own, once it is started: a service starts one, a command does
    not. What it has no hands for, or drops with its process, is due and sent by send-webhooks."""

    def __init__(self, send_delivery: SendDelivery) -> None:
        self._send = send_delivery
        self._lock = threading.Lock()
        self._busy: Counter[str] = Counter()
        self._started = False

    def start(self) -> None:
        self._started = True

    def hand(self, webhook: Webhook, delivery: Delivery) -> None:
        with self._lock:
            full = self._busy.total() >= AT_ONCE or self._busy[webhook.id] >= AT_ONCE_FOR_ONE
            if not self._started or full or delivery.due_at is None:
                return
            self._busy[webhook.id] += 1
        threading.Thread(target=self._carry, args=(webhook, delivery), name="courier", daemon=True).start()

    def _carry(self, webhook: Webhook, delivery: Delivery) -> None:
        try:
            self._send(webhook, delivery)
        except AudioBackendError as error:
            log.warning("delivery %s is left for send-webhooks: %s: %s", delivery.id, error.code, error.detail)
        finally:
            with self._lock:
                self._busy[webhook.id] -= 1


def body_of(event: Event) -> bytes:
    """CloudEvents 1.0, structured mode: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md"""
    told = {
        "specversion": "1.0",
        "id": event.id,
        "source": f"/libraries/{event.library_id}",
        "type": event.kind,
        "subject": event.subject_id,
        "time": event.at.isoformat(),
        "datacontenttype": "application/json",
        "data": {"id": event.subject_id, **event.data},
    }
    return json.dumps(told).encode()


def headers_of(webhook: Webhook, event: Event, body: bytes, clock: Clock) -> dict[str, str]:
    """As Standard Webhooks says; the time is that of the try, since receivers refuse what is minutes old."""
    now = clock.now()
    stamp = int(now.timestamp())
    return {
        "Content-Type": "application/cloudevents+json; charset=UTF-8",
        "User-Agent": "audio-backend",
        "webhook-id": event.id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature(webhook.secrets_at(now), event.id, stamp, body),
    }


def _why_not(webhook: Webhook, delivery: Delivery) -> str | None:
    if webhook.is_paused:
        return "The webhook is paused."
    return "Whoever sent it was lost each time." if delivery.is_exhausted else None


def _shared(webhooks: Iterator[Webhook], lock: threading.Lock) -> Iterator[Webhook]:
    """Each of them for one of the threads that take."""
    while True:
        with lock:
            webhook = next(webhooks, None)
        if webhook is None:
            return
        yield webhook
