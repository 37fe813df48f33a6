"""Signing in and out, as a browser does it: by forms, which work without scripts."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from domain.access import Role, system_actor
from domain.session import SESSION_LASTS, SESSION_TOKEN_PREFIX, new_link_token
from entrypoints.http.auth import SESSION_COOKIE
from entrypoints.http.limits import SIGN_IN_TRIES_PER_MINUTE
from tests.entrypoints.http.conftest import V1, Service, a_service
from tests.entrypoints.panel.conftest import HTML

OWN = {"Accept": HTML, "Sec-Fetch-Site": "same-origin"}


def post(browser: FlaskClient, address: str, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
    return browser.post(address, data=fields, headers=OWN if headers is None else {"Accept": HTML, **headers})


def sign_in(service: Service, browser: FlaskClient, **fields: Any) -> TestResponse:
    return post(browser, "/sign-in", key=service.admin.token, **fields)


def is_signed_in(browser: FlaskClient) -> bool:
    return browser.get(f"{V1}/library").status_code == 200


def a_link(service: Service) -> str:
    token = service.use.make_sign_in_link()(system_actor(service.admin.library_id, "test"))
    return f"/sign-in/{token}"


def csrf_token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_a_key_signs_in_for_as_long_as_a_session_lasts(service: Service, stranger: FlaskClient) -> None:
    form = stranger.get("/sign-in?next=/recordings/7%3Ftag%3Ddog", headers=OWN).text
    back = re.search(r'name="next" value="([^"]+)"', form)
    assert back is not None
    answer = sign_in(service, stranger, next=back[1])
    assert (answer.status_code, answer.headers["Location"]) == (303, "/recordings/7?tag=dog")
    assert is_signed_in(stranger)
    service.clock.advance(SESSION_LASTS)
    assert not is_signed_in(stranger)


def test_the_cookie_is_for_the_server_alone(service: Service, stranger: FlaskClient) -> None:
    cookie = sign_in(service, stranger).headers["Set-Cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}={SESSION_TOKEN_PREFIX}")
    parts = set(cookie.split("; ")[1:])
    assert {"HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={int(SESSION_LASTS.total_seconds())}"} <= parts
    assert "Secure" not in parts
    over_https = stranger.post("https://localhost/sign-in", data={"key": service.admin.token}, headers=OWN)
    assert "Secure" in over_https.headers["Set-Cookie"].split("; ")


def test_the_cookie_keeps_to_https_where_the_settings_say_so() -> None:
    service = a_service(secure_cookies=True)
    answers = [sign_in(service, service.app.test_client()), post(service.app.test_client(), "/sign-out")]
    assert all("Secure" in answer.headers["Set-Cookie"].split("; ") for answer in answers)
    service.container.close()


def test_a_key_that_is_no_good_is_refused_in_words(stranger: FlaskClient) -> None:
    for key in ("ak_" + "x" * 40, "", "nonsense", '"><script>'):
        answer = post(stranger, "/sign-in", key=key, next="/jobs")
        assert (answer.status_code, answer.mimetype) == (401, "text/html")
        assert "The key is not valid." in answer.text
        assert 'value="/jobs"' in answer.text
        assert "Set-Cookie" not in answer.headers
        assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "javascript:alert(1)", "evil", "",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere(service: Service, stranger: FlaskClient, elsewhere: str) -> None:
    assert sign_in(service, stranger, next=elsewhere).headers["Location"] == "/"
    assert stranger.get("/sign-in", query_string={"next": elsewhere}, headers=OWN).headers["Location"] == "/"


@pytest.mark.parametrize(
    "sent_from",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:81"},
        {"Origin": "null"},
        {"Origin": "http://["},
    ],
    ids=str,
)
def test_a_form_of_another_site_signs_nobody_in(
    service: Service, stranger: FlaskClient, sent_from: dict[str, str]
) -> None:
    link = a_link(service)
    for address in ("/sign-in", link):
        answer = post(stranger, address, sent_from, key=service.admin.token)
        assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert not is_signed_in(stranger)
    assert post(stranger, link).status_code == 303, "the link was not spent"


@pytest.mark.parametrize("sent_from", [{"Origin": "http://localhost"}, {}], ids=str)
def test_browsers_that_tell_less_may_sign_in(
    service: Service, stranger: FlaskClient, sent_from: dict[str, str]
) -> None:
    assert stranger.get("/sign-in", headers={"Accept": HTML}).headers["Referrer-Policy"] == "same-origin"
    assert post(stranger, "/sign-in", sent_from, key=service.admin.token).status_code == 303


def test_a_link_is_spent_by_its_button_and_not_by_looking(service: Service, stranger: FlaskClient) -> None:
    link = a_link(service)
    for _ in range(2):
        assert f'action="{link}" method="post"' in stranger.get(link, headers=OWN).text
    assert not is_signed_in(stranger)
    answer = post(stranger, link)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert is_signed_in(stranger)


def test_a_link_that_was_used_or_is_late_says_how_to_get_another(service: Service, stranger: FlaskClient) -> None:
    used, late = a_link(service), a_link(service)
    post(service.app.test_client(), used)
    service.clock.advance(timedelta(minutes=15))
    pages = [post(stranger, link) for link in (used, late, f"/sign-in/{new_link_token()}")]
    assert {page.status_code for page in pages} == {401}
    assert all("audio-backend sign-in-link" in page.text for page in pages)
    assert not is_signed_in(stranger)


def test_signing_out_ends_the_session_and_not_only_the_cookie(service: Service, stranger: FlaskClient) -> None:
    sign_in(service, stranger)
    cookie = stranger.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    token = csrf_token(stranger.get("/", headers=OWN).text)
    for wrong in ("", f"{token}x", "\u00fc"):
        assert post(stranger, "/sign-out", csrf_token=wrong).status_code == 403
    assert is_signed_in(stranger)
    answer = post(stranger, "/sign-out", {"Origin": "null"}, csrf_token=token)  # other pages send no referrer
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
    assert stranger.get_cookie(SESSION_COOKIE) is None
    stranger.set_cookie(SESSION_COOKIE, cookie.value)
    assert not is_signed_in(stranger)
    assert post(service.app.test_client(), "/sign-out").status_code == 303, "who is out already"


def test_the_page_is_the_keys_as_long_as_the_key_is_good(service: Service, stranger: FlaskClient) -> None:
    made = service.admin.post(f"{V1}/keys", json={"name": "guest", "role": str(Role.VIEWER)}).get_json()
    post(stranger, "/sign-in", key=made["token"])
    assert stranger.get("/", headers=OWN).status_code == 200
    service.admin.delete(f"{V1}/keys/{made['id']}")
    answer = stranger.get("/", headers=OWN)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/sign-in")


def test_who_tries_too_often_waits(service: Service, stranger: FlaskClient) -> None:
    codes = {post(stranger, "/sign-in", key="ak_wrong").status_code for _ in range(SIGN_IN_TRIES_PER_MINUTE - 1)}
    assert codes == {401}
    assert post(stranger, a_link(service)).status_code == 303
    refused = sign_in(service, stranger)
    assert (refused.status_code, refused.mimetype) == (429, "text/html")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert stranger.get("/sign-in", headers=OWN).status_code == 303, "looking is no try"
    elsewhere = stranger.post(
        "/sign-in", data={"key": service.admin.token}, headers=OWN, environ_overrides={"REMOTE_ADDR": "10.0.0.7"}
    )
    assert elsewhere.status_code == 303


@pytest.mark.parametrize(("trusted", "told_apart"), [(0, False), (1, True)])
def test_people_behind_a_load_balancer_are_told_apart_where_it_is_trusted(trusted: int, told_apart: bool) -> None:
    service = a_service(trusted_proxies=trusted)
    client = service.app.test_client()

    def try_from(address: str) -> int:
        # The first address is what the client itself claims; the last one is the load balancer's word.
        headers = {**OWN, "X-Forwarded-For": f"203.0.113.99, {address}"}
        return client.post("/sign-in", data={"key": "ak_wrong"}, headers=headers).status_code

    assert {try_from("203.0.113.1") for _ in range(SIGN_IN_TRIES_PER_MINUTE)} == {401}
    assert try_from("203.0.113.1") == 429
    assert try_from("203.0.113.2") == (401 if told_apart else 429)
    service.container.close()


def test_a_form_is_short(stranger: FlaskClient) -> None:
    answer = post(stranger, "/sign-in", key="x" * 20_000)
    assert (answer.status_code, answer.mimetype) == (413, "text/html")
