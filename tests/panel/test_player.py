"""The player and the regions of a recording, as hands and keys use them."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from adapters.audio.scales import hz_to_mel
from tests import sounds
from tests.e2e.service import until
from tests.panel import axe
from tests.panel.service import Api
from tests.panel.visitors import Visitors
from tests.panel.watch import Watch

RATE = 22050
SECONDS = 12.0
HOSTILE = '<img src=x onerror="alert(1)">'


def a_sound() -> bytes:
    """Calm for 10 s, then clipped."""
    calm = sounds.tone(10, RATE, hz=440.0, dbfs=-26.0)
    return sounds.encoded("wav", sounds.joined(calm, (3 * sounds.tone(2, RATE, hz=220.0, dbfs=-3.0)).clip(-1, 1)), RATE)


@pytest.fixture(scope="module")
def recording(api: Api) -> str:
    """With previews, and a result that is 10 dB quieter."""
    recording = api.send(a_sound(), "bell.wav")
    api.settled(recording)
    step = {"step": "gain", "gain_db": -10}
    api.post(
        "/recipes",
        {"name": "quieter", "about": "10 dB less.", "steps": [step, {"step": "transcode", "format": "flac"}]},
    )
    job = api.post("/jobs", {"recipe": "quieter", "recordings": [recording]})["items"][0]["id"]
    assert api.ended(job)["status"] == "succeeded"
    until(lambda: "preview.opus" in names(api, recording), "there is a preview")
    return recording


def names(api: Api, recording: str) -> set[str]:
    return {one["name"] for one in api.get(f"/recordings/{recording}/renditions")["items"]}


def regions(api: Api, recording: str) -> dict[str, Any]:
    """By label, newest last."""
    found = api.get(f"/recordings/{recording}/regions")["items"]
    return {one["label"]: one for one in sorted(found, key=lambda one: one["id"])}


def opened(page: Page, recording: str) -> Page:
    page.goto(f"/recordings/{recording}")
    expect(page.locator("#ruler")).to_contain_text("0:0")  # the window stands
    expect(page.locator("#source-b option").nth(1)).to_be_attached()  # and what can be heard is known
    expect(page.locator("#region-list li")).not_to_have_count(0)
    return page


def seconds(page: Page) -> float:
    minutes, rest = page.locator("#clock").inner_text().split(":")
    return 60 * int(minutes) + float(rest)


def place(page: Page, time: float) -> tuple[float, float]:
    """Where the time is on the screen, in the waveform; all of it is shown."""
    page.locator("#wave").scroll_into_view_if_needed()
    box = page.locator("#wave").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * time / SECONDS, box["y"] + 60


def drag(page: Page, start: float, end: float) -> None:
    """Over the waveform, from one time to another."""
    page.mouse.move(*place(page, start))
    page.mouse.down()
    page.mouse.move(*place(page, end), steps=5)
    page.mouse.up()


def selected(page: Page) -> Locator:
    return page.locator("#region-list li.selected")


def test_two_sources_are_heard_at_one_position_and_one_loudness(page: Page, recording: str) -> None:
    opened(page, recording)
    expect(page.locator("#heard")).to_contain_text("Heard: A, Original. Turned down 10.0 dB")
    page.keyboard.press(" ")
    expect(page.locator("#play")).to_have_text("Pause")
    page.wait_for_function("() => document.getElementById('sound').currentTime > 0.3")
    page.keyboard.press("b")
    expect(page.locator("#heard")).to_contain_text("Heard: B, quieter@1")
    page.wait_for_function("() => document.getElementById('sound').paused")
    expect(page.locator("#play")).to_have_text("Pause")
    page.keyboard.press(" ")
    assert 0.3 < seconds(page) < 8
    page.keyboard.press("5")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("#clock")).to_have_text("0:10.500")
    assert page.evaluate("() => document.getElementById('sound').volume") == pytest.approx(10 ** (-10 / 20), rel=0.01)


def test_the_window_goes_from_the_whole_to_single_samples_and_back(page: Page, recording: str) -> None:
    opened(page, recording)
    page.keyboard.press("5")
    expect(page.locator("#strip .box")).to_have_attribute("aria-valuetext", "0.00 to 12.00 of 12.00 seconds")
    with page.expect_response(re.compile("/excerpt.*format=wav")) as samples:
        for _ in range(24):
            page.keyboard.press("+")
    assert samples.value.ok
    expect(page.locator("#span")).to_have_text("2.00 ms")
    expect(page.locator("#ruler")).to_contain_text("0:06.000")
    page.wait_for_function(INK, arg="#wave")
    page.locator("#strip .box").press("PageDown")
    expect(page.locator("#wave")).to_have_attribute("aria-label", "Waveform from 0:06.00 to 0:06.00")
    page.keyboard.press("f")
    expect(page.locator("#span")).to_have_text("12 s")


INK = """(place) => {
  const canvas = document.querySelector(place).querySelector('div').shadowRoot.querySelector('canvas');
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  return data.some((value, n) => n % 4 === 2 && value > 180 && data[n + 1] > 0);
}"""
"""Whether a curve in the waveform's blue was drawn."""


