"""/dashboard: what the library comes to."""

import json
import re
from html import unescape
from typing import Any

import pytest

from domain.tally import Amount
from entrypoints.panel.pages.dashboard import durations, loudness, months
from tests import sounds
from tests.entrypoints.http.conftest import Service
from tests.entrypoints.panel.conftest import Reader


def of(*values: Any) -> dict[Any, Amount]:
    return {value: Amount(n + 1) for n, value in enumerate(values)}


def test_an_empty_library_says_so(admin: Reader) -> None:
    page = admin.read("/dashboard")
    assert "No recordings yet" in page
    assert "All is done" in page


def test_numbers_lead_to_the_recordings(service: Service, viewer: Reader) -> None:
    service.admin.recording()
    service.admin.send(b"no sound at all, whatever its name says" * 10, "broken.wav")
    service.admin.send(sounds.tone_wav(seconds=0.3, dbfs=-30), "quiet.wav")
    service.work()
    page = viewer.read("/dashboard")
    assert "/?status=ready" in page
    counts = re.findall(r'data-counts="([^"]+)"', page)
    assert all(sum(json.loads(unescape(each))) >= 2 for each in counts)
    assert counts
    part = viewer.read("/dashboard", HX_Request="true")
    assert "<html" not in part
    assert "/?status=ready" in part


def test_gaps_between_loudnesses_show_and_the_ends_are_open() -> None:
    bars = loudness(of(-25, -23))
    assert [(bar.label, bar.recordings) for bar in bars] == [("-25", 1), ("-24", 0), ("-23", 2)]
    assert unescape(bars[0].address) == "/?loudness%5Bgte%5D=-25&loudness%5Blt%5D=-24"
    assert loudness(of(-70))[0].address == "/?loudness%5Blt%5D=-69"
    assert loudness(of(0))[0].address == "/?loudness%5Bgte%5D=0"
    assert loudness({}) == []


def test_durations_lie_between_their_edges_and_the_last_is_open() -> None:
    bars = durations(of(1, 5))
    assert [bar.recordings for bar in bars] == [1, 0, 2]
    assert bars[0].address == "/?duration%5Bgte%5D=1&duration%5Blt%5D=2"
    assert durations(of(86_400))[0].address == "/?duration%5Bgte%5D=86400"
    assert durations({}) == []


@pytest.mark.parametrize(("month", "following"), [("2026-03", "2026-04"), ("2026-12", "2027-01")])
def test_a_month_ends_where_the_next_one_begins(month: str, following: str) -> None:
    [bar] = months(of(month))
    assert f"created%5Bgte%5D={month}-01" in bar.address
    assert f"created%5Blt%5D={following}-01" in bar.address
