"""Webhooks over HTTP: made with a secret that is shown once, changed by version, tested, replayed."""

from collections.abc import Iterator
from typing import Any

import pytest
from dependency_injector import providers

from adapters.webhooks.sender import HttpsSender
from tests.entrypoints.http.conftest import V1, Api, Service, a_service, problem
from tests.receiver import Receiver, receiving

WEBHOOKS = f"{V1}/webhooks"
HOOK = {"url": "https://example.org/events?a=1", "kinds": ["recording.changed", "job.changed"]}


@pytest.fixture
def one() -> Service:
    """In memory alone: what the stores do is shown by their contract."""
    return a_service()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def made(api: Api, **changes: Any) -> dict[str, Any]:
    answer = api.post(WEBHOOKS, json={**HOOK, **changes})
    assert answer.status_code == 201, answer.text
    webhook: dict[str, Any] = answer.get_json()
    return webhook


def test_a_webhook_is_made_and_its_secret_shown_once(one: Service) -> None:
    key = {"Idempotency-Key": "once"}
    answer = one.admin.post(WEBHOOKS, json=HOOK, headers=key)
    webhook = answer.get_json()
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == webhook["links"]["self"]
    assert (webhook["url"], webhook["kinds"]) == (HOOK["url"], ["job.changed", "recording.changed"])
    assert (webhook["status"], webhook["reason"]) == ("active", None)
    secret = webhook.pop("secret")
    assert secret.startswith("whsec_")
    again = one.admin.post(WEBHOOKS, json=HOOK, headers=key).get_json()
    assert again == {**webhook, "secret": None}
    assert one.admin.get(webhook["links"]["self"]).get_json() == webhook
    assert one.admin.get(WEBHOOKS).get_json() == {"items": [webhook]}
    assert one.stranger.get(WEBHOOKS).get_json() == {"items": []}
    assert secret not in one.admin.get(f"{V1}/audit").text


@pytest.mark.parametrize(
    "asked",
    [
        {"url": "http://example.org/"},
        {"url": "https://user:pw@example.org/"},
        {"url": "https://example.org/#x"},
        {"kinds": ["recording.chnged"]},
    ],
)
def test_what_cannot_be_a_webhook_is_refused(one: Service, asked: dict[str, Any]) -> None:
    body = problem(one.admin.post(WEBHOOKS, json={**HOOK, **asked}), 400, "invalid")
    assert body["field"] == next(iter(asked))
    assert one.admin.get(WEBHOOKS).get_json() == {"items": []}


def test_addresses_of_the_house_are_refused(one: Service) -> None:
    one.ports.webhook_sender.override(providers.Object(HttpsSender()))
    one.use.create_webhook.reset()
    for url in (
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://10.1.2.3/",
    ):
        body = problem(one.admin.post(WEBHOOKS, json={"url": url}), 400, "invalid")
        assert "public internet" in body["detail"]


def test_a_webhook_is_changed_paused_and_removed_by_version(one: Service) -> None:
    webhook = made(one.admin)
    itself = webhook["links"]["self"]
    problem(one.admin.patch(itself, json={"paused": True}), 428, "precondition-required")
    answer = one.admin.patch(itself, json={"paused": True, "kinds": []}, headers={"If-Match": '"1"'})
    changed = answer.get_json()
    assert (changed["status"], changed["kinds"]) == ("paused", [])
    assert changed["reason"].endswith("has paused it.")
    problem(one.admin.patch(itself, json={"paused": False}, headers={"If-Match": '"1"'}), 412, "version-mismatch")
    resumed = one.admin.patch(itself, json={"paused": False}, headers={"If-Match": answer.headers["ETag"]})
    assert resumed.get_json()["status"] == "active"
    problem(one.admin.delete(itself), 428, "precondition-required")
    assert one.admin.delete(itself, headers={"If-Match": "*"}).status_code == 204
    problem(one.admin.get(itself), 404, "not-found")


def test_a_secret_is_rotated(one: Service) -> None:
    webhook = made(one.admin)
    rotated = one.admin.post(f"{webhook['links']['self']}/secret", headers={"If-Match": "*"}).get_json()
    assert rotated["secret"] not in {None, webhook["secret"]}
    assert rotated["old_secret_until"] == "2026-03-02T12:00:00Z"


def test_deliveries_are_looked_at_and_replayed(one: Service, receiver: Receiver) -> None:
    sender = HttpsSender(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"])
    one.ports.webhook_sender.override(providers.Object(sender))
    one.use.send_delivery.reset()
    one.use.create_webhook.reset()
    webhook = made(one.admin, url=receiver.url, kinds=["library.changed"])
    itself, log = webhook["links"]["self"], webhook["links"]["deliveries"]
    tested = one.admin.post(f"{itself}/test")
    assert (tested.status_code, tested.get_json()["event"]["kind"]) == (202, "webhook.test")
    rules = {"rules": [{"code": "hum", "verdict": "reject"}]}
    one.admin("PUT", f"{V1}/library/policy", json=rules, headers={"If-Match": "*"})
    receiver.status = 302
    assert one.use.send_deliveries()()["webhooks_failed"] == 2
    newest, oldest = one.admin.get(log).get_json()["items"]
    assert (newest["event"]["kind"], newest["state"]) == ("library.changed", "pending")
    assert newest["attempts"][0]["status_code"] == 302
    assert "redirects" in newest["attempts"][0]["error"]
    assert oldest["event"] == tested.get_json()["event"]
    page = one.admin.get(f"{log}?limit=1").get_json()
    assert one.admin.get(f"{log}?limit=1&cursor={page['next_cursor']}").get_json()["items"] == [oldest]
    assert one.admin.get(f"{log}?state=dead").get_json()["items"] == []
    receiver.status = 200
    again = one.admin.post(f"{log}/{newest['id']}/replay")
    assert (again.status_code, again.get_json()["state"]) == (202, "pending")
    assert one.use.send_deliveries()()["webhooks_delivered"] == 1
    assert one.admin.get(f"{log}?state=delivered").get_json()["items"][0]["id"] == newest["id"]
    since = {"since": "2026-03-01T00:00:00Z", "state": "delivered"}
    replayed = one.admin.post(f"{itself}/replay", json=since)
    assert (replayed.status_code, replayed.get_json()) == (202, {"replayed": 1, "next_cursor": None})
    problem(one.admin.post(f"{log}/none/replay"), 404, "not-found")
    assert one.admin.get(itself).get_json()["status"] == "active"
