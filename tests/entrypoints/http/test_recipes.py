"""Recipes over HTTP: made, edited by version, listed, and refused in words that name the field and its bounds."""

from typing import Any

import pytest

from domain.builtin_recipes import BUILTIN_RECIPES
from domain.step import STEPS
from tests.entrypoints.http.conftest import V1, Api, Service, a_service, problem

RECIPES = f"{V1}/recipes"
LOUDER = {"name": "louder", "about": "A bit.", "steps": [{"step": "gain", "gain_db": 3}]}
MUCH_LOUDER = {"about": "A lot.", "steps": [{"step": "gain", "gain_db": 12}]}


@pytest.fixture(scope="module")
def one() -> Service:
    """For tests that change nothing."""
    return a_service()


@pytest.fixture
def louder(editor: Api) -> dict[str, Any]:
    answer = editor.post(RECIPES, json=LOUDER)
    assert answer.status_code == 201, answer.text
    recipe: dict[str, Any] = answer.get_json()
    return recipe


def test_a_recipe_is_made_and_read(service: Service) -> None:
    asked = {
        "name": "voices",
        "about": "For the archive.",
        "steps": [
            {"step": "channels", "mode": "remix", "matrix": [[0.5, 0.5]]},
            {"step": "loudness", "preset": None, "target_lufs": -16},
            {"step": "tags", "write": ["artist=Ärzte"]},
        ],
    }
    made = service.editor.post(RECIPES, json=asked)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    read = service.viewer.get(made.headers["Location"])
    assert (read.get_json(), read.headers["ETag"]) == (made.get_json(), '"1"')
    recipe = read.get_json()
    assert (recipe["name"], recipe["version"], recipe["about"], recipe["built_in"]) == (
        "voices", 1, "For the archive.", False,
    )  # fmt: skip
    assert recipe["steps"] == [
        {"step": "channels", "mode": "remix", "pick": None, "matrix": [[0.5, 0.5]]},
        {"step": "loudness", "preset": None, "target_lufs": -16.0, "ceiling_dbtp": None, "limiter": False},
        {"step": "tags", "mode": "strip", "write": ["artist=Ärzte"]},
    ]
    again = service.viewer.get(made.headers["Location"], headers={"If-None-Match": '"1"'})
    assert (again.status_code, again.data) == (304, b"")
    problem(service.stranger.get(made.headers["Location"]), 404, "not-found")


def test_what_is_read_can_be_sent_back(service: Service) -> None:
    podcast = service.viewer.get(f"{RECIPES}/podcast-voice").get_json()
    asked = {"name": "my-voice", "about": podcast["about"], "steps": podcast["steps"]}
    made = service.editor.post(RECIPES, json=asked)
    assert (made.status_code, made.get_json()["steps"]) == (201, podcast["steps"])


def test_a_change_makes_a_version_and_leaves_the_one_before(service: Service, louder: dict[str, Any]) -> None:
    where, version = louder["links"]["latest"], {"If-Match": '"1"'}
    edited = service.editor("PUT", where, json=MUCH_LOUDER, headers=version)
    assert (edited.status_code, edited.headers["ETag"], edited.get_json()["version"]) == (200, '"2"', 2)
    assert service.viewer.get(where).get_json() == edited.get_json()
    assert service.viewer.get(louder["links"]["self"]).get_json() == louder
    problem(service.editor("PUT", where, json=LOUDER["steps"], headers=version), 400, "invalid")
    problem(service.editor("PUT", where, json={"steps": LOUDER["steps"]}, headers=version), 412, "version-mismatch")
    problem(service.editor("PUT", where, json=MUCH_LOUDER), 428, "precondition-required")
    assert service.editor("PUT", where, json=MUCH_LOUDER, headers={"If-Match": "*"}).headers["ETag"] == '"2"'
    versions = service.viewer.get(louder["links"]["versions"]).get_json()
    assert versions == {"items": [edited.get_json(), louder], "next_cursor": None}
    problem(service.viewer.get(f"{where}?version=3"), 404, "not-found")


def test_names_are_taken_once_and_those_that_ship_are_taken(editor: Api, louder: dict[str, Any]) -> None:
    for name in (louder["name"], "podcast"):
        problem(editor.post(RECIPES, json={**LOUDER, "name": name}), 409, "conflict")
    podcast = f"{RECIPES}/podcast"
    problem(editor("PUT", podcast, json=MUCH_LOUDER, headers={"If-Match": "*"}), 409, "conflict")
    assert editor.get(podcast).get_json()["built_in"] is True
    problem(editor("PUT", f"{RECIPES}/quieter", json=MUCH_LOUDER, headers={"If-Match": "*"}), 404, "not-found")


def test_all_are_listed_by_name_a_page_at_a_time(service: Service, louder: dict[str, Any]) -> None:
    listed: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = service.viewer.get(f"{RECIPES}?limit=7{cursor and f'&cursor={cursor}'}").get_json()
        listed, cursor = listed + page["items"], page["next_cursor"]
    assert [recipe["name"] for recipe in listed] == sorted([*BUILTIN_RECIPES, "louder"])
    assert louder in listed
    first = service.viewer.get(f"{RECIPES}?limit=1").get_json()["next_cursor"]
    problem(service.viewer.get(f"{louder['links']['versions']}?cursor={first}"), 400, "invalid")


