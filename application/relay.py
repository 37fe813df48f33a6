"""Handing events on: to the live views, and to the webhooks of their library."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from application.deliver import Courier
from domain.errors import AudioBackendError
from domain.event import Event
from domain.ports.events import Deliveries, Outbox, Webhooks
from domain.ports.work import Events
from domain.ports.world import Clock
from domain.webhook import Delivery

log = logging.getLogger(__name__)

LEFT_OVER_AFTER = timedelta(seconds=5)  # until then whoever made the change is at it
BATCH = 500
MAX_BATCHES = 20  # of one run


@dataclass(frozen=True)
class RelayEvents:
    """At least once: an event leaves the outbox when it has arrived everywhere, and what a crash left is handed on by
    the scheduled job, in order of time. Webhooks come first, since the stream of a busy library may be contended."""

    outbox: Outbox
    events: Events
    webhooks: Webhooks
    deliveries: Deliveries
    courier: Courier
    clock: Clock

    def one(self, event: Event) -> None:
        for webhook in self.webhooks.of_library(event.library_id):
            if webhook.wants(event.kind):
                delivery = Delivery.of(event, webhook, self.clock.now())
                if self.deliveries.add(delivery):
                    self.courier.hand(webhook, delivery)
        self.events.publish(event)
        self.outbox.done([event])

    def __call__(self) -> dict[str, int]:
        relayed = 0
        for _ in range(MAX_BATCHES):
            pending = self.outbox.pending(self.clock.now() - LEFT_OVER_AFTER, BATCH)
            done = sum(map(self._handed_on, pending))
            relayed += done
            if len(pending) < BATCH or not done:
                break
        return {"events_relayed": relayed}

    def _handed_on(self, event: Event) -> bool:
        try:
            self.one(event)
        except AudioBackendError as error:
            log.warning("event %s is left for the next time: %s: %s", event.id, error.code, error.detail)
            return False
        return True
