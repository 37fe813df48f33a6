"""Documents: entities go in and come out the same, and what does not fit is refused."""

import json
from datetime import timedelta, timezone
from typing import Any

import pytest

from adapters import codec
from domain.access import Key
from domain.analysis import Analysis
from domain.audit import AuditEntry
from domain.event import Event
from domain.idempotency import Answer, IdempotentRequest
from domain.job import Job
from domain.policy import Judgement, Policy, Rule, Verdict
from domain.recording import Recording, Status
from domain.rendition import Rendition
from domain.upload import Upload
from domain.values import Failure
from tests.builders import (
    NOON,
    a_finding,
    a_job,
    a_key,
    a_library,
    a_recording,
    a_rendition,
    an_analysis,
    an_entry,
    an_event,
    an_idempotent_request,
    an_upload,
)

FULL_RECORDING = a_recording(
    tags=("a", "ä"),
    fields={"n": 1, "x": 1.0, "t": True, "none": None, "s": "1"},
    findings=(a_finding(seconds=7.5), a_finding(ranges=())),
    judgement=Judgement(Verdict.QUARANTINE, ("x",), "key:1", "y"),
    failure=Failure("x", "y"),
    trashed_at=NOON,
    restore_to=Status.READY,
)
ENTITIES = [
    FULL_RECORDING,
    a_recording(audio=None, sha256=None),
    a_job().claimed("worker-1", NOON, timedelta(minutes=1)),
    a_key(expires_at=NOON),
    a_library(policy=Policy((Rule("clipping", Verdict.REJECT, 0.5), Rule("hum", Verdict.ACCEPT)))),
    a_rendition(),
    an_analysis(artefacts={"waveform.dat": "waveform-1"}),
    an_entry(),
    an_event(),
    an_idempotent_request(answer=Answer(200, {"ETag": "x"}, b"\x00\xff")),
    an_upload(),
]


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: type(entity).__name__)
def test_what_goes_in_comes_out_with_the_same_types(entity: object) -> None:
    assert repr(codec.read(type(entity), codec.written(entity))) == repr(entity)


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    moment = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    key = codec.read(Key, codec.written(a_key(created_at=moment)))
    assert key.created_at == moment
    assert key.created_at.utcoffset() == timedelta()


def test_what_a_document_lacks_is_the_default() -> None:
    document = json.loads(codec.written(a_recording()))
    del document["tags"]
    assert codec.read(Recording, json.dumps(document)).tags == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", 5),
        ("title", None),
        ("size_bytes", "5"),
        ("size_bytes", 5.0),
        ("size_bytes", True),
        ("keep_duplicate", 1),
        ("status", "unheard-of"),
        ("created_at", "2026-03-01T12:00:00"),
        ("created_at", "noon"),
        ("created_at", 0),
        ("tags", "dog"),
        ("tags", [1]),
        ("fields", []),
        ("fields", {"deep": {}}),
        ("audio", {}),
        ("failure", {"code": "x", "detail": "y", "more": 1}),
        ("unknown", 1),
    ],
)
def test_a_value_of_another_type_is_refused(name: str, value: Any) -> None:
    document = json.loads(codec.written(a_recording()))
    document[name] = value
    with pytest.raises(codec.UnreadableDocument):
        codec.read(Recording, json.dumps(document))


@pytest.mark.parametrize("document", ["", "{", "null", "[]", "{}", '"x"'])
def test_what_is_no_document_is_refused(document: str) -> None:
    for kind in (Recording, Job, Upload, Analysis, Rendition, AuditEntry, Event, IdempotentRequest):
        with pytest.raises(codec.UnreadableDocument):
            codec.read(kind, document)


@pytest.mark.parametrize("value", [object(), {1: "x"}, {"x": object()}, 1j])
def test_what_json_cannot_hold_is_refused_when_it_is_written(value: Any) -> None:
    with pytest.raises(TypeError):
        codec.written(an_event(data={"x": value}))
