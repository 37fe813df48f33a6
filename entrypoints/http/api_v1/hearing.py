"""What is made of a recording's sound when it is asked for."""

from flask import Response, request

from application.browse import Content
from application.loudness_series import LoudnessWindow
from application.waveform import WaveformWindow
from application.waveform_image import Outline
from domain.job import Job
from domain.stretch import ExcerptFormat
from domain.values import RecordingId
from entrypoints.http import content
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, IF_NONE_MATCH, IF_RANGE, RANGE, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.wire.hearing import (
    ExcerptAsked,
    LoudnessAsked,
    LoudnessView,
    MatchedPreview,
    SpectrogramAsked,
    WaveformAsked,
    WaveformView,
)
from entrypoints.http.wire.jobs import JobView, job_address
from entrypoints.http.wire.recordings import RecordingPath
from entrypoints.http.wire.waveform_svg import WaveformImageAsked, waveform_svg

hearing = Resource("hearing", "What is made of a recording's sound when it is asked for.")

_FOR_GOOD = "private, max-age=31536000, immutable"
_FOR_NOW = "private, max-age=60"

_PARTIAL = (RANGE, IF_RANGE, IF_NONE_MATCH)


def _file(*media_types: str) -> dict[int, Answer]:
    headers = ("ETag", "Accept-Ranges", "Content-Disposition")
    return {
        200: Answer(headers=headers, media_types=media_types),
        206: Answer(headers=(*headers, "Content-Range"), media_types=media_types),
        302: Answer(headers=("Location",), description="The store has an address of its own for the bytes."),
        304: Answer(headers=("ETag",)),
    }


@hearing.route(
    "POST",
    "/recordings/<id>/previews",
    answers={202: Answer(JobView, ("Location",))},
    problems=(404, 409, 413, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def start_matched_preview(path: RecordingPath, body: MatchedPreview) -> Response:
    """Makes the renditions preview-matched.mp3 and preview-matched.opus; their settings say what became of them."""
    job: Job = use_cases().start_matched_preview()(actor(), RecordingId(path.id), body.loudness_lufs)
    return answered(JobView.of(job), 202, Location=job_address(job.id))


@hearing.route(
    "GET",
    "/recordings/<id>/excerpt",
    answers=_file(*sorted({form.content_type for form in ExcerptFormat})),
    problems=(404, 409, 416),
    parameters=_PARTIAL,
)
def get_excerpt(path: RecordingPath, query: ExcerptAsked) -> Response:
    """A stretch as a file of its own, faded over 5 ms where it was cut out of the middle."""
    made: Content = use_cases().get_excerpt()(
        actor(),
        RecordingId(path.id),
        start=query.start,
        end=query.end,
        form=query.format,
        loudness_lufs=query.loudness_lufs,
    )
    return content.answer(request, made, made.content_type)


@hearing.route(
    "GET",
    "/recordings/<id>/spectrogram",
    answers=_file("image/png"),
    problems=(404, 409, 416),
    parameters=_PARTIAL,
)
def get_spectrogram(path: RecordingPath, query: SpectrogramAsked) -> Response:
    """The spectrogram of a stretch, of at most 10 minutes, without axes. spectrogram.png shows the whole."""
    made: Content = use_cases().get_spectrogram()(
        actor(),
        RecordingId(path.id),
        **query.model_dump(exclude={"channel"}),
        channel=query.channel_number,
    )
    return content.answer(request, made, made.content_type)


@hearing.route("GET", "/recordings/<id>/waveform", answers={200: Answer(WaveformView)}, problems=(404, 409))
def get_waveform(path: RecordingPath, query: WaveformAsked) -> Response:
    """The waveform of a stretch, as audiowaveform's JSON: as many pixels as asked for, and fewer than twice as many."""
    found: WaveformWindow = use_cases().get_waveform()(
        actor(), RecordingId(path.id), start=query.start, end=query.end, width=query.width, band=query.band
    )
    return answered(WaveformView.of(found))


@hearing.route(
    "GET",
    "/recordings/<id>/waveform.svg",
    answers={200: Answer(headers=("ETag",), media_types=("image/svg+xml",)), 304: Answer(headers=("ETag",))},
    problems=(404,),
    parameters=(IF_NONE_MATCH,),
)
def get_waveform_image(path: RecordingPath, query: WaveformImageAsked) -> Response:
    """The waveform of the whole, all channels over each other, as a small picture for lists."""
    outline: Outline = use_cases().get_outline()(actor(), RecordingId(path.id))
    headers = {
        "ETag": f'"{outline.version}"',
        "Cache-Control": _FOR_GOOD if query.v == outline.version else _FOR_NOW,
    }
    if request.if_none_match.contains_weak(outline.version):
        return Response(status=304, headers=headers)
    return Response(waveform_svg(outline.read()), 200, headers, mimetype="image/svg+xml")


@hearing.route("GET", "/recordings/<id>/loudness", answers={200: Answer(LoudnessView)}, problems=(404, 409))
def get_loudness(path: RecordingPath, query: LoudnessAsked) -> Response:
    """Loudness over time in a stretch, by EBU R 128: as many points as asked for, and fewer than twice as many."""
    found: LoudnessWindow = use_cases().get_loudness()(
        actor(), RecordingId(path.id), start=query.start, end=query.end, width=query.width
    )
    return answered(LoudnessView.of(found))
