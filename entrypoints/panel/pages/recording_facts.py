"""/recordings/ID/…: what is known of one recording, in parts that its page fetches by itself, so that nobody waits to
listen until all is told."""

from flask import Blueprint, Response
from pydantic import BaseModel, Field

from application.duplicates import Duplicates
from domain.access import Key, Permission
from domain.analysis import Analysis
from domain.audit import AuditEntry
from domain.errors import NotFound
from domain.job import Job
from domain.listing import Field as Filtered
from domain.listing import Filter, Op, RecordingQuery
from domain.ports.access import AuditQuery
from domain.ports.work import JobQuery
from domain.prediction import ModelCard, Prediction, PredictionSummary
from domain.recording import Recording
from domain.rendition import Rendition
from domain.values import Page, RecordingId
from entrypoints.http.context import actor, use_cases
from entrypoints.http.signing import signed_cursor, stores_cursor
from entrypoints.http.wire.duplicates import DuplicatesView
from entrypoints.http.wire.jobs import JobView
from entrypoints.http.wire.predictions import ModelView, PredictionSummaryView
from entrypoints.http.wire.recordings import RecordingView
from entrypoints.http.wire.results import AnalysisSummary, AnalysisView, RenditionView
from entrypoints.panel.asked import asked
from entrypoints.panel.labels_said import LabelSaid, labels_said
from entrypoints.panel.measurements import groups, measured
from entrypoints.panel.rendering import page
from entrypoints.panel.trail import told

recording_facts = Blueprint("recording_facts", __name__)

ENTRIES = 10
PREDICTIONS = 10
CHILDREN = 20


class Against(BaseModel):
    against: str | None = Field(None, max_length=64)


class From(BaseModel):
    cursor: str | None = Field(None, max_length=2048)


def _recording(recording_id: str) -> Recording:
    found: Recording = use_cases().get_recording()(actor(), RecordingId(recording_id))
    return found


@recording_facts.get("/recordings/<recording_id>/measurements")
def measurements(recording_id: str) -> Response:
    """`against` names the version of an older analysis to compare with."""
    recording, version = _recording(recording_id), asked(Against).against
    if recording.analysis_key is None:
        return page("_recording_measured.html", recording=RecordingView.of(recording), analysis=None)
    analysis: Analysis = use_cases().get_analysis()(actor(), recording.id)[1]
    stored: tuple[Analysis, ...] = use_cases().list_analyses()(actor(), recording.id)[1]
    older = [each for each in stored if each.key != analysis.key]
    against = next((each for each in older if each.analyser_version == version), None)
    return page(
        "_recording_measured.html",
        recording=RecordingView.of(recording),
        analysis=AnalysisView.of(recording, analysis),
        groups=groups(analysis, against),
        older=[AnalysisSummary.of(recording, each) for each in older],
        against=against,
    )


@recording_facts.get("/recordings/<recording_id>/predictions")
def predictions(recording_id: str) -> Response:
    recording = _recording(recording_id)
    found: Page[PredictionSummary] = use_cases().list_predictions()(actor(), recording.id, PREDICTIONS)
    cards: tuple[ModelCard, ...] = use_cases().list_models()(actor())
    units = {card.name: card.values for card in cards}
    return page(
        "_recording_said.html",
        recording=RecordingView.of(recording),
        figure=measured,
        said=[
            (PredictionSummaryView.of(each), units.get(each.model, {}), _labels(recording, each))
            for each in found.items
        ],
        more=found.next_cursor is not None,
        models=[ModelView.of(card) for card in cards] if recording.is_heard else [],
    )


def _labels(recording: Recording, summary: PredictionSummary) -> list[LabelSaid]:
    if not summary.span_count:
        return []
    prediction: Prediction = use_cases().get_prediction()(actor(), recording.id, summary.key)
    return labels_said(prediction.said.spans)


@recording_facts.get("/recordings/<recording_id>/history")
def history(recording_id: str) -> Response:
    """The trail is the admins'; everybody sees the jobs. With a cursor, just what follows in the trail."""
    recording, cursor = _recording(recording_id), asked(From).cursor
    is_admin = Permission.ADMINISTER in actor().role.permissions
    entries, more = _trail(recording, cursor) if is_admin else ((), None)
    jobs: Page[Job] = use_cases().search_jobs()(actor(), JobQuery(recording_id=recording.id, limit=ENTRIES))
    return page(
        "_recording_trail.html" if cursor else "_recording_past.html",
        recording=RecordingView.of(recording),
        entries=entries,
        more=more,
        jobs=[JobView.of(job) for job in jobs.items],
        more_jobs=jobs.next_cursor is not None,
    )


def _trail(recording: Recording, cursor: str | None) -> tuple[tuple[object, ...], str | None]:
    """The entries in words, and the cursor of those that follow."""
    library = actor().library_id
    query = AuditQuery(subject_id=recording.id, limit=ENTRIES, cursor=stores_cursor(library, "audit", cursor))
    found: Page[AuditEntry] = use_cases().search_audit()(actor(), query)
    keys: tuple[Key, ...] = use_cases().list_keys()(actor())
    names: dict[str, str] = {key.id: key.name for key in keys}
    return tuple(told(entry, names) for entry in found.items), signed_cursor(library, "audit", found.next_cursor)


@recording_facts.get("/recordings/<recording_id>/lineage")
def lineage(recording_id: str) -> Response:
    recording = _recording(recording_id)
    query = RecordingQuery((Filter(Filtered.PARENT, Op.EQ, recording.id),), limit=CHILDREN)
    children: Page[Recording] = use_cases().search_recordings()(actor(), query)
    duplicates: Duplicates = use_cases().list_duplicates()(actor(), recording.id)
    return page(
        "_recording_kin.html",
        recording=RecordingView.of(recording),
        parent=_view(recording.lineage.parent) if recording.lineage else None,
        replaced=_view(recording.source.replaces) if recording.source and recording.source.replaces else None,
        children=[RecordingView.of(child) for child in children.items],
        more_children=children.next_cursor is not None,
        duplicates=DuplicatesView.of(recording.id, duplicates),
    )


def _view(recording_id: RecordingId) -> RecordingView | None:
    """None where it was removed for good."""
    try:
        return RecordingView.of(_recording(recording_id))
    except NotFound:
        return None


@recording_facts.get("/recordings/<recording_id>/downloads")
def downloads(recording_id: str) -> Response:
    recording = _recording(recording_id)
    renditions: tuple[Rendition, ...] = use_cases().list_renditions()(actor(), recording.id)
    return page(
        "_recording_files.html",
        recording=RecordingView.of(recording),
        figure=measured,
        sounds=[RenditionView.of(each) for each in renditions if _is_sound(each)],
        others=[RenditionView.of(each) for each in renditions if not _is_sound(each)],
    )


def _is_sound(rendition: Rendition) -> bool:
    return rendition.content_type.startswith("audio/")
