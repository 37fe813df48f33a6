"""Files come in: as a body, as a form, announced and unannounced."""

import base64
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tests import sounds
from tests.entrypoints.http.conftest import V1, Api, Service, a_service, problem

WAV = sounds.tone_wav(0.3)
SHA256 = hashlib.sha256(WAV).hexdigest()
DIGEST = f"sha-256=:{base64.b64encode(hashlib.sha256(WAV).digest()).decode()}:"
OTHER_DIGEST = f"sha-256=:{base64.b64encode(bytes(32)).decode()}:"


def form(**fields: str) -> dict[str, Any]:
    """The fields stand before the file, as they must."""
    return {**fields, "file": (io.BytesIO(WAV), "in form.wav", "audio/wav")}


def test_a_body_becomes_a_recording(editor: Api) -> None:
    answer = editor.send(WAV, "My%20dog.wav")
    assert answer.status_code == 201
    body = answer.get_json()
    assert answer.headers["Location"] == f"{V1}/recordings/{body['id']}" == body["links"]["self"]
    assert answer.headers["ETag"] == '"1"'
    assert editor.get(body["links"]["job"]).get_json()["recording"] == body["id"]
    assert set(body) == {
        "id", "library", "title", "filename", "status", "version", "created_at", "updated_at", "tags", "fields",
        "audio", "size_bytes", "sha256", "fixity", "source", "parent", "findings", "verdict", "failure", "links",
        "loudness_lufs",
    }  # fmt: skip
    assert body["title"] == "My dog"
    assert body["filename"] == "My dog.wav"
    assert body["status"] == "processing"
    assert body["created_at"] == "2026-03-01T12:00:00Z"
    assert (body["size_bytes"], body["sha256"]) == (len(WAV), SHA256)
    assert body["audio"]["container"] == "wav"


@pytest.mark.parametrize("fmt", sounds.FORMATS)
def test_every_format_comes_in(editor: Api, fmt: str) -> None:
    answer = editor.send(sounds.encoded(fmt), f"tone.{fmt}", content_type="application/octet-stream")
    assert answer.status_code == 201, answer.text


def test_a_form_becomes_a_recording(editor: Api) -> None:
    answer = editor.post(f"{V1}/recordings", data=form(sha256=SHA256.upper()))
    assert answer.status_code == 201
    assert answer.get_json()["filename"] == "in form.wav"
    assert answer.get_json()["sha256"] == SHA256


