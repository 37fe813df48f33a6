"""Recipes in a browser: built and edited by keyboard, tried on an excerpt, run, and set to run by themselves."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests import sounds
from tests.panel.service import Api
from tests.panel.watch import Watch

STEPS = [{"step": "gain", "gain_db": -6}, {"step": "transcode", "format": "wav", "bit_depth": "16"}]


@pytest.fixture(scope="module")
def tone(api: Api) -> str:
    recording = api.send(sounds.tone_wav(seconds=4.0), "Tone for recipes.wav")
    api.settled(recording)
    return recording


def test_a_recipe_is_built_by_keyboard_and_refusals_stand_where_they_belong(page: Page, watched: Watch) -> None:
    watched.allow(422, "/api/v1/recipes")
    watched.allow(400, "/api/v1/recipes")
    page.goto("/recipes/new")
    page.get_by_label("Name").fill("night-voice")
    for kind in ("loudness", "trim"):
        page.locator("#add-kind").select_option(kind)
        page.locator("#add-step").press("Enter")
    cards = page.locator("#steps > li")
    expect(cards).to_have_count(2)
    page.keyboard.press("Alt+ArrowUp")
    expect(cards.first).to_contain_text("1 Trim")
    expect(page.locator("#order-said")).to_have_text("Trim is step 1 of 2.")

    target = cards.nth(1).get_by_label("Target", exact=False).first
    target.fill("-3")
    expect(cards.nth(1).locator(".mistake")).to_contain_text("−40 to −5 LUFS")  # noqa: RUF001 - as it is shown
    target.fill("")
    page.get_by_role("button", name="Save the recipe").press("Enter")
    expect(target).to_have_attribute("aria-invalid", "true")
    expect(cards.nth(1).locator(".mistake")).to_contain_text("say how loud")

    slider = cards.nth(1).get_by_label("Target, as a slider")
    slider.focus()
    slider.press("ArrowLeft")
    expect(target).not_to_have_value("")
    target.fill("-20")
    page.get_by_label("Name").fill("Night voice")
    page.get_by_role("button", name="Save the recipe").press("Enter")
    expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Name").fill("night-voice")
    page.get_by_role("button", name="Save the recipe").press("Enter")
    expect(page).to_have_url(re.compile(r"/recipes/night-voice@1$"))
    expect(page.locator(".chain-of-steps")).to_contain_text("−20 LUFS")  # noqa: RUF001 - a true minus


def test_who_comes_second_is_told_and_loses_nothing(page: Page, api: Api, watched: Watch) -> None:
    watched.allow(412, "/api/v1/recipes/*")
    api.post("/recipes", {"name": "of-two", "steps": STEPS})
    page.goto("/recipes/of-two/edit")
    api.change("/recipes/of-two", {"about": "theirs", "steps": STEPS}, "PUT")
    page.get_by_label("What it is for").fill("ours")
    page.get_by_role("button", name="Save as version 2").click()
    expect(page.locator("#builder-problem")).to_contain_text("Somebody has saved another version")
    page.get_by_role("button", name="Save yours as version 3").click()
    expect(page).to_have_url(re.compile(r"/recipes/of-two@3$"))
    expect(page.locator("main")).to_contain_text("ours")


def test_steps_can_be_dragged(page: Page, api: Api) -> None:
    api.post("/recipes", {"name": "to-drag", "steps": [{"step": "fade", "in_seconds": 1}, *STEPS]})
    page.goto("/recipes/to-drag/edit")
    cards = page.locator("#steps > li")
    box = cards.nth(1).bounding_box()
    assert box
    cards.first.locator(".grip").drag_to(cards.nth(1), target_position={"x": 40, "y": box["height"] - 10})
    expect(cards.first).to_contain_text("1 Gain")
    expect(page.locator("#order-said")).to_have_text("Fade is step 2 of 3.")


def test_an_excerpt_is_heard_and_measured_before_and_after(page: Page, api: Api, tone: str) -> None:
    api.post("/recipes", {"name": "quieter", "steps": STEPS})
    page.goto(f"/recipes/quieter?recording={tone}")
    page.get_by_label("Length").select_option("5")
    page.get_by_role("button", name="Make the preview").click()
    loudness = page.locator("#try-figures tr").first
    expect(loudness).to_contain_text("−6.0 dB")  # noqa: RUF001 - a true minus
    expect(page.locator("#try-proof .mark").first).to_have_text("kept")
    expect(page.locator("#try-matched")).to_contain_text("Before is played 6.0 dB lower")
    expect(page.locator("#try-clock")).to_contain_text("/ 0:04.0")
    page.locator("h1").click()
    page.keyboard.press(" ")
    expect(page.locator("#try-play")).to_have_text("Pause")
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Before", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#try-play")).to_have_text("Pause")


def test_a_recipe_is_planned_and_started_over_what_is_found_by_words(page: Page, api: Api, tone: str) -> None:
    page.goto("/recipes/strip-tags")
    page.get_by_role("button", name="Run it").click()
    dialog = page.locator("#run-recipe")
    dialog.get_by_label("one recording").check()
    dialog.get_by_role("searchbox").fill("tone recipes")
    dialog.get_by_role("button", name=re.compile("Tone for recipes")).click()
    dialog.get_by_role("button", name="See the plan").click()
    expect(dialog.locator("[data-plan]")).to_contain_text("1 recording")
    dialog.get_by_role("button", name="Start: 1").click()
    expect(page).to_have_url(re.compile(r"/jobs/\w+$"))
    expect(page.locator("h1")).to_contain_text("Recipe strip-tags")
    job = page.url.rpartition("/")[2]
    api.ended(job)
    assert api.get(f"/recordings/{tone}/renditions")["items"]


def test_rules_are_set_by_an_admin(page: Page, api: Api, watched: Watch) -> None:
    watched.allow(404, "/api/v1/library/rules")
    page.goto("/recipes")
    page.locator("#rules").get_by_role("button", name="Change").click()
    page.get_by_role("button", name="Add a rule").click()
    dialog = page.locator("#rules-dialog")
    dialog.get_by_label("Recipe", exact=True).fill("nothing-of-that-name")
    dialog.get_by_label("For", exact=True).fill("http://127.0.0.1/?tag=a&tag=b&sort=-created")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator(".problem")).to_contain_text("nothing-of-that-name")
    dialog.get_by_label("Recipe", exact=True).fill("web-opus")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#rules table")).to_contain_text("tag=a&tag=b")
    expected = [{"recipe": "web-opus", "into": "rendition", "query": {"tag": ["a", "b"]}}]
    assert api.get("/library/rules")["rules"] == expected
