"""How soon a recording is usable: from the moment when its last byte has been sent until its status is ready."""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import material
from benchmarks.measure import PAIRS
from tests.e2e.service import Service

SECONDS = 300.0


def rows(folder: Path) -> Iterator[tuple[str, ...]]:
    """Over real HTTP, by a real worker and its warm child. Each file is another one: the same is answered at once."""
    (folder / "service").mkdir()
    service = Service(folder / "service", AUDIO_WORKER_CHILDREN="2")
    service.prepare()
    for part in ("web", "worker"):
        service.part(part)
    service.wait_until_ready()
    seconds = []
    try:
        for n in range(PAIRS + 1):
            path = material.encoded(material.wav(folder / f"ready {n}.wav", SECONDS + n), ".mp3")
            seconds.append(_until_ready(service, path.read_bytes()))
    finally:
        service.close()
    told = f"median {statistics.median(seconds[1:]):.2f} s, worst of {PAIRS} {max(seconds[1:]):.2f} s"
    yield ("5 min mp3, from sent to ready", "", told)


def _until_ready(service: Service, sound: bytes) -> float:
    start = time.perf_counter()
    made = (
        service.http.post(
            "/api/v1/recordings", params={"filename": "a.mp3"}, content=sound, headers={"Content-Type": "audio/mpeg"}
        )
        .raise_for_status()
        .json()
    )
    while True:
        status = service.http.get(made["links"]["self"]).raise_for_status().json()["status"]
        if status == "ready":
            seconds = time.perf_counter() - start
            service.wait_for_preview(made["id"])  # so that the next one meets a worker at rest
            return seconds
        if status != "processing":
            raise RuntimeError(f"the recording is {status}")
        time.sleep(0.01)
