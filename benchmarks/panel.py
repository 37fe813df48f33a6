"""How soon a page of the panel is usable when the library has 100,000 recordings, against one of 1,000.

Usable: its content is painted and its scripts have run. A real Chromium asks the real service; each visit is a
navigation of its own, with the panel's files in the browser's cache, as they are from the second visit on. The first
visit ever is the row "with nothing cached".
"""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from adapters.local.database import Database
from adapters.local.recordings import SqliteRecordings
from benchmarks.records import SOME
from domain.recording import Recording
from domain.values import LibraryId
from entrypoints.families.local import DATABASE
from tests.builders import NOON, a_recording, an_audio_format, an_entry
from tests.panel import browser
from tests.panel.service import Api, PanelService
from tests.panel.visitors import SignIns

HEADS = ("page", "ratio", "of many, of few")
FEW, MANY = 1_000, 100_000
VISITS = 7
PLACES = (
    ("library", "/"),
    ("library, by title", "/?sort=title"),
    ("library, words in a title", "/?text=recording+0012"),
    ("library, a rare tag, longest first", "/?tag=rare&sort=-duration"),
    ("quarantine", "/quarantine"),
    ("dashboard", "/dashboard"),
    ("jobs", "/jobs"),
)
_USABLE = """() => {
  const [navigation] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  if (!navigation?.domContentLoadedEventEnd || !paint) return null;
  return Math.max(navigation.domContentLoadedEventEnd, paint.startTime);
}"""

Row = tuple[str, str, str]


def rows(folder: Path) -> Iterator[Row]:
    (folder / "panel").mkdir()
    service = PanelService(folder / "panel")
    service.prepare()
    service.begin()
    few, many = Api(service), Api(service).of_library("many")
    for api, count in ((few, FEW), (many, MANY)):
        _fill(Path(service.settings["AUDIO_DATA_DIR"]), LibraryId(api.get("/library")["id"]), count)
    try:
        with sync_playwright() as playwright:
            launched = browser.launch(playwright)
            sign_ins = SignIns(launched, service.origin, few)

            def visitor(api: Api) -> Page:
                state = sign_ins.with_key(api.token)
                return launched.new_context(base_url=service.origin, storage_state=state).new_page()

            first = [_usable(visitor(api), "/") * 1e3 for api in (many, few)]
            yield (
                "library, with nothing cached",
                f"{first[0] / first[1]:.1f}",
                f"{first[0]:.0f} ms, {first[1]:.0f} ms",
            )
            yield from _pages(visitor(many), visitor(few))
    finally:
        service.close()


def _pages(many: Page, few: Page) -> Iterator[Row]:
    for name, address in PLACES:
        taken: dict[Page, list[float]] = {many: [], few: []}
        for _ in range(VISITS):
            for page, seconds in taken.items():
                seconds.append(_usable(page, address))
        large, small = (statistics.median(seconds[1:]) for seconds in taken.values())
        worst = max(taken[many][1:])
        told = f"{large * 1e3:.0f} ms (worst {worst * 1e3:.0f}), {small * 1e3:.0f} ms"
        yield (name, f"{large / small:.1f}", told)


def _usable(page: Page, address: str) -> float:
    """Seconds from the start of the navigation."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    return float(_once(lambda: page.evaluate(_USABLE))) / 1e3


def _once(look: Callable[[], Any]) -> Any:
    while (found := look()) is None:
        time.sleep(0.005)
    return found


def _fill(data: Path, library_id: LibraryId, count: int) -> None:
    database = Database(data / DATABASE)
    with database.reading() as connection:
        connection.execute("PRAGMA synchronous = OFF")  # the filling is not what is measured
    recordings = SqliteRecordings(database)
    for n in range(count):
        recordings.add(_recording(library_id, n, count), an_entry(library_id=library_id))
    database.close()


def _recording(library_id: LibraryId, n: int, count: int) -> Recording:
    at = NOON + timedelta(seconds=n)
    return a_recording(
        id=f"{count:07d}{n:019d}",
        library_id=library_id,
        title=f"Recording {n * 7919 % count:06}",
        tags=("rare",) if n % (count // SOME) == 0 else ("common", f"take-{n % 40}"),
        audio=an_audio_format(duration_seconds=float(n % 3600)),
        created_at=at,
        updated_at=at,
        size_bytes=n,
    )
