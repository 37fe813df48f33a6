"""/webhooks: where events are sent, and what became of each."""

from flask import Response, g, request

from domain.values import Page, WebhookId
from domain.webhook import Delivery, Webhook
from entrypoints.http import conditional
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, IF_MATCH, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.webhooks import (
    DeliveryListing,
    DeliveryPage,
    DeliveryPath,
    DeliveryView,
    NewWebhook,
    Replay,
    Replayed,
    SecretWebhook,
    WebhookList,
    WebhookPatch,
    WebhookPath,
    WebhookView,
    webhook_address,
)

webhooks = Resource("webhooks", "Where events are sent, and what became of each.")

_SHOWN = {200: Answer(WebhookView, ("ETag",))}


@webhooks.route("GET", "/webhooks", answers={200: Answer(WebhookList)})
def list_webhooks() -> Response:
    """All of the library, oldest first; never their secrets."""
    found: tuple[Webhook, ...] = use_cases().list_webhooks()(actor())
    return answered(WebhookList(items=[WebhookView.of(webhook) for webhook in found]))


@webhooks.route(
    "POST",
    "/webhooks",
    answers={201: Answer(SecretWebhook, ("ETag", "Location"))},
    problems=(409, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def create_webhook(body: NewWebhook) -> Response:
    """From now on the library's events are sent there as CloudEvents, signed as Standard Webhooks says: at least once,
    in no certain order, tried again for a day and a half. Answer 2xx within 15 seconds."""
    made: Webhook = use_cases().create_webhook()(actor(), body.url, tuple(body.kinds))
    return _revealed(made, 201, Location=webhook_address(made.id))


@webhooks.route("GET", "/webhooks/<id>", answers=_SHOWN, problems=(404,))
def get_webhook(path: WebhookPath) -> Response:
    """One webhook, and how it does."""
    return _shown(use_cases().get_webhook()(actor(), WebhookId(path.id)))


@webhooks.route(
    "PATCH",
    "/webhooks/<id>",
    answers=_SHOWN,
    problems=(404, 412, 413, 415, 428),
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
    body_type="application/merge-patch+json",
)
def change_webhook(path: WebhookPath, body: WebhookPatch) -> Response:
    """Another address, other kinds, paused or not."""
    kinds = None if body.kinds is None else tuple(body.kinds)
    version = _version(path.id)
    changed: Webhook = use_cases().change_webhook()(
        actor(), WebhookId(path.id), version, url=body.url, kinds=kinds, paused=body.paused
    )
    return _shown(changed)


@webhooks.route(
    "DELETE",
    "/webhooks/<id>",
    answers={204: Answer()},
    problems=(404, 412, 428),
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
)
def remove_webhook(path: WebhookPath) -> Response:
    """Nothing is sent there any more."""
    use_cases().remove_webhook()(actor(), WebhookId(path.id), _version(path.id))
    return Response(status=204)


@webhooks.route(
    "POST",
    "/webhooks/<id>/secret",
    answers={200: Answer(SecretWebhook, ("ETag",))},
    problems=(404, 409, 412, 428),
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
)
def rotate_secret(path: WebhookPath) -> Response:
    """A new secret. For 24 hours the old one signs, too."""
    return _revealed(use_cases().rotate_secret()(actor(), WebhookId(path.id), _version(path.id)), 200)


@webhooks.route(
    "POST",
    "/webhooks/<id>/test",
    answers={202: Answer(DeliveryView)},
    problems=(404, 409),
    parameters=(IDEMPOTENCY_KEY,),
)
def send_test(path: WebhookPath) -> Response:
    """Sends an event `webhook.test`, whatever kinds it is for. Its deliveries say what became of it."""
    return answered(DeliveryView.of(use_cases().send_test()(actor(), WebhookId(path.id))), 202)


@webhooks.route("GET", "/webhooks/<id>/deliveries", answers={200: Answer(DeliveryPage)}, problems=(404,))
def list_deliveries(path: WebhookPath, query: DeliveryListing) -> Response:
    """What became of each event of the last 30 days, newest first."""
    library = actor().library_id
    cursor = stores_cursor(library, "deliveries", query.cursor)
    asked = query.query(path.id, limit=query.limit, cursor=cursor)
    found: Page[Delivery] = use_cases().search_deliveries()(actor(), asked)
    return answered(
        DeliveryPage(
            items=[DeliveryView.of(delivery) for delivery in found.items],
            next_cursor=signed_cursor(library, "deliveries", found.next_cursor),
        )
    )


@webhooks.route(
    "POST",
    "/webhooks/<id>/deliveries/<delivery>/replay",
    answers={202: Answer(DeliveryView)},
    problems=(404, 409, 412),
    parameters=(IDEMPOTENCY_KEY,),
)
def replay_delivery(path: DeliveryPath) -> Response:
    """Sends one event once more, under its id."""
    return answered(DeliveryView.of(use_cases().replay_delivery()(actor(), WebhookId(path.id), path.delivery)), 202)


@webhooks.route(
    "POST",
    "/webhooks/<id>/replay",
    answers={202: Answer(Replayed)},
    problems=(404, 409, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def replay_deliveries(path: WebhookPath, body: Replay) -> Response:
    """Sends all that matches once more, newest first, a thousand or so at a time."""
    library = actor().library_id
    asked = body.query(path.id, cursor=stores_cursor(library, "replays", body.cursor))
    done: tuple[int, str | None] = use_cases().replay_deliveries()(actor(), asked)
    return answered(Replayed(replayed=done[0], next_cursor=signed_cursor(library, "replays", done[1])), 202)


def _shown(webhook: Webhook) -> Response:
    return answered(WebhookView.of(webhook), ETag=conditional.etag(webhook.version))


def _revealed(webhook: Webhook, status: int, **headers: str) -> Response:
    # What is kept for repeated requests must not hold a secret.
    g.body_to_keep = SecretWebhook.revealed(webhook, None).model_dump_json().encode()
    tag = conditional.etag(webhook.version)
    return answered(SecretWebhook.revealed(webhook, webhook.secret), status, ETag=tag, **headers)


def _version(webhook_id: str) -> int:
    def stored() -> int:
        webhook: Webhook = use_cases().get_webhook()(actor(), WebhookId(webhook_id))
        return webhook.version

    return conditional.version_to_change(request, stored)
