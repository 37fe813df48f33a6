"""Figures as people read them."""

from datetime import UTC, datetime

import pytest

from entrypoints.panel import words


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "\u2013"), (0, "0:00.0"), (4.24, "0:04.2"), (59.96, "1:00.0"), (75.5, "1:15.5"), (599.96, "10:00"),
        (723, "12:03"), (3599.6, "1:00:00"), (3723, "1:02:03"), (90_000, "25:00:00"),
    ],
)  # fmt: skip
def test_durations(seconds: float | None, shown: str) -> None:
    assert words.duration(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (None, "\u2013"), (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_000, "1.0 kB"), (12_345, "12.3 kB"),
        (999_999, "1.0 MB"), (123_456_789, "123 MB"), (10**16, "10.0 PB"), (10**19, "10000 PB"),
    ],
)  # fmt: skip
def test_sizes(count: int | None, shown: str) -> None:
    assert words.size(count) == shown


def test_numbers_have_room_between_thousands_and_a_true_minus() -> None:
    assert words.number(1234567) == "1\u2009234\u2009567"
    assert words.number(None) == "\u2013"
    assert words.decibels(-16.04) == "\u221216.0 LUFS"
    assert [words.hours(seconds) for seconds in (90, 36_000, 3_600_000)] == ["0.03", "10.0", "1\u2009000"]
    assert words.value({"at": datetime(2026, 1, 2, tzinfo=UTC)}) == '{"at": "2026-01-02 00:00:00+00:00"}'
    assert words.plural(1, "recording") == "1 recording"
    assert words.plural(1200, "recording") == "1\u2009200 recordings"
    assert words.plural(2, "entry", "entries") == "2 entries"
    assert words.moment(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "2026-01-02 03:04 UTC"
