"""/dashboard: what the library comes to, and what is still to be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from application.backlog import Backlog
from domain.findings import FINDINGS
from domain.tally import DURATION_EDGES, LOUDNESS_LEAST, LOUDNESS_MOST, Amount, Facet, Tally, Value
from entrypoints.http.context import actor, use_cases
from entrypoints.http.wire.backlog import BacklogView
from entrypoints.panel.rendering import page
from entrypoints.panel.words import duration

dashboard_page = Blueprint("dashboard_page", __name__)

MOST_ROWS = 12


@dataclass(frozen=True)
class Row:
    """A value with what it comes to, its share of the largest one (0 to 100), and where its recordings are."""

    value: str
    meaning: str
    amount: Amount
    percent: float
    address: str | None


@dataclass(frozen=True)
class Bar:
    """Of a distribution: what lies from `label` on."""

    label: str
    recordings: int
    address: str


@dashboard_page.get("/dashboard")
def show() -> Response:
    tally: Tally = use_cases().tally_recordings()(actor())
    backlog: Backlog = use_cases().tell_backlog()(actor())
    return page(
        "_dashboard.html" if request.headers.get("HX-Request") else "dashboard.html",
        tally=tally,
        statuses=rows(tally, Facet.STATUS, "status"),
        codecs=rows(tally, Facet.CODEC, "codec"),
        findings=rows(tally, Facet.FINDING, "finding"),
        severities=rows(tally, Facet.SEVERITY, None),
        failures=rows(tally, Facet.FAILURE, None),
        verdicts=rows(tally, Facet.VERDICT, None),
        loudness=loudness(tally.by[Facet.LOUDNESS]),
        durations=durations(tally.by[Facet.DURATION]),
        months=months(tally.by[Facet.CREATED]),
        backlog=BacklogView.of(backlog),
    )


def rows(tally: Tally, facet: Facet, filtered_by: str | None) -> list[Row]:
    found = list(tally.by[facet].items())[:MOST_ROWS]
    most = max((amount.recordings for _, amount in found), default=1)
    return [
        Row(
            str(value),
            _meaning(tally, facet, str(value)),
            amount,
            round(100 * amount.recordings / most, 1),
            _address({filtered_by: str(value)}) if filtered_by else None,
        )
        for value, amount in found
    ]


def _meaning(tally: Tally, facet: Facet, value: str) -> str:
    if facet is Facet.FAILURE:
        return tally.details.get(value, "")
    return FINDINGS[value].meaning if facet is Facet.FINDING and value in FINDINGS else ""


def loudness(by: Mapping[Value, Amount]) -> list[Bar]:
    """Every step from the quietest to the loudest that there is, so that gaps show."""
    steps = [int(step) for step in by]
    if not steps:
        return []
    return [
        Bar(
            f"{n}",
            by.get(n, Amount()).recordings,
            _address(_between("loudness", n, n + 1, LOUDNESS_LEAST, LOUDNESS_MOST)),
        )
        for n in range(min(steps), max(steps) + 1)
    ]


def durations(by: Mapping[Value, Amount]) -> list[Bar]:
    known = [n for n, edge in enumerate(DURATION_EDGES) if edge in by]
    if not known:
        return []
    bars = []
    for n in range(known[0], known[-1] + 1):
        edge = DURATION_EDGES[n]
        end = DURATION_EDGES[n + 1] if n + 1 < len(DURATION_EDGES) else None
        filters = {"duration[gte]": str(edge), **({"duration[lt]": str(end)} if end else {})}
        bars.append(Bar(duration(edge), by.get(edge, Amount()).recordings, _address(filters)))
    return bars


def months(by: Mapping[Value, Amount]) -> list[Bar]:
    bars = []
    for value, amount in list(by.items())[-24:]:
        year, month = map(int, str(value).split("-"))
        following = f"{year + month // 12}-{month % 12 + 1:02d}"
        filters = {"created[gte]": f"{value}-01T00:00:00Z", "created[lt]": f"{following}-01T00:00:00Z"}
        bars.append(Bar(str(value), amount.recordings, _address(filters)))
    return bars


def _between(name: str, start: int, end: int, least: int, most: int) -> dict[str, str]:
    """The first step has also what lies below it, the last what lies above."""
    lower = {} if start <= least else {f"{name}[gte]": str(start)}
    upper = {} if start >= most else {f"{name}[lt]": str(end)}
    return lower | upper


def _address(filters: Mapping[str, str]) -> str:
    return f"/?{urlencode(filters)}"
