"""/library/policy, and what people decide where the policy holds a recording back."""

from flask import Response, request

from domain.access import Library
from domain.recording import Recording
from domain.values import RecordingId
from entrypoints.http import conditional
from entrypoints.http.context import actor, use_cases
from entrypoints.http.json_body import read_optional
from entrypoints.http.openapi import IDEMPOTENCY_KEY, IF_MATCH, Answer, Resource, optional_body
from entrypoints.http.responses import answered
from entrypoints.http.wire.policy import Decision, PolicyView
from entrypoints.http.wire.recordings import RecordingPath, RecordingView

policy = Resource("policy", "Which findings hold a recording back, and what people decide about it.")

_DECIDED = {200: Answer(RecordingView, ("ETag",))}
_REFUSED = (404, 409, 412, 413, 415, 428)
_DECISION = optional_body(Decision)


@policy.route("GET", "/library/policy", answers={200: Answer(PolicyView, ("ETag",))})
def get_policy() -> Response:
    """The library's rules: what each finding leads to."""
    library: Library = use_cases().get_library()(actor())
    return answered(PolicyView.of(library), ETag=conditional.etag(library.version))


@policy.route(
    "PUT",
    "/library/policy",
    answers={200: Answer(PolicyView, ("ETag",))},
    problems=(412, 413, 415, 428),
    parameters=(IF_MATCH,),
)
def set_policy(body: PolicyView) -> Response:
    """Puts other rules in the place of all there were, for what is heard from now on. What was judged before stays so
    until it is analysed again."""

    def stored() -> int:
        library: Library = use_cases().get_library()(actor())
        return library.version

    version = conditional.version_to_change(request, stored)
    governed: Library = use_cases().set_policy()(actor(), body.policy(), version)
    return answered(PolicyView.of(governed), ETag=conditional.etag(governed.version))


@policy.route(
    "POST",
    "/recordings/<id>/release",
    answers=_DECIDED,
    problems=_REFUSED,
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
    request_body=_DECISION,
)
def release_recording(path: RecordingPath) -> Response:
    """Makes one ready that a verdict holds back: in quarantine, or rejected."""
    return _decided(use_cases().release_recording()(actor(), RecordingId(path.id), _version(path.id), _note()))


@policy.route(
    "POST",
    "/recordings/<id>/reject",
    answers=_DECIDED,
    problems=_REFUSED,
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
    request_body=_DECISION,
)
def reject_recording(path: RecordingPath) -> Response:
    """Fails one that lies in quarantine."""
    return _decided(use_cases().reject_recording()(actor(), RecordingId(path.id), _version(path.id), _note()))


@policy.route(
    "POST",
    "/recordings/<id>/reopen",
    answers=_DECIDED,
    problems=(404, 409, 412, 428),
    parameters=(IF_MATCH, IDEMPOTENCY_KEY),
)
def reopen_recording(path: RecordingPath) -> Response:
    """Takes back a person's decision: it waits in quarantine again. What the decision has started stays."""
    return _decided(use_cases().reopen_recording()(actor(), RecordingId(path.id), _version(path.id)))


def _decided(recording: Recording) -> Response:
    return answered(RecordingView.of(recording), ETag=conditional.etag(recording.version))


def _version(recording_id: str) -> int:
    def stored() -> int:
        recording: Recording = use_cases().get_recording()(actor(), RecordingId(recording_id))
        return recording.version

    return conditional.version_to_change(request, stored)


def _note() -> str | None:
    """A decision may come without a body."""
    decision = read_optional(Decision)
    return None if decision is None else decision.note
