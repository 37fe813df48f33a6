"""Files that lie or attack: refused in time, with the right name, and nothing of them stays."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from tests import sounds
from tests.entrypoints.http.conftest import Service, before_stores, got, problem

REFUSED: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "zero bytes": (lambda: b"", 422, "empty-audio"),
    "no samples": (sounds.empty_wav, 422, "empty-audio"),
    "0 channels": (sounds.zero_channel_wav, 422, "unsupported-parameters"),
    "1024 channels": (sounds.many_channel_wav, 422, "unsupported-parameters"),
    "1 Hz": (sounds.one_hz_wav, 422, "unsupported-parameters"),
    "flac bomb of 10 hours": (sounds.flac_bomb, 422, "decoded-size-limit"),
    "flac bomb of 8 channels": (sounds.eight_channel_bomb, 422, "decoded-size-limit"),
    "flood of tags": (sounds.id3_flood, 422, "metadata-limit"),
    "NaN": (sounds.nan_wav, 422, "non-finite-samples"),
    "infinity": (lambda: sounds.nan_wav(value=float("inf")), 422, "non-finite-samples"),
    **{name: (partial(bytes, data), 415, "unsupported-media-type") for name, data in sounds.not_audio().items()},
}


ROOT = Path(__file__).parents[3]


def untold(text: str) -> None:
    """Nothing of how the service is made is in the answer."""
    for trace in ("Traceback", "/tmp", "/home", str(ROOT), ".py", 'File "', "soundfile", "librosa", "libsndfile", "0x"):
        assert trace not in text


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_leaves_nothing(service: Service, name: str) -> None:
    make, status, code = REFUSED[name]
    content = make()
    before = service.stored()
    answer = service.editor.send(content, "song.mp3", content_type="audio/mpeg")
    is_refused(answer, status, code)
    assert service.stored() == before
    assert service.ports.queue().dead_letters(10) == ()


@before_stores
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_in_a_form_leaves_nothing(service: Service, name: str) -> None:
    make, status, code = REFUSED[name]
    content = make()
    before = service.stored()
    is_refused(service.editor.send_form(content, "song.mp3"), status, code)
    assert service.stored() == before
    assert service.ports.queue().dead_letters(10) == ()


def is_refused(answer: TestResponse, status: int, code: str) -> None:
    assert problem(answer, status, code)["detail"]
    untold(answer.text)


def test_a_lying_header_may_be_refused_or_heard_but_never_believed(service: Service) -> None:
    """1 kB that promise 4.5 TiB: what is in them counts."""
    answer = service.editor.send(sounds.lying_xing_mp3(), "lie.mp3", content_type="audio/mpeg")
    assert answer.status_code in {201, 422}, answer.text
    untold(answer.text)


@pytest.mark.parametrize("data_size", [0xFFFFFFFF, 44100 * 4 + 1000])
def test_sizes_that_lie_over_sound_that_decodes_are_taken(service: Service, data_size: int) -> None:
    """The true duration stands on the recording, and a finding beside it."""
    made = service.editor.send(sounds.lying_size_wav(data_size))
    assert made.status_code == 201, made.text
    service.work()
    recording = service.editor.get(made.get_json()["links"]["self"]).get_json()
    assert recording["status"] == "ready"
    assert recording["audio"]["duration_seconds"] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("name", ["a\0b.wav", "a\r\nX-Header: 1.wav", "a\nb.wav", "a\rb.wav"])
@before_stores
def test_a_name_with_a_line_break_is_refused(service: Service, name: str) -> None:
    before = service.stored()
    answer = service.editor.send(sounds.tone_wav(0.2), quote(name))
    assert problem(answer, 400, "invalid")["field"] == "filename"
    assert service.stored() == before


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.wav", "passwd.wav"),
        ("C:\\Users\\me\\song.wav", "song.wav"),
        ("/etc/cron.d/x.wav", "x.wav"),
        ("evil\u202egpj.wav", "evilgpj.wav"),
        ("<img src=x onerror=alert(1)>.wav", "<img src=x onerror=alert(1)>.wav"),
        ("=cmd|calc.wav", "=cmd|calc.wav"),
        ("e\u0301.wav", "\u00e9.wav"),
    ],
)
def test_a_name_is_only_ever_shown(service: Service, name: str, shown: str) -> None:
    made: dict[str, Any] = service.editor.send(sounds.tone_wav(0.2), quote(name)).get_json()
    assert made["filename"] == shown
    [blob] = service.ports.blobs().list()
    assert blob.key == f"{made['library']}/recordings/{made['id']}/original"
    disposition = got(service.editor, made["links"]["content"]).headers["Content-Disposition"]
    assert "\n" not in disposition


@pytest.mark.parametrize("name", ["", ".", "..", "%2F", "%20"])
@before_stores
def test_a_name_of_nothing_is_refused(service: Service, name: str) -> None:
    assert problem(service.editor.send(sounds.tone_wav(0.2), name), 400, "invalid")["field"] == "filename"


def test_half_a_file_is_refused_or_heard_for_what_it_is(service: Service) -> None:
    """A file that was cut before it was sent: what decodes counts."""
    for fmt in sounds.FORMATS:
        before = service.stored()
        answer = service.editor.send(sounds.truncated(sounds.encoded(fmt)), f"half.{fmt}")
        assert answer.status_code in {201, 415, 422}, (fmt, answer.text)
        untold(answer.text)
        if answer.status_code != 201:
            assert service.stored() == before
