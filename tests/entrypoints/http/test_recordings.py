"""Recordings are listed, looked at, described, thrown away and taken back."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import sounds
from tests.entrypoints.http.conftest import V1, Api, Service, before_stores, got, problem

LIST = f"{V1}/recordings"


def ids(api: Api, query: str) -> list[str]:
    answer = api.get(f"{LIST}?{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.get_json()["items"]]


def test_what_is_not_changed_is_not_sent_again(editor: Api, heard: dict[str, Any]) -> None:
    own = heard["links"]["self"]
    tag = editor.get(own).headers["ETag"]
    again = editor.get(own, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert editor.get(own, headers={"If-None-Match": '"999"'}).status_code == 200


def test_what_was_heard_stands_on_the_recording(heard: dict[str, Any]) -> None:
    assert heard["status"] == "ready"
    assert heard["audio"]["duration_seconds"] == pytest.approx(0.3, abs=0.001)
    assert {"container", "codec", "sample_rate_hz", "channels", "bit_depth", "bit_rate_bps"} < heard["audio"].keys()


def test_its_links_lead_to_all_that_can_be_had_of_it(service: Service, editor: Api) -> None:
    """To all that lies below it, but for what its state does not allow."""
    made = editor.recording(seconds=1.0)
    service.work()
    links = editor.get(made["links"]["self"]).get_json()["links"]
    below = f"{LIST}/<id>/"
    rules = {rule.rule.removeprefix(below) for rule in service.app.url_map.iter_rules() if rule.rule.startswith(below)}
    there = {name for name in rules if "/" not in name}
    linked = {urlsplit(address).path.rpartition("/")[2] for address in links.values()}
    assert there - linked == {"restore", "release", "reject", "reopen"}
    posted = {"previews": ({"loudness_lufs": -20}, 202), "recipe-previews": ({"recipe": "web-opus"}, 200)}
    for name, address in links.items():
        if name in posted:
            body, status = posted[name]
            assert editor.post(address, json=body).status_code == status
        else:
            assert got(editor, address).status == 200, name


def test_filters_narrow_the_list(service: Service, editor: Api) -> None:
    short, long = editor.recording(seconds=0.2), editor.recording(seconds=0.6)
    service.work()
    service.clock.advance(60)
    fresh = editor.recording(seconds=0.4)
    assert set(ids(editor, "status=ready")) == {short["id"], long["id"]}
    assert ids(editor, "status=ready&duration[gte]=0.5") == [long["id"]]
    assert ids(editor, "created[gt]=2026-03-01T12:00:30Z") == [fresh["id"]]
    assert ids(editor, "created[gt]=2026-03-01T13:00:30%2B01:00") == [fresh["id"]]
    assert ids(editor, f"sha256={long['sha256'].upper()}") == [long["id"]]
    assert ids(editor, "channels=2&sample_rate[lt]=1") == []
    assert ids(editor, "sort=size") == [short["id"], fresh["id"], long["id"]]
    assert ids(editor, "sort=-size&limit=1") == [long["id"]]


def test_all_tags_must_match(editor: Api) -> None:
    one, both = editor.recording(seconds=0.2), editor.recording(seconds=0.3)
    for made, tags in ((one, ["dog"]), (both, ["dog", "loud"])):
        editor.patch(made["links"]["self"], json={"tags": tags}, headers={"If-Match": "*"})
    assert set(ids(editor, "tag=dog")) == {one["id"], both["id"]}
    assert ids(editor, "tag=dog&tag=loud") == [both["id"]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("nope=1", "nope"),
        ("duration[near]=1", "duration[near]"),
        ("tag[gte]=dog", "tag[gte]"),
        ("duration[gte]=long", "duration[gte]"),
        ("duration[gte]=1e999", "duration[gte]"),
        ("size=99999999999999999999", "size"),
        ("status=lost", "status"),
        ("created[lt]=yesterday", "created[lt]"),
        ("created[lt]=2026-01-01T00:00:00", "created[lt]"),
        ("created[lt]=9999-12-31T23:59:59-14:00", "created[lt]"),
        ("updated[gte]=0001-01-01T00:00:00%2B14:00", "updated[gte]"),
        ("sort=colour", "sort"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("sha256=abc", "sha256"),
    ],
)
@before_stores
def test_an_unknown_filter_is_named(editor: Api, query: str, field: str) -> None:
    body = problem(editor.get(f"{LIST}?{query}"), 422, "validation-failed")
    assert [error["field"] for error in body["errors"]] == [field]
    assert set(body["errors"][0]) == {"field", "message"}


def test_a_filter_is_not_given_twice(editor: Api) -> None:
    assert problem(editor.get(f"{LIST}?status=ready&status=failed"), 400, "invalid")["field"] == "status"


def test_pages_follow_each_other(editor: Api) -> None:
    made = {editor.recording(seconds=0.1 * n)["id"] for n in range(2, 7)}
    seen: list[str] = []
    query: str | None = f"{LIST}?limit=2"
    while query:
        page = editor.get(query).get_json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        query = page["next_cursor"] and f"{LIST}?limit=2&cursor={page['next_cursor']}"
    assert set(seen) == made
    assert len(seen) == len(made)


def test_a_cursor_cannot_be_forged(service: Service, editor: Api) -> None:
    for seconds in (0.2, 0.3):
        editor.recording(seconds=seconds)
    cursor = editor.get(f"{LIST}?limit=1").get_json()["next_cursor"]
    for forged in (cursor[:-1], f"x{cursor}", cursor.partition(".")[0], "abc"):
        assert problem(editor.get(f"{LIST}?limit=1&cursor={forged}"), 400, "invalid")["field"] == "cursor"
    problem(service.stranger.get(f"{LIST}?limit=1&cursor={cursor}"), 400, "invalid")
    problem(editor.get(f"{V1}/jobs?cursor={cursor}"), 400, "invalid")
    problem(editor.get(f"{LIST}?limit=1&status=ready&cursor={cursor}"), 400, "invalid")


def test_a_patch_merges(editor: Api) -> None:
    made = editor.recording()
    own = made["links"]["self"]
    patch = {"title": "Dog", "tags": ["b", "a", "a"], "fields": {"take": 3, "draft": True, "note": "x"}}
    first = editor.patch(own, json=patch, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert (first.get_json()["title"], first.get_json()["tags"]) == ("Dog", ["a", "b"])
    second = editor.patch(
        own,
        data=b'{"fields": {"draft": null, "take": 4}}',
        content_type="application/merge-patch+json",
        headers={"If-Match": '"2"'},
    )
    assert second.get_json()["fields"] == {"note": "x", "take": 4}
    assert second.get_json()["title"] == "Dog"
    third = editor.patch(own, json={"fields": None, "tags": None}, headers={"If-Match": "*"}).get_json()
    assert (third["fields"], third["tags"], third["version"]) == ({}, [], 4)


@pytest.mark.parametrize(
    ("patch", "status", "code"),
    [
        ({"status": "ready"}, 422, "validation-failed"),
        ({"title": 5}, 422, "validation-failed"),
        ({"fields": {"a": {"b": 1}}}, 422, "validation-failed"),
        ({"tags": "dog"}, 422, "validation-failed"),
        ({"title": None}, 400, "invalid"),
        ({"title": "a\0b"}, 400, "invalid"),
        ({"tags": ["x" * 65]}, 400, "invalid"),
        ({"fields": {"9": 1}}, 400, "invalid"),
        ({"title": "\ud800"}, 422, "validation-failed"),
    ],
)
@before_stores
def test_a_patch_that_makes_no_sense_is_refused(editor: Api, patch: dict[str, Any], status: int, code: str) -> None:
    own = editor.recording()["links"]["self"]
    problem(editor.patch(own, json=patch, headers={"If-Match": "*"}), status, code)
    assert editor.get(own).headers["ETag"] == '"1"'


def test_a_write_names_the_version_that_it_changes(editor: Api) -> None:
    own = editor.recording()["links"]["self"]
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", own, {"json": {"title": "x"}}),
        ("DELETE", own, {}),
        ("POST", f"{own}/restore", {}),
    ]
    for method, path, given in calls:
        problem(editor(method, path, **given), 428, "precondition-required")
        for wrong in ('"9"', 'W/"1"', '"abc"', '"9", "8"', '"99999999999999999999999"'):
            problem(editor(method, path, headers={"If-Match": wrong}, **given), 412, "version-mismatch")


@pytest.mark.parametrize("tag", ['"1"', "*", '"7", "1"'])
def test_one_of_several_versions_is_enough(editor: Api, tag: str) -> None:
    own = editor.recording()["links"]["self"]
    assert editor.patch(own, json={"title": "x"}, headers={"If-Match": tag}).status_code == 200


def test_the_trash_gives_back(service: Service, editor: Api, heard: dict[str, Any]) -> None:
    own = heard["links"]["self"]
    trashed = editor.delete(own, headers={"If-Match": f'"{heard["version"]}"'})
    assert (trashed.status_code, trashed.get_json()["status"]) == (200, "trashed")
    assert ids(editor, "") == []
    assert ids(editor, "status=trashed") == [heard["id"]]
    again = problem(editor.delete(own, headers={"If-Match": "*"}), 409, "illegal-transition")
    assert again["current_status"] == "trashed"
    problem(editor.patch(own, json={"title": "x"}, headers={"If-Match": "*"}), 409, "illegal-transition")
    restored = editor.post(f"{own}/restore", headers={"If-Match": trashed.headers["ETag"]})
    assert (restored.status_code, restored.get_json()["status"]) == (200, "ready")


def test_a_recording_that_failed_says_why(service: Service, editor: Api) -> None:
    made = editor.send(sounds.tone_wav(0.3)).get_json()
    editor.post(f"{made['links']['job']}/cancel")
    failed = editor.get(made["links"]["self"]).get_json()
    assert failed["status"] == "failed"
    assert failed["failure"]["code"] == "cancelled"
    assert "Retry" in failed["failure"]["detail"]
