"""A request that comes twice under one Idempotency-Key is carried out once."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from dependency_injector import providers

from domain.errors import Unavailable
from tests import sounds
from tests.entrypoints.http.conftest import V1, Api, Service, problem
from tests.faults import Faulty, raising

WAV = sounds.tone_wav(0.3)
KEY = {"Idempotency-Key": "once"}


def test_an_upload_is_carried_out_once(service: Service, editor: Api) -> None:
    first = editor.send(WAV, headers=KEY)
    stored = service.stored()
    again = editor.send(WAV, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    for name in ("ETag", "Location", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert service.stored() == stored


def test_each_unsafe_call_can_be_repeated(service: Service, admin: Api, heard: dict[str, Any]) -> None:
    own = heard["links"]["self"]
    version = {"If-Match": f'"{heard["version"]}"'}
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", own, {"json": {"title": "Dog"}, "headers": {**version, "Idempotency-Key": "a"}}),
        ("DELETE", own, {"headers": {"If-Match": "*", "Idempotency-Key": "b"}}),
        ("POST", f"{own}/restore", {"headers": {"If-Match": "*", "Idempotency-Key": "c"}}),
        ("POST", f"{V1}/uploads", {"json": {"filename": "a.wav", "size": 10}, "headers": {"Idempotency-Key": "d"}}),
    ]
    for method, path, given in calls:
        first, again = (admin(method, path, **given) for _ in range(2))
        assert first.status_code in {200, 201}, first.text
        assert again.data == first.data
        assert again.headers["Idempotency-Replayed"] == "true"


def test_another_request_under_the_key_is_refused(service: Service, editor: Api) -> None:
    editor.send(WAV, headers=KEY)
    problem(editor.send(WAV, "other.wav", headers=KEY), 422, "idempotency-key-reused")
    problem(editor.send(sounds.tone_wav(0.2), headers=KEY), 422, "idempotency-key-reused")
    problem(editor.post(f"{V1}/uploads", json={}, headers=KEY), 422, "idempotency-key-reused")
    problem(service.admin.send(WAV, headers=KEY), 422, "idempotency-key-reused")
    assert service.stranger.send(WAV, headers=KEY).status_code == 201


def test_a_json_body_is_part_of_the_request(editor: Api) -> None:
    first = editor.post(f"{V1}/uploads", json={"filename": "a.wav", "size": 10}, headers=KEY)
    assert first.status_code == 201
    problem(
        editor.post(f"{V1}/uploads", json={"filename": "b.wav", "size": 10}, headers=KEY), 422, "idempotency-key-reused"
    )


def test_a_form_is_the_same_under_another_boundary(editor: Api) -> None:
    def send(boundary: str) -> Any:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'.encode()
        body = head + WAV + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        return editor.post(f"{V1}/recordings", data=body, content_type=kind, headers=KEY)

    assert send("aaaa").status_code == 201
    assert send("bbbb").headers["Idempotency-Replayed"] == "true"


def test_a_refusal_is_not_kept(service: Service, editor: Api) -> None:
    """The same key may come again with the request mended."""
    problem(editor.send(b"", headers=KEY), 422, "empty-audio")
    assert editor.send(WAV, headers=KEY).status_code == 201


def test_a_failure_of_the_service_is_not_kept(service: Service, editor: Api) -> None:
    blobs = service.ports.blobs()
    service.container.adapters.blobs.override(
        providers.Object(Faulty(blobs, raising("put", Unavailable("The disk is full.", retry_after=7))))
    )
    refused = editor.send(WAV, headers=KEY)
    assert problem(refused, 503, "unavailable")["detail"] == "The disk is full."
    assert refused.headers["Retry-After"] == "7"
    assert editor.send(WAV, headers=KEY).status_code == 201


def test_while_the_first_is_carried_out_the_second_waits(service: Service, editor: Api) -> None:
    """The second comes while the bytes of the first still arrive."""
    answers: list[Any] = []

    class Body(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            if not answers:
                answers.append(editor.send(WAV, headers=KEY))
            return super().readinto(buffer)

    first = editor.post(
        f"{V1}/recordings?filename=tone.wav",
        content_type="audio/wav",
        headers=KEY,
        input_stream=Body(WAV),
    )
    assert first.status_code == 201, first.text
    problem(answers[0], 409, "request-in-progress")
    assert answers[0].headers["Retry-After"] == "1"


def test_a_request_that_crashed_frees_its_key_in_time(service: Service, editor: Api, monkeypatch: Any) -> None:
    store = service.ports.idempotent_requests()
    monkeypatch.setattr(store, "finish", lambda _request: None)  # the process ends before it could answer
    editor.send(WAV, headers=KEY)
    problem(editor.send(WAV, headers=KEY), 409, "request-in-progress")
    service.clock.advance(timedelta(minutes=11))
    problem(editor.send(WAV, headers=KEY), 409, "duplicate-recording")


def test_a_key_is_held_for_as_long_as_a_body_arrives(service: Service, editor: Api) -> None:
    """Half an hour, where a silence of ten minutes would free it."""
    wav = sounds.tone_wav(8)
    answers: list[int] = []

    class SlowBody(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            service.clock.advance(timedelta(minutes=3))
            if self.tell():
                # In a thread of its own, as requests are: inside of this one they would share what Flask keeps for it.
                answers.append(others.submit(editor.send, wav, headers=KEY).result().status_code)
            return super().read(size)

    with ThreadPoolExecutor(1) as others:
        first = editor.post(
            f"{V1}/recordings?filename=tone.wav",
            content_type="audio/wav",
            headers=KEY,
            input_stream=SlowBody(wav),
            environ_overrides={"wsgi.input_terminated": True},
        )
    assert first.status_code == 201, first.text
    assert answers[:10] == [409] * 10


def test_kept_answers_are_forgotten_after_a_day(service: Service, editor: Api) -> None:
    made = [editor.post(f"{V1}/uploads", json={"filename": "a.wav", "size": 10}, headers=KEY).get_json()["id"]]
    service.clock.advance(timedelta(hours=25))
    made.append(editor.post(f"{V1}/uploads", json={"filename": "a.wav", "size": 10}, headers=KEY).get_json()["id"])
    assert made[0] != made[1]


def test_the_token_of_a_key_is_not_kept(service: Service, admin: Api) -> None:
    body = {"name": "panel", "role": "viewer"}
    first = admin.post(f"{V1}/keys", json=body, headers=KEY).get_json()
    again = admin.post(f"{V1}/keys", json=body, headers=KEY).get_json()
    assert first["token"]
    assert again == {**first, "token": None}


@pytest.mark.parametrize("key", ["", "x" * 256, "snow\u2603"])
def test_a_key_that_is_none_is_refused(editor: Api, key: str) -> None:
    answer = editor.post(f"{V1}/uploads", json={"filename": "a.wav", "size": 10}, headers={"Idempotency-Key": key})
    assert problem(answer, 400, "invalid")["field"] == "Idempotency-Key"
