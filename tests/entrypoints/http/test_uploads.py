"""A file comes in by parts, under addresses that the service has signed."""

import hashlib
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.job_kind import Lane
from domain.upload import MIN_PART_BYTES
from entrypoints.settings import Profile
from entrypoints.worker import worker_of
from tests import sounds
from tests.entrypoints.http.conftest import V1, Api, Service, before_stores, problem

LONG = sounds.tone_wav(40.0)
OWN = "http://localhost/api/v1/uploads/"
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
            status, etag = sent(service, part, content[part["offset"] : part["offset"] + part["size"]])
            assert (status, etag is not None) == (200, True)


def sent(service: Service, part: dict[str, Any], content: bytes) -> tuple[int, str | None]:
    """Status and ETag of the answer to a part, by the service itself or by the store that it points to."""
    if part["url"].startswith(OWN):
        own = service.nobody("PUT", part["url"], data=content, headers=part["headers"])
        if own.status_code == 200:
            assert own.get_json()["size"] == part["size"]
            assert own.headers["ETag"] == f'"{own.get_json()["etag"]}"'
        return own.status_code, own.headers.get("ETag")
    theirs = httpx.put(part["url"], content=content, headers=part["headers"])
    return theirs.status_code, theirs.headers.get("ETag")


@pytest.fixture
def own_addresses(service: Service) -> None:
    """For tests of addresses that the service signs itself."""
    if service.container.settings.profile is Profile.AWS:
        pytest.skip("parts go straight to the store")


def test_a_file_comes_in_by_parts_in_any_order(service: Service, editor: Api) -> None:
    digest = hashlib.sha256(LONG).hexdigest()
    upload = opened(editor, LONG, content_type="audio/wav", sha256=digest, tags=["wind", "dog", "wind"])
    assert upload["tags"] == ["dog", "wind"]
    assert upload["part_size"] == MIN_PART_BYTES
    assert [part["n"] for part in upload["parts"]] == [1, 2]
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
    assert (recording["sha256"], recording["tags"]) == (digest, ["dog", "wind"])
    after = editor.get(upload["links"]["self"]).get_json()
    assert after["status"] == "completed"
    assert all(part["received"] and part["url"] is None for part in after["parts"])


def test_tags_that_no_recording_can_have_are_refused_before_anything_is_sent(service: Service, editor: Api) -> None:
    before = service.stored()
    announced = {"filename": "long.wav", "size": len(SHORT), "tags": ["x" * 65]}
    assert problem(editor.post(f"{V1}/uploads", json=announced), 400, "invalid")["field"] == "tags"
    assert service.stored() == before


def test_an_aborted_upload_leaves_nothing(service: Service, editor: Api) -> None:
    before = service.stored()
    upload = opened(editor, SHORT)
    put(service, upload, SHORT, 1)
    aborted = editor.delete(upload["links"]["self"])
    assert (aborted.status_code, aborted.data) == (204, b"")
    assert service.stored() == before
    problem(editor.post(upload["links"]["complete"]), 409, "conflict")
    problem(editor.post(upload["links"]["parts"]), 409, "conflict")


def test_an_aborted_upload_takes_no_part(service: Service, editor: Api) -> None:
    upload = opened(editor, SHORT)
    editor.delete(upload["links"]["self"])
    assert sent(service, upload["parts"][0], SHORT)[0] in {404, 409}


@pytest.mark.usefixtures("own_addresses")
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


@pytest.mark.usefixtures("own_addresses")
def test_an_address_without_a_signature_is_none(service: Service, editor: Api) -> None:
    url = opened(editor, SHORT)["parts"][0]["url"].partition("?")[0]
    problem(service.nobody("PUT", url, data=SHORT), 422, "validation-failed")
    problem(editor("PUT", url, data=SHORT), 422, "validation-failed")


