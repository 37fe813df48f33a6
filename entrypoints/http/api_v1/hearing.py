"""What is made of a recording's sound when it is asked for."""

from flask import Response

from domain.job import Job
from domain.values import RecordingId
from entrypoints.http.context import actor, use_cases
from entrypoints.http.openapi import IDEMPOTENCY_KEY, Answer, Resource
from entrypoints.http.responses import answered
from entrypoints.http.wire.hearing import MatchedPreview
from entrypoints.http.wire.jobs import JobView, job_address
from entrypoints.http.wire.recordings import RecordingPath

hearing = Resource("hearing", "What is made of a recording's sound when it is asked for.")


@hearing.route(
    "POST",
    "/recordings/<id>/previews",
    answers={202: Answer(JobView, ("Location",))},
    problems=(404, 409, 415),
    parameters=(IDEMPOTENCY_KEY,),
)
def start_matched_preview(path: RecordingPath, body: MatchedPreview) -> Response:
    """Makes the renditions preview-matched.mp3 and preview-matched.opus; their settings say what became of them."""
    job: Job = use_cases().start_matched_preview()(actor(), RecordingId(path.id), body.loudness_lufs)
    return answered(JobView.of(job), 202, Location=job_address(job.id))
