"""The panel's files: what is vendored is what it says, everything is packed and kept, nothing leads outside."""

import gzip
import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

import entrypoints.panel
from domain.access import Role
from entrypoints.panel.assets import without_comments
from tests.entrypoints.http.conftest import Service
from tests.entrypoints.panel.conftest import Reader

PANEL = Path(entrypoints.panel.__file__).parent
VENDOR = PANEL / "assets" / "vendor"
TYPES = Path(__file__).parents[2] / "npm" / "package.json"
OURS = [path for part in ("templates", "assets/js", "assets/css") for path in sorted((PANEL / part).rglob("*.*"))]
FIRST_LOAD_BYTES = 120_000


def _files() -> list[Path]:
    """But for what is ours there: the list, and the types of what has come without."""
    return [path for path in VENDOR.iterdir() if path.name != "VENDOR.json" and not path.name.endswith(".d.ts")]


def vendored() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VENDOR / "VENDOR.json").read_text())
    return found


def test_every_vendored_file_is_the_one_that_is_named_and_none_is_besides() -> None:
    named = {file["file"]: file["sha256"] for package in vendored() for file in package["files"]}
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _files()}
    assert there == named


def test_every_vendored_package_says_its_version_and_has_its_licence_beside_it() -> None:
    for package in vendored():
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert package["licence"]
        assert any(file["file"].startswith("LICENSE") for file in package["files"])


def test_the_types_of_what_is_vendored_are_of_the_same_version() -> None:
    types = json.loads(TYPES.read_text())["dependencies"]
    vendors = {package["name"]: package["version"] for package in vendored()}
    typed = types.keys() & vendors.keys()
    assert {"wavesurfer.js", "uplot", "htmx.org"} <= typed
    assert {name: types[name] for name in typed} == {name: vendors[name] for name in typed}


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_nothing_of_ours_names_an_address_outside_or_runs_inline(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"""(?:src|href|url|import|from|action)\s*[=(]?\s*["'(]?\s*(?:https?:)?//""", text)
    assert not re.search(r"\.(?:innerHTML|outerHTML)\s*\+?=|insertAdjacentHTML|document\.write|\beval\(", text)
    assert "| safe" not in text
    if path.suffix == ".html":
        assert not re.search(r"\s(?:on\w+|style|hx-on[\w:-]*)\s*=", text)
        assert not re.search(r"<script(?![^>]*\ssrc=)", text)
        assert "<style" not in text


def test_files_are_packed_and_kept_for_good(service: Service) -> None:
    page = Reader(service, Role.ADMIN).read("/")
    addresses = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page))
    assert addresses
    for address in addresses:
        answer = service.app.test_client().get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        plain = service.app.test_client().get(address)
        assert "Content-Encoding" not in plain.headers
        assert plain.data == gzip.decompress(answer.data)


@pytest.mark.parametrize(
    "address", ["/", "/recordings/{id}", "/upload", "/recipes/new", "/dashboard", "/quarantine", "/jobs"]
)
def test_a_first_load_is_small(service: Service, address: str) -> None:
    """Page, styles and scripts with all that they import, gzipped."""
    made = service.admin.recording()
    page = Reader(service, Role.ADMIN).read(address.format(id=made["id"]))
    waiting = set(re.findall(r'(?:src|href)="(/assets/[^"]+\.(?:js|css|svg))"', page))
    loaded: dict[str, int] = {}
    while waiting:
        name = waiting.pop()
        answer = service.app.test_client().get(name, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, name
        loaded[name] = len(answer.data)
        imported = re.findall(
            r"""(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""", gzip.decompress(answer.data).decode()
        )
        waiting |= {urljoin(name, each) for each in imported} - loaded.keys()
    assert len(loaded) > 8
    total = len(gzip.compress(page.encode())) + sum(loaded.values())
    assert total <= FIRST_LOAD_BYTES, f"{total} bytes, of which {sorted(loaded.items(), key=lambda each: -each[1])[:8]}"


@pytest.mark.parametrize(
    ("script", "loaded"),
    [
        ("// one\na();\n", "a();\n"),
        ("/** one */\na(); // two\n", "a(); // two\n"),
        ("/**\n * one\n */\na(/* two */ 1);\n", "a(/* two */ 1);\n"),
        ("/** @type {A} */ (a).b = 1;\nc();\n", "/** @type {A} */ (a).b = 1;\nc();\n"),
        ('const a = "https://x";\n  // one\nb(a);\n', 'const a = "https://x";\nb(a);\n'),
    ],
)
def test_comments_stay_at_home(script: str, loaded: str) -> None:
    assert without_comments(script) == loaded


@pytest.mark.parametrize("path", sorted((PANEL / "assets" / "js").glob("*.js")), ids=lambda path: path.name)
def test_no_text_over_several_lines_looks_like_a_comment(path: Path) -> None:
    """Where lines are told apart by their first characters, a template must not begin one so."""
    within = False
    for line in path.read_text().splitlines():
        assert not (within and line.strip().startswith(("//", "/*"))), line
        if not line.strip().startswith(("//", "/*", "*")):
            within ^= line.count("`") % 2 == 1


def test_a_file_of_an_older_release_is_answered_but_not_kept(service: Service) -> None:
    answer = service.app.test_client().get("/assets/0000000000000000/icon.svg")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["../app.py", "vendor/VENDOR.json", "js/nothing.js", "%2e%2e/app.py"])
def test_nothing_else_is_given_out(service: Service, name: str) -> None:
    assert service.app.test_client().get(f"/assets/x/{name}").status_code == 404
