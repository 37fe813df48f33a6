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


@dataclass(frozen=True)
class RelayEvents:
    """At least once: an event leaves the outbox when it has arrived everywhere, and what a crash left is handed on by
    the scheduled job, in order of time."""

    outbox: Outbox
    events: Events
    webhooks: Webhooks
    deliveries: Deliveries
    courier: Courier
    clock: Clock

    def one(self, event: Event) -> None:
        self.events.publish(event)
        for webhook in self.webhooks.of_library(event.library_id):
            if webhook.wants(event.kind):
                delivery = Delivery.of(event, webhook, self.clock.now())
                if self.deliveries.add(delivery):
                    self.courier.hand(webhook, delivery)
        self.outbox.done([event])

    def __call__(self) -> dict[str, int]:
        relayed = 0
        for event in self.outbox.pending(self.clock.now() - LEFT_OVER_AFTER, BATCH):
            try:
                self.one(event)
            except AudioBackendError as error:
                log.warning("event %s is left for the next time: %s: %s", event.id, error.code, error.detail)
            else:
                relayed += 1
        return {"events_relayed": relayed}
