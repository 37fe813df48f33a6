"""Keys are made, shown once and revoked; the trail of changes is read."""

from datetime import timedelta
from typing import Any

import pytest

from tests.entrypoints.http.conftest import V1, Api, Service, problem


def test_a_key_is_shown_once(service: Service, admin: Api) -> None:
    made = admin.post(f"{V1}/keys", json={"name": "panel", "role": "viewer"})
    assert made.status_code == 201
    token = made.get_json()["token"]
    viewer = Api(service.app, token, admin.library_id)
    assert viewer.get(f"{V1}/library").get_json()["id"] == admin.library_id
    listed = admin.get(f"{V1}/keys")
    assert token not in listed.text
    assert "panel" in {key["name"] for key in listed.get_json()["items"]}
    assert token not in admin.get(f"{V1}/audit").text


def test_a_revoked_key_opens_nothing(service: Service, admin: Api) -> None:
    made = admin.post(f"{V1}/keys", json={"name": "panel", "role": "viewer"}).get_json()
    viewer = Api(service.app, made["token"], admin.library_id)
    revoked = admin.delete(f"{V1}/keys/{made['id']}").get_json()
    assert revoked["revoked_at"] == "2026-03-01T12:00:00Z"
    problem(viewer.get(f"{V1}/library"), 401, "unauthenticated")
    assert admin.delete(f"{V1}/keys/{made['id']}").get_json() == revoked


def test_a_key_expires(service: Service, admin: Api) -> None:
    body = {"name": "guest", "role": "viewer", "expires_at": "2026-03-01T13:00:00Z"}
    made = admin.post(f"{V1}/keys", json=body).get_json()
    guest = Api(service.app, made["token"], admin.library_id)
    assert guest.get(f"{V1}/library").status_code == 200
    service.clock.advance(timedelta(hours=2))
    problem(guest.get(f"{V1}/library"), 401, "unauthenticated")
    problem(admin.post(f"{V1}/keys", json=body), 400, "invalid")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer ak_short", "Bearer ak_" + "x" * 40, "ak_" + "x" * 40],
)
def test_every_reason_is_refused_in_the_same_words(service: Service, authorization: str) -> None:
    answer = service.nobody.get(f"{V1}/library", headers={"Authorization": authorization})
    body = problem(answer, 401, "unauthenticated")
    assert body["detail"] == "Send a valid key as 'Authorization: Bearer ak_…'."
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_unknown_address_asks_for_a_key_first(service: Service) -> None:
    problem(service.nobody.get(f"{V1}/nothing"), 401, "unauthenticated")
    problem(service.admin.get(f"{V1}/nothing"), 404, "not-found")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": "x", "role": "king"},
        {"name": "x", "role": "viewer", "token": "ak_"},
        {"name": "x", "role": "viewer", "expires_at": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_a_key_that_makes_no_sense_is_refused(admin: Api, body: dict[str, Any]) -> None:
    problem(admin.post(f"{V1}/keys", json=body), 422, "validation-failed")


def test_the_trail_is_filtered_and_paged(service: Service, admin: Api, editor: Api) -> None:
    made = editor.recording()
    service.clock.advance(60)
    editor.patch(made["links"]["self"], json={"title": "Dog"}, headers={"If-Match": "*"})
    of_recording = f"{V1}/audit?subject={made['id']}"
    newest, oldest = admin.get(of_recording).get_json()["items"]
    assert (newest["action"], oldest["action"]) == ("recording.describe", "recording.create")
    assert (newest["before"], newest["after"]) == ({"title": "tone"}, {"title": "Dog"})
    assert [e["id"] for e in admin.get(f"{of_recording}&action=recording.create").get_json()["items"]] == [oldest["id"]]
    since = admin.get(f"{of_recording}&since=2026-03-01T12:00:30Z").get_json()["items"]
    assert [e["id"] for e in since] == [newest["id"]]
    assert admin.get(f"{of_recording}&until=2026-03-01T12:00:00Z").get_json()["items"] == []
    assert admin.get(f"{V1}/audit?actor=key:nobody").get_json()["items"] == []
    page = admin.get(f"{of_recording}&limit=1").get_json()
    rest = admin.get(f"{of_recording}&limit=1&cursor={page['next_cursor']}").get_json()
    assert [e["id"] for e in (*page["items"], *rest["items"])] == [newest["id"], oldest["id"]]
