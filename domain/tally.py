"""What a library comes to, or what filters leave of it: how much there is in all, and of each kind."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from math import floor
from typing import TypeAlias

from domain.recording import Recording, Status

MOST_VALUES = 50
"""Of a facet, the most frequent ones; those that are drawn along an axis have all of theirs."""

LOUDNESS_LEAST, LOUDNESS_MOST = -70, 0
"""LUFS: a value n has what lies from n up to n + 1, the first also what is quieter, the last what is louder."""

DURATION_EDGES = (0, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400)
"""Seconds: a value has what lasts as long or longer, up to the next one."""


class Facet(StrEnum):
    STATUS = "status"
    CODEC = "codec"
    CONTAINER = "container"
    CHANNELS = "channels"
    SAMPLE_RATE = "sample_rate"
    TAG = "tag"
    FINDING = "finding"
    SEVERITY = "severity"  # of findings: a recording with several of one severity counts once
    VERDICT = "verdict"
    FAILURE = "failure"  # codes
    LOUDNESS = "loudness"  # in steps of 1 LU
    DURATION = "duration"  # by DURATION_EDGES
    CREATED = "created"  # months in UTC, as 2026-03


AXES = frozenset({Facet.LOUDNESS, Facet.DURATION, Facet.CREATED})

Value: TypeAlias = str | int
Cell: TypeAlias = tuple[Facet, Value]


@dataclass(frozen=True, slots=True)
class Amount:
    """`seconds` of those whose duration is known."""

    recordings: int = 0
    seconds: float = 0.0
    bytes: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.recordings + other.recordings, self.seconds + other.seconds, self.bytes + other.bytes)


@dataclass(frozen=True, slots=True)
class Tally:
    """`by` has for each facet its values, the most frequent first, or in their order where they lie along an axis.

    What lies in the trash counts as a search shows it: only where a status is asked for. Otherwise it has a row of its
    own among the statuses, and counts nowhere else. `details` has for each failure code the words of the newest
    recording that failed so. Unless `whole`, there are more recordings than were counted.
    """

    total: Amount
    by: Mapping[Facet, Mapping[Value, Amount]]
    details: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted of a recording. `seconds` and `loudness_lufs` are None where they are not known."""

    status: Status
    created_at: datetime
    bytes: int
    seconds: float | None = None
    loudness_lufs: float | None = None
    codec: str | None = None
    container: str | None = None
    channels: int | None = None
    sample_rate: int | None = None
    tags: Collection[str] = ()
    findings: Collection[str] = ()
    severities: Collection[str] = ()
    verdict: str | None = None
    failure: str | None = None

    @classmethod
    def of(cls, recording: Recording) -> "Counted":
        audio, judgement, failure = recording.audio, recording.judgement, recording.failure
        return cls(
            recording.status,
            recording.created_at,
            recording.size_bytes,
            audio.duration_seconds if audio else None,
            recording.loudness_lufs,
            audio.codec if audio else None,
            audio.container if audio else None,
            audio.channels if audio else None,
            audio.sample_rate_hz if audio else None,
            recording.tags,
            {finding.code for finding in recording.findings},
            severities_of(recording),
            str(judgement.verdict) if judgement else None,
            failure.code if failure else None,
        )

    def cells(self, with_trash: bool) -> Iterator[Cell]:
        yield Facet.STATUS, str(self.status)
        if self.status is Status.TRASHED and not with_trash:
            return
        yield from ((Facet.TAG, tag) for tag in self.tags)
        yield from ((Facet.FINDING, code) for code in self.findings)
        yield from ((Facet.SEVERITY, severity) for severity in self.severities)
        known: tuple[tuple[Facet, Value | None], ...] = (
            (Facet.CODEC, self.codec),
            (Facet.CONTAINER, self.container),
            (Facet.CHANNELS, self.channels),
            (Facet.SAMPLE_RATE, self.sample_rate),
            (Facet.VERDICT, self.verdict),
            (Facet.FAILURE, self.failure),
            (Facet.LOUDNESS, None if self.loudness_lufs is None else loudness_step(self.loudness_lufs)),
            (Facet.DURATION, None if self.seconds is None else duration_step(self.seconds)),
            (Facet.CREATED, month_of(self.created_at)),
        )
        yield from ((facet, value) for facet, value in known if value is not None)


class Counter:
    """Adds up what is counted. `with_trash` says that what lies in the trash was asked for."""

    def __init__(self, with_trash: bool) -> None:
        self.with_trash = with_trash
        self._amounts: dict[Cell, Amount] = defaultdict(Amount)

    def count(self, counted: Counted) -> None:
        self.add(counted.cells(self.with_trash), Amount(1, counted.seconds or 0.0, counted.bytes))

    def add(self, cells: Iterable[Cell], amount: Amount) -> None:
        """To each of them. Every recording is to be in one cell of status."""
        for cell in cells:
            self._amounts[cell] += amount

    def tally(self, details: Mapping[str, str], whole: bool = True) -> Tally:
        by: dict[Facet, list[tuple[Value, Amount]]] = {facet: [] for facet in Facet}
        for (facet, value), amount in self._amounts.items():
            by[facet].append((value, amount))
        total = Amount()
        for status, amount in by[Facet.STATUS]:
            if status != Status.TRASHED or self.with_trash:
                total += amount
        return Tally(total, {facet: dict(_in_order(facet, rows)) for facet, rows in by.items()}, details, whole)


def _in_order(facet: Facet, rows: list[tuple[Value, Amount]]) -> list[tuple[Value, Amount]]:
    ordered = sorted(rows, key=lambda row: row[0])
    return ordered if facet in AXES else sorted(ordered, key=lambda row: -row[1].recordings)[:MOST_VALUES]


def severities_of(recording: Recording) -> frozenset[str]:
    return frozenset(str(finding.severity) for finding in recording.findings)


def loudness_step(lufs: float) -> int:
    return max(LOUDNESS_LEAST, min(LOUDNESS_MOST, floor(lufs)))


def duration_step(seconds: float) -> int:
    return DURATION_EDGES[bisect_right(DURATION_EDGES, seconds) - 1]


def month_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()[:7]
