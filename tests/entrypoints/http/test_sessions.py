"""The panel's cookie on the API: it opens what its key may, and changes nothing without the CSRF token."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from domain.access import Role, system_actor
from domain.session import SESSION_LASTS, new_session_token
from domain.values import KeyId
from entrypoints.http.auth import SESSION_COOKIE
from entrypoints.http.signing import csrf_token_of
from tests.entrypoints.http.conftest import V1, Service, a_service, problem

NEW_KEY = {"name": "guest", "role": "viewer"}


class Browser:
    """Sends its cookie along, and the CSRF token where it is told to."""

    def __init__(self, app: Flask, token: str) -> None:
        self.token = token
        self._app = app
        self._client = app.test_client()
        self._client.set_cookie(SESSION_COOKIE, token)

    def csrf_token(self) -> str:
        with self._app.app_context():
            return csrf_token_of(self.token)

    def __call__(self, method: str, path: str, csrf: str | None = None, **given: Any) -> TestResponse:
        headers = {} if csrf is None else {"X-CSRF-Token": csrf}
        return self._client.open(path, method=method, headers=headers, **given)


def signed_in(service: Service, role: Role = Role.ADMIN) -> tuple[Browser, KeyId]:
    key, key_token = service.use.create_key()(system_actor(service.admin.library_id, "test"), "panel", role)
    return Browser(service.app, service.use.sign_in()(key_token)[1]), key.id


@pytest.fixture
def alone() -> Iterator[Service]:
    """In memory: what stores do is for their contracts."""
    made = a_service()
    yield made
    made.container.close()


def test_a_cookie_opens_what_its_key_may(service: Service) -> None:
    browser, key_id = signed_in(service)
    assert browser("GET", f"{V1}/library").get_json()["id"] == service.admin.library_id
    made = browser("POST", f"{V1}/keys", csrf=browser.csrf_token(), json=NEW_KEY)
    assert made.status_code == 201
    told = service.admin.get(f"{V1}/audit?action=key.create&actor=key:{key_id}").get_json()["items"]
    assert [entry["subject"] for entry in told] == [made.get_json()["id"]]


def test_no_answer_to_a_cookie_sets_one(alone: Service) -> None:
    browser, _ = signed_in(alone)
    answers = [browser("GET", f"{V1}/library"), browser("POST", f"{V1}/keys", browser.csrf_token(), json=NEW_KEY)]
    assert [answer.headers.getlist("Set-Cookie") for answer in answers] == [[], []]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_changed_without_the_sessions_csrf_token(alone: Service, method: str) -> None:
    browser, _ = signed_in(alone)
    other, _ = signed_in(alone)
    keys = alone.admin.get(f"{V1}/keys").get_json()
    for csrf in (None, "", other.csrf_token(), browser.token, f"{browser.csrf_token()}=", "\u00fc"):
        body = problem(browser(method, f"{V1}/keys", csrf, json=NEW_KEY), 403, "csrf-token")
        assert "Reload" in body["detail"]
    assert alone.admin.get(f"{V1}/keys").get_json() == keys


def test_a_session_may_what_its_role_may(alone: Service) -> None:
    browser, _ = signed_in(alone, Role.VIEWER)
    problem(browser("GET", f"{V1}/keys"), 403, "forbidden")
    refused = browser("POST", f"{V1}/uploads", browser.csrf_token(), json={"filename": "a.wav", "size": 10})
    problem(refused, 403, "forbidden")


def test_sessions_end_with_their_key_their_time_and_signing_out(alone: Service) -> None:
    of_revoked, key_id = signed_in(alone)
    signed_out, _ = signed_in(alone)
    assert alone.admin.delete(f"{V1}/keys/{key_id}").status_code == 200
    alone.use.sign_out()(signed_out.token)
    unknown = Browser(alone.app, new_session_token())
    over, _ = signed_in(alone)
    alone.clock.advance(SESSION_LASTS - timedelta(seconds=1))
    assert over("GET", f"{V1}/library").status_code == 200
    alone.clock.advance(1)
    answers = [each("GET", f"{V1}/library") for each in (of_revoked, signed_out, unknown, over)]
    assert len({problem(answer, 401, "unauthenticated")["detail"] for answer in answers}) == 1


def test_a_key_is_asked_rather_than_a_cookie(alone: Service) -> None:
    """Who sends both is a program: no page of the panel names a key."""
    browser, _ = signed_in(alone, Role.VIEWER)
    client = alone.app.test_client()
    client.set_cookie(SESSION_COOKIE, browser.token)
    key = {"Authorization": f"Bearer {alone.admin.token}"}
    assert client.post(f"{V1}/keys", headers=key, json=NEW_KEY).status_code == 201
    wrong = {"Authorization": "Bearer ak_" + "x" * 40}
    problem(client.get(f"{V1}/library", headers=wrong), 401, "unauthenticated")


def test_all_sessions_of_a_key_share_its_count_of_requests() -> None:
    service = a_service(rate_limit_per_minute=3)
    browser, _ = signed_in(service)
    codes = [browser("POST", f"{V1}/keys", csrf, json=NEW_KEY).status_code for csrf in ["", "", "", ""]]
    assert codes == [403, 403, 403, 429]
    assert signed_in(service)[0]("GET", f"{V1}/library").status_code == 200
    service.container.close()


def test_another_origin_reads_nothing_with_a_cookie() -> None:
    service = a_service(cors_origins=("https://panel.example",))
    browser, _ = signed_in(service)
    answer = service.app.test_client().get(
        f"{V1}/library", headers={"Origin": "https://panel.example", "Cookie": f"{SESSION_COOKIE}={browser.token}"}
    )
    assert "Access-Control-Allow-Credentials" not in answer.headers
    service.container.close()
