"""/webhooks: where events are sent, and what became of each."""

from typing import Any

from tests.entrypoints.http.conftest import V1, Service
from tests.entrypoints.panel.conftest import Reader


def webhook(service: Service, **given: Any) -> dict[str, Any]:
    answer = service.admin.post(f"{V1}/webhooks", json={"url": "https://example.org/events", **given})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.get_json()
    return made


def test_without_one_the_page_says_what_they_are_for(admin: Reader) -> None:
    assert "No webhooks yet" in admin.read("/webhooks")


def test_each_is_listed_and_its_secret_is_nowhere(service: Service, admin: Reader) -> None:
    made = webhook(service, kinds=["job.changed"])
    pages = admin.read("/webhooks") + admin.read(f"/webhooks/{made['id']}")
    assert "https://example.org/events" in pages
    assert made["secret"] not in pages
    assert "<td>job.changed</td>" in pages


def test_a_paused_one_can_be_resumed_and_the_other_way_round(service: Service, admin: Reader) -> None:
    made = webhook(service)
    assert '{"paused": true}' in admin.read(f"/webhooks/{made['id']}")
    change = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    service.admin.patch(f"{V1}/webhooks/{made['id']}", json={"paused": True}, headers=change)
    assert '{"paused": false}' in admin.read(f"/webhooks/{made['id']}")


def test_its_deliveries_say_what_became_of_them(service: Service, admin: Reader) -> None:
    made = webhook(service)
    sent = service.admin.post(f"{V1}/webhooks/{made['id']}/test").get_json()
    page = admin.read(f"/webhooks/{made['id']}")
    assert sent["event"]["id"] in page
    assert "pending" in page
    assert "None is dead" in admin.read(f"/webhooks/{made['id']}?state=dead")


def test_what_is_not_there_is_said(admin: Reader) -> None:
    assert admin.get("/webhooks/01ARZ3NDEKTSV4RRFFQ69G5FAV").status_code == 404
