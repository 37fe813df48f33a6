"""Every error is a problem with a stable type that has a page."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from dependency_injector import providers

from domain import errors as domain_errors
from domain.errors import AudioBackendError, CorruptBlob
from entrypoints.http import errors, problems
from entrypoints.http.wire.recordings import RecordingView
from tests.entrypoints.http.conftest import V1, Api, Service, before_stores, problem
from tests.faults import Faulty, raising


def subclasses(kind: type[AudioBackendError]) -> Iterator[type[AudioBackendError]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from subclasses(sub)


ALL = sorted({sub for sub in subclasses(AudioBackendError) if sub.__module__ == domain_errors.__name__}, key=str)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_has_a_status_and_a_page(kind: type[AudioBackendError]) -> None:
    nearest = next(known for known, _ in errors.STATUSES if issubclass(kind, known))
    caught_by_a_root = nearest in {domain_errors.CallersFault, domain_errors.WorldsFault} and nearest is not kind
    assert not caught_by_a_root, "an error class needs its own line in the table"
    page = problems.PROBLEMS[kind.code]
    assert page.title
    assert page.means
    assert page.remedy


def test_the_table_goes_from_the_special_to_the_general() -> None:
    kinds = [kind for kind, _ in errors.STATUSES]
    for place, kind in enumerate(kinds):
        assert not any(issubclass(later, kind) for later in kinds[place + 1 :]), f"{kind} hides a later line"


def test_every_problem_has_a_page_and_the_index_lists_it(service: Service) -> None:
    index = service.nobody.get("/problems").text
    for code, page in problems.PROBLEMS.items():
        answer = service.nobody.get(f"/problems/{code}")
        assert answer.mimetype == "text/html"
        assert str(page.title).split("'", maxsplit=1)[0] in answer.text
        assert f'href="/problems/{code}"' in index
    problem(service.nobody.get("/problems/of-mine"), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not-found"),
        ("GET", f"{V1}/nothing", 404, "not-found"),
        ("GET", f"{V1}/recordings/", 404, "not-found"),
        ("PUT", f"{V1}/recordings", 405, "method-not-allowed"),
        ("POST", "/healthz", 405, "method-not-allowed"),
        ("TRACE", f"{V1}/recordings", 405, "method-not-allowed"),
        ("PUT", f"{V1}/uploads/x/parts/one?signature=x", 422, "validation-failed"),
    ],
)
@before_stores
def test_what_the_framework_refuses_is_a_problem(admin: Api, method: str, path: str, status: int, code: str) -> None:
    answer = admin(method, path)
    problem(answer, status, code)
    assert "<" not in answer.text
    assert (status == 405) == ("Allow" in answer.headers)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"name": NaN}', b'{"a":' * 100_000, b"[" * 100_000, b'{"n": ' + b"9" * 5000 + b"}"],
    ids=["empty", "cut", "bytes", "nan", "deep", "deeper", "digits"],
)
@before_stores
def test_what_is_not_json_is_a_bad_request(admin: Api, body: bytes) -> None:
    problem(admin.post(f"{V1}/keys", data=body, content_type="application/json"), 400, "bad-request")


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"7"])
@before_stores
def test_a_body_is_an_object(admin: Api, body: bytes) -> None:
    problem(admin.post(f"{V1}/keys", data=body, content_type="application/json"), 400, "invalid")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "audio/wav", ""])
@before_stores
def test_a_body_of_another_type_is_not_read(admin: Api, content_type: str) -> None:
    answer = admin.post(f"{V1}/keys", data=b'{"name": "x", "role": "viewer"}', content_type=content_type)
    problem(answer, 415, "unsupported-content-type")


def test_a_long_json_body_is_refused(admin: Api) -> None:
    body = b'{"name": "' + b"x" * (2 * 2**20) + b'"}'
    problem(admin.post(f"{V1}/keys", data=body, content_type="application/json"), 413, "too-large")


def test_validation_names_the_fields_and_repeats_nothing(admin: Api) -> None:
    answer = admin.post(f"{V1}/keys", json={"name": 7, "role": "s3cret-value", "more": 1})
    body = problem(answer, 422, "validation-failed")
    assert {error["field"] for error in body["errors"]} == {"name", "role", "more"}
    assert all(set(error) == {"field", "message"} for error in body["errors"])
    assert "s3cret-value" not in answer.text
    assert "pydantic" not in answer.text


def break_recordings(service: Service, error: Exception) -> None:
    broken = Faulty(service.ports.recordings(), raising("get", error))
    service.container.adapters.recordings.override(providers.Object(broken))


def test_an_unknown_error_is_logged_and_not_told(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    break_recordings(service, RuntimeError("the password is hunter2 in /etc/secret.py"))
    with caplog.at_level(logging.ERROR):
        answer = service.admin.get(f"{V1}/recordings/x")
    body = problem(answer, 500, "internal")
    assert "hunter2" not in answer.text
    assert "secret.py" not in answer.text
    [record] = [record for record in caplog.records if body["error_id"] in record.getMessage()]
    assert record.exc_info
    assert "hunter2" in str(record.exc_info[1])


def test_a_view_that_cannot_be_made_is_not_the_callers_fault(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    made = service.editor.recording()
    monkeypatch.setattr(RecordingView, "of", lambda _recording: RecordingView.model_validate({"id": 7}))
    problem(service.editor.get(made["links"]["self"]), 500, "internal")


def test_damage_is_told_without_its_place(service: Service) -> None:
    break_recordings(service, CorruptBlob("The analysis is missing. Listen again.", recording_id="x"))
    problem(service.admin.get(f"{V1}/recordings/x"), 500, "corrupt-blob")


def test_a_problem_carries_its_data(admin: Api) -> None:
    body: dict[str, Any] = problem(admin.get(f"{V1}/jobs/x"), 404, "not-found")
    assert (body["kind"], body["id"], body["instance"]) == ("job", "x", f"{V1}/jobs/x")
