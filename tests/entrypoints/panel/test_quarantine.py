"""/quarantine: what was held back, failed or was rejected, and what may be done about it; the policy that says so."""

import html
import json
import re
from typing import Any

import pytest

from domain.analysis import Finding, Severity
from domain.policy import Judgement, Verdict
from domain.recording import Recording, Status
from domain.values import Failure
from entrypoints.panel.suspicion import worst_stretch
from tests.builders import a_finding, a_recording, an_entry
from tests.entrypoints.http.conftest import V1, Service
from tests.entrypoints.panel.conftest import Reader

HOSTILE = """'"><img src=x onerror=alert(1)></script>"""
ANY = {"If-Match": "*"}


def keep(service: Service, **changes: Any) -> Recording:
    recording = a_recording(library_id=service.library_id, **changes)
    service.ports.recordings().add(recording, an_entry(library_id=recording.library_id))
    return recording


def held(service: Service, **changes: Any) -> Recording:
    judgement = Judgement(Verdict.QUARANTINE, ("clipping: The signal clips. Record it quieter.",))
    return keep(
        service, **{"status": Status.QUARANTINED, "judgement": judgement, "findings": (a_finding(),), **changes}
    )


def rejected(service: Service, **changes: Any) -> Recording:
    judgement = Judgement(Verdict.REJECT, ("all-silence: It is silent. Check the source.",))
    given = {"status": Status.FAILED, "judgement": judgement, "failure": judgement.failure, "analysis_key": "a"}
    return keep(service, **{**given, **changes})


def failed(service: Service, **changes: Any) -> Recording:
    return keep(
        service, status=Status.FAILED, audio=None, failure=Failure("empty-audio", "No sound at <b>all</b>."), **changes
    )


def listed(page: str) -> list[str]:
    return re.findall(r'<li data-id="([^"]+)"', page)


def counted(page: str) -> list[int]:
    return [int(count) for count in re.findall(r'data-count="\w+">(\d+)<', page)]


def offered(page: str) -> list[str]:
    """What can be done about the first of the list."""
    found = re.search(r'data-can="([^"]*)"', page)
    return found[1].split() if found else []


def test_each_is_where_it_is_looked_for(service: Service, editor: Reader) -> None:
    one, two, three = held(service), failed(service), rejected(service)
    for show, recording, can in (
        ("held", one, ["release", "reject"]),
        ("failed", two, ["retry", "trash"]),
        ("rejected", three, ["release"]),
    ):
        page = editor.read(f"/quarantine?show={show}")
        assert listed(page) == [recording.id]
        assert offered(page) == can
        assert f'data-item="{recording.id}"' in page
        assert counted(page) == [1, 1, 1]


def test_what_came_in_first_is_decided_first_and_why_it_is_held_is_said(service: Service, viewer: Reader) -> None:
    ids = [held(service).id for _ in range(3)]
    page = viewer.read("/quarantine")
    assert listed(page) == ids
    assert "The signal clips. Record it quieter." in page
    assert 'data-start="0.1" data-end="0.2"' in page
    assert f'data-item="{ids[1]}"' in viewer.read(f"/quarantine?at={ids[1]}")


def test_what_a_person_has_rejected_can_be_put_back(service: Service, editor: Reader) -> None:
    recording = held(service)
    note = {"note": "A <b>hole</b>."}
    service.editor.post(f"{V1}/recordings/{recording.id}/reject", json=note, headers=ANY)
    page = editor.read("/quarantine?show=rejected")
    assert offered(page) == ["release", "reopen"]
    assert "A person has rejected it: A &lt;b&gt;hole&lt;/b&gt;." in page


def test_admins_see_who_decided_before(service: Service, admin: Reader) -> None:
    recording = held(service)
    for decision in ("release", "reopen"):
        service.editor.post(f"{V1}/recordings/{recording.id}/{decision}", headers=ANY)
    page = admin.read("/quarantine")
    entries = re.findall(r"<li><strong>([^<]+)</strong> <span[^>]*>by (\w+)</span>", page)
    # Both may be of one millisecond, and then stand in any order.
    assert sorted(entries) == [("put back in quarantine", "editor"), ("released", "editor")]


def test_what_failed_says_why_and_what_to_do(service: Service, editor: Reader) -> None:
    recording = failed(service)
    page = editor.read("/quarantine?show=failed")
    assert "No sound at &lt;b&gt;all&lt;/b&gt;." in page
    assert 'href="/upload"' in page
    assert f"{V1}/recordings/{recording.id}/content" in page
    assert "data-player" not in page


def test_a_finding_narrows_what_is_shown(service: Service, viewer: Reader) -> None:
    hums = held(service, findings=(a_finding(code="hum"),))
    held(service)
    page = viewer.read("/quarantine?finding=hum")
    assert listed(page) == [hums.id]
    assert counted(page) == [1, 0, 0]
    assert re.search(r'<option value="hum" selected>hum \(1\)', page)
    assert '<option value="clipping">clipping (1)' in page
    assert "None has this finding" in viewer.read("/quarantine?finding=dropouts&finding=")


