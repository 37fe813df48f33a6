"""Recipes that run over what comes in: a library's rules are read and set."""

from typing import Any

from tests.entrypoints.http.conftest import V1, Api, Service, problem

RULES = f"{V1}/library/rules"
ANY = {"If-Match": "*"}
SPEECH = {"recipe": "speech-16k@1", "into": "recording", "query": {"duration[gte]": ["1"], "tag": ["call"]}}


def test_rules_are_set_for_the_version_that_was_read(service: Service) -> None:
    before = service.viewer.get(RULES)
    assert before.get_json() == {"rules": []}
    version = {"If-Match": before.headers["ETag"]}
    answer = service.admin("PUT", RULES, json={"rules": [SPEECH, {"recipe": "podcast"}]}, headers=version)
    assert answer.status_code == 200, answer.text
    rules = [SPEECH, {"recipe": "podcast", "into": "rendition", "query": {}}]
    after = service.viewer.get(RULES)
    assert (after.get_json(), after.headers["ETag"]) == ({"rules": rules}, answer.headers["ETag"])
    problem(service.admin("PUT", RULES, json={"rules": []}, headers=version), 412, "version-mismatch")
    problem(service.admin("PUT", RULES, json={"rules": []}), 428, "precondition-required")
    problem(service.editor("PUT", RULES, json={"rules": []}, headers=ANY), 403, "forbidden")
    assert service.stranger.get(RULES).get_json() == {"rules": []}


SENSELESS: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"recipe": "podcats"}, 404, "not-found"),
    ({"recipe": "Pod Cast"}, 400, "invalid"),
    ({"recipe": "podcast", "query": {"loud": ["yes"]}}, 400, "invalid"),
    ({"recipe": "podcast", "into": "thin air"}, 422, "validation-failed"),
    ({}, 422, "validation-failed"),
)


def test_a_rule_that_makes_no_sense_is_refused(admin: Api) -> None:
    for rule, status, code in SENSELESS:
        problem(admin("PUT", RULES, json={"rules": [rule]}, headers=ANY), status, code)
