"""The ground that the other tests stand on: who is signed in, and a service that goes and comes back."""

import pytest
from playwright.sync_api import Page

from tests import sounds
from tests.panel.service import ROLES, Api, PanelService
from tests.panel.visitors import Visitors, settled
from tests.panel.watch import Watch

# What admins may read, and what editors may begin.
_STATUSES = """async () => {
  const csrf = document.querySelector("meta[name=csrf-token]").content;
  const headers = { "X-CSRF-Token": csrf, "Content-Type": "application/json" };
  const body = JSON.stringify({ filename: "tone.wav", size: 1000, content_type: "audio/wav" });
  const audit = await fetch("/api/v1/audit");
  const upload = await fetch("/api/v1/uploads", { method: "POST", headers, body });
  return [audit.status, upload.status];
}"""


@pytest.mark.parametrize("role", ROLES)
def test_a_visitor_is_signed_in_with_the_role(visitors: Visitors, watched: Watch, role: str) -> None:
    watched.allow(403, "/api/v1/*")
    page = visitors.open(role)
    page.goto("/")
    statuses = page.evaluate(_STATUSES)
    assert statuses == {"admin": [200, 201], "editor": [403, 201], "viewer": [403, 403]}[role]


def test_a_stranger_is_asked_to_sign_in(visitors: Visitors) -> None:
    page = visitors.open(role=None)
    page.goto("/")
    assert "/sign-in?next=" in page.url


def test_a_restart_keeps_address_data_and_who_is_signed_in(
    page: Page, service: PanelService, api: Api, watched: Watch
) -> None:
    recording = api.send(sounds.tone_wav(0.5), "tone.wav")
    address = f"/recordings/{recording}"
    page.goto("/")
    watched.allow_outages()
    service.restart()
    answer = page.goto(address)
    settled(page)
    assert answer is not None
    assert (answer.status, page.url) == (200, service.origin + address)
