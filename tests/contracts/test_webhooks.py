"""Webhooks and their deliveries: what is due to whom, sent by one, and kept for those who look later."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Conflict, Invalid, NotFound, VersionMismatch
from domain.ports.access import AuditQuery
from domain.ports.events import DeliveryQuery
from domain.values import WebhookId
from domain.webhook import Attempt, Delivery, DeliveryState
from tests.builders import LIBRARY, NOON, OTHER_LIBRARY, a_delivery, a_webhook, an_entry, an_event, new_id
from tests.contracts.conftest import Family
from tests.contracts.racing import race

WEBHOOK = WebhookId("webhook-1")
SECOND = timedelta(seconds=1)
NEWEST = DeliveryQuery(WEBHOOK)


def test_what_was_added_is_got_back_unchanged_by_its_library_alone(family: Family) -> None:
    webhook = a_webhook(kinds=("job.changed",)).rotated(NOON).after(Attempt(NOON, 1.5, 500, "It answered 500."), NOON)
    other = a_webhook(library_id=OTHER_LIBRARY)
    for each in (webhook, other):
        family.webhooks.add(each, an_entry())
    assert family.webhooks.get(LIBRARY, webhook.id) == webhook
    assert family.webhooks.of_library(LIBRARY) == (webhook,)
    assert set(family.webhooks.all()) == {webhook, other}
    with pytest.raises(NotFound):
        family.webhooks.get(LIBRARY, other.id)
    with pytest.raises(Conflict):
        family.webhooks.add(webhook, an_entry())


def test_a_webhook_is_changed_and_removed_at_its_version(family: Family) -> None:
    webhook, entry, end = a_webhook(), an_entry(), an_entry()
    family.webhooks.add(webhook, an_entry())
    paused = webhook.paused("Enough.")
    family.webhooks.save(paused, replaces=1, audit=entry)
    assert family.webhooks.get(LIBRARY, webhook.id) == paused
    with pytest.raises(VersionMismatch):
        family.webhooks.save(paused, replaces=1)
    with pytest.raises(VersionMismatch):
        family.webhooks.remove(webhook, replaces=1, audit=an_entry())
    family.webhooks.remove(paused, replaces=2, audit=end)
    assert family.webhooks.of_library(LIBRARY) == ()
    with pytest.raises(NotFound):
        family.webhooks.save(paused, replaces=2)
    entries = family.audit_trail.search(LIBRARY, AuditQuery()).items
    assert entry in entries
    assert end in entries


def test_a_webhook_has_one_delivery_of_an_event(family: Family) -> None:
    delivery = a_delivery()
    assert family.deliveries.add(delivery)
    assert not family.deliveries.add(replace(delivery, tries=3))
    assert family.deliveries.get(LIBRARY, WEBHOOK, delivery.id) == delivery
    elsewhere = replace(delivery, webhook_id=WebhookId("webhook-2"))
    assert family.deliveries.add(elsewhere)
    with pytest.raises(NotFound):
        family.deliveries.get(OTHER_LIBRARY, WEBHOOK, delivery.id)
    with pytest.raises(NotFound):
        family.deliveries.get(LIBRARY, WEBHOOK, "none")


def test_of_many_that_claim_a_delivery_one_sends(family: Family) -> None:
    delivery = a_delivery()
    family.deliveries.add(delivery)
    results = race(lambda _: family.deliveries.save(delivery.claimed(NOON), replaces=1))
    assert results.count(None) == 1
    with pytest.raises(NotFound):
        family.deliveries.save(a_delivery().claimed(NOON), replaces=1)


def test_what_is_due_to_a_webhook_comes_longest_ago_first(family: Family) -> None:
    made = [a_delivery(due_at=NOON + n * SECOND) for n in range(4)]
    other = a_delivery(webhook_id=WebhookId("webhook-2"))
    for delivery in (*reversed(made), other):
        family.deliveries.add(delivery)
    claimed = made[0].claimed(NOON)
    family.deliveries.save(claimed, replaces=1)
    settled = replace(made[1], state=DeliveryState.DELIVERED, due_at=None, version=2)
    family.deliveries.save(settled, replaces=1)
    assert family.deliveries.due(WEBHOOK, NOON + 3 * SECOND, 10) == (made[2], made[3])
    assert family.deliveries.due(WEBHOOK, NOON + 2 * SECOND, 10) == (made[2],)
    assert family.deliveries.due(WEBHOOK, NOON + timedelta(hours=1), 2) == (made[2], made[3])
    assert family.deliveries.due(WEBHOOK, NOON + timedelta(hours=1), 10)[-1] == claimed


def test_deliveries_are_listed_newest_first_a_page_at_a_time(family: Family) -> None:
    made = [a_delivery(event=an_event(id=new_id(), at=NOON + n * SECOND)) for n in range(5)]
    for delivery in made:
        family.deliveries.add(delivery)
    family.deliveries.add(a_delivery(webhook_id=WebhookId("webhook-2")))
    first = family.deliveries.search(LIBRARY, replace(NEWEST, limit=3))
    second = family.deliveries.search(LIBRARY, replace(NEWEST, limit=3, cursor=first.next_cursor))
    assert (*first.items, *second.items) == tuple(reversed(made))
    assert second.next_cursor is None
    assert family.deliveries.search(OTHER_LIBRARY, NEWEST).items == ()
    with pytest.raises(Invalid):
        family.deliveries.search(LIBRARY, replace(NEWEST, state=DeliveryState.DEAD, cursor=first.next_cursor))


def test_deliveries_are_found_by_state_and_by_time(family: Family) -> None:
    def at(seconds: int, **changes: object) -> Delivery:
        delivery = a_delivery(event=an_event(id=new_id(), at=NOON + seconds * SECOND), **changes)
        family.deliveries.add(delivery)
        return delivery

    old, dead, young = at(0), at(1, state=DeliveryState.DEAD, due_at=None), at(2)
    found = family.deliveries.search(LIBRARY, replace(NEWEST, state=DeliveryState.DEAD))
    assert found.items == (dead,)
    found = family.deliveries.search(LIBRARY, replace(NEWEST, since=NOON + SECOND))
    assert found.items == (young, dead)
    found = family.deliveries.search(LIBRARY, replace(NEWEST, until=NOON + SECOND))
    assert found.items == (old,)


def test_what_is_old_is_forgotten(family: Family) -> None:
    old, young = a_delivery(), a_delivery(event=an_event(id=new_id(), at=NOON + SECOND))
    family.deliveries.add(old)
    family.deliveries.add(young)
    if family.deliveries_end_by_themselves:
        assert family.deliveries.purge(NOON + SECOND) == 0
        return
    assert family.deliveries.purge(NOON + SECOND) == 1
    assert family.deliveries.search(LIBRARY, NEWEST).items == (young,)
