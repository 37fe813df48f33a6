"""Is it alive, can it work, what is it, how does it do; and its documents."""

import re
from pathlib import Path

import pytest
from dependency_injector import providers
from openapi_spec_validator import validate
from pydantic import SecretStr

from domain.errors import Invalid, Unavailable
from domain.fixity import FixityStatus
from entrypoints.http.signing import secret_of
from entrypoints.settings import Profile, Settings
from tests.builders import a_fixity, a_recording, an_entry
from tests.entrypoints.http.conftest import V1, Service, a_service, problem
from tests.entrypoints.http.test_routes import REQUIRED
from tests.faults import Faulty, raising


def test_it_is_alive_and_ready(service: Service) -> None:
    assert service.nobody.get("/healthz").get_json() == {"status": "ok"}
    ready = service.nobody.get("/readyz")
    assert ready.status_code == 200
    assert ready.get_json()["checks"] == dict.fromkeys(("blobs", "queue", "engine", "database"), "ok")


@pytest.mark.parametrize(("part", "port", "method"), [
    ("blobs", "blobs", "ping"), ("queue", "queue", "ping"), ("engine", "engine", "ping"),
    ("database", "recordings", "search"),
])  # fmt: skip
def test_what_is_down_is_named_without_its_secrets(service: Service, part: str, port: str, method: str) -> None:
    provider = getattr(service.container.adapters, port)
    broken = Faulty(provider(), raising(method, Unavailable("cannot write /var/lib/x")))
    provider.override(providers.Object(broken))
    answer = service.nobody.get("/readyz")
    assert problem(answer, 503, "unavailable")["down"] == [part]
    assert answer.headers["Retry-After"]
    assert "/var" not in answer.text
    assert service.nobody.get("/healthz").status_code == 200


def test_it_says_what_it_is(service: Service) -> None:
    assert service.nobody.get("/version").get_json() == {
        "name": "audio-backend",
        "version": "0.1.0",
        "profile": service.container.settings.profile,
    }


def test_requests_are_measured_by_route(service: Service) -> None:
    made = service.editor.recording()
    service.editor.get(made["links"]["self"])
    service.nobody.get("/nothing")
    text = service.nobody.get("/metrics").text
    assert f'http_requests_total{{method="POST",route="{V1}/recordings",status="201"}} 1.0' in text
    assert f'http_requests_total{{method="GET",route="{V1}/recordings/<id>",status="200"}} 1.0' in text
    assert 'route="(none)",status="404"} 1.0' in text
    assert "http_request_duration_seconds_bucket" in text
    assert made["id"] not in text


def test_damaged_originals_are_measured() -> None:
    service = a_service()
    library = service.admin.library_id
    for status in (FixityStatus.DAMAGED, FixityStatus.DAMAGED, FixityStatus.INTACT):
        recording = a_recording(library_id=library, fixity=a_fixity(status))
        service.ports.recordings().add(recording, an_entry(library_id=library))
    text = service.nobody.get("/metrics").text
    assert 'damaged_originals{fixity="damaged"} 2.0' in text
    assert 'damaged_originals{fixity="missing"} 0.0' in text


def test_a_measurement_outlives_its_store(service: Service) -> None:
    away = Faulty(service.ports.libraries(), before=raising("all", Unavailable("away")))
    service.ports.libraries.override(providers.Object(away))
    service.use.count_damaged.reset()
    assert service.nobody.get("/metrics").status_code == 200


def test_the_document_is_valid_and_whole(service: Service) -> None:
    spec = service.nobody.get("/openapi.json").get_json()
    validate(spec)
    assert spec["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, item in spec["paths"].items() for method in item}
    assert described == {(method, re.sub("<(.*?)>", r"{\1}", rule)) for method, rule in REQUIRED}
    assert service.nobody.get("/openapi.json").get_json() == spec


ONLY_TELLS = {f"{V1}/metadata-exports"}
"""What is posted since its question is too long for an address."""


def test_every_operation_is_described(service: Service) -> None:
    spec = service.nobody.get("/openapi.json").get_json()
    for (method, rule), call in REQUIRED.items():
        operation = spec["paths"][re.sub("<(.*?)>", r"{\1}", rule)][method.lower()]
        assert operation["summary"]
        assert operation["security"] == ([] if call.needs is None else [{"key": []}])
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert set(answer["content"]) == {"application/problem+json"}
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        changes = method in {"POST", "PATCH", "DELETE"} and rule not in ONLY_TELLS
        assert ("Idempotency-Key" in names) == changes
    patch = spec["paths"][f"{V1}/recordings/{{id}}"]["patch"]
    assert set(patch["requestBody"]["content"]) == {"application/json", "application/merge-patch+json"}
    assert spec["components"]["schemas"]["NewUpload"]["examples"]


def test_the_docs_need_nothing_from_outside(service: Service) -> None:
    page = service.nobody.get("/docs")
    assert page.mimetype == "text/html"
    assert "://" not in page.text
    assert not re.search("<script>", page.text), "the policy forbids inline scripts"
    for address in re.findall('(?:src|href)="([^"]+)"', page.text):
        asset = service.nobody.get(address)
        assert asset.status_code == 200
        assert asset.data
    assert "script-src" not in page.headers["Content-Security-Policy"]
    problem(service.nobody.get("/docs/assets/other.js"), 404, "not-found")
    problem(service.nobody.get("/docs/assets/..%2F..%2F__init__.py"), 404, "not-found")


def test_the_signing_key_is_made_once_and_kept(tmp_path: Path) -> None:
    settings = Settings(profile=Profile.LOCAL, data_dir=tmp_path)
    first = secret_of(settings)
    assert len(first) >= 32
    assert secret_of(settings) == first
    given = Settings(profile=Profile.LOCAL, data_dir=tmp_path, signing_key=SecretStr("given"))
    assert secret_of(given) == "given"
    [kept] = tmp_path.iterdir()
    assert (kept.name, kept.stat().st_mode & 0o077) == ("signing-key", 0)
    in_memory = Settings(profile=Profile.MEMORY)
    assert secret_of(in_memory) != secret_of(in_memory)


def test_where_many_machines_answer_the_signing_key_must_be_given() -> None:
    with pytest.raises(Invalid, match="AUDIO_SIGNING_KEY"):
        secret_of(Settings(profile=Profile.AWS))
