"""The library as people use it all day: search, listen, select, change many, and come back to the same place."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import sounds
from tests.panel.service import Api
from tests.panel.visitors import Visitors

ROWS = 12
FEW = "/?sort=title&limit=5"  # a first page that is short; those that follow have 50


@pytest.fixture(scope="module")
def there(api: Api) -> list[str]:
    """Recordings named Take 00 to Take 11; 01, 05 and 09 are owls."""
    ids = [api.send(sounds.tone_wav(seconds=0.5, rate=8000, hz=200.0 + 5 * n), f"Take {n:02}.wav") for n in range(ROWS)]
    for recording in ids:
        api.settled(recording)
    for n in range(1, ROWS, 4):
        api.change(f"/recordings/{ids[n]}", {"tags": ["owl"]})
    return ids


@pytest.fixture
def rows(page: Page, there: list[str]) -> Callable[[], Locator]:
    return lambda: page.locator("tr[data-id]")


def test_typing_searches_and_the_address_keeps_what_was_asked(page: Page, rows: Callable[[], Locator]) -> None:
    page.goto("/?sort=title")
    expect(page.locator("#count")).to_have_text(f"{ROWS} recordings")
    page.keyboard.press("/")
    page.keyboard.type("take 1")
    expect(rows()).to_have_count(3)
    expect(page).to_have_url(re.compile(r"/\?sort=title&text=take\+1|/\?text=take\+1&sort=title"))
    page.locator("#filters > summary").click()
    page.get_by_role("link", name="owl").first.click()
    expect(rows()).to_have_count(1)
    expect(page.locator("#count")).to_have_text(f"1 of {ROWS} recordings")
    page.get_by_role("link", name="Take away the filter “take 1”").click()
    expect(rows()).to_have_count(3)
    expect(page.locator("#text")).to_have_value("")
    page.go_back()
    expect(rows()).to_have_count(1)
    expect(page.locator("#text")).to_have_value("take 1")
    page.reload()
    expect(rows()).to_have_count(1)


def test_the_list_goes_on_and_whoever_comes_back_finds_the_place(page: Page, rows: Callable[[], Locator]) -> None:
    page.goto(FEW)
    expect(rows()).to_have_count(ROWS)
    last = rows().nth(ROWS - 2)
    last.get_by_role("link", name="Take 10").click()
    expect(page).to_have_url(re.compile("/recordings/"))
    page.go_back()
    expect(rows()).to_have_count(ROWS)
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()


def test_keys_go_through_the_list_listen_and_select(page: Page, rows: Callable[[], Locator]) -> None:
    page.route("**/?*cursor=*", lambda route: None)  # what follows is long in coming
    page.goto(FEW)
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(rows().nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#picked")).to_have_text("1 recording selected")
    page.keyboard.press("k")
    page.keyboard.press(" ")
    expect(rows().nth(0)).to_have_class(re.compile("playing"))
    rows().nth(1).locator(".pick").click()
    expect(page.locator("#bulk")).to_be_hidden()
    rows().nth(2).locator(".pick").click()
    rows().nth(4).locator(".pick").click(modifiers=["Shift"])
    expect(page.locator("#picked")).to_have_text("3 recordings selected")
    page.keyboard.press("a")
    expect(page.locator("#picked")).to_have_text("All 5 that are shown are selected")
    page.get_by_role("button", name=f"Select all {ROWS} recordings that match").click()
    expect(page.locator("#picked")).to_have_text(f"All {ROWS} recordings are selected")
    page.keyboard.press("Escape")
    expect(page.locator("#bulk")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/recordings/"))


def test_a_change_of_all_that_match_is_planned_done_and_undone(
    page: Page, api: Api, rows: Callable[[], Locator]
) -> None:
    page.goto("/?tag=owl")
    expect(page.locator("#count")).to_have_text(f"3 of {ROWS} recordings")
    page.keyboard.press("a")
    page.locator("#bulk").get_by_role("button", name="Trash").click()
    plan = page.get_by_role("dialog", name="Trash")
    expect(plan).to_contain_text("Would be done3 recordings")
    assert len(api.get("/recordings", tag="owl")["items"]) == 3, "a plan changes nothing"
    plan.get_by_role("button", name="Trash: 3 recordings").click()
    expect(page.locator("#notices")).to_contain_text("3 recordings done")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.keyboard.press("u")
    expect(rows()).to_have_count(3)
    assert len(api.get("/recordings", tag="owl")["items"]) == 3


def test_what_would_be_refused_is_said_before_and_a_recipe_runs_over_the_rest(
    page: Page, api: Api, there: list[str], rows: Callable[[], Locator]
) -> None:
    page.goto("/?text=take&sort=title")
    for n in range(2):
        rows().nth(n).locator(".pick").click()
    api.change(f"/recordings/{there[0]}", None, "DELETE")  # by somebody else
    page.get_by_role("button", name="Recipe").click()
    page.get_by_role("combobox", name="Recipe").select_option("archive-flac")
    page.get_by_role("button", name="See the plan").click()
    plan = page.locator("#bulk-plan")
    expect(plan).to_contain_text("Would be refused1 recording")
    expect(plan.locator(".refusals")).to_contain_text("Take 00")
    plan.get_by_role("button", name="Recipe archive-flac: 1 recording").click()
    expect(page.locator("#notices")).to_contain_text("1 recording done, 1 refused or failed")


def test_a_search_is_kept_under_a_name(page: Page, rows: Callable[[], Locator]) -> None:
    page.goto("/?tag=owl&sort=-title")
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Owls <b>")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/")
    page.get_by_role("button", name="Saved searches").click()
    page.get_by_role("link", name="Owls <b>").click()
    expect(rows()).to_have_count(3)
    expect(page.locator("[aria-sort=descending]")).to_contain_text("Title")


def test_a_viewer_listens_and_exports_and_changes_nothing(visitors: Visitors, there: list[str]) -> None:
    page = visitors.open("viewer")
    page.goto("/?tag=owl")
    page.keyboard.press("a")
    expect(page.locator("#bulk button:visible")).to_have_text(["Export", "Clear"])
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert len(download.value.path().read_text().splitlines()) == 4


def test_what_is_being_listened_to_becomes_ready_before_ones_eyes(page: Page, api: Api, there: list[str]) -> None:
    page.goto("/")
    recording = api.send(sounds.tone_wav(seconds=20.0, hz=777.0), "Fresh.wav")
    page.reload()
    row = page.locator(f'tr[data-id="{recording}"]')
    expect(row).to_contain_text("ready")
    expect(row.locator("img")).to_be_visible()


def test_whose_session_has_ended_signs_in_and_finds_the_search_again(page: Page, there: list[str]) -> None:
    page.goto("/?tag=owl")
    expect(page.locator("#count")).to_have_text(re.compile("^3 of "))  # nothing more is fetched by itself
    page.context.clear_cookies()
    page.get_by_role("link", name="Title").click()
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2F%3Ftag%3Dowl"))
