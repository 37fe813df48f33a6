"""/webhooks: where the library's events are sent, and what became of each."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from domain.event import KINDS
from domain.values import Page, WebhookId
from domain.webhook import Delivery, DeliveryState, Webhook
from entrypoints.http.context import actor, use_cases
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.webhooks import DeliveryListing, DeliveryView, WebhookView
from entrypoints.panel.asked import asked
from entrypoints.panel.rendering import page

webhooks_page = Blueprint("webhooks_page", __name__)


@webhooks_page.get("/webhooks")
def show_all() -> Response:
    found: tuple[Webhook, ...] = use_cases().list_webhooks()(actor())
    return page("webhooks.html", webhooks=[WebhookView.of(webhook) for webhook in found], kinds=KINDS)


@webhooks_page.get("/webhooks/<id>")
def show(id: str) -> Response:  # noqa: A002 - as the API's address calls it
    query = asked(DeliveryListing)
    library = actor().library_id
    webhook: Webhook = use_cases().get_webhook()(actor(), WebhookId(id))
    cursor = stores_cursor(library, "deliveries", query.cursor)
    found: Page[Delivery] = use_cases().search_deliveries()(actor(), query.query(id, limit=query.limit, cursor=cursor))
    next_cursor = signed_cursor(library, "deliveries", found.next_cursor)
    further = {**request.args.to_dict(), "cursor": next_cursor}
    return page(
        "_deliveries.html" if request.headers.get("HX-Request") else "webhook.html",
        webhook=WebhookView.of(webhook),
        version=webhook.version,
        kinds=KINDS,
        deliveries=[DeliveryView.of(delivery) for delivery in found.items],
        further=f"/webhooks/{id}?{urlencode(further)}" if next_cursor else None,
        state=query.state,
        states=tuple(DeliveryState),
    )
