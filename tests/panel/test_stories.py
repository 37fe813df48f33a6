"""What people do from their first step to their last, over one service that was started with nothing told to it.

The newcomer comes first: nothing is there yet.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import sounds
from tests.e2e.service import until
from tests.panel import axe
from tests.panel.service import Api, PanelService
from tests.panel.visitors import SignIns, Visitors, settled
from tests.panel.watch import Watch

ADMINS_PLACES = ("/keys", "/webhooks", "/audit")
EDITS = ("Rename", "Run a recipe", "Restore", "Move to the trash", "Mark a region", "Edit: the bell")
"""What editors find on a recording's page."""


class FirstStart(NamedTuple):
    """What a start on an empty folder prints."""

    key: str
    link: str


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelService]:
    service = PanelService(tmp_path_factory.mktemp("first"), AUDIO_ADMIN_KEY="")
    try:
        service.begin()
        yield service
    finally:
        service.close()


@pytest.fixture(scope="module")
def first_start(service: PanelService) -> FirstStart:
    link = until(lambda: re.search(rf"({service.origin}/sign-in/\S+)\n", said(service)), "a link is printed")
    key = re.search(r"shown this once:\s+(ak_\S+)\n", said(service))
    assert key is not None
    return FirstStart(key[1], link[1])


def said(service: PanelService) -> str:
    return service.log.read_text()


@pytest.fixture(scope="module")
def api(service: PanelService, first_start: FirstStart) -> Api:
    return Api(service, first_start.key)


@pytest.fixture(scope="module")
def heard(api: Api) -> str:
    """A recording that can be played in the list, too, and has a region."""
    recording = api.send(sounds.tone_wav(4.0, hz=523.25), "Harbour bell.wav")
    api.settled(recording)
    api.post(f"/recordings/{recording}/regions", {"start_seconds": 1, "end_seconds": 2, "label": "the bell"})
    until(lambda: "preview.mp3" in renditions(api, recording), "there is a preview")
    return recording


def renditions(api: Api, recording: str) -> set[str]:
    return {one["name"] for one in api.get(f"/recordings/{recording}/renditions")["items"]}


def has_result(api: Api, recording: str) -> bool:
    return any(name.startswith("archive-flac") for name in renditions(api, recording))


def expect_sound(page: Page, player: str = "sound") -> None:
    """Time goes on: the browser decodes what it got."""
    page.wait_for_function("(id) => document.getElementById(id).currentTime > 0.3", arg=player)


