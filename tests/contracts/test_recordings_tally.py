"""Recordings.tally: what the recordings that match come to, reckoned here one facet at a time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.analysis import Severity
from domain.listing import Field, Filter, Op
from domain.policy import Judgement, Verdict
from domain.recording import Recording, Status
from domain.tally import MOST_VALUES, Amount, Facet, Tally
from domain.values import Failure, LibraryId
from tests.builders import LIBRARY, NOON, a_finding, a_recording, an_audio_format, an_entry
from tests.contracts.conftest import Family
from tests.contracts.test_recordings_search import filters, recordings_of

_libraries = (LibraryId(f"tallied-{n}") for n in count())
_JUDGEMENTS = (None, Judgement(Verdict.ACCEPT), Judgement(Verdict.QUARANTINE))
_FAILURES = (None, Failure("empty-audio", "No sound."), Failure("truncated", "Cut off."))


@st.composite
def counted(draw: st.DrawFn, library_id: LibraryId) -> Recording:
    return replace(
        draw(recordings_of(library_id)),
        judgement=draw(st.sampled_from(_JUDGEMENTS)),
        failure=draw(st.sampled_from(_FAILURES)),
    )


def values_of(recording: Recording, facet: Facet) -> set[object]:
    audio = recording.audio
    lufs, seconds = recording.loudness_lufs, audio.duration_seconds if audio else None
    values: dict[Facet, set[object]] = {
        Facet.STATUS: {recording.status.value},
        Facet.CODEC: {audio and audio.codec},
        Facet.CONTAINER: {audio and audio.container},
        Facet.CHANNELS: {audio and audio.channels},
        Facet.SAMPLE_RATE: {audio and audio.sample_rate_hz},
        Facet.TAG: set(recording.tags),
        Facet.FINDING: {finding.code for finding in recording.findings},
        Facet.SEVERITY: {finding.severity.value for finding in recording.findings},
        Facet.VERDICT: {recording.judgement and recording.judgement.verdict.value},
        Facet.FAILURE: {recording.failure and recording.failure.code},
        Facet.LOUDNESS: {lufs and {-70.0: -70, -23.1: -24, -23.0: -23, 0.5: 0}[lufs]},
        Facet.DURATION: {
            None if seconds is None else {0.0: 0, 0.1: 0, 1.5: 1, 1.5000000000000002: 1, 3600.25: 3600}[seconds]
        },
        Facet.CREATED: {"2026-03"},
    }
    return values[facet] - {None}


def amount_of(recordings: Iterable[Recording]) -> tuple[int, object, int]:
    some = list(recordings)
    seconds = sum((each.audio and each.audio.duration_seconds) or 0.0 for each in some)
    return len(some), pytest.approx(seconds), sum(each.size_bytes for each in some)


def told(amount: Amount) -> tuple[int, float, int]:
    return amount.recordings, amount.seconds, amount.bytes


def requires(tally: Tally, stored: list[Recording], asked: tuple[Filter, ...]) -> None:
    matching = [each for each in stored if all(wanted.matches(each) for wanted in asked)]
    shows_trash = any(wanted.field is Field.STATUS for wanted in asked)
    shown = [each for each in matching if shows_trash or each.status is not Status.TRASHED]
    assert told(tally.total) == amount_of(shown)
    for facet in Facet:
        having = defaultdict(list)
        for each in matching if facet is Facet.STATUS else shown:
            for value in values_of(each, facet):
                having[value].append(each)
        assert {value: told(amount) for value, amount in tally.by[facet].items()} == {
            value: amount_of(some) for value, some in having.items()
        }, facet
    assert tally.details.keys() == {each.failure.code for each in shown if each.failure}
    assert tally.whole


def test_a_tally_is_what_the_recordings_come_to(family: Family) -> None:
    @settings(max_examples=4 if family.is_slow else 40, deadline=None)
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        library_id = next(_libraries)
        stored = data.draw(st.lists(counted(library_id), max_size=8))
        family.load(stored)
        requires(family.recordings.tally(library_id, ()), stored, ())
        for asked in data.draw(st.lists(st.lists(filters(), min_size=1, max_size=2).map(tuple), max_size=4)):
            requires(family.recordings.tally(library_id, asked), stored, asked)

    holds()


def test_it_follows_what_changes(family: Family) -> None:
    """What lies beside a recording, to be counted with it, too."""
    recording = a_recording(
        tags=("dog",),
        findings=(a_finding(severity=Severity.ERROR), a_finding(code="hum")),
        audio=an_audio_format(duration_seconds=1.5),
    )
    family.recordings.add(recording, an_entry())
    changed = replace(
        recording, version=2, tags=("cat", "dog"), audio=an_audio_format(duration_seconds=2.5), size_bytes=7
    )
    family.recordings.save(changed, 1, an_entry())
    tally = family.recordings.tally(LIBRARY, ())
    assert tally.total == Amount(1, 2.5, 7)
    assert tally.by[Facet.TAG] == {"cat": Amount(1, 2.5, 7), "dog": Amount(1, 2.5, 7)}
    assert tally.by[Facet.SEVERITY] == {"error": Amount(1, 2.5, 7), "warning": Amount(1, 2.5, 7)}
    assert tally.by[Facet.DURATION] == {2: Amount(1, 2.5, 7)}
    family.recordings.save(changed.trashed(NOON), 2, an_entry())
    tally = family.recordings.tally(LIBRARY, ())
    assert tally.total == Amount()
    assert {facet: values for facet, values in tally.by.items() if values} == {
        Facet.STATUS: {"trashed": Amount(1, 2.5, 7)}
    }
    in_the_trash = family.recordings.tally(LIBRARY, (Filter(Field.STATUS, Op.EQ, Status.TRASHED),))
    assert in_the_trash.total == Amount(1, 2.5, 7)
    assert in_the_trash.by[Facet.TAG].keys() == {"cat", "dog"}


def test_the_most_frequent_values_come_first_and_those_of_an_axis_in_their_order(family: Family) -> None:
    tags = [f"{n:03}" for n in range(MOST_VALUES + 2)]
    east = timezone(timedelta(hours=3))
    loudness_and_creation = ((-23.5, NOON), (-80.0, datetime(2026, 3, 1, 2, tzinfo=east)), (5.0, NOON))
    stored = [
        a_recording(
            tags=tuple(tags if n == 2 else tags[-1:]),
            audio=an_audio_format(channels=channels, duration_seconds=seconds),
            loudness_lufs=lufs,
            created_at=created,
        )
        for n, (channels, seconds, (lufs, created)) in enumerate(
            zip((1, 6, 6), (100_000.0, 86_399.9, 0.0), loudness_and_creation, strict=True)
        )
    ]
    family.load(stored)
    by = family.recordings.tally(LIBRARY, ()).by
    assert list(by[Facet.TAG]) == [tags[-1], *tags[: MOST_VALUES - 1]]
    assert list(by[Facet.CHANNELS]) == [6, 1]
    assert list(by[Facet.DURATION]) == [0, 43_200, 86_400]
    assert list(by[Facet.LOUDNESS]) == [-70, -24, 0]
    assert list(by[Facet.CREATED]) == ["2026-02", "2026-03"]


def test_a_failure_is_told_in_the_words_of_the_newest(family: Family) -> None:
    def failed(hour: int, detail: str, status: Status = Status.FAILED) -> Recording:
        at = datetime(2026, 3, 1, hour, tzinfo=UTC)
        return a_recording(status=status, failure=Failure("empty-audio", detail), created_at=at)

    family.load([failed(2, "newest"), failed(1, "older"), failed(3, "in the trash", Status.TRASHED)])
    assert family.recordings.tally(LIBRARY, ()).details == {"empty-audio": "newest"}
    failures = (Filter(Field.STATUS, Op.EQ, Status.FAILED),)
    assert family.recordings.tally(LIBRARY, failures).details == {"empty-audio": "newest"}
