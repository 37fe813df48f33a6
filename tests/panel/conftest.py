"""A browser for the run, a service for each file of tests, and pages that are watched.

def test_…(page: Page, api: Api) -> None                  an admin, signed in, 1280 x 800, light
def test_…(visitors: Visitors) -> None                    visitors.open("viewer", theme="dark", width=390)
def test_…(page: Page, watched: Watch) -> None            watched.allow(409, "/api/v1/recordings/*")
def test_…(page: Page, service: PanelService) -> None     watched.allow_outages(); service.restart()
"""

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.panel import browser as chromium
from tests.panel.service import Api, PanelService
from tests.panel.visitors import PATIENCE_MS, SignIns, Visitors
from tests.panel.watch import Watch

TEST_SECONDS = 300  # with the start of the service, and on a machine that has other things to do
LOG_LINES = 40


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the service said last, beside what failed."""
    report = yield
    service = item.funcargs.get("service")
    if report.failed and isinstance(service, PanelService) and service.log.exists():
        said = service.log.read_text(errors="replace").splitlines()
        grave = [line for line in said if '"level": "info"' not in line]
        report.sections.append(("what the service said last", "\n".join(grave[-LOG_LINES:])))
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        launched = chromium.launch(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PanelService]:
    service = PanelService(tmp_path_factory.mktemp("service"))
    try:
        service.begin()
        yield service
    finally:
        service.close()


@pytest.fixture(scope="module")
def api(service: PanelService) -> Api:
    return Api(service)


@pytest.fixture(scope="module")
def sign_ins(browser: Browser, service: PanelService, api: Api) -> SignIns:
    return SignIns(browser, service.origin, api)


@pytest.fixture
def watched(service: PanelService) -> Iterator[Watch]:
    watch = Watch(service.origin)
    yield watch
    assert watch.faults == [], "\n".join(watch.faults)


@pytest.fixture
def visitors(browser: Browser, sign_ins: SignIns, watched: Watch) -> Iterator[Visitors]:
    visitors = Visitors(browser, sign_ins, watched)
    yield visitors
    visitors.leave()


@pytest.fixture
def page(visitors: Visitors) -> Page:
    return visitors.open()
