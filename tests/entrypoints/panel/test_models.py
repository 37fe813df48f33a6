"""/models: what there is, and what was said."""

from datetime import UTC, datetime

from domain.prediction import Prediction, Said, Span
from domain.values import RecordingId
from tests.entrypoints.http.conftest import Service
from tests.entrypoints.panel.conftest import Reader


def said(service: Service, recording: str, *spans: Span) -> None:
    prediction = Prediction(
        key="k1",
        library_id=service.library_id,
        recording_id=RecordingId(recording),
        content_sha256="0" * 64,
        said=Said("speech", "1", spans, {"speech_share": 0.25}),
        parameters={},
        created_at=datetime(2026, 3, 4, tzinfo=UTC),
    )
    service.ports.predictions().put(prediction)


def test_a_model_says_what_it_takes_and_is_run_by_those_who_may(editor: Reader, viewer: Reader) -> None:
    page = editor.read("/models")
    assert "16\u2009000 Hz" in page
    assert 'id="run-speech"' in page
    assert "parameters.threshold" in page
    assert "run-speech" not in viewer.read("/models")


def test_what_was_said_leads_to_where_it_was_said(service: Service, viewer: Reader) -> None:
    assert "speech has said nothing yet" in viewer.read("/models?model=speech")
    recording = service.admin.recording()["id"]
    said(service, recording, Span(1.5, 2.0, "speech", 0.9), Span(3.0, 4.0, "speech", 0.8))
    page = viewer.read("/models")
    assert f'href="/recordings/{recording}"' in page
    assert "0.25" in page
    assert f'hx-get="/models/said/{recording}/k1"' in page
    labels = viewer.read(f"/models/said/{recording}/k1", HX_Request="true")
    assert f'href="/recordings/{recording}#t=1.500"' in labels
    assert "2 \u00d7" in labels
    rows = viewer.read("/models?model=notes", HX_Request="true")
    assert recording not in rows


def test_of_a_recording_that_is_gone_no_link_is_left(service: Service, viewer: Reader) -> None:
    said(service, "gone", Span(1.5, 2.0, "speech", 0.9))
    page = viewer.read("/models")
    assert "removed since" in page
    assert "/recordings/gone" not in page
