"""Whichever call of a port fails, what was asked for is done in the end, once, and nothing is left half done."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from domain.job_kind import Lane
from domain.recording import Recording
from domain.step import Step
from tests import sounds
from tests.builders import a_region, an_audio_format, an_entry, put_ready
from tests.entrypoints.http.conftest import V1
from tests.entrypoints.http.every_call import World
from tests.receiver import receiving

RATE = 8000
TONE = sounds.tone_wav(seconds=0.2, rate=RATE, channels=1)

READS = ("counts", "find", "get", "item", "list", "making", "of_", "parts", "pending", "probe", "search", "sniff")
"""What such calls begin with: to lose their answer is to fail before."""

Operation = Callable[[World], Callable[[], Any]]
"""Prepares the world, and gives what is then to be tried."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with receiving() as receiver:
        world = World(tmp_path_factory.mktemp("remembered"), receiver)
        yield world
        world.container.close()


def ready(world: World) -> Recording:
    audio = an_audio_format(sample_rate_hz=RATE, channels=1, duration_seconds=0.2)
    return put_ready(world.ports, world.library_id, TONE, audio)


# ---- what is tried ---------------------------------------------------------------------------------------------------


def upload(world: World) -> Callable[[], None]:
    def act() -> None:
        path = f"{V1}/recordings?filename=tone.wav"
        world.ask("POST", path, 409, data=TONE, content_type="audio/wav")
        world.work()

    return act


def upload_by_parts(world: World) -> Callable[[], None]:
    def act() -> None:
        wanted = {"filename": "tone.wav", "size": len(TONE), "content_type": "audio/wav"}
        opened = world.ask("POST", f"{V1}/uploads", json=wanted).get_json()
        world.ask("PUT", opened["parts"][0]["url"], data=TONE)
        world.ask("POST", f"{V1}/uploads/{opened['id']}/complete")
        world.work()

    return act


def upload_that_is_abandoned(world: World) -> Callable[[], None]:
    def act() -> None:
        wanted = {"filename": "tone.wav", "size": len(TONE), "content_type": "audio/wav"}
        opened = world.ask("POST", f"{V1}/uploads", json=wanted).get_json()
        world.ask("PUT", opened["parts"][0]["url"], data=TONE)
        world.clock.advance(timedelta(hours=25))
        world.run("purge-expired-uploads", "reconcile-blobs")

    return act


def process_into(into: str) -> Operation:
    def prepare(world: World) -> Callable[[], None]:
        recording = ready(world)
        steps = [Step.of("gain", {"gain_db": -1}), Step.of("transcode", {"format": "flac"})]
        world.use.create_recipe()(world.admin, "quieter", "", steps)

        def start(key: str) -> None:
            asked = {"recipe": "quieter", "into": into, "recordings": [recording.id]}
            world.ask("POST", f"{V1}/jobs", json=asked, headers={"Idempotency-Key": key})
            world.work(Lane.HEAVY, Lane.BULK)  # to listen to what was made is as in an upload

        world.afterwards = lambda: start("a second batch")  # its crew clears away a start that was cut off
        return lambda: start("the first batch")

    return prepare


def delete(world: World) -> Callable[[], None]:
    world.ask("POST", f"{V1}/recordings?filename=tone.wav", data=TONE, content_type="audio/wav")
    world.let_time_pass()
    (recording,) = world.recordings()
    ready(world)  # which stays
    marked = a_region(library_id=world.library_id, recording_id=recording.id)
    world.ports.regions().add(marked, an_entry(library_id=world.library_id))

    world.afterwards = lambda: assert_no_trace_of(world, recording)

    def act() -> None:
        where = f"{V1}/recordings/{recording.id}"
        world.ask("DELETE", where, 412, headers={"If-Match": f'"{recording.version}"'})
        assert world.ask("GET", where).get_json()["status"] == "trashed"
        world.clock.advance(timedelta(days=31))
        world.run("empty-trash")

    return act


def assert_no_trace_of(world: World, recording: Recording) -> None:
    assert world.ports.renditions().of_recording(world.library_id, recording.id) == ()
    assert world.ports.analyses().of_content(world.library_id, recording.sha256) == ()
    assert world.ports.regions().of_recording(world.library_id, recording.id) == ()


def webhook(world: World) -> Callable[[], None]:
    world.often = (*world.often, "send-webhooks")
    recording = ready(world)
    world.use.create_webhook()(world.admin, world.receiver.url, ("recording.changed",))

    def act() -> None:
        where = f"{V1}/recordings/{recording.id}"
        as_it_was = {"If-Match": f'"{recording.version}"'}
        world.ask("PATCH", where, 412, headers=as_it_was, json={"title": "A wolf"})
        world.run("relay-events", "send-webhooks")

    return act


def finish(world: World, operation: Operation, fatal: int | None = None, *, late: bool = False) -> dict[str, Any]:
    """What people see in the end."""
    world.begin()
    act = operation(world)
    world.calls.count(fatal, late=late)
    act()
    world.calls.stop()
    world.let_time_pass()
    world.afterwards()
    world.work()
    world.assert_nothing_is_in_between()
    return world.state()


OPERATIONS: dict[str, Operation] = {
    "upload": upload,
    "upload by parts": upload_by_parts,
    "upload that is abandoned": upload_that_is_abandoned,
    "process into a rendition": process_into("rendition"),
    "process into a recording": process_into("recording"),
    "delete": delete,
    "webhook": webhook,
}


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_whichever_call_fails(world: World, caplog: pytest.LogCaptureFixture, operation: str, late: bool) -> None:
    caplog.set_level(logging.CRITICAL)  # or half of the time goes into telling of what failed
    undisturbed = finish(world, OPERATIONS[operation])
    made = world.calls.made
    assert len(made) > 10
    for number, call in enumerate(made, 1):
        if late and call.partition(".")[2].startswith(READS):
            continue
        try:
            assert finish(world, OPERATIONS[operation], number, late=late) == undisturbed
        except Exception as error:
            error.add_note(f"call {world.calls}")
            raise
