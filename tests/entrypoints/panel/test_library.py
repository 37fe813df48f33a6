"""The library's page without a browser: what is found and shown, what there is to filter by, and for whom."""

import html
import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests import sounds
from tests.entrypoints.http.conftest import Service
from tests.entrypoints.panel.conftest import Reader

HOSTILE = ('<script>alert("x")</script>', '"><img src=x onerror=alert(1)>', "'><b>")


def titles(page: str) -> list[str]:
    return [
        html.unescape(found) for found in re.findall(r'<a class="clip" href="/recordings/[^"]+" title="([^"]*)"', page)
    ]


def links(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'href="([^"]+)"', page)]


def query_of(page: str) -> dict[str, list[str]]:
    """What bulk work is asked with."""
    found = re.search(r"data-query='([^']*)'", page)
    assert found is not None
    query: dict[str, list[str]] = json.loads(html.unescape(found[1]))
    return query


def described(service: Service, title: str, tags: tuple[str, ...] = (), hz: float = 440.0) -> str:
    made = service.admin.recording(hz=hz)
    headers = {"If-Match": f'"{made["version"]}"', "Content-Type": "application/merge-patch+json"}
    changed = service.admin.patch(made["links"]["self"], json={"title": title, "tags": list(tags)}, headers=headers)
    assert changed.status_code == 200, changed.text
    return str(made["id"])


@pytest.fixture
def three(service: Service) -> list[str]:
    """A dog, a cat and a quiet river."""
    said = (("A dog", ("animal", "loud")), ("A cat", ("animal",)), ("A river", ("water",)))
    return [described(service, title, tags, 300.0 + n) for n, (title, tags) in enumerate(said)]


def test_filters_stand_in_the_address_and_chips_take_them_away(three: list[str], admin: Reader) -> None:
    assert titles(admin.read("/?sort=title")) == ["A cat", "A dog", "A river"]
    page = admin.read("/?tag=animal&tag=loud&text=dog&sort=title")
    assert titles(page) == ["A dog"]
    assert query_of(page) == {"tag": ["animal", "loud"], "text": ["dog"]}
    assert 'name="text" value="dog"' in page
    assert re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', page.split('id="kept"')[1]) == [
        ("tag", "animal"), ("tag", "loud"), ("sort", "title"),
    ]  # fmt: skip
    taken = [parse_qs(urlsplit(address).query) for address in links(page) if address.startswith("/?tag=animal&text")]
    assert {"tag": ["animal"], "text": ["dog"], "sort": ["title"]} in taken


def test_a_form_that_says_nothing_asks_for_nothing(three: list[str], admin: Reader) -> None:
    page = admin.read("/?text=&duration%5Bgte%5D=&created%5Blte%5D=+&sort=-title")
    assert titles(page) == ["A river", "A dog", "A cat"]
    assert query_of(page) == {}


def test_days_are_from_their_first_moment_to_their_last(service: Service, three: list[str], admin: Reader) -> None:
    day = f"{service.clock.now():%Y-%m-%d}"
    page = admin.read(f"/?created%5Bgte%5D={day}&created%5Blte%5D={day}")
    assert len(titles(page)) == 3
    assert query_of(page) == {"created[gte]": [f"{day}T00:00:00Z"], "created[lte]": [f"{day}T23:59:59.999999Z"]}
    planned = service.editor.post(
        "/api/v1/jobs", json={"change": {"action": "trash"}, "query": query_of(page), "dry_run": True}
    )
    assert planned.get_json()["recordings"] == 3
    assert titles(admin.read("/?created%5Blt%5D=2001-01-01T00:00:00Z")) == []


def test_heads_sort_both_ways_and_say_which(three: list[str], admin: Reader) -> None:
    page = admin.read("/?tag=animal&sort=title")
    assert titles(page) == ["A cat", "A dog"]
    assert page.count("aria-sort=") == 1
    assert 'aria-sort="ascending"' in page
    assert "/?tag=animal&sort=-title" in links(page)
    assert "/?tag=animal&sort=-duration" in links(page)


def test_pages_follow_each_other(three: list[str], admin: Reader) -> None:
    found, address, part = [], "/?sort=title&limit=2", ""
    page = admin.read(address)
    while True:
        found += titles(part or page)
        more = re.search(r'<tr class="more" hx-get="([^"]+)"', part or page)
        if more is None:
            break
        address = html.unescape(more[1])
        part = admin.read(f"{address}&limit=2", HX_Request="true", HX_Request_Type="partial")
        assert "<html" not in part
        assert part.lstrip().startswith("<tr")
    assert found == ["A cat", "A dog", "A river"]
    assert "A river" in titles(admin.read(address)), "without scripts it is a page of its own"


