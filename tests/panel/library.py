"""A library as people have one: names of all lengths and scripts, what failed or was held back, work that was done."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tests import performances, sounds
from tests.adapters.audio import voices
from tests.panel.service import Api

RATE = performances.RATE

_LONG_NAME = (
    "Interview with the keeper of the lighthouse, second tape, in the kitchen with the kettle on and the window open "
    "(unedited, before the noise of the generator was taken out, 44.1 kHz)"
)
_ABOUT: tuple[dict[str, Any], ...] = (
    {"title": _LONG_NAME, "tags": ["interview", "lighthouse", "to check"], "fields": {"take": 2, "place": "Sylt"}},
    {"title": "夜の川、橋の下で", "tags": ["川", "field"], "fields": {"recorder": "携帯"}},
    {"title": "Метро, станция «Маяковская»", "tags": ["field", "город"]},
    {"title": "تقاسيم على العود", "tags": ["music", "عود"]},
    {"title": "Session 4, rough mix", "tags": ["music", "mix"], "fields": {"bpm": 110}},
    {"title": "Platform announcement", "tags": ["speech"]},
    {"title": "Room tone", "tags": ["field"]},
    {"title": "Beep"},
    {"title": "Drums, too hot", "tags": ["music"]},
    {"title": "Brass, too hot, from the back of the hall", "tags": ["music"]},
)
"""Of the first files, in their order; the others keep the names that they came with."""


def fill(api: Api) -> Mapping[str, str]:
    """Fills the library that the key is of, and names what the addresses of its pages need (tests.panel.pages).

    All that is said is the same each time, but for ids and times.
    """
    api.change("/library/policy", {"rules": [{"code": "clipping", "verdict": "quarantine"}]}, "PUT")
    sent = [api.send(content, filename) for filename, content in _files()]
    for recording in sent:
        api.settled(recording)
    for recording, about in zip(sent, _ABOUT, strict=False):
        api.change(f"/recordings/{recording}", about)
    _mark(api, sent[0])
    return {"recording": sent[0], **_work(api, sent[0])}


def _files() -> Iterator[tuple[str, bytes]]:
    music = performances.melody
    signals = {
        "tape-2.wav": _tape(24),
        "夜の川.flac": music(10, 3),
        "metro.mp3": music(12, 5),
        "oud.flac": music(9, 7),
        "session-04.ogg": music(14, 11),
        "announcement.m4a": performances.speechlike(9, 13),
        "room.wav": sounds.noise(6, RATE, dbfs=-60.0),
        "beep.wav": sounds.joined(sounds.silence(2, RATE), sounds.tone(1, RATE), sounds.silence(2, RATE)),
        "hot-1.wav": (2.6 * music(6, 17)).clip(-1, 1),
        "hot-2.wav": (2.6 * music(6, 18)).clip(-1, 1),
        "copy of the river (1).mp3": music(10, 3),
    }
    for filename, signal in signals.items():
        yield filename, sounds.encoded(filename.rpartition(".")[2], signal, RATE)
    yield "transfer-broken-off.wav", sounds.nan_wav(20.0, at=15.0, rate=RATE)


def _tape(seconds: float) -> sounds.Signal:
    """A voice near the left microphone, in a room that hums into the right one."""
    voice = voices.speech(seconds, RATE)
    hum = sounds.tone(seconds, RATE, 1, hz=50.0, dbfs=-40.0) + sounds.noise(seconds, RATE, 1, dbfs=-50.0)
    return np.hstack([voice, 0.4 * voice + hum])


def _mark(api: Api, recording: str) -> None:
    for start, end, label in ((2.0, 5.5, "the wind"), (11.0, 11.0, "door"), (14.25, 19.0, "laughs")):
        region = {"start_seconds": start, "end_seconds": end, "label": label}
        api.post(f"/recordings/{recording}/regions", region)


def _work(api: Api, voice: str) -> Mapping[str, str]:
    """What a model said of it, a recipe over all that is ready, the same each night, and who else may come in."""
    about = "Voices for the archive: trimmed, at -16 LUFS, as opus."
    steps = [
        {"step": "trim", "profile": "speech"},
        {"step": "loudness", "target_lufs": -16},
        {"step": "transcode", "format": "opus", "bit_rate_kbps": 64},
    ]
    api.post("/recipes", {"name": "archive-voice", "about": about, "steps": steps})
    predicting = api.post("/jobs", {"model": "speech", "recordings": [voice]})["items"][0]["id"]
    job = str(api.post("/jobs", {"recipe": "archive-voice", "query": {"status": ["ready"]}})["items"][0]["id"])
    api.ended(predicting)
    api.ended(job)
    nightly = {"recipe": "archive-voice", "query": {"tag": ["speech"]}}
    when = {"cron": "30 2 * * *", "time_zone": "Europe/Berlin", "window": {"opens": "22:00", "closes": "06:00"}}
    schedule = str(api.post("/schedules", {"name": "nightly voices", **when, "runs": nightly})["id"])
    for role, name in (("editor", "studio"), ("viewer", "newsroom, to listen")):
        api.key(role, name)
    webhook = str(api.post("/webhooks", {"url": "http://127.0.0.1:9/audio-events", "kinds": ["job.changed"]})["id"])
    api.change(f"/webhooks/{webhook}", {"paused": True})  # it is not there to be sent to
    return {"job": job, "recipe": "archive-voice", "schedule": schedule, "webhook": webhook}
