"""Every route needs a key, and a role that is high enough; no route tells of another library."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.access import Permission, Role
from domain.region import RegionId
from domain.values import RecordingId
from entrypoints.panel.app import PAGES
from tests.builders import a_prediction, a_region, an_entry
from tests.entrypoints.http.conftest import V1, Api, Service, problem

READ, WRITE, ADMINISTER = Permission


@dataclass(frozen=True)
class Call:
    """What a route needs, and a request that is well-formed otherwise. `kind` says whose id it takes."""

    needs: Permission | None
    kind: str = ""
    given: dict[str, Any] = field(default_factory=dict)


VERSION = {"headers": {"If-Match": "*"}}
SCRUB = {"name": "scrub", "cron": "0 3 * * *", "runs": {"fixity": {}, "query": {}}}
BARK = {"start_seconds": 0, "end_seconds": 0.1, "label": "a bark"}
GAIN = [{"step": "gain", "gain_db": -3}]
HOOK = {"url": "https://example.org/events"}
PART = {"data": b"x", "query_string": {"signature": "x"}}

REQUIRED = {
    ("POST", f"{V1}/recordings"): Call(WRITE, given={"data": b"RIFF", "query_string": {"filename": "a.wav"}}),
    ("GET", f"{V1}/recordings"): Call(READ),
    ("GET", f"{V1}/tally"): Call(READ),
    ("GET", f"{V1}/recordings/<id>"): Call(READ, "recording"),
    ("PATCH", f"{V1}/recordings/<id>"): Call(WRITE, "recording", {"json": {"title": "x"}, **VERSION}),
    ("DELETE", f"{V1}/recordings/<id>"): Call(WRITE, "recording", VERSION),
    ("POST", f"{V1}/recordings/<id>/restore"): Call(WRITE, "recording", VERSION),
    ("GET", f"{V1}/recordings/<id>/content"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/analysis"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/duplicates"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/analyses"): Call(READ, "recording"),
    ("POST", f"{V1}/recordings/<id>/release"): Call(WRITE, "recording", VERSION),
    ("POST", f"{V1}/recordings/<id>/reopen"): Call(WRITE, "recording", VERSION),
    ("POST", f"{V1}/recordings/<id>/reject"): Call(WRITE, "recording", VERSION),
    ("GET", f"{V1}/recordings/<id>/renditions"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/renditions/<name>"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/excerpt"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/spectrogram"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/waveform"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/loudness"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/waveform.svg"): Call(READ, "recording"),
    ("POST", f"{V1}/recordings/<id>/previews"): Call(WRITE, "recording", {"json": {"loudness_lufs": -16}}),
    ("POST", f"{V1}/recordings/<id>/recipe-previews"): Call(WRITE, "recording", {"json": {"recipe": "podcast"}}),
    ("GET", f"{V1}/recordings/<id>/recipe-previews/<name>"): Call(READ, "recording"),
    ("POST", f"{V1}/uploads"): Call(WRITE, given={"json": {"filename": "a.wav", "size": 10}}),
    ("GET", f"{V1}/uploads/<id>"): Call(WRITE, "upload"),
    ("DELETE", f"{V1}/uploads/<id>"): Call(WRITE, "upload"),
    ("POST", f"{V1}/uploads/<id>/parts"): Call(WRITE, "upload"),
    ("POST", f"{V1}/uploads/<id>/complete"): Call(WRITE, "upload"),
    ("PUT", f"{V1}/uploads/<id>/parts/<n>"): Call(None, "upload", PART),  # the signature is the permission
    ("GET", f"{V1}/jobs"): Call(READ),
    ("POST", f"{V1}/jobs"): Call(WRITE, given={"json": {"analyser": "listen", "recordings": ["x"]}}),
    ("GET", f"{V1}/backlog"): Call(READ),
    ("GET", f"{V1}/jobs/<id>"): Call(READ, "job"),
    ("POST", f"{V1}/jobs/<id>/cancel"): Call(WRITE, "job"),
    ("POST", f"{V1}/jobs/<id>/retry"): Call(WRITE, "job"),
    ("GET", f"{V1}/jobs/<id>/items"): Call(READ, "batch"),
    ("POST", f"{V1}/jobs/<id>/pause"): Call(WRITE, "batch"),
    ("POST", f"{V1}/jobs/<id>/resume"): Call(WRITE, "batch"),
    ("POST", f"{V1}/jobs/<id>/items/<n>/approve"): Call(WRITE, "batch"),
    ("POST", f"{V1}/jobs/<id>/items/<n>/reject"): Call(WRITE, "batch"),
    ("POST", f"{V1}/imports"): Call(WRITE, given={"json": {"address": "memory://allowed/"}}),
    ("GET", f"{V1}/metadata-exports"): Call(READ),
    ("POST", f"{V1}/metadata-exports"): Call(READ, given={"json": {"recordings": ["x"]}}),
    ("POST", f"{V1}/metadata-imports"): Call(WRITE, given={"data": b"id,title\nx,Owl\n", "content_type": "text/csv"}),
    ("GET", f"{V1}/dead-letters"): Call(READ),
    ("POST", f"{V1}/dead-letters/<id>/release"): Call(WRITE, "job"),
    ("GET", f"{V1}/events"): Call(READ),
    ("GET", f"{V1}/limits"): Call(READ),
    ("GET", f"{V1}/descriptors"): Call(READ),
    ("GET", f"{V1}/findings"): Call(READ),
    ("GET", f"{V1}/models"): Call(READ),
    ("GET", f"{V1}/predictions"): Call(READ),
    ("GET", f"{V1}/recordings/<id>/predictions"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/predictions/<key>"): Call(READ, "recording"),
    ("GET", f"{V1}/recordings/<id>/regions"): Call(READ, "recording"),
    ("POST", f"{V1}/recordings/<id>/regions"): Call(WRITE, "recording", {"json": BARK}),
    ("GET", f"{V1}/recordings/<id>/regions/<region>"): Call(READ, "recording"),
    ("PATCH", f"{V1}/recordings/<id>/regions/<region>"): Call(WRITE, "recording", {"json": {"label": "x"}, **VERSION}),
    ("DELETE", f"{V1}/recordings/<id>/regions/<region>"): Call(WRITE, "recording", VERSION),
    ("GET", f"{V1}/recipes"): Call(READ),
    ("POST", f"{V1}/recipes"): Call(WRITE, given={"json": {"name": "quieter", "steps": GAIN}}),
    ("GET", f"{V1}/recipes/<name>"): Call(READ, "recipe"),
    ("PUT", f"{V1}/recipes/<name>"): Call(WRITE, "recipe", {"json": {"steps": GAIN}, **VERSION}),
    ("GET", f"{V1}/recipes/<name>/versions"): Call(READ, "recipe"),
    ("GET", f"{V1}/recipe-steps"): Call(READ),
    ("GET", f"{V1}/schedules"): Call(READ),
    ("POST", f"{V1}/schedules"): Call(ADMINISTER, given={"json": SCRUB}),
    ("GET", f"{V1}/schedules/<id>"): Call(READ, "schedule"),
    ("PUT", f"{V1}/schedules/<id>"): Call(ADMINISTER, "schedule", {"json": SCRUB, **VERSION}),
    ("DELETE", f"{V1}/schedules/<id>"): Call(ADMINISTER, "schedule", VERSION),
    ("POST", f"{V1}/schedules/<id>/pause"): Call(ADMINISTER, "schedule"),
    ("POST", f"{V1}/schedules/<id>/resume"): Call(ADMINISTER, "schedule"),
    ("POST", f"{V1}/schedules/<id>/run"): Call(ADMINISTER, "schedule"),
    ("GET", f"{V1}/schedules/<id>/runs"): Call(READ, "schedule"),
    ("GET", f"{V1}/webhooks"): Call(ADMINISTER),
    ("POST", f"{V1}/webhooks"): Call(ADMINISTER, given={"json": HOOK}),
    ("GET", f"{V1}/webhooks/<id>"): Call(ADMINISTER, "webhook"),
    ("PATCH", f"{V1}/webhooks/<id>"): Call(ADMINISTER, "webhook", {"json": HOOK, **VERSION}),
    ("DELETE", f"{V1}/webhooks/<id>"): Call(ADMINISTER, "webhook", VERSION),
    ("POST", f"{V1}/webhooks/<id>/secret"): Call(ADMINISTER, "webhook", VERSION),
    ("POST", f"{V1}/webhooks/<id>/test"): Call(ADMINISTER, "webhook"),
    ("GET", f"{V1}/webhooks/<id>/deliveries"): Call(ADMINISTER, "webhook"),
    ("POST", f"{V1}/webhooks/<id>/deliveries/<delivery>/replay"): Call(ADMINISTER, "webhook"),
    ("POST", f"{V1}/webhooks/<id>/replay"): Call(ADMINISTER, "webhook", {"json": {}}),
    ("GET", f"{V1}/library"): Call(READ),
    ("GET", f"{V1}/library/policy"): Call(READ),
    ("PUT", f"{V1}/library/policy"): Call(ADMINISTER, given={"json": {"rules": []}, **VERSION}),
    ("GET", f"{V1}/library/rules"): Call(READ),
    ("PUT", f"{V1}/library/rules"): Call(ADMINISTER, given={"json": {"rules": []}, **VERSION}),
    ("GET", f"{V1}/keys"): Call(ADMINISTER),
    ("POST", f"{V1}/keys"): Call(ADMINISTER, given={"json": {"name": "x", "role": "viewer"}}),
    ("DELETE", f"{V1}/keys/<id>"): Call(ADMINISTER, "key"),
    ("GET", f"{V1}/audit"): Call(ADMINISTER),
}
OPEN = {
    "/healthz", "/readyz", "/version", "/metrics", "/openapi.json", "/docs", "/docs/start.js", "/docs/assets/<name>",
    "/problems", "/problems/<code>",
}  # fmt: skip
PANEL = {"assets", "sign_in", *(pages.name for pages in PAGES)}
"""Not of the API: tests/entrypoints/panel/test_frame.py says who gets there."""
BELOW = {READ: None, WRITE: Role.VIEWER, ADMINISTER: Role.EDITOR}


def path_of(rule: str, id_: str) -> str:
    name = id_ if "/recipes/" in rule else "preview.mp3"
    values = {"<id>": id_, "<region>": id_, "<name>": name, "<n>": "1", "<key>": "0", "<delivery>": "0"}
    for mark, value in values.items():
        rule = rule.replace(mark, value)
    return rule


def test_every_route_is_declared(service: Service) -> None:
    """A new route fails here until it is said who may use it."""
    found = {
        (method, rule.rule)
        for rule in service.app.url_map.iter_rules()
        if rule.rule not in OPEN and rule.endpoint.partition(".")[0] not in PANEL
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == set(REQUIRED)


def test_every_route_needs_a_key(service: Service) -> None:
    for (method, rule), call in REQUIRED.items():
        answer = service.nobody(method, path_of(rule, "x"), **call.given)
        if call.needs is None:
            problem(answer, 403, "forbidden")
        else:
            problem(answer, 401, "unauthenticated")


def test_head_needs_a_key_too(service: Service) -> None:
    for method, rule in REQUIRED:
        if method == "GET":
            assert service.nobody("HEAD", path_of(rule, "x")).status_code == 401


def ids_of(service: Service, api: Api) -> dict[str, str]:
    """One thing of each kind, in the client's library."""
    recording = api.recording()
    service.work()
    prediction = a_prediction(library_id=api.library_id, recording_id=RecordingId(recording["id"]))
    service.ports.predictions().put(prediction)
    region = a_region(  # called as its recording, so that one id leads to both
        id=RegionId(recording["id"]), library_id=api.library_id, recording_id=RecordingId(recording["id"])
    )
    service.ports.regions().add(region, an_entry(library_id=api.library_id))
    upload = api.post(f"{V1}/uploads", json={"filename": "a.wav", "size": 10}).get_json()
    key = api.post(f"{V1}/keys", json={"name": "x", "role": "viewer"}).get_json()
    schedule = api.post(f"{V1}/schedules", json=SCRUB).get_json()
    webhook = api.post(f"{V1}/webhooks", json=HOOK).get_json()
    recipe = api.post(f"{V1}/recipes", json={"name": "louder", "steps": GAIN}).get_json()
    chosen = {"fixity": {}, "recordings": [recording["id"]]}
    [batch] = api.post(f"{V1}/jobs", json=chosen).get_json()["items"]
    return {
        "recording": recording["id"],
        "batch": batch["id"],
        "recipe": recipe["name"],
        "schedule": schedule["id"],
        "webhook": webhook["id"],
        "prediction": prediction.key,
        "job": recording["links"]["job"].rpartition("/")[2],
        "upload": upload["id"],
        "key": key["id"],
    }


