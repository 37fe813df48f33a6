"""What all pages share: who gets in, what they are told, and the policy that they stand under."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from domain.recording import Status
from entrypoints.panel.app import PAGES
from tests.entrypoints.http.conftest import Service
from tests.entrypoints.panel.conftest import HTML, Reader


def places(page: str) -> list[str]:
    navigation = page.split('class="places"')[1].split("</nav>", maxsplit=1)[0]
    return re.findall(r'href="([^"]+)"', navigation)


def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(stranger: FlaskClient) -> None:
    answer = stranger.get("/?tag=dog", headers={"Accept": HTML})
    assert answer.status_code == 302
    to = urlsplit(answer.headers["Location"])
    assert to.path == "/sign-in"
    assert parse_qs(to.query)["next"] == ["/?tag=dog"]


def test_every_page_is_behind_the_sign_in_and_changes_nothing(service: Service, stranger: FlaskClient) -> None:
    names = {pages.name for pages in PAGES}
    rules = [rule for rule in service.app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in names]
    assert len(rules) >= len(PAGES)
    for rule in rules:
        assert (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS"}, rule
        address = re.sub(r"<[^>]+>", "x", rule.rule)
        answer = stranger.get(address, headers={"Accept": HTML})
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/sign-in?")


def test_the_navigation_has_what_the_role_permits(admin: Reader, editor: Reader, viewer: Reader) -> None:
    assert "/keys" in places(admin.read("/"))
    assert "/upload" in places(editor.read("/"))
    assert "/keys" not in places(editor.read("/"))
    assert "/upload" not in places(viewer.read("/"))


def test_every_page_stands_under_a_strict_policy(admin: Reader) -> None:
    answer = admin.get("/")
    rules = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    nonce = re.search(r'name="style-nonce" content="([^"]+)"', answer.text)
    assert nonce is not None
    assert f"'nonce-{nonce[1]}'" in rules["style-src"]
    assert nonce[1] not in admin.read("/"), "a nonce is of one answer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_carries_the_token_that_changes_need(admin: Reader, viewer: Reader) -> None:
    tokens = [re.findall(r'name="csrf-token" content="([^"]+)"', reader.read("/")) for reader in (admin, viewer)]
    assert all(len(found) == 1 for found in tokens)
    assert tokens[0] != tokens[1]


def test_what_is_not_there_is_said_on_a_page_to_a_person_and_as_a_problem_to_a_program(
    service: Service, admin: Reader
) -> None:
    answer = admin.get("/nowhere")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "<h1>" in answer.text
    told = service.app.test_client().get("/nowhere", headers={"Accept": "application/json"})
    assert (told.status_code, told.mimetype) == (404, "application/problem+json")
    assert admin.get("/api/v1/nowhere").mimetype == "application/problem+json"


def test_a_part_of_a_page_gets_the_problem_alone(admin: Reader) -> None:
    answer = admin.get("/nowhere", HX_Request="true")
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("title", ['<script>alert("x")</script>', '"><img src=x onerror=alert(1)>'])
def test_no_title_becomes_markup(service: Service, admin: Reader, title: str) -> None:
    made = service.admin.recording()
    change = {"If-Match": f'"{made["version"]}"', "Content-Type": "application/merge-patch+json"}
    assert service.admin.patch(made["links"]["self"], json={"title": title}, headers=change).status_code == 200
    page = admin.read("/")
    assert title not in page
    assert "&lt;" in page


def test_help_says_what_is_taken_and_what_the_words_mean(viewer: Reader) -> None:
    page = viewer.read("/help")
    assert all(f'class="status {status}"' in page for status in Status)
    assert "flac" in page
    assert re.search(r"viewer <span[^>]*>yours</span>", page)
