"""/recordings/{id}/content, /analysis and /renditions: the sound itself, and what was heard in it."""

from flask import Response, request

from application.browse import Content
from application.duplicates import Duplicates
from domain.analysis import Analysis
from domain.recording import Recording
from domain.rendition import Rendition
from domain.values import RecordingId
from entrypoints.http import content, media_types
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IF_NONE_MATCH, IF_RANGE, RANGE, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.wire.duplicates import DuplicatesView
from entrypoints.http.wire.recordings import RecordingPath
from entrypoints.http.wire.results import (
    AnalysisList,
    AnalysisSummary,
    AnalysisVersion,
    AnalysisView,
    RenditionList,
    RenditionPath,
    RenditionView,
)

contents = Resource("content", "The sound itself, and what was heard in it.")

_HEADERS = ("ETag", "Accept-Ranges", "Content-Disposition")
_BYTES = {
    200: Answer(headers=_HEADERS, media_types=("*/*",)),
    206: Answer(headers=(*_HEADERS, "Content-Range"), media_types=("*/*",)),
    302: Answer(headers=("Location",), description="The store has an address of its own for the bytes."),
    304: Answer(headers=("ETag",)),
}
_PARTIAL = (RANGE, IF_RANGE, IF_NONE_MATCH)


@contents.route("GET", "/recordings/<id>/content", answers=_BYTES, problems=(404, 409, 416), parameters=_PARTIAL)
def get_content(path: RecordingPath) -> Response:
    """The original, byte for byte, whole or in part."""
    recording: Recording = use_cases().get_recording()(actor(), RecordingId(path.id))
    original: Content = use_cases().get_original()(actor(), recording.id)
    return content.answer(request, original, media_types.of_original(recording))


@contents.route("GET", "/recordings/<id>/analysis", answers={200: Answer(AnalysisView)}, problems=(404,))
def get_analysis(path: RecordingPath, query: AnalysisVersion) -> Response:
    """What was heard: descriptors with unit and method, and findings."""
    found: tuple[Recording, Analysis] = use_cases().get_analysis()(actor(), RecordingId(path.id), query.version)
    return answered(AnalysisView.of(*found))


@contents.route("GET", "/recordings/<id>/analyses", answers={200: Answer(AnalysisList)}, problems=(404,))
def list_analyses(path: RecordingPath) -> Response:
    """All that is stored of the recording's bytes, newest first, in short."""
    found: tuple[Recording, tuple[Analysis, ...]] = use_cases().list_analyses()(actor(), RecordingId(path.id))
    recording, analyses = found
    return answered(AnalysisList(items=[AnalysisSummary.of(recording, analysis) for analysis in analyses]))


@contents.route("GET", "/recordings/<id>/duplicates", answers={200: Answer(DuplicatesView)}, problems=(404,))
def list_duplicates(path: RecordingPath) -> Response:
    """The same sound elsewhere in the library: the same samples, or near them through a codec, a level or a cut."""
    found: Duplicates = use_cases().list_duplicates()(actor(), RecordingId(path.id))
    return answered(DuplicatesView.of(path.id, found))


@contents.route("GET", "/recordings/<id>/renditions", answers={200: Answer(RenditionList)}, problems=(404,))
def list_renditions(path: RecordingPath) -> Response:
    """The files that were derived from the recording."""
    found: tuple[Rendition, ...] = use_cases().list_renditions()(actor(), RecordingId(path.id))
    return answered(RenditionList(items=[RenditionView.of(rendition) for rendition in found]))


@contents.route("GET", "/recordings/<id>/renditions/<name>", answers=_BYTES, problems=(404, 416), parameters=_PARTIAL)
def get_rendition(path: RenditionPath) -> Response:
    """One of them: preview.mp3, preview.opus, waveform.dat, waveform.json, spectrogram.png, …"""
    found: Content = use_cases().get_rendition()(actor(), RecordingId(path.id), path.name)
    return content.answer(request, found, found.content_type)
