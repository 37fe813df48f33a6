"""A file comes in by parts, under addresses that the service has signed."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from domain.job import Lane
from domain.upload import MIN_PART_BYTES
from entrypoints.worker import worker_of
from tests import sounds
from tests.entrypoints.http.conftest import V1, Api, Service, problem

LONG = sounds.tone_wav(40.0)
SHORT = sounds.tone_wav(0.3)


def opened(api: Api, content: bytes, **more: Any) -> dict[str, Any]:
    answer = api.post(f"{V1}/uploads", json={"filename": "long.wav", "size": len(content), **more})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.get_json()
    assert answer.headers["Location"] == body["links"]["self"]
    return body


def put(service: Service, upload: dict[str, Any], content: bytes, *numbers: int) -> None:
    for part in upload["parts"]:
        if part["n"] in numbers:
            bytes_of_part = content[part["offset"] : part["offset"] + part["size"]]
            answer = service.nobody("PUT", part["url"], data=bytes_of_part, headers=part["headers"])
            assert answer.status_code == 200, answer.text
            assert answer.get_json()["size"] == part["size"]
            assert answer.headers["ETag"] == f'"{answer.get_json()["etag"]}"'


def test_a_file_comes_in_by_parts_in_any_order(service: Service, editor: Api) -> None:
    upload = opened(editor, LONG, content_type="audio/wav", sha256=hashlib.sha256(LONG).hexdigest())
    assert upload["part_size"] == MIN_PART_BYTES
    assert [part["n"] for part in upload["parts"]] == [1, 2]
    assert all(part["url"].startswith("http://localhost/api/v1/uploads/") for part in upload["parts"])
    put(service, upload, LONG, 2)
    state = editor.get(upload["links"]["self"]).get_json()
    assert [(part["received"], part["url"] is None) for part in state["parts"]] == [(False, False), (True, True)]
    missing = problem(editor.post(upload["links"]["complete"]), 409, "conflict")
    assert missing["missing_parts"] == [1]
    fresh = editor.post(upload["links"]["parts"]).get_json()
    put(service, fresh, LONG, 1)
    done = editor.post(upload["links"]["complete"])
    assert done.status_code == 202
    assert done.headers["Location"] == done.get_json()["links"]["self"]
    assert editor.post(upload["links"]["complete"]).get_json()["id"] == done.get_json()["id"]
    service.work()
    recording = editor.get(upload["links"]["recording"]).get_json()
    assert recording["status"] == "ready"
    assert recording["sha256"] == hashlib.sha256(LONG).hexdigest()
    after = editor.get(upload["links"]["self"]).get_json()
    assert after["status"] == "completed"
    assert all(part["received"] and part["url"] is None for part in after["parts"])


def test_an_aborted_upload_leaves_nothing(service: Service, editor: Api) -> None:
    before = service.stored()
    upload = opened(editor, SHORT)
    put(service, upload, SHORT, 1)
    aborted = editor.delete(upload["links"]["self"])
    assert (aborted.status_code, aborted.data) == (204, b"")
    assert service.stored() == before
    problem(editor.post(upload["links"]["complete"]), 409, "conflict")
    problem(editor.post(upload["links"]["parts"]), 409, "conflict")
    problem(service.nobody("PUT", upload["parts"][0]["url"], data=SHORT), 409, "conflict")


@pytest.mark.parametrize("change", ["signature", "number", "upload", "none"])
def test_an_address_cannot_be_changed(service: Service, editor: Api, change: str) -> None:
    upload, other = opened(editor, LONG), opened(editor, LONG[:-1])
    url: str = upload["parts"][0]["url"]
    changed = {
        "signature": url[:-2],
        "number": url.replace("/parts/1?", "/parts/2?"),
        "upload": url.replace(upload["id"], other["id"]),
        "none": url.partition("?")[0] + "?signature=",
    }[change]
    problem(service.nobody("PUT", changed, data=LONG[:MIN_PART_BYTES]), 403, "forbidden")


def test_an_address_without_a_signature_is_none(service: Service, editor: Api) -> None:
    url = opened(editor, SHORT)["parts"][0]["url"].partition("?")[0]
    problem(service.nobody("PUT", url, data=SHORT), 422, "validation-failed")
    problem(editor("PUT", url, data=SHORT), 422, "validation-failed")


def test_an_address_ends_with_its_upload(service: Service, editor: Api) -> None:
    upload = opened(editor, SHORT)
    service.clock.advance(timedelta(hours=25))
    problem(service.nobody("PUT", upload["parts"][0]["url"], data=SHORT), 403, "forbidden")
    state = editor.get(upload["links"]["self"]).get_json()
    assert state["parts"][0]["url"] is None
    problem(editor.post(upload["links"]["complete"]), 410, "gone")
    problem(editor.post(upload["links"]["parts"]), 410, "gone")


def test_a_part_of_another_size_is_refused(service: Service, editor: Api) -> None:
    upload = opened(editor, SHORT)
    url = upload["parts"][0]["url"]
    problem(service.nobody("PUT", url, data=SHORT[:-1]), 409, "conflict")
    problem(service.nobody("PUT", url, data=SHORT + b"x"), 409, "conflict")
    assert not editor.get(upload["links"]["self"]).get_json()["parts"][0]["received"]


def test_known_bytes_are_refused_before_they_are_sent(editor: Api) -> None:
    first = editor.send(SHORT).get_json()
    announced = {"filename": "a.wav", "size": len(SHORT), "sha256": first["sha256"]}
    refused = problem(editor.post(f"{V1}/uploads", json=announced), 409, "duplicate-recording")
    assert refused["recording"] == first["links"]["self"]
    assert editor.post(f"{V1}/uploads", json={**announced, "on_duplicate": "keep"}).status_code == 201


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"size": 0}, 400, "invalid"),
        ({"size": 3 * 2**30}, 413, "too-large"),
        ({"size": "12"}, 422, "validation-failed"),
        ({"filename": "a\r\nb.wav"}, 400, "invalid"),
        ({"sha256": "abc"}, 422, "validation-failed"),
        ({"more": 1}, 422, "validation-failed"),
    ],
)
def test_what_cannot_be_uploaded_is_refused(service: Service, change: dict[str, Any], status: int, code: str) -> None:
    before = service.stored()
    problem(service.editor.post(f"{V1}/uploads", json={"filename": "a.wav", "size": 10, **change}), status, code)
    assert service.stored() == before


def test_what_is_not_audio_fails_with_its_reason(service: Service, editor: Api) -> None:
    """The parts are only looked at together, in the job: the recording then carries the code."""
    text = sounds.text_file()
    upload = opened(editor, text)
    put(service, upload, text, 1)
    job = editor.post(upload["links"]["complete"]).get_json()
    delivery = service.ports.queue().receive(tuple(Lane), timedelta(), timedelta(minutes=1))
    worker_of(service.container).handle(delivery)
    recording = editor.get(upload["links"]["recording"]).get_json()
    assert (recording["status"], recording["failure"]["code"]) == ("failed", "unsupported-media-type")
    assert editor.get(job["links"]["self"]).get_json()["status"] == "failed"
