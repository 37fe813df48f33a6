"""What stands beside the player of a recording, without a browser: for whom, in which words, and always as text."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from domain.analysis import Descriptor, Severity
from domain.policy import Judgement, Verdict
from domain.recording import Recording, Status
from domain.source import Source
from domain.values import RecordingId
from tests import builders
from tests.entrypoints.http.conftest import V1, Service, a_service
from tests.entrypoints.panel.conftest import Reader

HOSTILE = "\"><img src=x onerror=alert(1)><script>alert('x')</script>"
PARTS = ("measurements", "predictions", "history", "lineage", "downloads")


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """One for all tests: they look, and each makes recordings of its own."""
    made = a_service()
    yield made
    made.container.close()


def put(service: Service, **changes: Any) -> Recording:
    """On record, with an analysis where `descriptors` are named."""
    descriptors = changes.pop("descriptors", None)
    recording = builders.a_recording(library_id=service.library_id, **changes)
    if descriptors is not None:
        analysis = builders.an_analysis(
            library_id=service.library_id,
            content_sha256=recording.sha256,
            key=f"key of {recording.id}",
            descriptors=descriptors,
        )
        service.ports.analyses().put(analysis)
        recording = replace(recording, analysis_key=analysis.key)
    entry = builders.an_entry(library_id=service.library_id, subject_id=recording.id, action="recording.create")
    service.ports.recordings().add(recording, entry)
    return recording


def part(reader: Reader, recording: Recording, name: str, query: str = "") -> str:
    return html.unescape(reader.read(f"/recordings/{recording.id}/{name}{query}", HX_Request="true"))


def words(page: str) -> str:
    """Without marks, each run of space as one."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_what_people_have_written_is_text_and_nothing_else(service: Service, editor: Reader, admin: Reader) -> None:
    finding = builders.a_finding(detail=HOSTILE, remedy=HOSTILE)
    recording = put(
        service,
        title=HOSTILE,
        filename=HOSTILE,
        tags=(HOSTILE,),
        fields={"take": HOSTILE},
        findings=(finding,),
        source=Source(f"s3://b/{HOSTILE}", "e", 1),
        judgement=Judgement(Verdict.ACCEPT, (), "key:1", HOSTILE),
        descriptors=(Descriptor("tempo", None, "BPM", HOSTILE, HOSTILE),),
    )
    service.admin.patch(
        f"{V1}/recordings/{recording.id}",
        json={"title": f"2 {HOSTILE}"},
        headers={"If-Match": "*", "Content-Type": "application/merge-patch+json"},
    )
    addresses = (f"/recordings/{recording.id}", *(f"/recordings/{recording.id}/{name}" for name in PARTS))
    for address in addresses:
        page = admin.read(address)
        assert "<img src=x" not in page, address
        assert "<script>alert" not in page, address
    assert HOSTILE in html.unescape(editor.read(addresses[0]))


def test_the_scripts_are_told_what_stands_and_in_which_version(service: Service, editor: Reader) -> None:
    recording = put(service, tags=("dog",), fields={"take": 3, "draft": True})
    told = re.search(r"data-recording='([^']*)'", editor.read(f"/recordings/{recording.id}"))
    assert told is not None
    assert json.loads(html.unescape(told[1])) == {
        "id": recording.id,
        "version": 1,
        "status": "ready",
        "title": "A dog",
        "tags": ["dog"],
        "fields": {"take": 3, "draft": True},
    }


def test_who_may_not_write_is_offered_nothing_to_write_with(service: Service, editor: Reader, viewer: Reader) -> None:
    recording = put(service, status=Status.QUARANTINED, tags=("dog",), fields={"take": 3})
    address = f"/recordings/{recording.id}"
    offers = (
        'id="rename"',
        'id="tag-form"',
        'id="field-form"',
        'id="trash"',
        'id="release"',
        'id="reject"',
        "data-removes-tag",
    )
    writers, readers = editor.read(address), viewer.read(address)
    assert [offer for offer in offers if offer not in writers] == []
    assert [offer for offer in offers if offer in readers] == []
    assert "data-may-write" not in readers.split('id="about"')[1].split(">")[0]
    assert "take 3" in words(readers)
    assert 'id="run-model"' in part(editor, recording, "predictions")
    assert 'id="run-model"' not in part(viewer, recording, "predictions")


