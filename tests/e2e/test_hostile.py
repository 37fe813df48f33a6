"""Every hostile file, through the real service: it is dealt with rightly and cheaply, and nothing is lost by it."""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests import sounds
from tests.e2e.costs import cpu_seconds, engine_children, peak_bytes, wait_until_idle
from tests.e2e.service import Service, until
from tests.hostile import CASES
from tests.hostile.case import STATUS, Case

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them"),
    pytest.mark.timeout(300),
]

REFUSAL_CPU_SECONDS = 2.0
REFUSAL_BYTES = 300 << 20
ANY_FILE_BYTES = 1 << 30


@dataclass
class Run:
    """What became of every case, and what it cost."""

    service: Service
    web: int
    worker: int
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    recordings: dict[str, dict[str, Any]] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    refusing_bytes: int = 0
    hearing_bytes: int = 0

    def send(self, case: Case) -> None:
        """One at a time, so that what the web process' tree spends is spent on this one."""
        before, children = cpu_seconds(self.web), engine_children(self.web)
        answer = self.service.http.post(
            "/api/v1/recordings",
            params={"filename": case.filename, "on_duplicate": "keep"},
            content=case.make(),
            headers={"Content-Type": "audio/wav"},
        )
        self.cpu[case.name] = cpu_seconds(self.web) - before
        self.answers[case.name] = answer
        self.refusing_bytes = max(self.refusing_bytes, *(peak_bytes(child) for child in children))
        self.look_at_worker()
        if engine_children(self.web) != children:
            wait_until_idle(self.web)  # a new child loads its libraries: no file's fault

    def look_at_worker(self) -> None:
        self.hearing_bytes = max(self.hearing_bytes, *(peak_bytes(pid) for pid in engine_children(self.worker)), 0)

    def wait(self) -> None:
        """Until every recording that was accepted has been heard or has failed."""

        def done() -> bool:
            self.look_at_worker()
            found = self.service.get("/api/v1/recordings?status=processing&limit=1")
            return found is not None and not found["items"]

        until(done, "all is heard", patience=200)
        for name, answer in self.answers.items():
            if answer.status_code == 201:
                self.recordings[name] = self.service.get(f"/api/v1/recordings/{answer.json()['id']}") or {}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    service = Service(
        tmp_path_factory.mktemp("service"),
        AUDIO_WORKER_CHILDREN="2",
        AUDIO_LEASE_SECONDS="30",
        AUDIO_STOP_GRACE_SECONDS="5",  # previews that nobody waits for may still be made at the end
        AUDIO_LOG_LEVEL="ERROR",
    )
    service.prepare()
    run = Run(service, service.part("web").pid, service.part("worker").pid)
    service.wait_until_ready()
    service.wait_for(service.send(sounds.tone_wav())["id"])
    wait_until_idle(run.web)
    for case in CASES:
        run.send(case)
    run.wait()
    yield run
    service.close()


def outcome(run: Run, case: Case) -> str:
    """In words: refused with a code, failed with a code, or ready."""
    answer = run.answers[case.name]
    if answer.status_code != 201:
        return f"refused {answer.json()['type'].rpartition('/')[2]}"
    recording = run.recordings[case.name]
    failure = recording["failure"]
    return f"failed {failure['code']}" if failure else str(recording["status"])


def is_right(run: Run, case: Case) -> bool:
    kind, _, code = outcome(run, case).partition(" ")
    if kind == "refused":
        return code in case.refused and run.answers[case.name].status_code == STATUS.get(code, 422)
    if kind == "failed":
        return code in case.failed
    found = {finding["code"] for finding in run.recordings[case.name]["findings"]}
    return kind == "ready" and case.ready and (not case.findings or bool(found & case.findings))


def test_there_are_enough_of_them() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 100


def test_each_is_dealt_with_rightly(run: Run) -> None:
    wrong = {case.name: outcome(run, case) for case in CASES if not is_right(run, case)}
    assert wrong == {}


def test_none_is_an_error_of_the_service(run: Run) -> None:
    assert {name: answer.text for name, answer in run.answers.items() if answer.status_code >= 500} == {}
    for answer in run.answers.values():
        kind = "application/json" if answer.status_code == 201 else "application/problem+json"
        assert answer.headers["Content-Type"].startswith(kind)


def test_a_refusal_is_cheap(run: Run) -> None:
    """At the door by what the web process and its child have spent, later by hearing the failed ones once more."""
    refused = {name: run.cpu[name] for name, answer in run.answers.items() if answer.status_code != 201}
    wait_until_idle(run.worker)
    for name, recording in run.recordings.items():
        if recording["failure"]:
            refused[name] = _cpu_of_hearing_again(run, recording)
    assert {name: cpu for name, cpu in refused.items() if cpu > REFUSAL_CPU_SECONDS} == {}
    assert run.refusing_bytes <= REFUSAL_BYTES


def _cpu_of_hearing_again(run: Run, recording: dict[str, Any]) -> float:
    before = cpu_seconds(run.worker)
    jobs = run.service.get(f"/api/v1/jobs?recording={recording['id']}")
    assert jobs is not None
    address = f"/api/v1/jobs/{jobs['items'][0]['id']}"
    assert run.service.http.post(f"{address}/retry").status_code == 202

    def failed_again() -> bool:
        job = run.service.get(address)
        return job is not None and job["status"] == "failed"

    until(failed_again, "it has failed again")
    return cpu_seconds(run.worker) - before


def test_no_file_takes_much_memory(run: Run) -> None:
    assert 0 < run.hearing_bytes <= ANY_FILE_BYTES


def test_what_files_say_of_themselves_is_plain_text(run: Run) -> None:
    for name, recording in run.recordings.items():
        if recording["status"] == "ready" and ("id3" in name or "encoding" in name):
            analysis = run.service.get(f"/api/v1/recordings/{recording['id']}/analysis")
            assert analysis is not None
            assert all(text.isprintable() for text in analysis["embedded"]["tags"].values()), name


def test_names_are_names_and_no_paths(run: Run) -> None:
    for name, recording in run.recordings.items():
        if name.startswith("file name"):
            assert not set("/\\\0\r\n\u202e") & set(recording["filename"])
            assert len(recording["filename"]) <= 255


def test_web_and_worker_live_on(run: Run) -> None:
    """The same processes; only their children may have been replaced."""
    assert [process.poll() for process in run.service.running[1:]] == [None, None]
    again = run.service.wait_for(run.service.send(sounds.tone_wav(hz=330.0))["id"])
    assert again["status"] == "ready"


def test_a_child_that_dies_is_a_failed_recording_with_a_reason(run: Run) -> None:
    """Killed from outside, in the middle of a long recording, as the machine does it when it runs out of memory."""
    long = sounds.encoded("flac", sounds.silence(1200.0, channels=1))
    recording = run.service.send(long, "long.flac")
    job = f"/api/v1/jobs?recording={recording['id']}"
    until(lambda: (run.service.get(job) or {})["items"][0]["stage"] == "listen", "it is being heard")
    for child in engine_children(run.worker):
        os.kill(child, signal.SIGKILL)
    failure = run.service.wait_for(recording["id"], "failed")["failure"]
    assert failure["code"] == "engine-failure"
    assert "killed" in failure["detail"]
    assert run.service.wait_for(run.service.send(sounds.tone_wav(hz=350.0))["id"])["status"] == "ready"
    assert run.service.running[2].poll() is None
