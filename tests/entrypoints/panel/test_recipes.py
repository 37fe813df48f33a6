"""/recipes: what there is, what runs by itself, versions, and the builder's forms."""

import html
import json
import re
from typing import Any

import pytest

from domain.step import STEPS
from tests.entrypoints.http.conftest import V1, Service
from tests.entrypoints.panel.conftest import Reader

STEPS_ASKED: list[dict[str, Any]] = [
    {"step": "high_pass", "frequency_hz": 80},
    {"step": "transcode", "format": "opus", "bit_rate_kbps": 64},
]


def recipe(service: Service, name: str = "archive-voice", **given: Any) -> dict[str, Any]:
    body = {"name": name, "about": "Voices.", "steps": STEPS_ASKED, **given}
    answer = service.admin.post(f"{V1}/recipes", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.get_json()
    return made


def edited(service: Service, steps: list[dict[str, Any]], version: int = 1) -> None:
    answer = service.admin(
        "PUT",
        f"{V1}/recipes/archive-voice",
        headers={"If-Match": f'"{version}"'},
        json={"about": "Voices.", "steps": steps},
    )
    assert answer.status_code == 200, answer.text


def test_the_list_says_in_words_what_each_does_and_what_uses_it(service: Service, admin: Reader) -> None:
    assert "There is none yet" in admin.read("/recipes")
    recipe(service)
    service.admin(
        "PUT", f"{V1}/library/rules", headers={"If-Match": "*"}, json={"rules": [{"recipe": "archive-voice"}]}
    )
    runs = {"recipe": "archive-voice", "query": {}}
    service.admin.post(f"{V1}/schedules", json={"name": "nightly", "cron": "30 2 * * *", "runs": runs})
    page = admin.read("/recipes")
    row = page[page.index('href="/recipes/archive-voice"') :].split("</tr>")[0]
    assert "High pass (80 Hz)" in row
    assert "File format (opus, 64 kbit/s)" in row
    assert "what comes in" in row
    assert "nightly" in row
    assert "every recording" in page


def test_only_who_may_is_offered_to_change_something(admin: Reader, editor: Reader, viewer: Reader) -> None:
    offers = {"/recipes/new": (True, True, False), "rules-dialog": (True, False, False)}
    pages = [reader.read("/recipes") for reader in (admin, editor, viewer)]
    for words, offered in offers.items():
        assert tuple(words in page for page in pages) == offered
    assert "try-form" not in viewer.read("/recipes/podcast")
    assert "run-recipe" in editor.read("/recipes/podcast")
    assert viewer.get("/recipes/new").status_code == 403
    assert admin.get("/recipes/podcast/edit").status_code == 409


def test_versions_say_what_changed_and_can_be_compared(service: Service, admin: Reader) -> None:
    recipe(service)
    edited(service, [{"step": "high_pass", "frequency_hz": 100}, STEPS_ASKED[1]])
    edited(service, [{"step": "trim"}, {"step": "high_pass", "frequency_hz": 100}], version=2)
    page = admin.read("/recipes/archive-voice")
    assert "High pass: Frequency 80 Hz → 100 Hz" in page
    assert "Step 1 is new: Trim (speech)" in page
    assert "Step 2 was taken out: File format (opus, 64 kbit/s)" in page
    whole = admin.read("/recipes/archive-voice@3?against=1")
    changes = whole[whole.index('id="changes"') :].split("</section>")[0]
    assert "Trim (speech)" in changes
    assert "80 Hz → 100 Hz" in changes
    assert "This is an older version" in admin.read("/recipes/archive-voice@1")


def test_the_builder_has_a_control_for_each_parameter_with_its_bounds(admin: Reader) -> None:
    page = admin.read("/recipes/new")
    forms = dict(re.findall(r'<template data-step="(\w+)">(.*?)</template>', page, re.DOTALL))
    assert forms.keys() == STEPS.keys()
    for name, kind in STEPS.items():
        assert re.findall(r'data-parameter="(\w+)"', forms[name]) == [one.name for one in kind.parameters]
    target = forms["loudness"].split('data-parameter="target_lufs"')[1]
    assert re.search(r'type="number"[^>]*min="-40"[^>]*max="-5"', target)
    assert "\u221240 to \u22125 LUFS" in target
    assert "podcast (\u221216 LUFS, \u22121 dBTP)" in forms["loudness"]


def test_the_builder_starts_from_steps_that_are_there(service: Service, editor: Reader) -> None:
    made = recipe(service)

    def given(address: str) -> Any:
        found = re.search(r'data-steps="([^"]*)"', editor.read(address))
        assert found
        return json.loads(html.unescape(found[1]))

    assert given("/recipes/new") == []
    assert given("/recipes/new?source=archive-voice") == made["steps"]
    assert given("/recipes/archive-voice/edit") == made["steps"]
    assert 'data-edits="1"' in editor.read("/recipes/archive-voice/edit")


def test_a_recipe_called_as_the_builder_is_can_be_seen(service: Service, admin: Reader) -> None:
    recipe(service, "new")
    assert 'href="/recipes/new@1"' in admin.read("/recipes")
    assert "High pass" in admin.read("/recipes/new@1")


@pytest.mark.parametrize("address", ["/recipes", "/recipes/archive-voice", "/recipes/archive-voice/edit"])
def test_what_people_wrote_stays_text(service: Service, admin: Reader, address: str) -> None:
    hostile = "\"><script>alert(1)</script><img src=x onerror='x'>"
    recipe(service, about=hostile, steps=[{"step": "tags", "write": [f"a={hostile}"]}])
    recording = service.admin.recording()
    title = service.admin.patch(
        f"{V1}/recordings/{recording['id']}",
        headers={"If-Match": "*", "Content-Type": "application/merge-patch+json"},
        data=json.dumps({"title": hostile}),
    )
    assert title.status_code == 200, title.text
    page = admin.read(f"{address}?recording={recording['id']}")
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert" in page