def arrived(page: Page, title: str) -> None:
    """The page's scripts run, too: a click before that would be lost."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    settled(page)


def expect_axe_finds_nothing(page: Page) -> None:
    """On what tests.panel.pages cannot lead to."""
    if axe.SOURCE.is_file():
        assert axe.violations(page) == []


def press_until_focused(page: Page, what: Locator, key: str = "Tab", at_most: int = 60) -> None:
    for _ in range(at_most):
        page.keyboard.press(key)
        if what.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{key} does not lead to {what}")


def test_a_newcomer_comes_from_the_first_start_to_the_first_sound(
    visitors: Visitors, watched: Watch, first_start: FirstStart, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("mine") / "My first sound.wav"
    file.write_bytes(sounds.tone_wav(3.0, hz=330.0))
    page = visitors.open(role=None)
    page.goto(first_start.link)
    expect_axe_finds_nothing(page)
    page.get_by_role("button", name="Open the panel").click()
    expect(page.get_by_role("heading", name="No recordings yet")).to_be_visible()

    page.get_by_role("button", name="Upload recordings").click()
    arrived(page, "Upload")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(file)
    expect(page.locator("#overall")).to_have_text("1 ready")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open: My first sound.wav").click()
    recording = opened.value
    arrived(recording, "My first sound")
    recording.get_by_role("button", name="Play", exact=True).click()
    expect_sound(recording)
    recording.get_by_role("link", name="Library", exact=True).click()
    expect(recording.locator("tr[data-id]")).to_have_count(1)

    watched.allow(401, "/sign-in/*")
    other = visitors.open(role=None)
    other.goto(first_start.link)
    other.get_by_role("button", name="Open the panel").click()
    expect(other.get_by_role("alert")).to_contain_text("The link was used or is too old. Make a new one")
    expect_axe_finds_nothing(other)
    other.goto("/")
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_viewer_finds_and_plays_and_may_change_nothing(
    visitors: Visitors, watched: Watch, api: Api, heard: str
) -> None:
    before = api.get(f"/recordings/{heard}")
    page = visitors.open(role=None)
    page.goto(f"/recordings/{heard}")
    page.get_by_label("Key").fill(api.key("viewer", "listener"))
    page.get_by_role("button", name="Sign in").click()
    arrived(page, "Harbour bell")
    expect(page.locator("#region-list")).to_contain_text("the bell")
    expect(page.locator("main form, main dialog")).to_have_count(0)
    for name in EDITS:
        expect(page.get_by_role("button", name=name, include_hidden=True)).to_have_count(0)
    page.get_by_role("button", name="Play", exact=True).click()
    expect_sound(page)

    page.get_by_role("link", name="Library", exact=True).click()
    arrived(page, "Library")
    row = page.locator(f'tr[data-id="{heard}"]')
    row.get_by_role("button", name="Play Harbour bell").click()
    expect_sound(page, "preview")
    row.get_by_role("checkbox").click()
    expect(page.locator("#bulk button:visible")).to_have_text(["Export", "Clear"])
    expect(page.get_by_role("button", name="Upload")).to_have_count(0)
    places = page.get_by_role("navigation", name="Main").get_by_role("link").all_inner_texts()
    assert {"Library", "Jobs"} <= set(places)
    assert not {"Upload", "Keys", "Webhooks", "Audit"} & set(places)

    for address in ("/upload", *ADMINS_PLACES):
        watched.allow(403, address)
        answer = page.goto(address)
        assert answer is not None
        assert (answer.status, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
        expect(page.get_by_role("heading", level=1)).to_have_text("The key does not permit this")
        expect(page.get_by_role("button", name="Back to the library")).to_be_visible()
    expect_axe_finds_nothing(page)

    watched.allow(403, "/api/v1/*")
    assert page.evaluate(CHANGES, heard) == [403, 403, 403]
    assert api.get(f"/recordings/{heard}") == before


CHANGES = """(recording) => {
  const csrf = document.querySelector("meta[name=csrf-token]").content;
  const ask = async (method, path, body, type = "application/json") => {
    const headers = { "X-CSRF-Token": csrf, "Content-Type": type, "If-Match": "*" };
    const answer = await fetch(`/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    return answer.status;
  };
  return Promise.all([
    ask("PATCH", `/recordings/${recording}`, { title: "Mine" }, "application/merge-patch+json"),
    ask("POST", "/jobs", { change: { add_tags: ["mine"] }, recordings: [recording] }),
    ask("POST", "/keys", { name: "mine", role: "admin" }),
  ]);
}"""
"""What a script on the page could try: the token is there, so the role alone decides."""


def test_a_key_is_typed_a_recording_is_found_and_played_and_left_without_a_mouse(
    visitors: Visitors, api: Api, heard: str
) -> None:
    page = visitors.open(role=None)
    page.goto("/")
    page.keyboard.type(api.key("editor", "typist"))
    page.keyboard.press("Enter")
    arrived(page, "Library")
    page.keyboard.press("/")
    page.keyboard.type("harbour")
    expect(page.locator("tr[data-id]")).to_have_count(1)
    press_until_focused(page, page.get_by_role("button", name="Play Harbour bell"))
    page.keyboard.press("Space")
    expect_sound(page, "preview")
    press_until_focused(page, page.get_by_role("link", name="Harbour bell"))
    page.keyboard.press("Enter")

    arrived(page, "Harbour bell")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    press_until_focused(page, page.get_by_role("button", name="Play", exact=True))
    page.keyboard.press("Enter")
    expect_sound(page)
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.getElementById('sound').paused")

    press_until_focused(page, page.get_by_role("button", name="Sign out"), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_after_signing_out_nothing_is_shown_by_going_back_or_in_another_tab(
    visitors: Visitors, watched: Watch, sign_ins: SignIns, api: Api, heard: str
) -> None:
    watched.allow(401, "/api/v1/*")  # what the other tab still had open
    page = visitors.open(state=sign_ins.with_key(api.key("editor", "leaves")))
    page.goto("/")
    page.get_by_role("link", name="Harbour bell").click()
    arrived(page, "Harbour bell")
    for name in EDITS:
        expect(page.get_by_role("button", name=name, include_hidden=True)).to_have_count(1)
    other = page.context.new_page()
    other.goto(f"/recordings/{heard}")
    settled(other)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.locator("body")).not_to_contain_text("Harbour bell")

    other.get_by_role("button", name="Move to the trash").click()
    expect(other).to_have_url(re.compile(rf"/sign-in\?next=%2Frecordings%2F{heard}$"))
    assert api.get(f"/recordings/{heard}")["status"] == "ready"


def test_a_recipe_over_many_is_planned_run_and_undone(page: Page, api: Api) -> None:
    ids = [api.send(sounds.tone_wav(0.5, rate=8000, hz=150.0 + n), f"Bulk {n}.wav") for n in range(3)]
    for recording in ids:
        api.settled(recording)
    page.goto("/?text=bulk")
    expect(page.locator("tr[data-id]")).to_have_count(3)
    page.keyboard.press("a")
    page.get_by_role("button", name="Recipe").click()
    page.get_by_role("combobox", name="Recipe").select_option("archive-flac")
    page.get_by_role("button", name="See the plan").click()
    plan = page.get_by_role("dialog", name="Recipe archive-flac")
    expect(plan).to_contain_text("Would be done3 recordings")
    assert not any(has_result(api, recording) for recording in ids), "a plan makes nothing"
    plan.get_by_role("button", name="Recipe archive-flac: 3 recordings").click()
    notices = page.locator("#notices")
    expect(notices).to_contain_text("3 recordings done")
    assert all(has_result(api, recording) for recording in ids)
    notices.get_by_role("button", name="Undo").click()
    expect(notices).to_contain_text(re.compile("Undoing.*: 3 recordings done"))
    assert not any(has_result(api, recording) for recording in ids)
