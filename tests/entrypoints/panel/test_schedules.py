"""/schedules: what is run by itself."""

from typing import Any

import pytest

from domain.access import Role
from tests.entrypoints.http.conftest import V1, Service
from tests.entrypoints.panel.conftest import Reader


def schedule(service: Service, **given: Any) -> dict[str, Any]:
    body = {"name": "nightly", "cron": "30 2 * * *", "time_zone": "Europe/Berlin", **given}
    answer = service.admin.post(f"{V1}/schedules", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.get_json()
    return made


def test_without_one_the_page_says_what_they_are_for(admin: Reader, viewer: Reader) -> None:
    assert "Nothing runs by itself yet" in admin.read("/schedules")
    assert "schedule-dialog" not in viewer.read("/schedules")


@pytest.mark.parametrize(
    ("runs", "words", "chosen"),
    [
        ({"recipe": "podcast", "query": {"tag": ["a&b"]}}, "Recipe podcast", "recipe:podcast"),
        ({"analyser": "listen", "query": {}}, "Listen again", "analyser:listen"),
        ({"fixity": {"share": 0.25}, "query": {}}, "Compare originals", "fixity:0.25"),
        ({"task": "empty-trash"}, "empty the trash", "task:empty-trash"),
    ],
)
def test_it_is_told_in_words_and_can_be_edited(
    service: Service, admin: Reader, runs: dict[str, Any], words: str, chosen: str
) -> None:
    made = schedule(service, runs=runs)
    assert words in admin.read("/schedules")
    page = admin.read(f"/schedules/{made['id']}")
    assert words in page
    assert f'value="{chosen}" selected' in page
    assert ("tag=a%26b" in page) == ("query" in runs and bool(runs["query"]))
    assert "data-api" not in Reader(service, Role.VIEWER).read(f"/schedules/{made['id']}")


def test_a_run_out_of_turn_stands_in_its_history(service: Service, admin: Reader) -> None:
    made = schedule(service, runs={"fixity": {}, "query": {}})
    assert "None yet" in admin.read(f"/schedules/{made['id']}")
    run = service.admin.post(f"{V1}/schedules/{made['id']}/run").get_json()
    page = admin.read(f"/schedules/{made['id']}")
    assert f"/jobs/{run['job']}" in page
    assert "started" in admin.read("/schedules")


def test_the_form_foretells_on_the_clocks_of_the_zone(admin: Reader) -> None:
    told = admin.read("/schedules/times?cron=30+2+*+*+1&time_zone=America/New_York", HX_Request="true")
    assert told.count("02:30") == 5
    assert told.count("Mon ") == 5
    wrong = admin.get("/schedules/times?cron=30+2+*&time_zone=UTC", HX_Request="true")
    assert wrong.status_code == 400
    assert "five fields" in wrong.text