@pytest.mark.parametrize(
    ("status", "shown", "hidden"),
    [
        (Status.READY, {"trash", "reopen"}, {"restore", "release", "reject"}),
        (Status.QUARANTINED, {"trash", "release", "reject"}, {"restore", "reopen"}),
        (Status.TRASHED, {"restore"}, {"trash", "release", "reject", "reopen"}),
    ],
)
def test_what_can_be_done_with_it_depends_on_where_it_stands(
    service: Service, editor: Reader, status: Status, shown: set[str], hidden: set[str]
) -> None:
    released = Judgement(Verdict.ACCEPT, ("clipping",), "key:1")
    recording = put(service, status=status, judgement=released, restore_to=Status.READY)
    page = editor.read(f"/recordings/{recording.id}")
    buttons = {name: re.search(rf'<button[^>]*id="{name}"[^>]*>', page) for name in shown | hidden}
    assert {name for name, found in buttons.items() if found and not re.search(r"\shidden", found[0])} == shown


def test_what_the_file_says_of_its_length_is_told_where_it_is_wrong(service: Service, viewer: Reader) -> None:
    lies = builders.an_audio_format(duration_seconds=1.5, declared_duration_seconds=3600.0)
    page = words(viewer.read(f"/recordings/{put(service, audio=lies).id}"))
    assert "the file says 1:00:00" in page
    honest = builders.an_audio_format(duration_seconds=1.5, declared_duration_seconds=1.5)
    assert "the file says" not in words(viewer.read(f"/recordings/{put(service, audio=honest).id}"))


def test_ranges_of_findings_lead_to_the_player(service: Service, viewer: Reader) -> None:
    ranges = tuple((float(n), n + 0.5) for n in range(14))
    finding = builders.a_finding(severity=Severity.ERROR, ranges=ranges)
    page = viewer.read(f"/recordings/{put(service, findings=(finding,)).id}")
    assert re.findall(r'data-seeks="([\d.]+)" data-until="([\d.]+)"', page) == [(str(a), str(b)) for a, b in ranges]
    assert "2 more" in words(page)
    assert "error clipping 7.00 s in all" in words(page)


def test_measurements_are_told_with_unit_method_and_reason(service: Service, viewer: Reader) -> None:
    descriptors = (
        Descriptor("integrated_loudness", -23.14, "LUFS", "K-weighted", None, (-70.0, None), "BS.1770", "loudness-4"),
        Descriptor("tempo", None, "BPM", "autocorrelation", "the onsets follow no beat"),
    )
    page = words(part(viewer, put(service, descriptors=descriptors), "measurements"))
    assert "Integrated loudness K-weighted. At least \u221270. BS.1770 · loudness-4" in page
    assert "\u221223.14 LUFS" in page
    assert "not measured: the onsets follow no beat" in page


def test_an_older_analysis_can_be_compared_with(service: Service, viewer: Reader) -> None:
    recording = put(service, descriptors=(Descriptor("tempo", 120.0, "BPM", "m"),))
    older = builders.an_analysis(
        library_id=service.library_id,
        content_sha256=recording.sha256,
        analyser_version="0",
        descriptors=(Descriptor("tempo", 90.0, "BPM", "m"),),
    )
    assert "Compare with" not in part(viewer, recording, "measurements")
    service.ports.analyses().put(older)
    assert '<option value="0"' in part(viewer, recording, "measurements")
    assert "120 BPM then 90" in words(part(viewer, recording, "measurements", "?against=0"))


