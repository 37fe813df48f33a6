"""What is sent to webhooks once more."""

from application.webhooks import MAX_REPLAYED
from domain.ports.events import DeliveryQuery
from tests.application.conftest import House
from tests.builders import a_delivery, a_webhook, an_entry, an_event, new_id


def test_one_request_looks_at_no_more_than_a_thousand(house: House) -> None:
    library = house.admin.library_id
    webhook = a_webhook(library_id=library)
    house.ports.webhooks().add(webhook, an_entry(library_id=library, subject_id=webhook.id))
    for _ in range(MAX_REPLAYED + 1):
        pending = a_delivery(webhook_id=webhook.id, event=an_event(library_id=library, id=new_id()))
        house.ports.deliveries().add(pending)
    asked = DeliveryQuery(webhook.id)
    replayed, cursor = house.use.replay_deliveries()(house.admin, asked)
    assert (replayed, cursor is None) == (0, False)
    assert house.use.replay_deliveries()(house.admin, DeliveryQuery(webhook.id, cursor=cursor)) == (0, None)
