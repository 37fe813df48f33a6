"""Everything that can go wrong, in one tree.

AudioBackendError
├── CallersFault               asking again unchanged will fail again
│   ├── Invalid                a value that the caller sent is wrong
│   │   ├── DigestMismatch     the bytes that arrived are not the bytes that were announced
│   │   ├── InvalidStretch     the stretch of time that was asked for does not fit the recording
│   │   └── UnusableAudio      the file is audio of a kind that is refused
│   │       ├── EmptyAudio
│   │       ├── UnsupportedParameters
│   │       ├── DecodedSizeLimit
│   │       ├── MetadataLimit
│   │       ├── NonFiniteSamples
│   │       └── UndecodableAudio
│   ├── Unsupported            the content is not audio that this service knows
│   ├── TooLarge
│   ├── Incomplete             the bytes ended before they should have
│   ├── Unauthenticated
│   ├── Forbidden
│   ├── NotFound
│   ├── Gone
│   ├── Conflict               the caller's picture of the state is not the state
│   │   ├── IllegalTransition
│   │   ├── DuplicateContent
│   │   ├── NotMeasured        what was asked for needs a number that the analysis does not have
│   │   ├── ProofFailed        what a recipe made is not what was promised, and was not kept
│   │   └── RequestInProgress
│   ├── IdempotencyKeyReused
│   ├── VersionMismatch
│   ├── PreconditionRequired
│   ├── RangeNotSatisfiable
│   └── RateLimited
└── WorldsFault                asking again later may succeed
    ├── Unavailable
    ├── EngineFailure          the audio engine died on this file or ran out of its limits
    ├── ModelFailure           the model failed on this sound, or answered what it cannot mean
    ├── CorruptBlob            stored bytes are not the bytes that were stored
    └── LeaseLost              somebody else works on this job now; whatever was in hand is dropped

`code` is the stable name: the problem type over HTTP, the reason on a failed recording or job, the label in a log.
"""

from collections.abc import Mapping
from typing import ClassVar


class AudioBackendError(Exception):
    """Base of the tree. `detail` is for an admin and says what to do; `data` holds plain JSON values."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str, **data: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.data: Mapping[str, object] = data


class CallersFault(AudioBackendError):
    code = "bad-request"
    title = "The request cannot be carried out"


class Invalid(CallersFault):
    code = "invalid"
    title = "A value is not valid"


class DigestMismatch(Invalid):
    code = "digest-mismatch"
    title = "The bytes are not the bytes that were announced"


class InvalidStretch(Invalid):
    """`data` says the recording's `duration_seconds`, or the `max_seconds` that may be asked for at once."""

    code = "invalid-stretch"
    title = "The stretch of time cannot be had"


class UnusableAudio(Invalid):
    code = "unusable-audio"
    title = "The audio cannot be used"


class EmptyAudio(UnusableAudio):
    code = "empty-audio"
    title = "There is no sound in the file"


class UnsupportedParameters(UnusableAudio):
    code = "unsupported-parameters"
    title = "The audio's parameters are outside what is accepted"


class DecodedSizeLimit(UnusableAudio):
    code = "decoded-size-limit"
    title = "The audio grows too large when it is decoded"


class MetadataLimit(UnusableAudio):
    code = "metadata-limit"
    title = "The file carries too much metadata"


class NonFiniteSamples(UnusableAudio):
    code = "non-finite-samples"
    title = "The audio holds samples that are not numbers"


class UndecodableAudio(UnusableAudio):
    code = "undecodable-audio"
    title = "The audio cannot be decoded"


class Unsupported(CallersFault):
    code = "unsupported-media-type"
    title = "The content is not audio of a supported format"


class TooLarge(CallersFault):
    code = "too-large"
    title = "The request is larger than is allowed"


class Incomplete(CallersFault):
    code = "incomplete-body"
    title = "The bytes ended too early"


class Unauthenticated(CallersFault):
    code = "unauthenticated"
    title = "A valid key is needed"


class Forbidden(CallersFault):
    code = "forbidden"
    title = "The key does not permit this"


class NotFound(CallersFault):
    code = "not-found"
    title = "There is no such thing"


class Gone(CallersFault):
    code = "gone"
    title = "It was here and is no more"


class Conflict(CallersFault):
    code = "conflict"
    title = "The state does not allow this"


class IllegalTransition(Conflict):
    code = "illegal-transition"
    title = "The status does not allow this"


class DuplicateContent(Conflict):
    """The library holds these bytes already; `data["recording_id"]` says where."""

    code = "duplicate-recording"
    title = "The library has these bytes already"


class NotMeasured(Conflict):
    """`data["descriptor"]` names the number that is missing."""

    code = "not-measured"
    title = "The analysis has no number for this"


class ProofFailed(Conflict):
    """`data["misses"]` says what was asked and what was measured."""

    code = "proof-failed"
    title = "The result is not what the recipe promises"


class RequestInProgress(Conflict):
    code = "request-in-progress"
    title = "The same request is being carried out"


class IdempotencyKeyReused(CallersFault):
    code = "idempotency-key-reused"
    title = "The idempotency key belongs to another request"


class VersionMismatch(CallersFault):
    code = "version-mismatch"
    title = "It was changed in the meantime"


class PreconditionRequired(CallersFault):
    code = "precondition-required"
    title = "The request must name the version that it changes"


class RangeNotSatisfiable(CallersFault):
    code = "range-not-satisfiable"
    title = "The range lies outside the content"


class RateLimited(CallersFault):
    """Too many requests; `data["retry_after"]` is in whole seconds."""

    code = "rate-limited"
    title = "Too many requests"


class WorldsFault(AudioBackendError):
    code = "internal"
    title = "The service could not do it"


class Unavailable(WorldsFault):
    """A part of the service does not answer now; ask again after `retry_after` seconds."""

    code = "unavailable"
    title = "The service is not available for now"

    def __init__(self, detail: str, retry_after: int = 1, **data: object) -> None:
        super().__init__(detail, retry_after=retry_after, **data)
        self.retry_after = retry_after


class EngineFailure(WorldsFault):
    code = "engine-failure"
    title = "The audio engine could not get through the file"


class ModelFailure(WorldsFault):
    code = "model-failure"
    title = "The model could not deal with the sound"


class CorruptBlob(WorldsFault):
    code = "corrupt-blob"
    title = "Stored bytes are missing or damaged"


class LeaseLost(WorldsFault):
    code = "lease-lost"
    title = "The job is in other hands"
