"""What an upload costs the service: bytes that go straight to the store, against bytes through the service.

Web is a process of its own, the double another, the client a third, all of one machine: MB/s is what the busiest of
them leaves. What grows with the service's own part is its CPU. Measured until the recording is on record; to put the
parts together is S3's work, or the worker's.
"""

import io
import os
import statistics
import time
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from benchmarks import double
from tests.aws import AwsDouble
from tests.e2e.costs import cpu_seconds
from tests.e2e.service import Service

HEADS = ("family", "way", "MB/s", "MB/s, ratio", "service's CPU s a GB", "CPU, ratio")
BYTES = 128 * 1024 * 1024
PARTS_AT_ONCE = 4
ROUNDS = 3

Row = tuple[str, ...]


@dataclass(frozen=True)
class Web:
    family: str
    service: Service
    pid: int


def rows(folder: Path) -> Iterator[Row]:
    """Ratios are to the first way."""
    content = _wav()
    with double.served() as url:
        aws = {**AwsDouble(url).environment, "AUDIO_SIGNING_KEY": "k" * 40}
        with _web(f"aws on {double.NAME}", folder / "aws", aws) as s3, _web("local", folder / "local", {}) as files:
            ways: dict[tuple[Web, str], Callable[[], None]] = {
                (s3, "parts, straight to the store"): partial(_in_parts, s3.service, content, to_store=True),
                (s3, "one POST, through the service"): partial(_at_once, s3.service, content),
                (files, "parts, through the service"): partial(_in_parts, files.service, content, to_store=False),
                (files, "one POST, through the service"): partial(_at_once, files.service, content),
            }
            yield from _compared(ways)


def _compared(ways: dict[tuple[Web, str], Callable[[], None]]) -> Iterator[Row]:
    costs: dict[tuple[Web, str], list[tuple[float, float]]] = {way: [] for way in ways}
    for turn in range(ROUNDS + 1):
        for way, upload in ways.items():
            cost = _cost(way[0].pid, upload)
            costs[way] += [cost] if turn else []  # the first one warms up
    medians = [tuple(map(statistics.median, zip(*each, strict=True))) for each in costs.values()]
    wall, cpu = medians[0]
    for (web, name), (its_wall, its_cpu) in zip(ways, medians, strict=True):
        rate, a_gb = BYTES / 1e6 / its_wall, its_cpu / BYTES * 1e9
        yield (web.family, name, f"{rate:.0f}", f"{wall / its_wall:.2f}", f"{a_gb:.2f}", f"{its_cpu / cpu:.1f}")


def _cost(pid: int, upload: Callable[[], None]) -> tuple[float, float]:
    """Seconds of the wall's clock, and of CPU of the service and its children."""
    cpu, wall = cpu_seconds(pid), time.perf_counter()
    upload()
    wall = time.perf_counter() - wall
    return wall, cpu_seconds(pid) - cpu


@contextmanager
def _web(family: str, folder: Path, settings: dict[str, str]) -> Iterator[Web]:
    """Without a worker, so that nothing but uploads costs anything."""
    folder.mkdir()
    service = Service(folder, **settings)
    try:
        if settings:
            assert service.start("-m", "entrypoints.cli", "aws", "prepare").wait(60) == 0, service.log.read_text()
        else:
            service.prepare()
        web = service.part("web")
        service.wait_until_ready()
        yield Web(family, service, web.pid)
    finally:
        service.close()


def _wav() -> bytes:
    """Noise, as its samples are whatever bytes come."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(os.urandom(BYTES))
    return made.getvalue()


def _at_once(service: Service, content: bytes) -> None:
    asked = {"filename": "noise.wav", "on_duplicate": "keep"}
    headers = {"Content-Type": "audio/wav"}
    service.http.post("/api/v1/recordings", params=asked, content=content, headers=headers).raise_for_status()


def _in_parts(service: Service, content: bytes, *, to_store: bool) -> None:
    wanted = {"filename": "noise.wav", "size": len(content), "content_type": "audio/wav", "on_duplicate": "keep"}
    upload = service.http.post("/api/v1/uploads", json=wanted).raise_for_status().json()
    with httpx.Client(timeout=60) as client, ThreadPoolExecutor(PARTS_AT_ONCE) as pool:

        def send(part: dict[str, Any]) -> None:
            assert part["url"].startswith(str(service.http.base_url)) is not to_store
            piece = content[part["offset"] :][: part["size"]]
            client.put(part["url"], content=piece, headers=part["headers"]).raise_for_status()

        list(pool.map(send, upload["parts"]))
    service.http.post(f"/api/v1/uploads/{upload['id']}/complete").raise_for_status()
