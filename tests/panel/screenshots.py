"""Shows every page of the panel in docs/panel: `make screenshots`, or with ARGS='library recording' some of them.

<page>-<theme>.png at a desk, <page>-phone.png where one looks and listens on the way, <page>-empty.png of a library
that has nothing yet. Pictures differ from run to run in ids and times alone.
"""

import io
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.e2e.service import ROOT
from tests.panel import browser as chromium
from tests.panel import library
from tests.panel.pages import PAGES, Shown
from tests.panel.service import Api, PanelService
from tests.panel.visitors import PHONE, PHONE_HEIGHT, THEMES, SignIns, Visitors, settled
from tests.panel.watch import Watch

FOLDER = ROOT / "docs" / "panel"
COLOURS = 256  # a third of the bytes, and nobody sees it
ON_THE_WAY = ("library", "recording")


def main(names: list[str]) -> int:
    chosen = [shown for shown in PAGES if not names or shown.name in names]
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        service = PanelService(Path(folder))
        browser = chromium.launch(playwright)
        watch = Watch(service.origin)
        try:
            service.begin()
            api = Api(service)
            there, empty = library.fill(api), api.of_library("empty")
            visitors = Visitors(browser, SignIns(browser, service.origin, api), watch)
            for name, page in _pages(chosen, visitors, there, empty):
                settled(page)
                (FOLDER / f"{name}.png").write_bytes(_small(page.screenshot(animations="disabled")))
                sys.stdout.write(f"docs/panel/{name}.png\n")
                visitors.leave()
        finally:
            browser.close()
            service.close()
    for fault in watch.faults:
        sys.stdout.write(f"{fault}\n")
    return bool(watch.faults)


def _pages(chosen: list[Shown], visitors: Visitors, there: Mapping[str, str], empty: Api) -> Iterator[tuple[str, Page]]:
    newcomer = visitors.sign_ins.with_key(empty.token)
    for shown in chosen:
        for theme in THEMES:
            yield f"{shown.name}-{theme}", _at(visitors.open(shown.role, theme=theme), shown.of(there))
        if shown.name in ON_THE_WAY:
            yield f"{shown.name}-phone", _at(visitors.open(width=PHONE, height=PHONE_HEIGHT), shown.of(there))
        if shown.can_be_empty:
            yield f"{shown.name}-empty", _at(visitors.open(state=newcomer), shown.address)


def _at(page: Page, address: str) -> Page:
    page.goto(address)
    return page


def _small(png: bytes) -> bytes:
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
