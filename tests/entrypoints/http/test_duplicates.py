"""The same sound elsewhere in the library, as a resource of a recording."""

from typing import Any

from tests.entrypoints.http.conftest import Api, Service
from tests.performances import melody
from tests.sounds import encoded, joined, silence

SONG = melody(5, seed=1)


def sent(api: Api, content: bytes, query: str = "") -> dict[str, Any]:
    made: dict[str, Any] = api.send(content, query=query).get_json()
    return made


def test_exact_and_near_duplicates_are_listed(service: Service, editor: Api) -> None:
    song = sent(editor, encoded("wav", SONG))
    copy = sent(editor, encoded("wav", SONG), "&on_duplicate=keep")
    late = sent(editor, encoded("wav", joined(silence(2), SONG)))
    service.work()
    body = service.viewer.get(song["links"]["duplicates"]).get_json()
    links = {"recording": copy["links"]["self"]}
    assert body["exact"] == [{"recording": copy["id"], "title": "tone", "same_file": True, "links": links}]
    (near,) = body["near"]
    assert (near["recording"], near["links"]) == (late["id"], {"recording": late["links"]["self"]})
    assert 0.9 < near["similarity"] <= 1
    assert (near["offset_seconds"], near["overlap_seconds"]) == (-2.0, 5.0)
    assert (body["recording"], body["reason"]) == (song["id"], None)


def test_before_it_was_heard_there_is_a_reason(editor: Api) -> None:
    made = editor.recording()
    body = editor.get(made["links"]["duplicates"]).get_json()
    assert (body["exact"], body["near"]) == ([], [])
    assert "processing" in body["reason"]
