"""A region: a stretch of a recording that a person has marked, or has decided about."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from domain.analysis import Finding
from domain.errors import Conflict, Invalid, InvalidStretch
from domain.prediction import LATE_SECONDS, Prediction
from domain.values import LibraryId, RecordingId, plain_text

RegionId = NewType("RegionId", str)

MAX_REGIONS = 2000
"""Of a recording: more than a person looks through, and few enough to be shown all at once."""

MAX_LABEL_CHARS = 255
MAX_NOTE_CHARS = 1000


class OriginKind(StrEnum):
    FINDING = "finding"
    PREDICTION = "prediction"


class RegionVerdict(StrEnum):
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a region corrects: the range `n` of the finding with the code `name`, or the span `n` of the prediction with
    the key `name`, counted from 0.

    `version` is that of the finding: another version of the analyser may have found other ranges. A prediction's key
    names its version already.
    """

    kind: OriginKind
    name: str
    n: int
    version: str = ""

    @classmethod
    def of_finding(cls, findings: Sequence[Finding], code: str, n: int) -> "Origin":
        """A finding without ranges concerns the whole, and counts as one. Raises Conflict where there is no such."""
        found = next((finding for finding in findings if finding.code == code), None)
        if found is None or not 0 <= n < max(1, len(found.ranges)):
            raise Conflict(f"The recording has no range {n} of a finding {code[:64]!r}. Load it again.")
        return cls(OriginKind.FINDING, code, n, found.version)

    @classmethod
    def of_prediction(cls, prediction: Prediction, n: int) -> "Origin":
        """Raises Conflict where it has no such span."""
        if not 0 <= n < len(prediction.said.spans):
            raise Conflict(f"The prediction has no span {n}: it has {len(prediction.said.spans)}.")
        return cls(OriginKind.PREDICTION, prediction.key, n)

    @property
    def key(self) -> str:
        """Tells it from the other origins of a recording."""
        return f"{self.kind}:{self.name}:{self.version}:{self.n}"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person says: seconds from the recording's start, a point where `end` is `start`; `channel` counts from 0,
    None for all of them. `verdict` is the decision about the region's origin, None while there is none.
    """

    start: float
    end: float
    label: str
    channel: int | None = None
    note: str | None = None
    verdict: RegionVerdict | None = None

    def within(self, duration: float, channels: int) -> "Mark":
        """As it fits a recording of so many seconds. What ends a moment late, as spans of models do, ends with it.

        Raises:
            InvalidStretch: it lies outside, or ends before it begins.
            Invalid: there is no such channel, or a text is too long, or not plain.
        """
        if not 0 <= self.start <= self.end <= duration + LATE_SECONDS < math.inf:
            raise InvalidStretch(
                f"{self.start:g} to {self.end:g} s is no stretch of the recording, which is {duration:.3f} s long.",
                duration_seconds=duration,
            )
        if self.channel is not None and not 0 <= self.channel < channels:
            raise Invalid(f"The recording has the channels 0 to {channels - 1}.", field="channel")
        return replace(
            self,
            start=min(self.start, duration),
            end=min(self.end, duration),
            label=plain_text(self.label, "label", MAX_LABEL_CHARS),
            note=None if self.note is None else plain_text(self.note, "note", MAX_NOTE_CHARS),
        )


@dataclass(frozen=True, slots=True)
class Region:
    """`origin` is None where a person drew it. It never changes, and a recording has one region for each origin."""

    id: RegionId
    library_id: LibraryId
    recording_id: RecordingId
    mark: Mark
    created_by: str
    created_at: datetime
    updated_at: datetime
    origin: Origin | None = None
    version: int = 1

    @classmethod
    def create(
        cls,
        region_id: RegionId,
        library_id: LibraryId,
        recording_id: RecordingId,
        *,
        mark: Mark,
        origin: Origin | None,
        by: str,
        now: datetime,
    ) -> "Region":
        """Raises Invalid for a verdict about nothing."""
        _require_subject(mark, origin)
        return cls(region_id, library_id, recording_id, mark, by, now, now, origin)

    def marked(self, mark: Mark, now: datetime) -> "Region":
        """With another mark in the place of all of the old one; the same again changes nothing.

        Raises Invalid for a verdict about nothing.
        """
        _require_subject(mark, self.origin)
        return self if mark == self.mark else replace(self, mark=mark, updated_at=now, version=self.version + 1)


def _require_subject(mark: Mark, origin: Origin | None) -> None:
    if mark.verdict is not None and origin is None:
        raise Invalid("A verdict is about a finding or a prediction, and the region has no origin.", field="verdict")