def test_a_form_is_never_held_as_a_whole(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store sees chunks of at most a megabyte, and no file of the form is made."""
    large = sounds.tone_wav(30)
    seen: list[int] = []
    put = service.ports.blobs().put

    def counted(chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            seen.append(len(chunk))
            yield chunk

    def watched(key: str, chunks: Iterable[bytes], *, overwrite: bool) -> Any:
        return put(key, counted(chunks), overwrite=overwrite)

    monkeypatch.setattr(service.ports.blobs(), "put", watched)
    assert service.editor.send_form(large).status_code == 201
    assert sum(seen) == len(large) > 4 * 2**20
    assert max(seen) <= 2**20 + 4096


def test_chunks_without_a_length_are_taken(editor: Api) -> None:
    """As gunicorn hands them over: a stream that ends by itself."""
    answer = editor.post(
        f"{V1}/recordings?filename=a.wav",
        input_stream=io.BytesIO(WAV),
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("way", ["query", "header", "form", "form header"])
def test_the_announced_digest_is_compared(service: Service, way: str) -> None:
    before = service.stored()
    send, wrong = service.editor, hashlib.sha256(b"other").hexdigest()
    if way == "query":
        answer = send.send(WAV, query=f"&sha256={wrong}")
    elif way == "header":
        answer = send.send(WAV, headers={"Content-Digest": OTHER_DIGEST})
    elif way == "form":
        answer = send.post(f"{V1}/recordings", data=form(sha256=wrong))
    else:
        answer = send.post(f"{V1}/recordings", data=form(), headers={"Content-Digest": OTHER_DIGEST})
    problem(answer, 422, "digest-mismatch")
    assert service.stored() == before


def test_the_right_digest_is_taken(editor: Api) -> None:
    assert editor.send(WAV, headers={"Content-Digest": f"sha-512=:AAAA:, {DIGEST}"}).status_code == 201
    assert editor.send(sounds.tone_wav(0.2), headers={"Content-Digest": "sha-512=:AAAA:"}).status_code == 201


def test_two_digests_must_agree(editor: Api) -> None:
    problem(
        editor.send(WAV, query=f"&sha256={SHA256}", headers={"Content-Digest": OTHER_DIGEST}), 422, "digest-mismatch"
    )


@pytest.mark.parametrize("digest", ["sha-256=:AA==:", "sha-256=AAAA", "sha-256=:????:"])
def test_a_digest_that_is_none_is_refused(editor: Api, digest: str) -> None:
    assert problem(editor.send(WAV, headers={"Content-Digest": digest}), 400, "invalid")["field"] == "Content-Digest"


def test_the_same_bytes_again_are_refused_with_a_link(editor: Api) -> None:
    first = editor.send(WAV).get_json()
    refused = problem(editor.send(WAV, "again.wav"), 409, "duplicate-recording")
    assert refused["recording_id"] == first["id"]
    assert refused["recording"] == first["links"]["self"]
    assert editor.send(WAV, "again.wav", query="&on_duplicate=keep").status_code == 201
    assert editor.post(f"{V1}/recordings", data=form(on_duplicate="keep")).status_code == 201


def test_a_form_must_hold_one_file_at_its_end(service: Service) -> None:
    before = service.stored()
    two = {"file": (io.BytesIO(WAV), "a.wav"), "more": (io.BytesIO(WAV), "b.wav")}
    problem(service.editor.post(f"{V1}/recordings", data=two), 400, "invalid")
    problem(service.editor.post(f"{V1}/recordings", data={"other": (io.BytesIO(WAV), "a.wav")}), 400, "invalid")
    unknown = {"name": "x", "file": (io.BytesIO(WAV), "a.wav")}
    problem(service.editor.post(f"{V1}/recordings", data=unknown), 400, "invalid")
    problem(service.editor.post(f"{V1}/recordings", data=form(on_duplicate="maybe")), 422, "validation-failed")
    assert service.stored() == before


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"no boundary here"),
        (
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nRIFF",
        ),
        ("multipart/form-data; boundary=b", b"--b\r\nX: y\r\n\r\nRIFF\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-\xff: form-data\r\n\r\nRIFF\r\n--b--\r\n"),
    ],
)
def test_a_broken_form_is_refused(service: Service, content_type: str, body: bytes) -> None:
    before = service.stored()
    answer = service.editor.post(f"{V1}/recordings", data=body, content_type=content_type)
    assert answer.status_code in {400, 415}, answer.text
    assert service.stored() == before


def test_a_form_that_never_comes_to_its_file_is_cut_off(service: Service) -> None:
    answer = service.editor.post(
        f"{V1}/recordings", data=b"x" * (6 * 2**20), content_type="multipart/form-data; boundary=b"
    )
    problem(answer, 413, "too-large")


def test_a_compressed_body_is_not_read(editor: Api) -> None:
    problem(editor.send(WAV, headers={"Content-Encoding": "gzip"}), 415, "unsupported-content-type")


def test_a_file_above_the_limit_is_refused_before_it_is_read() -> None:
    service = a_service(max_upload_bytes=1000)
    before = service.stored()
    assert problem(service.editor.send(WAV), 413, "too-large")["limit_bytes"] == 1000
    problem(service.editor.post(f"{V1}/recordings", data=form()), 413, "too-large")
    assert service.stored() == before


def test_the_audit_says_who_sent_it_under_which_request(service: Service) -> None:
    made = service.editor.send(WAV, headers={"X-Request-ID": "trace-7"}).get_json()
    [entry] = service.admin.get(f"{V1}/audit?subject={made['id']}").get_json()["items"]
    assert (entry["action"], entry["request_id"]) == ("recording.create", "trace-7")
    assert service.editor.get(made["links"]["job"]).get_json()["request_id"] == "trace-7"
    assert "token" not in json.dumps(entry)
