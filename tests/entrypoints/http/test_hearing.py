"""What is made of a recording's sound when it is asked for."""

import io
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from domain.recording import Recording
from entrypoints.http.wire.waveform_svg import FILL, waveform_svg
from tests import sounds
from tests.builders import an_audio_format, put_ready
from tests.entrypoints.http.conftest import V1, Api, Service, a_service, before_stores, got, problem

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
    assert got(service.viewer, f"{base}/renditions/preview-matched.opus").headers["Content-Type"] == "audio/ogg"


@pytest.mark.parametrize("body", [{"loudness_lufs": -3}, {"loudness_lufs": -41}, {"loudness_lufs": "loud"}, {}])
@before_stores
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


# ---- excerpts ----------------------------------------------------------------------------------------------------


def test_an_excerpt_is_served_like_any_sound(service: Service, ready: Recording) -> None:
    where = f"{V1}/recordings/{ready.id}/excerpt?start=1&end=2.5"
    answer = service.viewer.get(where)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="A dog 1.000-2.500.wav"'
    assert answer.headers["Cache-Control"].startswith("private")
    assert len(answer.data) == 44 + round(1.5 * RATE) * 4
    part = service.viewer.get(where, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"RIFF")
    known = service.viewer.get(where, headers={"If-None-Match": answer.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    assert not answer.headers["ETag"].startswith("W/")


@pytest.mark.parametrize(
    ("form", "content_type", "magic"),
    [
        ("flac", "audio/flac", b"fLaC"),
        ("mp3", "audio/mpeg", b"ID3"),
        ("opus", "audio/ogg", b"OggS"),
        ("ogg", "audio/ogg", b"OggS"),
    ],
)
def test_an_excerpt_comes_in_the_format_that_is_asked_for(
    service: Service, ready: Recording, form: str, content_type: str, magic: bytes
) -> None:
    answer = got(service.viewer, f"{V1}/recordings/{ready.id}/excerpt?start=1&end=2&format={form}&loudness_lufs=-14")
    assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
    assert answer.content.startswith(magic)


@pytest.mark.parametrize("what", ["excerpt", "spectrogram", "waveform", "loudness"])
@pytest.mark.parametrize("query", ["start=2&end=1", "start=1&end=1", "start=1&end=3.5", "start=4"])
@before_stores
def test_a_stretch_that_is_not_there_is_422_with_the_duration(
    service: Service, ready: Recording, what: str, query: str
) -> None:
    answer = service.viewer.get(f"{V1}/recordings/{ready.id}/{what}?{query}")
    assert problem(answer, 422, "invalid-stretch")["duration_seconds"] == SECONDS


def test_too_long_an_excerpt_is_422_with_the_maximum() -> None:
    service = a_service(max_excerpt_seconds=2)
    audio = an_audio_format(sample_rate_hz=RATE, duration_seconds=SECONDS)
    long = put_ready(service.ports, service.admin.library_id, sounds.encoded("wav", SOUND, RATE), audio)
    base = f"{V1}/recordings/{long.id}/excerpt"
    assert problem(service.viewer.get(base), 422, "invalid-stretch")["max_seconds"] == 2.0
    assert service.viewer.get(f"{base}?end=2").status_code == 200
    service.container.close()


@pytest.mark.parametrize("what", ["excerpt", "spectrogram", "waveform", "loudness"])
def test_what_has_not_been_heard_yet_is_409(service: Service, what: str) -> None:
    fresh = service.editor.recording()
    answer = service.viewer.get(f"{V1}/recordings/{fresh['id']}/{what}")
    assert problem(answer, 409, "conflict")["current_status"] == "processing"


@pytest.mark.parametrize(
    "query",
    [
        "excerpt?start=nan", "excerpt?end=inf", "excerpt?start=-1", "excerpt?format=exe", "excerpt?loudness_lufs=0",
        "spectrogram?width=15", "spectrogram?width=4097", "spectrogram?height=2049", "spectrogram?channel=left",
        "spectrogram?scale=bark", "spectrogram?floor_db=0", "waveform?width=0", "waveform?width=8001",
        "waveform?band=loudness", "waveform?zoom=1", "loudness?width=0", "loudness?width=8001", "loudness?band=rms",
    ],
)  # fmt: skip
@before_stores
def test_what_nobody_can_mean_is_refused(service: Service, ready: Recording, query: str) -> None:
    problem(service.viewer.get(f"{V1}/recordings/{ready.id}/{query}"), 422, "validation-failed")


# ---- pictures ----------------------------------------------------------------------------------------------------


def test_a_spectrogram_of_a_stretch_is_a_picture(service: Service, ready: Recording) -> None:
    where = f"{V1}/recordings/{ready.id}/spectrogram?start=1&end=2&width=64&height=48&scale=log&channel=1&window=512"
    picture = got(service.viewer, where)
    assert (picture.status, picture.headers["Content-Type"]) == (200, "image/png")
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.size == (64, 48)


@pytest.mark.usefixtures("own_answers")
def test_a_spectrogram_that_is_known_is_not_sent_again(service: Service, ready: Recording) -> None:
    where = f"{V1}/recordings/{ready.id}/spectrogram?start=1&end=2&width=64&height=48"
    answer = service.viewer.get(where)
    assert answer.headers["Cache-Control"].startswith("private")
    tag = answer.headers["ETag"]
    assert service.viewer.get(where, headers={"If-None-Match": tag}).status_code == 304
    assert service.viewer.get(f"{where}&floor_db=-90").headers["ETag"] != tag


@pytest.mark.parametrize(
    ("query", "field"), [("window=1000", "window"), ("max_hz=22051", "max_hz"), ("channel=2", "channel")]
)
def test_what_the_recording_does_not_have_is_named(service: Service, ready: Recording, query: str, field: str) -> None:
    answer = service.viewer.get(f"{V1}/recordings/{ready.id}/spectrogram?{query}")
    assert problem(answer, 400, "invalid")["field"] == field


def test_the_waveform_of_a_stretch_is_audiowaveforms_json(service: Service, editor: Api) -> None:
    made = editor.send(sounds.encoded("wav", SOUND, RATE)).get_json()
    service.work()
    body = service.viewer.get(f"{made['links']['self']}/waveform?start=1.4&end=1.6&width=20").get_json()
    head = [body[name] for name in ("version", "channels", "sample_rate", "bits")]
    assert head == [2, 2, RATE, 16]
    assert body["length"] * 4 == len(body["data"])
    assert 20 <= body["length"] < 43
    begin = round(body["start_seconds"] * RATE)
    first = SOUND[begin : begin + body["samples_per_pixel"], 0]
    assert body["data"][:2] == pytest.approx([first.min() * 32768, first.max() * 32768], abs=2)
    rms = service.viewer.get(f"{made['links']['waveform']}?start=2&end=2.5&width=2&band=rms").get_json()
    assert rms["data"][1] / 32768 == pytest.approx(10 ** (-6 / 20) / 3**0.5, rel=0.05)


def test_loudness_over_time_is_told_in_seconds(service: Service, editor: Api) -> None:
    made = editor.send(sounds.encoded("wav", sounds.joined(SOUND, sounds.silence(2.5, RATE)), RATE)).get_json()
    service.work()
    whole = service.viewer.get(made["links"]["loudness"]).get_json()
    assert (whole["start"], whole["seconds_per_point"]) == (0.0, 1.0)
    momentary, short_term = whole["momentary_lufs"], whole["short_term_lufs"]
    assert momentary[0] == pytest.approx(-18.7, abs=0.1)
    assert (len(momentary), momentary[4:], short_term[:2]) == (6, [None, None], [None, None])
    assert short_term[4] < short_term[3]
    part = service.viewer.get(f"{made['links']['loudness']}?start=1.5&end=3.5&width=1").get_json()
    assert (part["start"], part["seconds_per_point"]) == (0.0, 2.0)
    assert part["momentary_lufs"] == [max(momentary[:2]), max(momentary[2:4])]


def test_lists_show_a_small_waveform_that_may_be_kept_for_good(service: Service, heard: dict[str, Any]) -> None:
    where = heard["links"]["waveform-image"]
    picture = service.viewer.get(where)
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    assert picture.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    root = ElementTree.fromstring(picture.text)
    assert (root.get("width"), root.get("height")) == ("120", "28")
    (path,) = root
    assert path.tag == "{http://www.w3.org/2000/svg}path"
    known = service.viewer.get(where, headers={"If-None-Match": picture.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    for other in (where.partition("?")[0], where + "0"):
        answer = service.viewer.get(other)
        assert (answer.data, answer.headers["Cache-Control"]) == (picture.data, "private, max-age=60")


def test_what_was_not_heard_has_no_small_waveform(service: Service) -> None:
    fresh = service.editor.recording()
    assert "waveform-image" not in fresh["links"]
    problem(service.viewer.get(f"{fresh['links']['self']}/waveform.svg"), 404, "not-found")


def test_a_small_waveform_is_small_and_silence_a_line() -> None:
    assert len(waveform_svg([(-0.98765, 0.98765)] * 120)) < 3000
    for silent in ([(0.0, 0.0)], [(0.0, 0.0)] * 120):
        assert "M0 13.5L1 13.5" in waveform_svg(silent)


@pytest.mark.parametrize("ground", ["#ffffff", "#f5f5f5", "#1c212c", "#11191f", "#000000"])
def test_a_small_waveform_is_seen_on_light_and_on_dark(ground: str) -> None:
    """WCAG 2.2, 1.4.11, with the relative luminance that it defines."""
    fill, behind = (_luminance(colour) for colour in (FILL, ground))
    assert (max(fill, behind) + 0.05) / (min(fill, behind) + 0.05) >= 3


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
