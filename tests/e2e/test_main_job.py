"""The main job, as a newcomer does it: start the service, send a file, read what it heard."""

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests import sounds
from tests.e2e.service import Service, until

FORMATS = ("wav", "flac", "mp3", "ogg", "opus", "m4a")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("service"), AUDIO_LEASE_SECONDS="30")
    service.part("serve")
    service.wait_until_ready()
    yield service
    service.close()


def decoded_seconds(content: bytes) -> float:
    """How long another decoder finds it."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        "pipe:0",
        "-f",
        "s16le",
        "-ac",
        "1",
        "-ar",
        "8000",
        "-",
    ]
    return len(subprocess.run(command, input=content, capture_output=True, check=True).stdout) / 2 / 8000


@pytest.mark.parametrize("name", FORMATS)
def test_a_recording_goes_in_and_what_it_is_comes_out(service: Service, name: str) -> None:
    content = sounds.encoded(name, sounds.tone(seconds=3.0))
    recording = service.wait_for(service.send(content, f"tone.{name}")["id"])
    assert recording["audio"]["duration_seconds"] == pytest.approx(decoded_seconds(content), abs=0.05)
    assert (recording["audio"]["sample_rate_hz"], recording["audio"]["channels"]) in {(44100, 2), (48000, 2)}
    analysis = service.get(f"/api/v1/recordings/{recording['id']}/analysis")
    assert analysis is not None
    values = {item["name"]: item["value"] for item in analysis["descriptors"]}
    assert values["integrated_loudness"] == pytest.approx(-18.0, abs=1.5)
    base = f"/api/v1/recordings/{recording['id']}"
    assert service.http.get(f"{base}/content").content == content
    assert service.http.get(f"{base}/renditions/spectrogram.png").content.startswith(b"\x89PNG")
    service.wait_for_preview(recording["id"])
    preview = service.http.get(f"{base}/renditions/preview.mp3")
    assert preview.headers["Content-Type"] == "audio/mpeg"
    assert decoded_seconds(preview.content) == pytest.approx(3.0, abs=0.1)
    excerpt = service.http.get(f"{base}/excerpt?start=1&end=2.5&format=opus&loudness_lufs=-30")
    assert decoded_seconds(excerpt.content) == pytest.approx(1.5, abs=0.1)
    assert service.http.get(f"{base}/spectrogram?start=1&end=2&scale=log").content.startswith(b"\x89PNG")
    waveform = service.http.get(f"{base}/waveform?start=1&end=2&width=100").json()
    assert waveform["length"] * waveform["samples_per_pixel"] / waveform["sample_rate"] == pytest.approx(1.0, abs=0.05)
    assert max(waveform["data"]) / 32768 == pytest.approx(10 ** (-18 / 20), rel=0.2)


def test_the_first_start_prints_a_key_and_a_line_to_try_and_the_second_keeps_the_data(tmp_path: Path) -> None:
    service = Service(tmp_path)
    del service.settings["AUDIO_ADMIN_KEY"]
    try:
        first = service.part("serve")
        printed = until(lambda: re.search(r"curl .*Bearer (ak_\S+?)\"", service.log.read_text()), "a curl line")
        service.http.headers["Authorization"] = f"Bearer {printed[1]}"
        link = re.search(r"(/sign-in/al_\S+)", service.log.read_text())
        assert link is not None
        assert service.http.post(link[1]).headers["Location"] == "/"
        recording = service.wait_for(service.send(sounds.tone_wav(seconds=0.5))["id"])
        first.send_signal(signal.SIGINT)
        assert first.wait(30) == 0
        service.log.unlink()
        second = service.part("serve")
        until(lambda: "runs at" in service.log.read_text(), "the greeting")
        assert not re.search("a[kl]_", service.log.read_text())
        assert service.get(f"/api/v1/recordings/{recording['id']}") == recording
        second.send_signal(signal.SIGTERM)
        assert second.wait(30) == 0
    finally:
        service.close()


def test_a_taken_port_is_said_at_once(service: Service, tmp_path: Path) -> None:
    other = Service(tmp_path)
    other.settings["AUDIO_PORT"] = str(service.port)
    assert other.part("serve").wait(30) == 2
    assert "AUDIO_PORT" in other.log.read_text()
    other.close()


def test_in_memory_the_whole_service_is_one_process(tmp_path: Path) -> None:
    service = Service(tmp_path, AUDIO_PROFILE="memory")
    try:
        service.part("serve")
        service.wait_until_ready()
        recording = service.wait_for(service.send(sounds.tone_wav(seconds=0.5))["id"])
        service.wait_for_preview(recording["id"])
    finally:
        service.close()