def test_the_spectrogram_has_the_axis_of_the_picture(page: Page, recording: str) -> None:
    with page.expect_response(re.compile(r"/spectrogram\?.*scale=mel")) as first:
        opened(page, recording)
    assert first.value.ok
    expect(page.locator("#spectrogram-lane .busy")).to_be_hidden()
    address = page.evaluate("() => document.querySelector('script[src*=\"/js/recording.js\"]').src")
    module = address.replace("recording.js", "spectrogram-axis.js")
    axis = {"scale": "mel", "low": 0, "high": RATE / 2}
    told = page.evaluate("([module, axis]) => import(module).then(({ rows }) => rows(axis, 220))", [module, axis])
    assert [one["hz"] for one in told] == [0, 500, 1000, 2000, 5000, 10000]
    top = float(hz_to_mel(RATE / 2))
    for one in told:
        assert one["y"] == pytest.approx(220 * (1 - float(hz_to_mel(one["hz"])) / top), abs=0.01)
    with page.expect_response(re.compile(r"/spectrogram\?.*scale=log")) as second:
        page.select_option("#spectrogram-scale", "log")
    assert second.value.ok


def test_a_region_is_drawn_moved_and_taken_out_and_each_can_be_undone(page: Page, api: Api, recording: str) -> None:
    opened(page, recording)
    drag(page, 3, 5)
    page.get_by_label("Label").fill(HOSTILE)
    page.keyboard.press("Enter")
    expect(selected(page)).to_contain_text(HOSTILE)
    times = selected(page).locator(".times").inner_text()
    made = regions(api, recording)[HOSTILE]
    assert (made["start_seconds"], made["end_seconds"]) == (pytest.approx(3, abs=0.1), pytest.approx(5, abs=0.1))
    drag(page, made["end_seconds"] - 0.03, 7)
    expect(page.locator("#notices")).to_contain_text("Moved")
    assert regions(api, recording)[HOSTILE]["end_seconds"] == pytest.approx(7, abs=0.1)
    page.get_by_role("button", name="Undo").click()
    expect(selected(page).locator(".times")).to_have_text(times)
    assert regions(api, recording)[HOSTILE]["end_seconds"] == made["end_seconds"]
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#notices")).to_contain_text("Removed")
    assert HOSTILE not in regions(api, recording)
    page.get_by_role("button", name="Undo").click()
    expect(selected(page)).to_contain_text(HOSTILE)
    assert HOSTILE in regions(api, recording)
    page.mouse.dblclick(*place(page, 4))
    expect(page.locator("#span")).not_to_have_text("12 s")


