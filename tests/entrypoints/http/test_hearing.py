"""What is made of a recording's sound when it is asked for."""

import pytest

from domain.recording import Recording
from tests import sounds
from tests.builders import an_audio_format, put_ready
from tests.entrypoints.http.conftest import V1, Service, problem

RATE, SECONDS = 44100, 3.0
SOUND = sounds.joined(sounds.tone(1.5, RATE), sounds.noise(1.5, RATE, dbfs=-6.0))


@pytest.fixture
def ready(service: Service) -> Recording:
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=SECONDS)
    sound = sounds.encoded("wav", SOUND, RATE)
    return put_ready(service.ports, service.admin.library_id, sound, audio, integrated_loudness=-20.0, true_peak=-5.5)


def test_matched_previews_are_a_job_and_then_renditions(service: Service, ready: Recording) -> None:
    base = f"{V1}/recordings/{ready.id}"
    answer = service.editor.post(f"{base}/previews", json={"loudness_lufs": -14})
    job = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (202, f"{V1}/jobs/{job['id']}")
    assert (job["kind"], job["parameters"]) == ("preview", {"loudness_lufs": -14.0})
    service.work()
    items = {item["name"]: item for item in service.viewer.get(f"{base}/renditions").get_json()["items"]}
    assert set(items) == {"preview-matched.mp3", "preview-matched.opus"}
    settings = items["preview-matched.opus"]["settings"]
    assert (settings["gain_db"], settings["short_by_lu"], settings["true_peak_dbtp"]) == (4.5, 1.5, -1.0)
    assert service.viewer.get(f"{base}/renditions/preview-matched.opus").mimetype == "audio/ogg"


@pytest.mark.parametrize("body", [{"loudness_lufs": -3}, {"loudness_lufs": -41}, {"loudness_lufs": "loud"}, {}])
def test_a_loudness_that_nobody_means_is_refused(service: Service, ready: Recording, body: dict[str, object]) -> None:
    problem(service.editor.post(f"{V1}/recordings/{ready.id}/previews", json=body), 422, "validation-failed")


def test_silence_has_no_loudness_to_match(service: Service) -> None:
    silent = put_ready(
        service.ports,
        service.admin.library_id,
        sounds.silent_wav(),
        an_audio_format(),
        integrated_loudness=None,
        true_peak=None,
    )
    answer = service.editor.post(f"{V1}/recordings/{silent.id}/previews", json={"loudness_lufs": -16})
    assert problem(answer, 409, "not-measured")["descriptor"] == "integrated_loudness"