@pytest.mark.parametrize(
    ("step", "field", "says"),
    [
        ({"step": "gain", "gain_db": 61}, "steps.0.gain.gain_db", "between -60 and 60 dB; it is 61"),
        ({"step": "gain", "gain_db": "3"}, "steps.0.gain.gain_db", "a number between -60 and 60 dB"),
        ({"step": "gain", "gain_db": None}, "steps.0.gain.gain_db", "a number between -60 and 60 dB"),
        ({"step": "gain"}, "steps.0.gain.gain_db", "required"),
        ({"step": "gain", "gain_db": 1, "db": 1}, "steps.0.gain.db", "not permitted"),
        ({"step": "loudness", "limiter": 1}, "steps.0.loudness.limiter", "true or false"),
        ({"step": "transcode", "format": "{aiff}"}, "steps.0.transcode.format", "one of: wav, flac, mp3, opus"),
        ({"step": "split", "by": "regions", "regions": [[1]] * 1001}, "steps.0.split.regions", "1 to 1000 lists"),
        ({"step": "louder"}, "steps.0", "'gain', 'loudness'"),
        ({"gain_db": 1}, "steps.0", "discriminator 'step'"),
    ],
)
def test_an_odd_value_is_refused_with_its_field_and_bounds(
    one: Service, step: dict[str, Any], field: str, says: str
) -> None:
    body = problem(one.editor.post(RECIPES, json={**LOUDER, "steps": [step]}), 422, "validation-failed")
    (error,) = body["errors"]
    assert error["field"] == field
    assert says in error["message"]
    assert "Value error" not in error["message"]


def test_a_chain_or_a_name_that_makes_no_sense_is_refused(one: Service) -> None:
    opus = {"step": "transcode", "format": "opus"}
    body = problem(one.editor.post(RECIPES, json={**LOUDER, "steps": [opus, *LOUDER["steps"]]}), 400, "invalid")
    assert (body["field"], "follow transcode" in body["detail"]) == ("steps", True)
    odd: tuple[dict[str, Any], ...] = ({"steps": []}, {"name": "Louder"}, {"steps": [opus] * 33})
    for wrong in odd:
        problem(one.editor.post(RECIPES, json={**LOUDER, **wrong}), 422, "validation-failed")


def test_the_steps_are_told_with_all_that_a_form_needs(one: Service) -> None:
    kinds = {kind["step"]: kind for kind in one.viewer.get(f"{V1}/recipe-steps").get_json()["items"]}
    assert list(kinds) == list(STEPS)
    (gain,) = kinds["gain"]["parameters"]
    assert {name: value for name, value in gain.items() if value is not None} == {
        "name": "gain_db", "kind": "number", "meaning": "Below 0: quieter.", "required": True, "unit": "dB",
        "least": -60, "greatest": 60, "whole": False,
    }  # fmt: skip
    assert kinds["gain"]["measures"] is None
    assert "true peak" in kinds["loudness"]["measures"]
    preset, _, _, limiter = kinds["loudness"]["parameters"]
    assert (preset["options"][0], preset["required"], preset["default"]) == ("ebu-r128", False, None)
    assert (limiter["kind"], limiter["default"]) == ("flag", False)
    lists = {p["name"]: p for kind in kinds.values() for p in kind["parameters"] if p["max_items"]}
    assert {name: (p["kind"], p["max_items"], p["max_row_items"]) for name, p in lists.items()} == {
        "pick": ("numbers", 64, None), "matrix": ("rows-of-numbers", 8, 64), "regions": ("rows-of-numbers", 1000, 2),
        "recordings": ("texts", 50, None), "write": ("texts", 50, None),
    }  # fmt: skip


def test_the_document_shows_every_parameter_with_its_bounds(one: Service) -> None:
    schemas = one.viewer.get("/openapi.json").get_json()["components"]["schemas"]
    steps = schemas["NewRecipe"]["properties"]["steps"]["items"]
    assert steps["discriminator"]["propertyName"] == "step"
    assert set(steps["discriminator"]["mapping"]) == set(STEPS)
    gain = schemas["GainStep"]
    assert gain["required"] == ["step", "gain_db"]
    assert gain["properties"]["gain_db"] == {
        "type": "number", "minimum": -60, "maximum": 60, "x-unit": "dB", "description": "Below 0: quieter.",
        "title": "Gain Db",
    }  # fmt: skip
    target = schemas["LoudnessStep"]["properties"]["target_lufs"]
    assert target["anyOf"] == [{"type": "number", "minimum": -40, "maximum": -5}, {"type": "null"}]
    assert target["default"] is None
    fade = schemas["FadeStep"]["properties"]["curve"]
    assert (fade["enum"], fade["default"]) == (["linear", "sine", "exponential"], "linear")