def test_what_was_not_heard_yet_says_so(service: Service, viewer: Reader) -> None:
    recording = put(service, status=Status.PROCESSING, audio=builders.an_audio_format(duration_seconds=None))
    assert words(part(viewer, recording, "measurements")) == "It has not been listened to yet."


def test_what_models_said_is_summed_up_by_label(service: Service, viewer: Reader) -> None:
    recording = put(service)
    service.ports.predictions().put(
        builders.a_prediction(library_id=service.library_id, recording_id=recording.id, content_sha256=recording.sha256)
    )
    page = words(part(viewer, recording, "predictions"))
    assert "robin 1 0:01.0 100 % 0:01.0 , where it is first robin owl 1 0:00.8 75 % 0:00.5" in page
    assert "birds 2 Label" in page


def test_the_history_says_who_and_what_and_is_the_admins(service: Service, admin: Reader, viewer: Reader) -> None:
    recording = put(service)
    for n in range(12):
        changed = service.editor.patch(
            f"{V1}/recordings/{recording.id}",
            json={"title": f"take {n}"},
            headers={"If-Match": f'"{n + 1}"', "Content-Type": "application/merge-patch+json"},
        )
        assert changed.status_code == 200, changed.text
    page = part(admin, recording, "history")
    assert "described by editor" in words(page)
    assert "take 10 → take 11" in words(page)
    further = re.search(r'hx-get="([^"]+\?cursor=[^"]+)"', page)
    assert further is not None
    rest = words(html.unescape(admin.read(further[1], HX_Request="true")))
    assert "take 0 → take 1" in rest
    assert "take 11" not in rest
    seen = words(part(viewer, recording, "history"))
    assert "described" not in seen
    assert "No job was about this one alone." in seen


def test_jobs_of_the_recording_are_in_its_history(service: Service, viewer: Reader) -> None:
    recording = put(service)
    job = builders.a_job(library_id=service.library_id, recording_id=recording.id)
    service.ports.jobs().add(job)
    assert f'href="/jobs/{job.id}"' in part(viewer, recording, "history")


def test_kin_are_told_of_and_what_is_gone_is_named(service: Service, viewer: Reader) -> None:
    parent = put(service, title="The tape")
    child = put(service, title="Its first minute", lineage=builders.a_lineage(parent.id))
    orphan = put(service, lineage=builders.a_lineage(RecordingId("gone")))
    assert "Made of it Its first minute ready podcast@1" in words(part(viewer, parent, "lineage"))
    assert "Made of The tape ready by the recipe podcast@1" in words(part(viewer, child, "lineage"))
    assert "a recording that is not here any more ( gone )" in words(part(viewer, orphan, "lineage"))


def test_the_same_bytes_elsewhere_are_told_of(service: Service, viewer: Reader) -> None:
    one = put(service, title="One", descriptors=())
    put(service, title="Copy of one", sha256=one.sha256, keep_duplicate=True)
    assert "Copy of one the same file" in words(part(viewer, one, "lineage"))


def test_downloads_name_the_original_and_what_was_made_of_it(service: Service, viewer: Reader) -> None:
    recording = put(service, filename="A dog.wav")
    for name, kind in (("preview.mp3", "audio/mpeg"), ("waveform.dat", "application/octet-stream")):
        service.ports.renditions().put(
            builders.a_rendition(library_id=service.library_id, recording_id=recording.id, name=name, content_type=kind)
        )
    page = part(viewer, recording, "downloads")
    assert f'href="{V1}/recordings/{recording.id}/content" download="A dog.wav"' in page
    sounds, numbers = page.split("Waveforms, pictures and numbers")
    assert 'download="preview.mp3"' in sounds
    assert 'download="waveform.dat"' in numbers


@pytest.mark.parametrize("name", PARTS)
def test_a_part_of_what_is_not_there_says_so_where_it_would_stand(viewer: Reader, name: str) -> None:
    answer = viewer.get(f"/recordings/nothing/{name}", HX_Request="true")
    assert answer.status_code == 404
    assert answer.text.startswith('<div class="problem" role="alert">')
