"""What happens is told as it happens."""

import itertools
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from application.watch import Watch
from domain.errors import Unavailable
from domain.event import Event
from entrypoints.http.events import END, EventStream, Wanted
from tests.builders import LIBRARY, an_event
from tests.entrypoints.http.conftest import V1, Api, Service, a_service, problem


def told(frame: str) -> dict[str, Any]:
    """One frame, with its data read."""
    lines = dict(line.split(": ", 1) for line in frame.strip().splitlines())
    return {**lines, "data": json.loads(lines["data"])}


def frames(answer: Any) -> Iterator[str]:
    return (frame.decode() for frame in answer.iter_encoded())


def test_a_job_is_told_from_where_it_stands_to_its_end(service: Service, editor: Api) -> None:
    job = editor.recording()["links"]["job"].rpartition("/")[2]
    answer = editor.get(f"{V1}/events?job={job}")
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    stream = frames(answer)
    assert next(stream).startswith("retry:")
    first = told(next(stream))
    assert (first["event"], first["data"]["status"]) == ("job.changed", "queued")
    service.work()
    rest = list(stream)  # ends by itself
    assert rest[-1] == END
    statuses = [told(frame)["data"]["status"] for frame in rest[:-1]]
    assert (statuses[0], statuses[-1]) == ("running", "succeeded")
    assert all(told(frame)["data"]["id"] == job for frame in rest[:-1])


def test_a_job_that_is_over_ends_the_stream_at_once(editor: Api, heard: dict[str, Any]) -> None:
    [job] = editor.get(f"{V1}/jobs?recording={heard['id']}&kind=ingest").get_json()["items"]
    _, standing, end = frames(editor.get(job["links"]["events"]))
    assert told(standing)["data"]["status"] == "succeeded"
    assert end == END


def test_a_recording_is_told_with_its_jobs(service: Service, editor: Api) -> None:
    made, other = editor.recording(), editor.recording(seconds=0.2)
    answer = editor.get(f"{V1}/events?recording={made['id']}")
    stream = frames(answer)
    next(stream)
    assert told(next(stream))["data"]["status"] == "processing"
    service.work()
    seen = [told(next(stream)) for _ in range(4)]
    answer.close()
    assert {frame["event"] for frame in seen} == {"job.changed", "recording.changed"}
    assert other["id"] not in json.dumps(seen)


def test_a_listener_goes_on_where_it_was(service: Service, editor: Api) -> None:
    before = service.ports.events().last_id(editor.library_id)
    made = editor.recording()
    answer = editor.get(f"{V1}/events", headers={"Last-Event-ID": before})
    stream = frames(answer)
    next(stream)
    first = told(next(stream))
    answer.close()
    assert first["data"]["id"] == made["id"]
    again = editor.get(f"{V1}/events", headers={"Last-Event-ID": first["id"]})
    stream = frames(again)
    next(stream)
    assert told(next(stream))["event"] == "job.changed"
    again.close()


def test_an_id_that_is_none_is_refused(editor: Api) -> None:
    problem(editor.get(f"{V1}/events", headers={"Last-Event-ID": "yesterday"}), 400, "invalid")
    problem(editor.get(f"{V1}/events?more=1"), 422, "validation-failed")


def test_streams_are_limited_and_their_places_come_back() -> None:
    service = a_service(max_event_streams=2)
    held = [service.viewer.get(f"{V1}/events") for _ in range(2)]
    refused = service.viewer.get(f"{V1}/events")
    problem(refused, 503, "unavailable")
    assert refused.headers["Retry-After"] == "5"
    assert "http_event_streams 2.0" in service.nobody.get("/metrics").text
    held[0].close()
    fresh = service.viewer.get(f"{V1}/events")
    assert fresh.status_code == 200
    problem(service.viewer.get(f"{V1}/events?job=none"), 404, "not-found")
    for answer in (fresh, held[1]):
        answer.close()
    assert "http_event_streams 0.0" in service.nobody.get("/metrics").text


class Quiet:
    """A stream in which nothing happens; each wait lasts as long as it may."""

    def __init__(self) -> None:
        self.now = 0.0

    def since(self, _library: str, _last: str) -> tuple[Event, ...]:
        return ()

    def wait(self, _library: str, _last: str, timeout: timedelta) -> bool:
        self.now += timeout.total_seconds()
        return False


def test_a_quiet_stream_beats_and_ends_in_time() -> None:
    quiet = Quiet()
    stream = EventStream(Watch(quiet, LIBRARY), Wanted(), monotonic=lambda: quiet.now)  # type: ignore[arg-type]  # no port needed
    beats = list(stream("0"))[1:]
    assert beats == [": nothing new\n\n"] * 20  # every 15 s for 5 min


def test_a_stream_ends_when_the_service_stops() -> None:
    quiet = Quiet()
    stream = EventStream(Watch(quiet, LIBRARY), Wanted(), monotonic=lambda: quiet.now, stopped=lambda: quiet.now >= 3)  # type: ignore[arg-type]  # no port needed
    assert len(list(stream("0"))) == 1
    assert quiet.now == 3


def test_a_store_that_fails_ends_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    class Down(Quiet):
        def since(self, _library: str, _last: str) -> tuple[Event, ...]:
            raise Unavailable("The store is down.")

    with caplog.at_level(logging.WARNING):  # whatever the level was left at
        assert len(list(EventStream(Watch(Down(), LIBRARY), Wanted())("0"))) == 1  # type: ignore[arg-type]  # no port needed
    assert "The store is down." in caplog.text


def test_only_what_is_wanted_is_told() -> None:
    event = an_event(subject_id="r1", data={"recording": "r0"})
    for wanted, is_told in [
        (Wanted(), True),
        (Wanted(recording="r1"), True),
        (Wanted(recording="r0"), True),
        (Wanted(recording="r2"), False),
        (Wanted(job="r1"), True),
        (Wanted(job="r0"), False),
    ]:
        assert wanted(event) is is_told
    assert not any(itertools.starmap(Wanted.is_last, [(Wanted(job="r1"), event), (Wanted(), event)]))
