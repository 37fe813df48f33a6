"""Webhooks: what they want, how they are signed, and what failing means for them and their deliveries."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook as Receiver
from standardwebhooks import WebhookVerificationError

from domain.access import system_actor
from domain.audit import AuditEntry
from domain.errors import IllegalTransition, Invalid
from domain.webhook import (
    HELD_FOR,
    MAX_ATTEMPTS_SHOWN,
    OLD_SECRET_SIGNS_FOR,
    PAUSED_AFTER,
    RETRY_AFTER,
    Attempt,
    Delivery,
    DeliveryState,
    Webhook,
    WebhookStatus,
    signature,
)
from tests.builders import LIBRARY, NOON, a_delivery, a_webhook, an_event, new_id

ARRIVED = Attempt(NOON, 0.1, 204)
FAILED = Attempt(NOON, 0.1, 500, "It answered 500.")


def test_a_webhook_wants_the_kinds_that_it_was_made_for() -> None:
    assert a_webhook().wants("job.changed")
    webhook = a_webhook().changed(kinds=("recording.changed", "job.changed", "job.changed"))
    assert webhook.kinds == ("job.changed", "recording.changed")
    assert webhook.wants("job.changed")
    assert not webhook.wants("library.changed")
    assert webhook.changed(url=webhook.url, kinds=webhook.kinds) is webhook
    with pytest.raises(Invalid, match=r"job\.changed"):
        a_webhook().changed(kinds=("job.chnged",))


def test_a_receiver_that_knows_the_standard_verifies_the_signature() -> None:
    now = datetime.now(UTC)
    webhook = a_webhook()
    body = json.dumps({"id": "é"}).encode()
    stamp = int(now.timestamp())
    headers = {
        "webhook-id": "1",
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature(webhook.secrets_at(now), "1", stamp, body),
    }
    assert Receiver(webhook.secret).verify(body, headers) == {"id": "é"}
    with pytest.raises(WebhookVerificationError):
        Receiver(a_webhook().secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Receiver(webhook.secret).verify(body + b" ", headers)


def test_both_secrets_sign_for_a_day_after_one_was_changed() -> None:
    webhook = a_webhook()
    rotated = webhook.rotated(NOON)
    assert rotated.secret != webhook.secret
    assert rotated.secrets_at(NOON) == (rotated.secret, webhook.secret)
    assert rotated.secrets_at(NOON + OLD_SECRET_SIGNS_FOR) == (rotated.secret,)
    assert len(signature(rotated.secrets_at(NOON), "1", 1, b"").split(" ")) == 2


def test_no_secret_comes_into_the_trail() -> None:
    webhook = a_webhook()
    rotated = webhook.rotated(NOON)
    entry = AuditEntry.of_change("1", NOON, system_actor(LIBRARY, "x"), "webhook.x", before=webhook, after=rotated)
    assert "old_secret_until" in entry.after
    assert "whsec_" not in str(entry)


def test_a_webhook_fails_until_something_arrives() -> None:
    webhook = a_webhook()
    assert webhook.after(ARRIVED, NOON) is webhook
    failing = webhook.after(FAILED, NOON)
    assert (failing.status, failing.reason, failing.failing_since) == (WebhookStatus.FAILING, FAILED.error, NOON)
    assert failing.after(FAILED, NOON + timedelta(hours=1)) is failing
    working = failing.after(ARRIVED, NOON)
    assert (working.status, working.reason, working.failing_since) == (WebhookStatus.ACTIVE, None, None)


@pytest.mark.parametrize(
    ("webhook", "attempt"),
    [
        (a_webhook(), Attempt(NOON, 0.1, 410, "It answered 410.")),
        (a_webhook(status=WebhookStatus.FAILING, failing_since=NOON - PAUSED_AFTER), FAILED),
    ],
)
def test_a_webhook_is_paused_that_is_gone_or_has_failed_for_days(webhook: Webhook, attempt: Attempt) -> None:
    paused = webhook.after(attempt, NOON)
    assert paused.is_paused
    assert paused.reason
    assert paused.after(ARRIVED, NOON) is paused
    resumed = paused.resumed()
    assert (resumed.status, resumed.failing_since) == (WebhookStatus.ACTIVE, None)


def tried(delivery: Delivery, attempt: Attempt) -> Delivery:
    now = delivery.due_at or NOON
    return delivery.claimed(now).answered(attempt, now)


def test_a_delivery_is_tried_over_a_day_and_then_dead() -> None:
    delivery = a_delivery()
    pauses = []
    while delivery.due_at is not None:
        before = delivery.due_at
        delivery = tried(delivery, FAILED)
        pauses.append(delivery.due_at - before if delivery.due_at else None)
    assert delivery.state is DeliveryState.DEAD
    assert pauses.pop() is None
    for pause, at_least in zip(pauses, RETRY_AFTER, strict=True):
        assert pause is not None
        assert at_least <= pause <= at_least * 1.1
    assert timedelta(days=1) < sum(filter(None, pauses), timedelta()) < timedelta(days=2)
    assert len(delivery.attempts) == len(RETRY_AFTER) + 1


def test_a_delivery_that_arrived_or_met_nobody_is_not_tried_again() -> None:
    assert tried(a_delivery(), ARRIVED).state is DeliveryState.DELIVERED
    assert tried(a_delivery(), Attempt(NOON, 0.1, 410, "It answered 410.")).state is DeliveryState.DEAD


def test_a_delivery_is_in_one_pair_of_hands_for_a_while() -> None:
    claimed = a_delivery().claimed(NOON)
    with pytest.raises(IllegalTransition):
        claimed.claimed(NOON + HELD_FOR / 2)
    assert claimed.claimed(NOON + HELD_FOR).tries == 2
    with pytest.raises(IllegalTransition):
        tried(a_delivery(), ARRIVED).claimed(NOON)


def test_a_replayed_delivery_has_all_its_tries_and_remembers_the_last() -> None:
    delivery = a_delivery(attempts=(FAILED,) * MAX_ATTEMPTS_SHOWN, state=DeliveryState.DEAD, due_at=None, tries=8)
    replayed = delivery.replayed(NOON)
    assert (replayed.state, replayed.due_at, replayed.tries) == (DeliveryState.PENDING, NOON, 0)
    assert tried(replayed, ARRIVED).attempts == (*(FAILED,) * (MAX_ATTEMPTS_SHOWN - 1), ARRIVED)


def test_what_happens_while_a_webhook_is_paused_is_kept_for_a_replay() -> None:
    event = an_event(id=new_id())
    kept = Delivery.of(event, a_webhook().paused("Enough."), NOON)
    assert (kept.state, kept.due_at) == (DeliveryState.DEAD, None)
    assert kept.attempts[0].error == "The webhook is paused."
    assert replace(kept.replayed(NOON), attempts=(), version=1) == Delivery.of(
        event, a_webhook(id=kept.webhook_id), NOON
    )