def test_htmx_gets_the_results_alone_but_for_the_way_back(three: list[str], admin: Reader) -> None:
    part = admin.read("/?text=cat", HX_Request="true", HX_Request_Type="partial")
    assert part.lstrip().startswith('<div id="found"')
    assert titles(part) == ["A cat"]
    back = admin.read("/?text=cat", HX_Request="true", HX_Request_Type="full")
    assert "<html" in back


def test_facets_count_what_is_found_and_offer_what_else_could_be(
    service: Service, three: list[str], admin: Reader
) -> None:
    facets = admin.read("/library/facets?tag=animal")
    assert "2 of 3 recordings" in facets
    assert "/?tag=animal&tag=loud" in links(facets)
    assert not any("water" in address for address in links(facets))
    assert re.search(r'href="/" hx-get="/" aria-current="true"', facets), "what is on is taken away"
    service.admin.delete(f"/api/v1/recordings/{three[0]}", headers={"If-Match": "*"})
    waiting = admin.read("/library/facets?status=processing")
    others = {address for address in links(waiting) if "status=" in address and "&" not in address}
    assert others == {"/?status=trashed"}, "as if no status were chosen"
    assert '<data id="matching" value="2"' in waiting


def test_whoever_may_not_write_is_offered_no_change(
    three: list[str], admin: Reader, editor: Reader, viewer: Reader
) -> None:
    changes = ('data-bulk="trash"', 'id="bulk-tags"', 'id="bulk-recipe"', 'id="bulk-plan"', 'href="/upload"')
    for reader in (admin, editor):
        page = reader.read("/")
        assert all(change in page for change in changes)
    page = viewer.read("/")
    assert not [change for change in changes if change in page]
    assert 'id="bulk-export"' in page


def test_the_trash_is_shown_with_what_can_be_done_there(service: Service, three: list[str], editor: Reader) -> None:
    assert "The trash is empty" in editor.read("/?status=trashed")
    service.admin.delete(f"/api/v1/recordings/{three[0]}", headers={"If-Match": "*"})
    assert titles(editor.read("/?sort=title")) == ["A cat", "A river"]
    page = editor.read("/?status=trashed")
    assert titles(page) == ["A dog"]
    assert 'data-bulk="restore"' in page
    assert 'data-bulk="trash"' not in page


def test_empty_pages_say_what_to_do(admin: Reader, viewer: Reader, service: Service) -> None:
    assert "Upload recordings" in admin.read("/")
    assert "Upload recordings" not in viewer.read("/")
    described(service, "Something")
    assert "Nothing matches" in admin.read("/?text=else")


def test_what_was_heard_stands_in_the_row(service: Service, admin: Reader) -> None:
    sound = sounds.tone_wav(seconds=2.0, dbfs=-20.0)
    recording = service.admin.send(sound, "tone.wav").get_json()["id"]
    before = admin.read("/")
    assert 'class="play"' not in before
    assert 'class="status processing"' in before
    service.work()
    page = admin.read("/")
    assert f'data-sound="/api/v1/recordings/{recording}/renditions/preview.mp3"' in page
    assert f"/api/v1/recordings/{recording}/waveform.svg?v=" in page
    assert "0:02.0" in page
    heard = service.admin.get(f"/api/v1/recordings/{recording}").get_json()
    assert f"{abs(heard['loudness_lufs']):.1f}" in page
    for finding in heard["findings"]:
        assert f"{finding['code']} ({finding['severity']})" in page


@pytest.mark.parametrize(
    "address", ["/?status=none", "/?nonsense=1", "/?duration%5Bgte%5D=x", "/?sort=size;", "/?cursor=x"]
)
def test_what_cannot_be_searched_is_refused_in_words(admin: Reader, address: str) -> None:
    answer = admin.get(address)
    assert (answer.status_code // 100, answer.mimetype) == (4, "text/html")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_people_write_becomes_markup(service: Service, admin: Reader, hostile: str) -> None:
    described(service, hostile, (hostile,))
    asked = urlencode({"tag": hostile, "text": hostile})
    pages = [admin.read(address) for address in ("/", "/library/facets", f"/?{asked}", f"/library/facets?{asked}")]
    for page in pages:
        assert hostile not in page
        assert "<b>" not in page
    assert titles(pages[0]) == [hostile]
    assert query_of(pages[2]) == {"tag": [hostile], "text": [hostile]}
