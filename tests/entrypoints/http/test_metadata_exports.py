"""/metadata-exports: tables to keep, and to send to /metadata-imports once they were edited."""

import csv
import io
import json
from typing import Any

import pytest

from tests.entrypoints.http.conftest import V1, Service, problem

EXPORTS = f"{V1}/metadata-exports"


@pytest.fixture
def owl(service: Service) -> str:
    made = service.editor.recording()
    said = {"title": "=HYPERLINK(0)", "tags": ["owl"], "fields": {"take": 3, "code": "007"}}
    service.editor.patch(made["links"]["self"], json=said, headers={"If-Match": "*"})
    recording_id: str = made["id"]
    return recording_id


def test_a_table_goes_out_and_comes_back(service: Service, owl: str) -> None:
    other = service.editor.recording(hz=300.0)["id"]
    answer = service.viewer.get(f"{EXPORTS}?tag=owl")
    assert (answer.status_code, answer.content_type) == (200, "text/csv; charset=utf-8")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="recordings.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    head = service.viewer("HEAD", f"{EXPORTS}?tag=owl")
    assert (head.data, head.headers["Content-Length"]) == (b"", answer.headers["Content-Length"])
    head.close()  # as servers do
    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert (row["id"], row["title"], row["field.take"], row["field.code"]) == (owl, "'=HYPERLINK(0)", "3", "'007")
    unchanged = service.editor.post(f"{V1}/metadata-imports", data=answer.data, content_type="text/csv").get_json()
    assert (unchanged["changes"], unchanged["unchanged"], unchanged["wrong"]) == (0, 1, 0)
    both = service.viewer.get(f"{EXPORTS}?id={other}&id={owl}&format=jsonl")
    assert [json.loads(line)["id"] for line in both.data.splitlines()] == [other, owl]


@pytest.mark.parametrize(("form", "magic"), [("xlsx", b"PK"), ("csv", b"id,title"), ("jsonl", b'{"id":')])
def test_up_to_a_thousand_are_named_in_a_body(service: Service, owl: str, form: str, magic: bytes) -> None:
    body = {"format": form, "recordings": [owl]}
    for _ in range(2):
        # A key is of no use here, and does no harm.
        answer = service.viewer.post(EXPORTS, json=body, headers={"Idempotency-Key": "once"})
        assert (answer.status_code, answer.data[: len(magic)]) == (200, magic)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="recordings.{form}"'
    gone = service.viewer.post(EXPORTS, json={"recordings": [owl, "nobody"]})
    assert problem(gone, 404, "not-found")["unknown"] == ["nobody"]
    problem(service.viewer.post(EXPORTS, json={"recordings": []}), 422, "validation-failed")


@pytest.mark.parametrize("query", ["format=ods", "sort=title", "tag=", "id=" + "&id=".join(map(str, range(101)))])
def test_what_nobody_can_mean_is_refused(service: Service, query: str) -> None:
    problem(service.viewer.get(f"{EXPORTS}?{query}"), 422, "validation-failed")


def test_a_table_of_too_many_says_what_to_take(service: Service, owl: str, monkeypatch: pytest.MonkeyPatch) -> None:
    service.editor.recording(hz=300.0)
    monkeypatch.setattr("entrypoints.http.api_v1.metadata_exports.MAX_ROWS_OF_REQUEST", 1)
    told: dict[str, Any] = problem(service.viewer.get(EXPORTS), 400, "invalid")
    assert "jsonl" in told["detail"]
    assert len(service.viewer.get(f"{EXPORTS}?format=jsonl").data.splitlines()) == 2
    problem(service.viewer.get(f"{EXPORTS}?id={owl}&tag=owl"), 400, "invalid")