def test_what_follows_comes_in_rows_alone(service: Service, viewer: Reader) -> None:
    ids = [held(service).id for _ in range(51)]
    page = viewer.read("/quarantine")
    assert listed(page) == ids[:50]
    more = re.search(r'hx-get="([^"]+)"', page)
    assert more is not None
    rows = viewer.read(html.unescape(more[1]), HX_Request="true")
    assert listed(rows) == ids[50:]
    assert "<html" not in rows
    assert viewer.get("/quarantine?cursor=forged").status_code == 400


def test_who_may_not_decide_is_offered_nothing_to_decide_with(service: Service, editor: Reader, viewer: Reader) -> None:
    held(service)
    for what in ("data-decides", 'id="note"', 'class="pick"'):
        assert what in editor.read("/quarantine")
        assert what not in viewer.read("/quarantine")


def test_no_title_breaks_out(service: Service, viewer: Reader) -> None:
    recording = held(service, title=HOSTILE)
    assert "<img src=x" not in viewer.read("/quarantine")
    page = viewer.read(f"/quarantine/items/{recording.id}")
    assert "<img src=x" not in page
    told = re.search(r'data-player="([^"]*)"', page)
    assert told is not None
    assert json.loads(html.unescape(told[1]))["title"] == HOSTILE


@pytest.mark.parametrize(
    ("show", "words"),
    [("held", "Nothing waits"), ("failed", "Nothing has failed"), ("rejected", "Nothing was rejected")],
)
def test_where_nothing_is_it_says_so(viewer: Reader, show: str, words: str) -> None:
    page = viewer.read(f"/quarantine?show={show}")
    assert re.search(rf'id="nothing">\s*<h2>{words}', page)
    assert re.search(r'id="quarantine"[^>]* hidden', page)


def test_counts_come_by_themselves(service: Service, viewer: Reader) -> None:
    held(service)
    counts = viewer.read("/quarantine/counts?show=held")
    assert counted(counts) == [1, 0, 0]
    assert "<html" not in counts


def test_nobody_sees_what_is_of_another_library(service: Service, viewer: Reader) -> None:
    other = service.stranger.recording()["id"]
    assert viewer.get(f"/quarantine/items/{other}").status_code == 404
    assert viewer.get(f"/quarantine?at={other}").status_code == 404


@pytest.mark.parametrize("query", ["show=all", "show=", "finding=a&finding=b", f"at={'x' * 65}"])
def test_what_cannot_be_shown_is_refused(viewer: Reader, query: str) -> None:
    assert viewer.get(f"/quarantine?{query}").status_code == (200 if query == "show=" else 422)


def test_the_policy_shows_each_finding_with_what_it_leads_to(service: Service, admin: Reader, viewer: Reader) -> None:
    rules = [
        {"code": "clipping", "verdict": "quarantine", "min_seconds": 0.5},
        {"code": "hum", "verdict": "reject"},
        {"code": "hum", "verdict": "accept"},
    ]
    service.admin("PUT", f"{V1}/library/policy", json={"rules": rules}, headers=ANY)
    page = admin.read("/quarantine/policy")
    known = {kind["code"] for kind in service.admin.get(f"{V1}/findings").get_json()["items"]}
    boxes = re.findall(r'data-code="([\w-]+)" data-verdict="(\w+)" aria-label="[^"]+"( checked)?', page)
    assert {code for code, _, _ in boxes} == known
    assert {(code, verdict) for code, verdict, on in boxes if on} == {("clipping", "quarantine"), ("hum", "reject")}
    assert 'value="0.5"' in page
    kept = re.search(r'data-kept="([^"]*)"', page)
    assert kept is not None
    assert json.loads(html.unescape(kept[1])) == [{"code": "hum", "verdict": "accept", "min_seconds": None}]
    assert "Save the policy" in page
    assert "<fieldset disabled>" in viewer.read("/quarantine/policy")
    assert "Save the policy" not in viewer.read("/quarantine/policy")


def a_finding_at(severity: Severity, *ranges: tuple[float, float]) -> Finding:
    return a_finding(severity=severity, ranges=ranges)


@pytest.mark.parametrize(
    ("findings", "duration", "stretch"),
    [
        ((), 4.0, (0.0, 4.0)),
        ((), 600.0, (0.0, 60.0)),
        ((a_finding_at(Severity.INFO),), 4.0, (0.0, 4.0)),
        ((a_finding_at(Severity.INFO, (2.0, 9.0)), a_finding_at(Severity.ERROR, (20.0, 20.5))), 30.0, (19.0, 21.5)),
        ((a_finding_at(Severity.WARNING, (2.0, 3.0), (10.0, 12.0)),), 30.0, (9.0, 13.0)),
        ((a_finding_at(Severity.WARNING, (0.0, 30.0)),), 30.0, (0.0, 30.0)),
        ((a_finding_at(Severity.WARNING, (100.0, 900.0)),), 1000.0, (99.0, 159.0)),
    ],
)
def test_the_gravest_and_longest_range_is_looked_at_first(
    findings: tuple[Finding, ...], duration: float, stretch: tuple[float, float]
) -> None:
    assert worst_stretch(findings, duration) == stretch
