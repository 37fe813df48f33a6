"""Files come in by the panel: a folder while the service restarts, after the page was closed, and what is refused."""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests import sounds
from tests.panel import axe
from tests.panel.service import Api, PanelService
from tests.panel.visitors import Visitors
from tests.panel.watch import Watch

LONG = sounds.encoded("wav", sounds.noise(35, seed=3), 44100)  # 6 MB: two parts
PART_2 = re.compile(r"/parts/2\?")


class Sent:
    """The numbers of the parts that went out; the second one of the long file is held until it is let go."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.numbers: list[int] = []
        self._holds = True
        self._held: list[Route] = []
        page.on("request", self._note)
        page.route(PART_2, self._hold)

    def _note(self, request: Request) -> None:
        part = re.search(r"/parts/(\d+)\?", request.url)
        if request.method == "PUT" and part:
            self.numbers.append(int(part[1]))

    def _hold(self, route: Route) -> None:
        if self._holds:
            self._held.append(route)
        else:
            route.continue_()

    def wait_for_part_2(self) -> None:
        """Until it is held, and the first one has arrived."""
        expect(self.page.locator("#files-list li", has_text="tape").locator(".words")).to_contain_text(
            "5.2 MB of 6.2 MB"
        )
        assert self._held

    def let_go(self) -> None:
        self._holds = False
        for route in self._held:
            route.continue_()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Harbour"
    (made / "day 1").mkdir(parents=True)
    (made / "day 1" / "tape.wav").write_bytes(LONG)
    (made / "bell.wav").write_bytes(sounds.tone_wav(0.7, hz=660))
    (made / "gulls.mp3").write_bytes(sounds.encoded("mp3", sounds.noise(1, seed=5), 44100))
    (made / ".DS_Store").write_bytes(b"\0")
    (made / "nothing.wav").write_bytes(b"")
    return made


def overall(page: Page, words: str) -> None:
    expect(page.locator("#overall")).to_have_text(words)


def test_a_folder_comes_in_whole_though_the_service_restarts(
    page: Page, api: Api, service: PanelService, watched: Watch, folder: Path
) -> None:
    watched.allow_outages()
    page.goto("/upload")
    sent = Sent(page)
    page.fill("#tags", "harbour, 2026")
    page.set_input_files("#folder", folder)
    expect(page.locator("#left-out")).to_have_text("Left out: Harbour/nothing.wav (empty), 1 file of the system.")
    sent.wait_for_part_2()
    service.stop()
    sent.let_go()
    expect(page.locator("#line")).to_contain_text("The upload goes on by itself")
    service.begin()
    overall(page, "3 ready")
    expect(page.locator("#line")).to_be_hidden()
    there = {recording["filename"]: recording for recording in api.get("/recordings")["items"]}
    assert set(there) == {"tape.wav", "bell.wav", "gulls.mp3"}
    assert there["tape.wav"]["sha256"] == hashlib.sha256(LONG).hexdigest()
    assert all(recording["tags"] == ["2026", "harbour"] for recording in there.values())
    assert sent.numbers.count(1) == 3, "what has arrived is not sent again"
    page.click("#to-library")
    expect(page.locator("tr[data-id]")).to_have_count(3)


def test_it_goes_on_after_the_page_was_closed(page: Page, api: Api, folder: Path) -> None:
    tape = folder / "day 1" / "tape.wav"
    tape.write_bytes(LONG[:-2] + b"\1\1")
    page.goto("/upload")
    held = Sent(page)
    page.set_input_files("#files", tape)
    held.wait_for_part_2()
    page.close()
    later = page.context.new_page()
    later.goto("/upload")
    expect(later.locator("#resume")).to_contain_text("1 file was on the way when the page was closed.")
    sent = Sent(later)
    sent.let_go()
    later.set_input_files("#files", tape)
    overall(later, "1 ready")
    assert 1 not in sent.numbers, "what has arrived is not sent again"
    expect(later.locator("#resume")).to_be_hidden()


def test_what_is_no_audio_or_is_there_already_is_refused_in_words(
    visitors: Visitors, api: Api, watched: Watch, tmp_path: Path
) -> None:
    watched.allow(409, "/api/v1/uploads")
    first = api.settled(api.send(sounds.tone_wav(0.6, hz=500), "first.wav"))
    long = sounds.encoded("wav", sounds.noise(35, seed=8), 44100)
    first_long = api.send(long, "first long.wav")
    (tmp_path / "long.wav").write_bytes(long)
    (tmp_path / "notes.wav").write_bytes(b"These are notes, whatever the name says.\n" * 9)
    (tmp_path / "again.wav").write_bytes(sounds.tone_wav(0.6, hz=500))
    page = visitors.open("editor", theme="dark")
    page.goto("/upload")
    page.set_input_files("#files", [tmp_path / name for name in ("notes.wav", "again.wav", "long.wav")])
    overall(page, "2 duplicates, 1 refused")
    notes, again = (page.locator("#files-list li", has_text=name) for name in ("notes.wav", "again.wav"))
    expect(notes).to_contain_text("The content is not audio of a supported format")
    expect(again.get_by_role("button", name="Open the other")).to_have_attribute("href", f"/recordings/{first['id']}")
    other_long = page.locator("#files-list li", has_text="long.wav").get_by_role("button", name="Open the other")
    expect(other_long).to_have_attribute("href", f"/recordings/{first_long}")
    assert "notes" not in {recording["title"] for recording in api.get("/recordings")["items"]}
    if axe.SOURCE.is_file():
        assert axe.violations(page) == []
    again.get_by_role("button", name="Keep both").click()
    overall(page, "1 ready, 1 duplicate, 1 refused")
    page.get_by_role("button", name="Trouble").click()
    expect(page.locator("#files-list li")).to_have_count(2)
