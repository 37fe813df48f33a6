"""`audio-backend webhook …`: where events are sent, and what became of each."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from application.access import DEFAULT_LIBRARY
from domain.event import KINDS
from domain.ports.events import DeliveryQuery
from domain.values import WebhookId
from domain.webhook import DeliveryState, Webhook
from entrypoints.cli.access import JsonOption, LibraryOption
from entrypoints.cli.session import Session
from entrypoints.http.wire.webhooks import DeliveryView, WebhookView

webhook_app = typer.Typer(no_args_is_help=True, help="Where events are sent.")

IdArgument = Annotated[str, typer.Argument(metavar="ID")]
StateOption = Annotated[DeliveryState | None, typer.Option(help="Only those.")]
SinceOption = Annotated[datetime | None, typer.Option(help="Of events from then on, in UTC.")]
UntilOption = Annotated[datetime | None, typer.Option(help="Of events before then, in UTC.")]


@webhook_app.command("create")
def create_webhook(
    context: typer.Context,
    url: str,
    kind: Annotated[list[str] | None, typer.Option(help=f"Of: {', '.join(KINDS)}; without it, all.")] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Send a library's events to an address. The secret that signs is shown once."""
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        webhook = container.use_cases.create_webhook()(actor, url, tuple(kind or ()))
    _reveal(session, webhook, as_json)


@webhook_app.command("list")
def list_webhooks(
    context: typer.Context, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False
) -> None:
    """List a library's webhooks, and how they do."""
    session: Session = context.obj
    with session.container() as container:
        found = container.use_cases.list_webhooks()(session.actor(container, library))
    if as_json:
        session.print_json([WebhookView.of(webhook).model_dump(mode="json") for webhook in found])
        return
    table = Table("id", "address", "events", "status", "reason")
    for webhook in found:
        table.add_row(webhook.id, webhook.url, ", ".join(webhook.kinds) or "all", webhook.status, webhook.reason or "")
    session.out.print(table)


@webhook_app.command("pause")
def pause_webhook(context: typer.Context, webhook_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY) -> None:
    """Send nothing there until it is resumed; what happens meanwhile can be replayed."""
    _pause(context.obj, library, webhook_id, paused=True)


@webhook_app.command("resume")
def resume_webhook(context: typer.Context, webhook_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY) -> None:
    """Send to it again."""
    _pause(context.obj, library, webhook_id, paused=False)


@webhook_app.command("rotate")
def rotate_secret(
    context: typer.Context,
    webhook_id: IdArgument,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Make a new secret. The old one signs, too, for 24 hours."""
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        version = container.use_cases.get_webhook()(actor, WebhookId(webhook_id)).version
        webhook = container.use_cases.rotate_secret()(actor, WebhookId(webhook_id), version)
    _reveal(session, webhook, as_json)


@webhook_app.command("remove")
def remove_webhook(context: typer.Context, webhook_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY) -> None:
    """Send nothing there any more."""
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        version = container.use_cases.get_webhook()(actor, WebhookId(webhook_id)).version
        container.use_cases.remove_webhook()(actor, WebhookId(webhook_id), version)
    session.out.print(f"Webhook {webhook_id} is gone.")


@webhook_app.command("test")
def send_test(context: typer.Context, webhook_id: IdArgument, library: LibraryOption = DEFAULT_LIBRARY) -> None:
    """Send an event `webhook.test` now, and say what became of it."""
    session: Session = context.obj
    with session.container() as container:
        actor = session.actor(container, library)
        delivery = container.use_cases.send_test()(actor, WebhookId(webhook_id))
        webhook = container.use_cases.get_webhook()(actor, WebhookId(webhook_id))
        attempt = None if delivery.due_at is None else container.use_cases.send_delivery()(webhook, delivery)
    if attempt is None:
        session.out.print("The webhook is paused, or somebody else sends it." if delivery.due_at else "It is paused.")
        raise typer.Exit(1)
    session.out.print(f"It arrived: {attempt.status_code}." if attempt.arrived else str(attempt.error))
    raise typer.Exit(0 if attempt.arrived else 1)


@webhook_app.command("deliveries")
def list_deliveries(
    context: typer.Context,
    webhook_id: IdArgument,
    state: StateOption = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """What became of the last events."""
    session: Session = context.obj
    query = DeliveryQuery(WebhookId(webhook_id), state, limit=limit)
    with session.container() as container:
        found = container.use_cases.search_deliveries()(session.actor(container, library), query).items
    if as_json:
        session.print_json([DeliveryView.of(delivery).model_dump(mode="json") for delivery in found])
        return
    table = Table("event", "kind", "of", "state", "tries", "last")
    for each in found:
        last = each.attempts[-1] if each.attempts else None
        told = "" if last is None else last.error or str(last.status_code)
        table.add_row(each.id, each.event.kind, str(each.event.at), each.state, str(len(each.attempts)), told)
    session.out.print(table)


@webhook_app.command("replay")
def replay(
    context: typer.Context,
    webhook_id: IdArgument,
    state: StateOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    library: LibraryOption = DEFAULT_LIBRARY,
) -> None:
    """Send settled events once more, under their ids: those that match, of the last 30 days."""
    session: Session = context.obj
    query = DeliveryQuery(WebhookId(webhook_id), state, _utc(since), _utc(until))
    replayed, cursor = 0, None
    with session.container() as container:
        actor = session.actor(container, library)
        while True:
            count, cursor = container.use_cases.replay_deliveries()(actor, replace(query, cursor=cursor))
            replayed += count
            if cursor is None:
                break
    session.out.print(f"To be sent again: {replayed}.")


def _pause(session: Session, library: str, webhook_id: str, *, paused: bool) -> None:
    with session.container() as container:
        actor = session.actor(container, library)
        version = container.use_cases.get_webhook()(actor, WebhookId(webhook_id)).version
        webhook = container.use_cases.change_webhook()(actor, WebhookId(webhook_id), version, paused=paused)
    session.out.print(f"Webhook {webhook.id} is {webhook.status}.")


def _reveal(session: Session, webhook: Webhook, as_json: bool) -> None:
    if as_json:
        session.print_json({"id": webhook.id, "url": webhook.url, "secret": webhook.secret})
        return
    session.out.print(f"Webhook {webhook.id}; its secret, shown this once:")
    session.out.print(webhook.secret, highlight=False, soft_wrap=True)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
