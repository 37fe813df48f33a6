"""SageMaker's container contract, without a server around it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapters.audio.engine import LibrosaEngine
from domain.errors import Unavailable
from entrypoints.families.model_server import ModelServerAdapters
from entrypoints.model_server.app import ATTRIBUTES, create_model_server
from entrypoints.settings import Settings
from tests import sounds
from tests.adapters.audio.voices import speech
from tests.faults import Faulty, raising

WAV = sounds.encoded("wav", sounds.joined(sounds.silence(1, 16000, 1), speech(2)), 16000)


@pytest.fixture
def adapters(tmp_path: Path) -> Any:
    made = ModelServerAdapters(settings=Settings(data_dir=tmp_path))
    made.engine.override(providers.Object(LibrosaEngine()))
    return made


@pytest.fixture
def client(adapters: Any) -> Iterator[FlaskClient]:
    settings = Settings(model_server_max_bytes=len(WAV))
    with create_model_server(adapters, settings).test_client() as made:
        yield made


def invoke(client: FlaskClient, body: bytes = WAV, kind: str = "audio/wav", attributes: str = "") -> TestResponse:
    return client.post("/invocations", data=body, content_type=kind, headers={ATTRIBUTES: attributes})


def test_a_ping_is_answered(client: FlaskClient) -> None:
    assert client.get("/ping").status_code == 200


def test_no_ping_is_answered_well_without_an_engine_or_the_model(adapters: Any, tmp_path: Path) -> None:
    broken = Faulty(LibrosaEngine(), before=raising("ping", Unavailable("It is closed.")))
    adapters.engine.override(providers.Object(broken))
    assert create_model_server(adapters, Settings()).test_client().get("/ping").status_code == 503
    adapters.engine.override(providers.Object(LibrosaEngine()))
    unknown = create_model_server(adapters, Settings(served_model="bats"))
    assert unknown.test_client().get("/ping").status_code == 404


def test_a_sound_is_answered_with_what_the_model_says(client: FlaskClient, tmp_path: Path) -> None:
    answer = invoke(client)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    said = answer.get_json()
    assert set(said) == {"model", "version", "spans", "values"}
    assert said["model"] == "speech"
    assert all(set(span) == {"start", "end", "label", "confidence"} for span in said["spans"])
    assert sum(span["end"] - span["start"] for span in said["spans"]) > 1.2
    assert said["spans"][0]["start"] > 0.8
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [], "nothing is kept"


def test_parameters_come_as_custom_attributes(client: FlaskClient) -> None:
    none = invoke(client, attributes=json.dumps({"min_speech_seconds": 10})).get_json()
    assert none["spans"] == []


@pytest.mark.parametrize("fmt", ["flac", "mp3"])
def test_other_formats_are_decoded_too(client: FlaskClient, fmt: str) -> None:
    body = sounds.encoded(fmt, speech(2), 16000)
    assert invoke(client, body, f"audio/{fmt}").get_json()["spans"]


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"kind": "text/csv"}, 415, "unsupported-media-type"),
        ({"body": b"no sound" * 100}, 415, "unsupported-media-type"),
        ({"body": b""}, 411, "length-required"),
        ({"body": sounds.raw_wav(b"")}, 422, "empty-audio"),
        ({"body": WAV + b"0"}, 413, "too-large"),
        ({"attributes": "threshold=0.5"}, 400, "invalid"),
        ({"attributes": "[1]"}, 400, "invalid"),
        ({"attributes": '{"treshold": 0.5}'}, 400, "invalid"),
        ({"attributes": '{"threshold": 7}'}, 400, "invalid"),
        ({"attributes": '{"threshold": NaN}'}, 400, "invalid"),
    ],
)
def test_what_is_wrong_is_said_in_json(client: FlaskClient, given: dict[str, Any], status: int, code: str) -> None:
    answer = invoke(client, **given)
    assert (answer.status_code, answer.mimetype) == (status, "application/json"), answer.text
    body = answer.get_json()
    assert body["code"] == code
    assert body["detail"]


def test_other_addresses_and_methods_are_refused_in_json(client: FlaskClient) -> None:
    assert client.get("/invocations").get_json()["code"] == "method-not-allowed"
    assert client.get("/api/v1/recordings").get_json()["code"] == "not-found"


def test_an_unexpected_error_is_not_told(adapters: Any) -> None:
    broken = Faulty(LibrosaEngine(), before=raising("mono", RuntimeError("a secret")))
    adapters.engine.override(providers.Object(broken))
    answer = invoke(create_model_server(adapters, Settings()).test_client())
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.get_json()["code"] == "internal"


def test_a_busy_engine_asks_to_come_again(adapters: Any) -> None:
    busy = Faulty(LibrosaEngine(), before=raising("mono", Unavailable("Busy.")))
    adapters.engine.override(providers.Object(busy))
    answer = invoke(create_model_server(adapters, Settings()).test_client())
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