def test_a_conflict_of_two_editors_shows_both_versions(page: Page, api: Api, recording: str, watched: Watch) -> None:
    made = api.post(f"/recordings/{recording}/regions", {"start_seconds": 1, "end_seconds": 2, "label": "a bell"})
    opened(page, recording)
    page.get_by_role("button", name="Edit: a bell").click()
    page.get_by_label("Label").fill("mine")
    api.change(f"/recordings/{recording}/regions/{made['id']}", {"label": "theirs"})
    watched.allow(412, "/api/v1/recordings/*/regions/*")
    page.get_by_role("button", name="Save", exact=True).click()
    row = page.locator("#region-conflict tr", has_text="Label")
    expect(row.locator("strong")).to_have_text(["theirs", "mine"])
    assert axe.violations(page) == []
    page.get_by_role("button", name="Save mine").click()
    expect(selected(page)).to_contain_text("mine")
    assert regions(api, recording)["mine"]["id"] == made["id"]


def test_what_was_found_is_walked_through_and_decided_by_keys(page: Page, api: Api, recording: str) -> None:
    opened(page, recording)
    for kind in ("Marked", "Models"):
        page.locator("#regions header").get_by_role("button", name=kind).click()
    page.keyboard.press("]")
    expect(selected(page)).to_contain_text("clipping")
    start = next(f["ranges"][0][0] for f in api.get(f"/recordings/{recording}")["findings"] if f["code"] == "clipping")
    assert seconds(page) == pytest.approx(start, abs=0.002)
    page.keyboard.press("z")
    expect(page.locator("#span")).not_to_have_text("12 s")
    page.keyboard.press("Enter")
    expect(page.locator("#region-dialog")).to_be_visible()
    page.get_by_label("Wrong").check()
    page.keyboard.press("Enter")
    expect(selected(page).locator(".verdict")).to_have_text("wrong")
    said = regions(api, recording)["clipping"]
    assert (said["verdict"], said["origin"]["name"], said["origin"]["n"]) == ("dismissed", "clipping", 0)


def test_a_viewer_looks_and_listens_and_changes_nothing(visitors: Visitors, api: Api, recording: str) -> None:
    before = regions(api, recording)
    page = opened(visitors.open("viewer"), recording)
    drag(page, 6, 7)
    page.keyboard.press("n")
    page.keyboard.press("]")
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.get_by_role("button", name="Mark a region")).to_have_count(0)
    assert regions(api, recording) == before
    page.locator("#region-list .pick").first.click()
    expect(page.locator("#play")).to_have_text("Pause")


def test_all_that_can_be_shown_is_shown_to_everybody(visitors: Visitors, recording: str) -> None:
    page = opened(visitors.open(theme="dark"), recording)
    for name in ("Channels apart", "Loudness"):
        page.get_by_role("button", name=name).click()
    expect(page.locator("#wave-axis")).to_have_text("LeftRight")
    expect(page.locator("#loudness-legend")).to_contain_text("LUFS")
    page.keyboard.press("?")
    expect(page.locator("#shortcut-list")).to_contain_text("Hear A or B")
    page.keyboard.press("Escape")
    assert axe.violations(page) == []
    page.reload()
    expect(page.get_by_role("button", name="Loudness")).to_have_attribute("aria-pressed", "true")


def test_where_no_waveform_can_be_drawn_the_sound_still_plays(page: Page, recording: str) -> None:
    page.route(
        "**/vendor/wavesurfer.esm.js", lambda route: route.fulfill(body="no module", content_type="text/javascript")
    )
    page.goto(f"/recordings/{recording}")
    expect(page.locator("#notices")).to_contain_text("The sound plays")
    expect(page.locator("#sound")).to_be_visible()
    expect(page.locator("#lanes")).to_be_hidden()


def test_a_page_that_waits_fills_in_by_itself(page: Page, api: Api) -> None:
    recording = api.send(sounds.encoded("flac", sounds.noise(20, RATE), RATE), "noise.flac")
    page.goto(f"/recordings/{recording}")
    expect(page.locator("#ruler")).to_contain_text("0:05")
