"""Limits, headers, logs: what surrounds every answer."""

import json
import logging
import re
from typing import Any

import pytest

from entrypoints.logging import configure
from tests.entrypoints.http.conftest import V1, Api, Service, a_service, before_stores, problem


def test_a_key_that_asks_too_often_waits() -> None:
    service = a_service(rate_limit_per_minute=3)
    for path in ("library", "jobs", "recordings"):
        assert service.viewer.get(f"{V1}/{path}").status_code == 200
    refused = service.viewer.get(f"{V1}/library")
    problem(refused, 429, "rate-limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert service.editor.get(f"{V1}/library").status_code == 200, "each key has a count of its own"
    assert {service.nobody.get("/healthz").status_code for _ in range(10)} == {200}


def test_a_stranger_who_guesses_waits() -> None:
    service = a_service(rate_limit_per_minute=3)
    tokens = [f"Bearer ak_{n}" + "x" * 40 for n in range(5)]
    codes = [service.nobody.get(f"{V1}/library", headers={"Authorization": t}).status_code for t in tokens]
    assert codes == [401, 401, 401, 429, 429]


def test_an_answer_without_a_limit_says_nothing_of_waiting(admin: Api) -> None:
    assert "Retry-After" not in admin.get(f"{V1}/library").headers


@pytest.mark.parametrize("given", ["trace-1", "A.b_c-9", "x" * 128])
@before_stores
def test_a_plain_request_id_is_echoed(admin: Api, given: str) -> None:
    assert admin.get(f"{V1}/library", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "<script>", "a;b", "\u00fc"])
@before_stores
def test_another_request_id_is_replaced(admin: Api, given: str) -> None:
    echoed = admin.get(f"{V1}/library", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", echoed)


@pytest.mark.parametrize("path", [f"{V1}/library", f"{V1}/nothing", "/healthz", "/docs", "/problems/invalid"])
@before_stores
def test_every_answer_is_closed_to_what_a_browser_might_do(admin: Api, path: str) -> None:
    headers = admin.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    policy = "default-src 'self'" if path.startswith(("/docs", "/problems")) else "default-src 'none'"
    assert headers["Content-Security-Policy"].startswith(policy)
    if path.startswith(V1):
        assert headers["Cache-Control"] == "no-store"


PANEL = "https://panel.example"


def test_no_other_origin_may_read_by_default(service: Service) -> None:
    answer = service.admin.get(f"{V1}/library", headers={"Origin": PANEL})
    assert not any(name.startswith("Access-Control") for name in answer.headers.keys())  # noqa: SIM118 - not a dict


def test_the_panels_origin_may_read() -> None:
    service = a_service(cors_origins=(PANEL,))
    answer = service.admin.get(f"{V1}/library", headers={"Origin": PANEL})
    assert answer.headers["Access-Control-Allow-Origin"] == PANEL
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in ("ETag", "Location", "X-Request-ID", "Content-Range", "Retry-After"))
    refused = service.nobody.get(f"{V1}/library", headers={"Origin": PANEL})
    assert refused.headers["Access-Control-Allow-Origin"] == PANEL, "the panel can read why it was refused"
    other = service.admin.get(f"{V1}/library", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_a_browser_asks_beforehand_without_a_key() -> None:
    service = a_service(cors_origins=(PANEL,))
    asked = {
        "Origin": PANEL,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,if-match,content-type",
    }
    answer = service.nobody("OPTIONS", f"{V1}/recordings/x", headers=asked)
    assert answer.status_code == 200
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    assert "if-match" in answer.headers["Access-Control-Allow-Headers"].lower()


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records if record.name == "entrypoints.http.access"]


def test_each_request_leaves_one_line(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    made = service.editor.recording()
    job = made["links"]["job"].rpartition("/")[2]
    service.editor.get(f"{made['links']['self']}?secret=1", headers={"X-Request-ID": "trace-9"})
    service.nobody.get(f"{V1}/jobs/{job}")
    service.editor.get(made["links"]["content"]).close()
    sent, looked, refused, content = lines(caplog)
    assert (sent["method"], sent["route"], sent["status"]) == ("POST", f"{V1}/recordings", 201)
    assert (sent["recording_id"], sent["job_id"]) == (made["id"], job)
    assert (looked["request_id"], looked["route"]) == ("trace-9", f"{V1}/recordings/<id>")
    assert looked["key"] in {key["id"] for key in service.admin.get(f"{V1}/keys").get_json()["items"]}
    assert (refused["status"], refused["key"]) == (401, None)
    assert content["route"] == f"{V1}/recordings/<id>/content"
    assert all(line["duration_ms"] >= 0 for line in (sent, looked, refused, content))
    assert service.editor.token is not None
    assert service.editor.token not in caplog.text


def test_logs_are_json_whoever_writes_them(capsys: pytest.CaptureFixture[str]) -> None:
    import structlog

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure("info")
        with structlog.contextvars.bound_contextvars(request_id="r1"):
            logging.getLogger("somebody").warning("lost %s", "it", extra={"job_id": "j1"})
            structlog.get_logger("another").info("found", n=1)
            try:
                raise ValueError("no")
            except ValueError:
                logging.getLogger("somebody").exception("failed")
    finally:
        root.handlers, root.level = handlers, level
        structlog.reset_defaults()
    first, second, third = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["message"], first["job_id"], first["request_id"], first["level"]) == (
        "lost it",
        "j1",
        "r1",
        "warning",
    )
    assert (second["message"], second["n"], second["logger"]) == ("found", 1, "another")
    assert "ValueError: no" in third["exception"]