@pytest.mark.usefixtures("own_addresses")
def test_an_address_ends_with_its_upload(service: Service, editor: Api) -> None:
    upload = opened(editor, SHORT)
    service.clock.advance(timedelta(hours=25))
    problem(service.nobody("PUT", upload["parts"][0]["url"], data=SHORT), 403, "forbidden")


def test_an_expired_upload_has_no_addresses(service: Service, editor: Api) -> None:
    upload = opened(editor, SHORT)
    service.clock.advance(timedelta(hours=25))
    state = editor.get(upload["links"]["self"]).get_json()
    assert state["parts"][0]["url"] is None
    problem(editor.post(upload["links"]["complete"]), 410, "gone")
    problem(editor.post(upload["links"]["parts"]), 410, "gone")


@pytest.mark.usefixtures("own_addresses")
def test_a_part_of_another_size_is_refused(service: Service, editor: Api) -> None:
    upload = opened(editor, SHORT)
    url = upload["parts"][0]["url"]
    problem(service.nobody("PUT", url, data=SHORT[:-1]), 409, "conflict")
    problem(service.nobody("PUT", url, data=SHORT + b"x"), 409, "conflict")
    assert not editor.get(upload["links"]["self"]).get_json()["parts"][0]["received"]


def test_parts_may_be_bound_to_their_digests(service: Service, editor: Api) -> None:
    """Of each part the address is given for its digest, and none without."""
    upload = opened(editor, LONG, part_sha256=True)
    assert upload["part_sha256"]
    assert [part["url"] for part in upload["parts"]] == [None, None]
    pieces = {part["n"]: LONG[part["offset"] : part["offset"] + part["size"]] for part in upload["parts"]}
    for n, piece in pieces.items():
        told = {"parts": [{"n": n, "sha256": hashlib.sha256(piece).hexdigest().upper()}]}
        state = editor.post(upload["links"]["parts"], json=told).get_json()
        assert [part["n"] for part in state["parts"] if part["url"]] == [n]
        put(service, state, LONG, n)
    assert editor.post(upload["links"]["complete"]).status_code == 202
    service.work()
    assert editor.get(upload["links"]["recording"]).get_json()["sha256"] == hashlib.sha256(LONG).hexdigest()


def test_a_part_with_another_digest_is_refused(service: Service, editor: Api) -> None:
    upload = opened(editor, SHORT, part_sha256=True)
    told = {"parts": [{"n": 1, "sha256": hashlib.sha256(SHORT).hexdigest()}]}
    (part,) = editor.post(upload["links"]["parts"], json=told).get_json()["parts"]
    other = SHORT[:-1] + bytes([SHORT[-1] ^ 1])
    if part["url"].startswith(OWN):
        problem(service.nobody("PUT", part["url"], data=other), 422, "digest-mismatch")
    else:
        assert sent(service, part, other)[0] == 400
    assert not editor.get(upload["links"]["self"]).get_json()["parts"][0]["received"]
    assert sent(service, part, SHORT)[0] == 200
    assert editor.get(upload["links"]["self"]).get_json()["parts"][0]["received"]


@pytest.mark.parametrize(
    ("sent_along", "status", "code"),
    [
        ({"parts": [{"n": 2, "sha256": "ab" * 32}]}, 400, "invalid"),
        ({"parts": [{"n": 1, "sha256": "ab"}]}, 422, "validation-failed"),
        ({"parts": [{"n": 1}]}, 422, "validation-failed"),
        ({"more": 1}, 422, "validation-failed"),
    ],
)
@before_stores
def test_digests_that_cannot_be_are_refused(editor: Api, sent_along: dict[str, Any], status: int, code: str) -> None:
    upload = opened(editor, SHORT, part_sha256=True)
    problem(editor.post(upload["links"]["parts"], json=sent_along), status, code)


def test_an_upload_that_asks_for_no_digests_is_told_none(editor: Api) -> None:
    upload = opened(editor, SHORT)
    told = {"parts": [{"n": 1, "sha256": "ab" * 32}]}
    problem(editor.post(upload["links"]["parts"], json=told), 400, "invalid")


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
@before_stores
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
