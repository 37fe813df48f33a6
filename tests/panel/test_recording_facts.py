"""What is said of a recording, by people who say it at the same time."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import sounds
from tests.panel.service import Api
from tests.panel.visitors import Visitors, settled
from tests.panel.watch import Watch


@pytest.fixture
def heard(api: Api) -> dict[str, Any]:
    """Another sound for each test: the same one twice is refused."""
    number = api.get("/recordings", limit=200)["items"]
    return api.settled(api.send(sounds.tone_wav(1.0, hz=300.0 + 10 * len(number)), f"take {len(number)}.wav"))


def opened(page: Page, recording: dict[str, Any]) -> Page:
    page.goto(f"/recordings/{recording['id']}")
    settled(page)
    return page


def test_title_tags_and_fields_are_edited_where_they_stand_by_keys_alone(
    page: Page, api: Api, heard: dict[str, Any]
) -> None:
    opened(page, heard)
    page.keyboard.press("e")
    page.keyboard.type("not this")
    page.keyboard.press("Escape")
    expect(page.locator("#title")).to_have_text(heard["title"])
    page.keyboard.press("e")
    page.keyboard.type('A dog, "far" <away>')
    page.keyboard.press("Enter")
    expect(page.locator("#title")).to_have_text('A dog, "far" <away>')
    expect(page.locator("#rename")).to_be_focused()

    page.keyboard.press("t")
    page.keyboard.type("dog,out of doors")
    page.keyboard.press("Enter")
    expect(page.locator("#tags a")).to_have_text(["dog", "out of doors"])
    page.get_by_role("button", name="Remove the tag dog").press("Enter")
    expect(page.locator("#tags a")).to_have_text(["out of doors"])
    expect(page.locator("#tags button")).to_be_focused()

    page.locator("#field-adding summary").press("Enter")
    form = page.locator("#field-form")
    form.get_by_label("Name").fill("take")
    form.get_by_label("Type").select_option("number")
    form.get_by_label("Value").locator("visible=true").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator("#fields .value")).to_have_text(["3"])
    page.get_by_role("button", name="Edit take").press("Enter")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Edit take")).to_be_focused()
    stands = api.get(f"/recordings/{heard['id']}")
    assert (stands["title"], stands["tags"]) == ('A dog, "far" <away>', ["out of doors"])
    taken = stands["fields"]["take"]

    page.keyboard.press("u")
    expect(page.locator("#fields .value")).to_have_text(["3"])
    assert (taken, api.get(f"/recordings/{heard['id']}")["fields"]) == (4, {"take": 3})
    expect(page.locator("#history li").first).to_contain_text(re.compile(r"take\s*4\s*→\s*3"))


def test_two_who_change_the_same_see_both_versions_and_nothing_typed_is_lost(
    visitors: Visitors, watched: Watch, api: Api, heard: dict[str, Any]
) -> None:
    watched.allow(412, f"/api/v1/recordings/{heard['id']}")
    mine, theirs = (opened(visitors.open(role), heard) for role in ("editor", "admin"))
    mine.keyboard.press("e")
    mine.keyboard.type("My words")
    theirs.keyboard.press("e")
    theirs.keyboard.type("Their words")
    theirs.keyboard.press("Enter")
    expect(theirs.locator("#title")).to_have_text("Their words")
    theirs.keyboard.press("t")
    theirs.keyboard.type("theirs")
    theirs.keyboard.press("Enter")
    expect(mine.locator("#tags a")).to_have_text(["theirs"])  # told by the service, while I am typing

    mine.keyboard.press("Enter")
    dialog = mine.get_by_role("dialog")
    expect(dialog.get_by_role("row", name="title")).to_contain_text(re.compile("Their words.*My words", re.DOTALL))
    expect(dialog.get_by_role("row", name="tags")).to_contain_text("theirs")
    mine.keyboard.press("Escape")
    expect(mine.locator("#title-input")).to_have_value("My words")
    assert api.get(f"/recordings/{heard['id']}")["title"] == "Their words"

    mine.locator("#title-input").press("Enter")
    dialog.get_by_role("button", name="Save mine").click()
    expect(mine.locator("#title")).to_have_text("My words")
    expect(theirs.locator("#title")).to_have_text("My words")
    assert api.get(f"/recordings/{heard['id']}")["tags"] == ["theirs"], "what I did not touch stays as they left it"


def test_tags_of_both_are_kept_where_that_is_chosen(
    page: Page, watched: Watch, api: Api, heard: dict[str, Any]
) -> None:
    address = f"/recordings/{heard['id']}"
    watched.allow(412, f"/api/v1{address}")
    page.route("**/api/v1/events**", lambda _: None)  # it never hears what happens
    opened(page, heard)
    api.change(address, {"tags": ["theirs"]})
    page.keyboard.press("t")
    page.keyboard.type("mine")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("both: mine, theirs")).to_be_checked()
    dialog.get_by_role("button", name="Save what is chosen").click()
    expect(page.locator("#tags a")).to_have_text(["mine", "theirs"])
    assert api.get(address)["tags"] == ["mine", "theirs"]


def test_what_was_put_in_the_trash_comes_back(page: Page, api: Api, heard: dict[str, Any]) -> None:
    opened(page, heard)
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator("#status")).to_have_text("trashed")
    assert api.get(f"/recordings/{heard['id']}")["status"] == "trashed"
    page.locator(".notice").get_by_role("button", name="Undo").click()
    expect(page.locator("#status")).to_have_text("ready")
    expect(page.get_by_role("button", name="Move to the trash")).to_be_visible()


def test_the_original_is_saved_under_its_own_name(page: Page, heard: dict[str, Any]) -> None:
    opened(page, heard)
    with page.expect_download() as download:
        page.locator("#downloads").get_by_role("link", name=heard["filename"]).click()
    assert download.value.suggested_filename == heard["filename"]
