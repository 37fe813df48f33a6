"""Webhooks, from the event to a real receiver on loopback."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from adapters.webhooks.sender import HttpsSender
from application.deliver import AT_ONCE_FOR_ONE, Courier
from application.webhooks import MAX_WEBHOOKS
from domain.errors import Conflict, Forbidden, Invalid, NotFound, VersionMismatch
from domain.policy import Policy, Rule, Verdict
from domain.ports.access import AuditQuery
from domain.ports.events import DeliveryQuery
from domain.webhook import HELD_FOR, KEPT_FOR, RETRY_AFTER, DeliveryState, Webhook, WebhookStatus
from tests.application.conftest import House
from tests.builders import a_webhook, an_entry
from tests.faults import Faulty, raising
from tests.receiver import NAME, Receiver, raw_server, receiving

TWO_DAYS = timedelta(days=2)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def webhook(house: House, receiver: Receiver) -> Webhook:
    """For changes of the library, which a test makes by `change`."""
    house.replace("webhook_sender", sender())
    made: Webhook = house.use.create_webhook()(house.admin, receiver.url, ("library.changed",))
    return made


def sender(**more: Any) -> HttpsSender:
    """One that finds every name on the loopback."""
    return HttpsSender(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"], **more)


def change(house: House) -> None:
    version = house.use.get_library()(house.admin).version
    rule = Rule("hum", Verdict.REJECT, float(version))
    house.use.set_policy()(house.admin, Policy((rule,)), version)


def send(house: House) -> tuple[int, int]:
    """What the scheduled job has delivered, and what failed."""
    report = house.use.send_deliveries()()
    return report["webhooks_delivered"], report["webhooks_failed"]


def now(house: House, webhook: Webhook) -> Webhook:
    found: Webhook = house.use.get_webhook()(house.admin, webhook.id)
    return found


def log(house: House, webhook: Webhook, **more: Any) -> Any:
    return house.use.search_deliveries()(house.admin, DeliveryQuery(webhook.id, **more)).items


def test_an_event_arrives_as_a_signed_cloud_event(house: House, receiver: Receiver, webhook: Webhook) -> None:
    change(house)
    assert send(house) == (1, 0)
    (received,) = receiver.received
    event = json.loads(received.body)
    assert event["specversion"] == "1.0"
    assert (event["type"], event["subject"]) == ("library.changed", house.admin.library_id)
    assert event["id"] == received.headers["webhook-id"]
    assert event["data"] == {"id": house.admin.library_id, "version": 2}
    assert event["time"] == house.clock.now().isoformat()
    assert received.headers["Content-Type"].startswith("application/cloudevents+json")
    stamp = int(received.headers["webhook-timestamp"])
    assert stamp == int(house.clock.now().timestamp())
    signed = Verifier(webhook.secret).sign(event["id"], house.clock.now(), received.body.decode())
    assert received.headers["webhook-signature"] == signed
    assert send(house) == (0, 0)
    (delivery,) = log(house, webhook)
    assert (delivery.state, delivery.attempts[0].status_code) == (DeliveryState.DELIVERED, 204)


def test_a_webhook_is_told_of_its_kinds_and_its_library_alone(
    house: House, receiver: Receiver, webhook: Webhook
) -> None:
    stranger = house.stranger()
    house.use.set_policy()(stranger, Policy((Rule("hum", Verdict.REJECT),)), 1)
    with pytest.raises(NotFound):
        house.use.get_webhook()(stranger, webhook.id)
    with pytest.raises(NotFound):
        house.use.search_deliveries()(stranger, DeliveryQuery(webhook.id))
    house.use.change_webhook()(house.admin, webhook.id, 1, kinds=("recording.changed",))
    change(house)
    assert send(house) == (0, 0)


def test_what_fails_is_tried_again_until_it_is_dead(house: House, receiver: Receiver, webhook: Webhook) -> None:
    receiver.status = 500
    change(house)
    assert send(house) == (0, 1)
    assert send(house) == (0, 0)
    failing = now(house, webhook)
    assert (failing.status, failing.reason) == (WebhookStatus.FAILING, "It answered 500.")
    for pause in RETRY_AFTER:
        house.clock.advance(pause * 1.1)
        assert send(house) == (0, 1)
    house.clock.advance(TWO_DAYS)
    assert send(house) == (0, 0)
    (dead,) = log(house, webhook, state=DeliveryState.DEAD)
    assert len(dead.attempts) == len(receiver.received) == len(RETRY_AFTER) + 1
    assert len({each.headers["webhook-id"] for each in receiver.received}) == 1


def test_a_webhook_that_answers_again_is_active(house: House, receiver: Receiver, webhook: Webhook) -> None:
    receiver.status = 503
    change(house)
    send(house)
    receiver.status = 200
    house.clock.advance(RETRY_AFTER[0] * 1.1)
    assert send(house) == (1, 0)
    assert now(house, webhook).status is WebhookStatus.ACTIVE


def test_410_pauses_and_what_comes_then_waits_for_a_replay(house: House, receiver: Receiver, webhook: Webhook) -> None:
    change(house)
    change(house)
    receiver.status = 410
    assert send(house) == (0, 1)
    assert now(house, webhook).is_paused
    change(house)
    assert send(house) == (0, 0)
    assert {each.state for each in log(house, webhook)} == {DeliveryState.DEAD}
    entry = house.ports.trail().search(house.admin.library_id, AuditQuery(action="webhook.pause")).items[0]
    assert entry.actor == "system:send-webhooks"
    with pytest.raises(Conflict):
        house.use.replay_deliveries()(house.admin, DeliveryQuery(webhook.id))
    receiver.status = 200
    house.use.change_webhook()(house.admin, webhook.id, now(house, webhook).version, paused=False)
    assert house.use.replay_deliveries()(house.admin, DeliveryQuery(webhook.id)) == (3, None)
    assert send(house) == (3, 0)


def test_a_stretch_of_time_is_replayed(house: House, receiver: Receiver, webhook: Webhook) -> None:
    start = house.clock.now()
    for _ in range(3):
        change(house)
        house.clock.advance(timedelta(minutes=1))
    send(house)
    middle = DeliveryQuery(webhook.id, since=start + timedelta(minutes=1), until=start + timedelta(minutes=2))
    assert house.use.replay_deliveries()(house.admin, middle) == (1, None)
    assert house.use.replay_deliveries()(house.admin, middle) == (0, None)
    assert send(house) == (1, 0)
    assert receiver.received[3].headers["webhook-id"] == receiver.received[1].headers["webhook-id"]
    first = log(house, webhook)[-1]
    house.use.replay_delivery()(house.admin, webhook.id, first.id)
    assert send(house) == (1, 0)
    assert receiver.received[4].headers["webhook-id"] == first.id


def test_both_secrets_sign_after_a_rotation(house: House, receiver: Receiver, webhook: Webhook) -> None:
    rotated = house.use.rotate_secret()(house.admin, webhook.id, 1)
    change(house)
    send(house)
    signed = receiver.received[0].headers["webhook-signature"].split(" ")
    body, stamp = receiver.received[0].body.decode(), house.clock.now()
    message = receiver.received[0].headers["webhook-id"]
    assert signed == [Verifier(each).sign(message, stamp, body) for each in (rotated.secret, webhook.secret)]


def test_a_test_is_a_delivery_whatever_the_webhook_is_for(house: House, receiver: Receiver, webhook: Webhook) -> None:
    house.use.send_test()(house.admin, webhook.id)
    assert send(house) == (1, 0)
    assert json.loads(receiver.received[0].body)["type"] == "webhook.test"


def test_a_paused_webhook_sends_nothing_that_was_due(house: House, receiver: Receiver, webhook: Webhook) -> None:
    change(house)
    house.use.change_webhook()(house.admin, webhook.id, 1, paused=True)
    assert send(house) == (0, 0)
    assert receiver.received == []
    assert log(house, webhook)[0].state is DeliveryState.DEAD


def test_one_webhook_that_fails_holds_up_no_other(house: House, receiver: Receiver, webhook: Webhook) -> None:
    with receiving() as other:
        other.status = 500
        house.use.create_webhook()(house.admin, other.url)
        change(house)
        change(house)
        assert send(house) == (2, 2)


def test_an_error_that_nobody_foresaw_is_told_and_holds_up_no_other(
    house: House,
    receiver: Receiver,
    webhook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("application.deliver.THREADS", 1)
    house.use.create_webhook()(house.admin, receiver.url, ("library.changed",))
    change(house)
    deliveries = house.ports.deliveries()
    house.replace("deliveries", Faulty(deliveries, before=raising("due", TypeError("odd"))))
    assert send(house) == (1, 0)
    assert "is left for the next time" in caplog.text
    house.replace("deliveries", deliveries)
    house.replace("webhook_sender", sender())
    assert send(house) == (1, 0)


def test_a_backlog_is_sent_in_one_run(
    house: House, receiver: Receiver, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.deliver.BATCH", 2)
    for _ in range(4):
        change(house)
    assert send(house) == (4, 0)


def test_a_webhook_that_hangs_is_left_after_the_first_try(
    house: House, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(peer: socket.socket) -> None:
        while peer.recv(65536):
            continue

    monkeypatch.setattr("application.deliver.SLOW_SECONDS", 0.05)
    for _ in range(3):
        change(house)
    with raw_server(silent) as port:
        house.replace("webhook_sender", sender(seconds=0.1))
        house.use.change_webhook()(house.admin, webhook.id, 1, url=f"http://{NAME}:{port}/")
        assert send(house) == (0, 1)
    assert "within 0.1 seconds" in str(now(house, webhook).reason)


def test_a_delivery_whose_senders_are_lost_each_time_ends(house: House, receiver: Receiver, webhook: Webhook) -> None:
    change(house)
    (delivery,) = log(house, webhook)
    for _ in range(len(RETRY_AFTER) + 1):  # claimed by processes that die
        claimed = delivery.claimed(house.clock.now())
        house.ports.deliveries().save(claimed, replaces=delivery.version)
        delivery = claimed
        house.clock.advance(HELD_FOR)
    assert send(house) == (0, 0)
    assert log(house, webhook)[0].state is DeliveryState.DEAD
    assert receiver.received == []


def test_a_service_sends_at_once_and_not_twice(house: House, receiver: Receiver, webhook: Webhook) -> None:
    house.use.courier().start()
    change(house)
    for thread in [each for each in threading.enumerate() if each.name == "courier"]:
        thread.join()
    assert len(receiver.received) == 1
    assert send(house) == (0, 0)


def test_the_courier_leaves_what_it_has_no_hands_for(house: House, receiver: Receiver, webhook: Webhook) -> None:
    gate = threading.Event()

    def held(name: str, _: int) -> None:
        if name == "send":
            gate.wait()

    house.replace("webhook_sender", Faulty(house.ports.webhook_sender(), before=held))
    courier: Courier = house.use.courier()
    courier.start()
    for _ in range(AT_ONCE_FOR_ONE + 1):
        change(house)
    couriers = [each for each in threading.enumerate() if each.name == "courier"]
    assert len(couriers) == AT_ONCE_FOR_ONE
    gate.set()
    for thread in couriers:
        thread.join()
    assert send(house) == (1, 0)


def test_an_event_whose_delivery_could_not_be_stored_stays_in_the_outbox(
    house: House, receiver: Receiver, webhook: Webhook
) -> None:
    def down(name: str, count: int) -> None:
        if name == "add" and count == 1:
            raise Conflict("The store does not take it.")

    house.replace("deliveries", Faulty(house.ports.deliveries(), before=down))
    change(house)
    assert send(house) == (0, 0)
    house.clock.advance(timedelta(seconds=5))
    assert house.use.relay_events()() == {"events_relayed": 1}
    assert send(house) == (1, 0)


def test_old_deliveries_are_forgotten(house: House, receiver: Receiver, webhook: Webhook) -> None:
    change(house)
    send(house)
    house.clock.advance(KEPT_FOR + timedelta(seconds=1))
    send(house)
    assert log(house, webhook) == ()


def test_only_admins_have_to_do_with_webhooks(house: House, receiver: Receiver, webhook: Webhook) -> None:
    for use_case, more in (
        ("create_webhook", (receiver.url,)),
        ("list_webhooks", ()),
        ("get_webhook", (webhook.id,)),
        ("change_webhook", (webhook.id, 1)),
        ("rotate_secret", (webhook.id, 1)),
        ("remove_webhook", (webhook.id, 1)),
        ("send_test", (webhook.id,)),
        ("search_deliveries", (DeliveryQuery(webhook.id),)),
        ("replay_delivery", (webhook.id, "1")),
        ("replay_deliveries", (DeliveryQuery(webhook.id),)),
    ):
        with pytest.raises(Forbidden):
            getattr(house.use, use_case)()(house.editor, *more)


def test_a_webhook_is_checked_counted_and_removed(house: House, receiver: Receiver, webhook: Webhook) -> None:
    strict = HttpsSender(resolve=lambda _host, _port: ["10.0.0.1"])
    house.replace("webhook_sender", strict)
    with pytest.raises(Invalid):
        house.use.create_webhook()(house.admin, "https://intern.example.org/")
    with pytest.raises(Invalid):
        house.use.change_webhook()(house.admin, webhook.id, 1, url="https://intern.example.org/")
    with pytest.raises(VersionMismatch):
        house.use.rotate_secret()(house.admin, webhook.id, 7)
    change(house)
    assert send(house) == (0, 1)
    assert receiver.received == []
    for _ in range(MAX_WEBHOOKS - 1):
        house.ports.webhooks().add(a_webhook(library_id=house.admin.library_id), an_entry())
    with pytest.raises(Conflict):
        house.use.create_webhook()(house.admin, receiver.url)
    with pytest.raises(VersionMismatch):
        house.use.remove_webhook()(house.admin, webhook.id, 1)
    house.use.remove_webhook()(house.admin, webhook.id, now(house, webhook).version)
    assert len(house.use.list_webhooks()(house.admin)) == MAX_WEBHOOKS - 1
