"""Webhooks and their deliveries in JSON."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from domain.event import KINDS
from domain.ports.events import DeliveryQuery
from domain.values import Scalar, WebhookId
from domain.webhook import MAX_URL_CHARS, Attempt, Delivery, DeliveryState, Webhook, WebhookStatus
from entrypoints.http.wire.common import Asked, Id, Links, Listing, Moment, example

_URL = "Of https, on the public internet: private and local addresses are refused, here and whenever it is sent to."
_KINDS = "The events that it is told of; none: all. " + " ".join(f"`{kind}`: {what}" for kind, what in KINDS.items())


def webhook_address(webhook_id: str) -> str:
    return f"/api/v1/webhooks/{webhook_id}"


class WebhookPath(Asked):
    id: Id


class DeliveryPath(WebhookPath):
    delivery: Id


class NewWebhook(Asked):
    model_config = example(url="https://example.org/events", kinds=["recording.changed", "job.changed"])

    url: str = Field(min_length=1, max_length=MAX_URL_CHARS, description=_URL)
    kinds: list[str] = Field(default_factory=list, max_length=len(KINDS), description=_KINDS)


class WebhookPatch(Asked):
    """What is left out stays."""

    model_config = example(paused=True)

    url: str | None = Field(None, min_length=1, max_length=MAX_URL_CHARS, description=_URL)
    kinds: list[str] | None = Field(None, max_length=len(KINDS), description=_KINDS)
    paused: bool | None = Field(
        None,
        description="What happens meanwhile is kept and can be replayed; false also resumes one that paused by itself.",
    )


class WebhookView(BaseModel):
    id: str
    url: str
    kinds: list[str]
    status: WebhookStatus
    reason: str | None = Field(description="Why it is failing or paused.")
    failing_since: datetime | None
    old_secret_until: datetime | None = Field(description="Until when the secret before this one signs, too.")
    created_at: datetime
    links: Links

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookView":
        return cls(**_facts(webhook))


class SecretWebhook(WebhookView):
    secret: str | None = Field(
        description="Signs as Standard Webhooks says. Shown this once; null when an earlier answer is repeated."
    )

    @classmethod
    def revealed(cls, webhook: Webhook, secret: str | None) -> "SecretWebhook":
        return cls(**_facts(webhook), secret=secret)


def _facts(webhook: Webhook) -> dict[str, Any]:
    address = webhook_address(webhook.id)
    links = {"self": address, "deliveries": f"{address}/deliveries"}
    names = WebhookView.model_fields.keys() - {"kinds", "links"}
    return {"kinds": list(webhook.kinds), "links": links, **{name: getattr(webhook, name) for name in names}}


class WebhookList(BaseModel):
    items: list[WebhookView]


class DeliveryFilter(Asked):
    state: DeliveryState | None = None
    since: Moment | None = Field(None, description="Of the event; inclusive.")
    until: Moment | None = Field(None, description="Of the event; exclusive.")

    def query(self, webhook_id: str, **more: Any) -> DeliveryQuery:
        return DeliveryQuery(WebhookId(webhook_id), state=self.state, since=self.since, until=self.until, **more)


class DeliveryListing(DeliveryFilter, Listing):
    pass


class Replay(DeliveryFilter):
    """Deliveries that are still pending are not replayed."""

    model_config = example(state="dead", since="2026-03-01T00:00:00Z")

    cursor: str | None = Field(None, max_length=2048, description="The `next_cursor` of an answer that had more to do.")


class Replayed(BaseModel):
    replayed: int
    next_cursor: str | None = Field(description="Where there is more: send it with the same filters.")


class AttemptView(BaseModel):
    at: datetime
    seconds: float
    status_code: int | None = Field(description="Null where there was no answer.")
    error: str | None = Field(description="Null when it arrived.")

    @classmethod
    def of(cls, attempt: Attempt) -> "AttemptView":
        return cls(at=attempt.at, seconds=attempt.seconds, status_code=attempt.status_code, error=attempt.error)


class EventView(BaseModel):
    id: str = Field(description="The same in every try and replay: who knows it has had the event.")
    kind: str
    subject: str
    at: datetime
    data: dict[str, Scalar]


class DeliveryView(BaseModel):
    id: str
    state: DeliveryState
    event: EventView
    due_at: datetime | None = Field(description="Of the next try.")
    attempts: list[AttemptView] = Field(description="The last ones, oldest first.")

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryView":
        event = delivery.event
        return cls(
            id=delivery.id,
            state=delivery.state,
            event=EventView(id=event.id, kind=event.kind, subject=event.subject_id, at=event.at, data=dict(event.data)),
            due_at=delivery.due_at,
            attempts=[AttemptView.of(attempt) for attempt in delivery.attempts],
        )


class DeliveryPage(BaseModel):
    items: list[DeliveryView]
    next_cursor: str | None
