"""Which part of a recording is looked at first by whoever has to decide about it."""

from collections.abc import Sequence

from domain.analysis import Finding, Severity

_GRAVEST_FIRST = (Severity.ERROR, Severity.WARNING, Severity.INFO)
ROOM_SECONDS = 1.0
"""Around the part, so that it can be told from what is beside it."""

MOST_SECONDS = 60.0


def worst_stretch(findings: Sequence[Finding], duration: float) -> tuple[float, float]:
    """Start and end in seconds: the longest range of the gravest findings that have any, with some room around it; the
    beginning where nothing has a place. At most a minute."""
    ranges = [(finding, stretch) for finding in findings for stretch in finding.ranges]
    if not ranges:
        return 0.0, min(duration, MOST_SECONDS)
    _, (start, end) = min(ranges, key=lambda one: (_GRAVEST_FIRST.index(one[0].severity), one[1][0] - one[1][1]))
    first = max(0.0, start - ROOM_SECONDS)
    return first, min(duration, end + ROOM_SECONDS, first + MOST_SECONDS)