def test_every_route_needs_its_permission(service: Service) -> None:
    """The role below the needed one is refused, for things that are there."""
    ids = ids_of(service, service.admin)
    users = {Role.VIEWER: service.viewer, Role.EDITOR: service.editor}
    stored = service.stored()
    for (method, rule), call in REQUIRED.items():
        role = BELOW.get(call.needs) if call.needs else None
        if role is None:
            continue
        body = problem(users[role](method, path_of(rule, ids.get(call.kind, "x")), **call.given), 403, "forbidden")
        assert (body["role"], body["permission"]) == (str(role), str(call.needs))
    assert service.stored() == stored


@pytest.mark.parametrize("missing", ["01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_another_librarys_things_are_not_there(service: Service, missing: str) -> None:
    ids = ids_of(service, service.admin)
    for (method, rule), call in REQUIRED.items():
        if not call.kind or call.needs is None:
            continue
        theirs = service.stranger(method, path_of(rule, ids[call.kind]), **call.given)
        none = service.stranger(method, path_of(rule, missing), **call.given)
        assert (theirs.status_code, none.status_code) == (404, 404), (method, rule, theirs.text)
        assert _but_for_ids(theirs, ids[call.kind]) == _but_for_ids(none, missing)
        assert set(theirs.headers.keys()) == set(none.headers.keys())
    for query in ("recording", "job"):
        theirs = service.stranger.get(f"{V1}/events?{query}={ids[query]}")
        none = service.stranger.get(f"{V1}/events?{query}={missing}")
        assert _but_for_ids(theirs, ids[query]) == _but_for_ids(none, missing)


def _but_for_ids(answer: Any, id_: str) -> Any:
    body = problem(answer, 404, "not-found")
    return json.loads(json.dumps(body).replace(id_, "ID").replace(body["request_id"], "REQUEST"))


def test_lists_show_the_own_library_alone(service: Service) -> None:
    ids_of(service, service.admin)
    for path in ("recordings", "jobs", "dead-letters", "predictions", "schedules"):
        assert service.stranger.get(f"{V1}/{path}").get_json()["items"] == []
    assert all(key["name"] != "x" for key in service.stranger.get(f"{V1}/keys").get_json()["items"])
    assert ids_of(service, service.stranger)
