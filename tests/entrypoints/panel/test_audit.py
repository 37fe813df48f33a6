"""/audit: who did what, when."""

import html
import re
from typing import Any

import pytest

from entrypoints.panel.pages.audit import differences
from tests.entrypoints.http.conftest import Service
from tests.entrypoints.panel.conftest import Reader


def renamed(service: Service, title: str) -> dict[str, Any]:
    made = service.admin.recording()
    change = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    assert service.admin.patch(made["links"]["self"], json={"title": title}, headers=change).status_code == 200
    return made


def test_a_change_is_told_with_what_was_and_what_is(service: Service, admin: Reader) -> None:
    made = renamed(service, "A <b>dog</b>")
    page = admin.read(f"/audit?subject={made['id']}")
    assert "<del>tone</del>" in page
    assert "<ins>A &lt;b&gt;dog&lt;/b&gt;</ins>" in page
    assert f'href="/recordings/{made["id"]}"' in page
    assert ">admin</a>" in page, "the key's name stands for its id"


def test_the_address_holds_the_filters(service: Service, admin: Reader) -> None:
    made, other = service.admin.recording(), service.admin.recording(hz=700)
    page = admin.read(f"/audit?subject={made['id']}&action=&actor=&since=&until=")
    assert made["id"] in page
    assert other["id"] not in page
    assert "No change matches" in admin.read("/audit?action=nothing.like.it")


def test_a_wrong_filter_is_told_as_a_page(admin: Reader) -> None:
    answer = admin.get("/audit?since=yesterday")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "since" in answer.text


def test_pages_follow_each_other(service: Service, admin: Reader) -> None:
    made = renamed(service, "another")
    first = admin.read("/audit?limit=1")
    further = re.search(r'hx-get="([^"]+)"', first)
    assert further is not None
    second = admin.read(html.unescape(further[1]), HX_Request="true")
    assert "<html" not in second
    assert second.count("<tr>") == 1
    assert made["id"] in first + second


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"title": "a"}, [("title", None, "a")]),
        ({"title": "a", "size": 1}, {"title": "b"}, [("size", 1, None), ("title", "a", "b")]),
        ({}, {}, []),
    ],
)
def test_differences(before: dict[str, Any], after: dict[str, Any], told: list[Any]) -> None:
    assert differences(before, after) == told
