"""The sound itself, whole and in part; what was heard in it."""

import struct
from typing import Any

import pytest
from flask import Request

from application.browse import Content
from domain.ports.blobs import SignedRequest
from entrypoints.http import content
from tests import sounds
from tests.entrypoints.http.conftest import Api, Service, got, problem

WAV = sounds.tone_wav(0.3)
SIZE = len(WAV)


def test_the_original_comes_back_byte_for_byte(editor: Api, heard: dict[str, Any]) -> None:
    answer = got(editor, heard["links"]["content"])
    assert (answer.status, answer.content) == (200, WAV)
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["Content-Type"] == "audio/wav"
    assert "tone.wav" in answer.headers["Content-Disposition"]


@pytest.mark.usefixtures("own_answers")
def test_the_service_says_what_it_sends(editor: Api, heard: dict[str, Any]) -> None:
    answer = editor.get(heard["links"]["content"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == f'"{heard["sha256"]}"'
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tone.wav"'


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=100-", 100, SIZE - 1),
        ("bytes=-10", SIZE - 10, SIZE - 1),
        ("bytes=5-99999999", 5, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
    ],
)
def test_one_range_is_answered_in_part(editor: Api, heard: dict[str, Any], wanted: str, start: int, end: int) -> None:
    answer = got(editor, heard["links"]["content"], wanted)
    assert (answer.status, answer.content) == (206, WAV[start : end + 1])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end}/{SIZE}"
    assert answer.headers["Content-Length"] == str(end - start + 1)


@pytest.mark.usefixtures("own_answers")
@pytest.mark.parametrize("wanted", ["bytes=0-1,4-5", "items=0-1", "bytes=5-2", "bytes=x", "nonsense"])
def test_what_is_not_one_range_is_answered_with_all(editor: Api, heard: dict[str, Any], wanted: str) -> None:
    answer = editor.get(heard["links"]["content"], headers={"Range": wanted})
    assert (answer.status_code, answer.data) == (200, WAV)


@pytest.mark.usefixtures("own_answers")
@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", "bytes=9999999-99999999", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(editor: Api, heard: dict[str, Any], wanted: str) -> None:
    answer = editor.get(heard["links"]["content"], headers={"Range": wanted})
    problem(answer, 416, "range-not-satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.usefixtures("own_answers")
def test_a_range_holds_only_for_the_bytes_it_was_meant_for(editor: Api, heard: dict[str, Any]) -> None:
    where, tag = heard["links"]["content"], f'"{heard["sha256"]}"'
    assert editor.get(where, headers={"Range": "bytes=0-1", "If-Range": tag}).status_code == 206
    for other in ('"other"', f"W/{tag}", "Sun, 01 Mar 2026 12:00:00 GMT"):
        assert editor.get(where, headers={"Range": "bytes=0-1", "If-Range": other}).status_code == 200


def test_head_says_what_get_would(editor: Api, heard: dict[str, Any]) -> None:
    where = heard["links"]["content"]
    whole, head = got(editor, where), editor("HEAD", where, headers={"Range": "bytes=0-9"})
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Length", "Content-Type", "Accept-Ranges"):
        assert head.headers[name] == whole.headers[name]
    assert head.headers["ETag"] == f'"{heard["sha256"]}"'


def test_known_bytes_are_not_sent_again(editor: Api, heard: dict[str, Any]) -> None:
    answer = editor.get(heard["links"]["content"], headers={"If-None-Match": f'"x", W/"{heard["sha256"]}"'})
    assert (answer.status_code, answer.data) == (304, b"")


@pytest.mark.parametrize("sent", ["text/html", "image/svg+xml", "application/javascript", ""])
def test_the_sender_cannot_choose_what_a_browser_makes_of_it(editor: Api, sent: str) -> None:
    made = editor.send(sounds.tone_wav(0.2), content_type=sent).get_json()
    where = made["links"]["content"]
    assert got(editor, where).headers["Content-Type"] == "audio/wav"
    assert editor.get(where).headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ("a.wav", 'attachment; filename="a.wav"'),
        ("Ärzte.wav", "attachment; filename=\"_rzte.wav\"; filename*=UTF-8''%C3%84rzte.wav"),
        ('a";x=".wav', "attachment; filename=\"a__x=_.wav\"; filename*=UTF-8''a%22%3Bx%3D%22.wav"),
        ("100%41.wav", "attachment; filename=\"100_41.wav\"; filename*=UTF-8''100%2541.wav"),
    ],
)
def test_a_name_cannot_break_out_of_its_header(filename: str, header: str) -> None:
    assert content.disposition(filename) == header


def test_an_address_of_the_stores_own_is_handed_on() -> None:
    there = Content(
        5, "text/html", "a.wav", "tag", lambda _: iter(()), lambda kind: SignedRequest(f"https://s.example/?{kind}", {})
    )
    answer = content.answer(Request({"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http"}), there, "audio/wav")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://s.example/?audio/wav")
    assert answer.headers["Cache-Control"] == "no-store"
    asked = content.answer(Request({"REQUEST_METHOD": "HEAD", "wsgi.url_scheme": "http"}), there, "audio/wav")
    assert (asked.status_code, asked.headers["Content-Length"]) == (200, "5")


def test_the_analysis_carries_unit_method_and_reason(editor: Api, heard: dict[str, Any]) -> None:
    body = editor.get(heard["links"]["analysis"]).get_json()
    assert body["recording"] == heard["id"]
    assert body["analyser"]
    assert body["analyser_version"]
    assert body["descriptors"]
    for descriptor in body["descriptors"]:
        assert set(descriptor) == {"name", "value", "unit", "method", "reason", "range", "source", "version"}
        assert (descriptor["value"] is None) == (descriptor["reason"] is not None)
        assert descriptor["method"]
    assert isinstance(body["embedded"]["tags"], dict)
    assert isinstance(body["findings"], list)


def test_tags_of_the_file_are_plain_text(service: Service, editor: Api) -> None:
    made = editor.send(sounds.encoded("flac", tags={"title": "<script>alert(1)</script>"}), "tags.flac").get_json()
    service.work()
    answer = editor.get(made["links"]["analysis"])
    assert answer.mimetype == "application/json"
    assert "<script>alert(1)</script>" in answer.get_json()["embedded"]["tags"].values()


def test_before_it_was_heard_there_is_no_analysis(editor: Api) -> None:
    made = editor.recording()
    assert problem(editor.get(made["links"]["analysis"]), 404, "not-found")["status"] == 404
    assert editor.get(made["links"]["renditions"]).get_json() == {"items": []}


def test_renditions_are_listed_and_read(editor: Api, heard: dict[str, Any]) -> None:
    items = {item["name"]: item for item in editor.get(heard["links"]["renditions"]).get_json()["items"]}
    assert {"preview.mp3", "preview.opus", "spectrogram.png", "waveform.dat", "waveform.json"} <= set(items)
    types = {name: got(editor, item["links"]["self"]).headers["Content-Type"] for name, item in items.items()}
    assert types["preview.mp3"] == "audio/mpeg"
    assert types["spectrogram.png"] == "image/png"
    dat = got(editor, items["waveform.dat"]["links"]["self"], "bytes=0-3")
    assert dat.status == 206
    assert struct.unpack("<i", dat.content) == (2,)
    problem(editor.get(f"{heard['links']['renditions']}/other.mp3"), 404, "not-found")
    problem(editor.get(f"{heard['links']['renditions']}/..%5Cx"), 400, "invalid")
