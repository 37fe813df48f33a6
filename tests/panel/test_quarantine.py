"""The quarantine without a mouse: ten in a row, taken back, refused, many at once; and what holds recordings back."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import sounds
from tests.panel.service import Api
from tests.panel.visitors import Visitors, settled
from tests.panel.watch import Watch

ROWS = 12
HOLDS_CLIPPING = {"rules": [{"code": "clipping", "verdict": "quarantine"}]}


@pytest.fixture(scope="module")
def there(api: Api) -> list[str]:
    """Takes that clip, in the order in which they came in."""
    api.change("/library/policy", HOLDS_CLIPPING, "PUT")
    ids = [api.send(sounds.clipped_wav(0.5 + n / 100, rate=8000), f"Take {n:02}.wav") for n in range(ROWS)]
    for recording in ids:
        assert api.settled(recording)["status"] == "quarantined"
    return ids


@pytest.fixture
def held(api: Api, there: list[str]) -> list[str]:
    """All of them wait, whatever the test before has decided."""
    for recording in there:
        if "reopen" in api.get(f"/recordings/{recording}")["links"]:
            decide(api, recording, "reopen")
    return there


def decide(api: Api, recording: str, decision: str) -> None:
    """As somebody else does."""
    version = api.get(f"/recordings/{recording}")["version"]
    api.call("POST", f"/recordings/{recording}/{decision}", headers={"If-Match": f'"{version}"'})


def chosen(page: Page) -> Locator:
    return page.locator('#waiting li[aria-current="true"]')


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_ten_are_decided_by_keyboard_alone(page: Page, api: Api, held: list[str]) -> None:
    page.goto("/quarantine")
    expect(chosen(page)).to_have_attribute("data-id", held[0])
    press(page, " ")
    sound = page.locator("#sound")
    expect(sound).to_have_js_property("paused", False)
    press(page, " ", "]")
    expect(page.locator('#item button[data-start][aria-current="true"]')).to_have_count(1)
    expect(page.locator("#suspect")).to_be_visible()
    for n in range(10):
        expect(chosen(page)).to_have_attribute("data-id", held[n])
        expect(page.locator("[data-item]")).to_have_attribute("data-item", held[n])
        if n == 3:
            press(page, "n")
            page.keyboard.type("x marks it: the tops are gone")  # letters are letters there
            press(page, "Enter")
        press(page, "x" if n % 3 == 0 else "a")
    expect(page.locator('[data-count="held"]')).to_have_text("2")
    expect(page.locator('[data-count="rejected"]')).to_have_text("4")
    expect(page.locator("#waiting li")).to_have_count(2)
    found = [api.get(f"/recordings/{recording}") for recording in held]
    assert [one["status"] for one in found[:10]] == ["failed" if n % 3 == 0 else "ready" for n in range(10)]
    assert found[3]["verdict"]["note"] == "x marks it: the tops are gone"
    assert [one["verdict"]["note"] for one in found[:3] + found[4:10]] == [None] * 9


def test_the_last_decisions_are_undone_one_by_one(page: Page, api: Api, held: list[str]) -> None:
    page.goto("/quarantine")
    expect(chosen(page)).to_have_attribute("data-id", held[0])
    press(page, "j", "a", "x")
    expect(page.locator("#last")).to_contain_text("Rejected: “Take 02”")
    press(page, "u")
    expect(chosen(page)).to_have_attribute("data-id", held[2])
    press(page, "u")
    expect(chosen(page)).to_have_attribute("data-id", held[1])
    expect(page.locator("#waiting li")).to_have_count(ROWS)
    assert page.locator("#waiting li").evaluate_all("all => all.map(one => one.dataset.id)") == held
    assert {api.get(f"/recordings/{recording}")["status"] for recording in held} == {"quarantined"}
    press(page, "a")
    expect(page.locator("#last")).to_contain_text("Released: “Take 01”")


def test_a_refusal_brings_it_back_with_words(page: Page, api: Api, held: list[str], watched: Watch) -> None:
    watched.allow(412, "/api/v1/recordings/*")
    page.goto("/quarantine")
    page.route("**/events", lambda route: route.abort())
    settled(page)
    first = page.locator("#waiting li").first
    first.evaluate("row => row.dataset.version = String(Number(row.dataset.version) - 1)")  # changed behind its back
    press(page, "x")
    expect(page.locator("#notices")).to_contain_text("“Take 00” is back: it was changed meanwhile")
    expect(first).to_have_attribute("data-id", held[0])
    assert api.get(f"/recordings/{held[0]}")["status"] == "quarantined"
    press(page, "k", "x")
    expect(page.locator("#last")).to_contain_text("Rejected: “Take 00”")
    assert api.get(f"/recordings/{held[0]}")["status"] == "failed"


def test_many_are_decided_together_and_others_decide_too(page: Page, api: Api, held: list[str]) -> None:
    page.goto("/quarantine")
    expect(page.locator("#waiting li")).to_have_count(ROWS)
    decide(api, held[11], "release")
    expect(page.locator("#waiting li")).to_have_count(ROWS - 1)
    expect(page.locator('[data-count="held"]')).to_have_text(str(ROWS - 1))
    press(page, "s", "j", "s", "j", "s", "j", "x")
    page.get_by_role("dialog").get_by_role("button", name="Reject").press("Enter")
    expect(page.locator("#last")).to_contain_text("Rejected: 3 recordings.")
    expect(chosen(page)).to_have_attribute("data-id", held[3])
    press(page, "u")
    expect(page.locator("#waiting li")).to_have_count(ROWS - 1)
    assert [api.get(f"/recordings/{recording}")["status"] for recording in held[:3]] == ["quarantined"] * 3


def test_whoever_may_not_decide_looks_and_listens(visitors: Visitors, held: list[str]) -> None:
    page = visitors.open("viewer")
    page.goto("/quarantine")
    expect(chosen(page)).to_have_attribute("data-id", held[0])
    press(page, "x", "a", "j", " ")
    expect(page.locator("[data-item]")).to_have_attribute("data-item", held[1])
    expect(page.locator("#sound")).to_have_js_property("paused", False)
    expect(page.locator("#waiting li")).to_have_count(ROWS)
    press(page, "Enter")
    expect(page).to_have_url(re.compile(f"/recordings/{held[1]}$"))


def test_admins_say_what_is_held_back(page: Page, api: Api, there: list[str]) -> None:
    page.goto("/quarantine/policy")
    page.get_by_label("Reject: hum", exact=True).check()
    page.get_by_label("Reject: hum, from how many seconds on").fill("1.5")
    page.get_by_role("button", name="Save the policy").click()
    expect(page.locator("#notices")).to_contain_text("Saved")
    hum: dict[str, Any] = {"code": "hum", "verdict": "reject", "min_seconds": 1.5}
    assert hum in api.get("/library/policy")["rules"]
    page.get_by_label("Reject: hum", exact=True).uncheck()
    page.get_by_role("button", name="Save the policy").click()
    expect(page.locator("#notices .notice")).to_have_count(2)
    assert [rule["code"] for rule in api.get("/library/policy")["rules"]] == ["clipping"]
