"""Every page, in both themes, full and empty: it answers, fits, asks nobody else, is silent, and axe finds nothing."""

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, expect

from entrypoints.container import Container
from entrypoints.panel.app import PAGES as BLUEPRINTS
from entrypoints.settings import Profile, Settings
from entrypoints.web import web_app
from tests.panel import axe, library
from tests.panel.pages import APART, PAGES, Shown
from tests.panel.service import Api, PanelService
from tests.panel.visitors import HEIGHT, PHONE, THEMES, WIDTH, SignIns, Theme, Visitors, settled

ZOOMED = WIDTH // 2  # 200 % zoom leaves half as many of CSS's pixels

every_page = pytest.mark.parametrize("shown", PAGES, ids=[page.name for page in PAGES])
both_themes = pytest.mark.parametrize("theme", THEMES)


@pytest.fixture(scope="module")
def there(api: Api) -> Mapping[str, str]:
    return library.fill(api)


@pytest.fixture(scope="module")
def empty(service: PanelService, api: Api) -> Api:
    return api.of_library("empty")


def go(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert (answer.status, page.url.removeprefix(answer.url)) == (200, "")
    settled(page)


def assert_fits(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT})
    settled(page)
    needed = page.evaluate("() => document.documentElement.scrollWidth")
    assert needed <= width, f"{page.url} is {needed} px wide where {width} are there"


def assert_axe_finds_nothing(page: Page) -> None:
    if axe.SOURCE.is_file():  # where it is not, the tests of axe itself say so
        found = axe.violations(page)
        assert found == [], "\n".join(found)


@every_page
@both_themes
def test_it_answers_fits_and_axe_finds_nothing(
    visitors: Visitors, there: Mapping[str, str], shown: Shown, theme: Theme
) -> None:
    page = visitors.open(shown.role, theme=theme)
    go(page, shown.of(there))
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    assert_axe_finds_nothing(page)
    for width in (WIDTH, ZOOMED, PHONE):
        assert_fits(page, width)
    assert_axe_finds_nothing(page)  # what is folded up for a phone is another page to those who hear it


@pytest.mark.parametrize("shown", [page for page in PAGES if page.can_be_empty], ids=lambda shown: shown.name)
def test_an_empty_library_looks_as_good(visitors: Visitors, sign_ins: SignIns, empty: Api, shown: Shown) -> None:
    page = visitors.open(state=sign_ins.with_key(empty.token))
    go(page, shown.address)
    assert_fits(page, PHONE)
    assert_axe_finds_nothing(page)


def test_no_page_is_left_out() -> None:
    container = Container(Settings(profile=Profile.MEMORY))
    rules = list(web_app(container).url_map.iter_rules())
    container.close()
    own = {*(blueprint.name for blueprint in BLUEPRINTS), "sign_in"}
    pages = {rule.rule for rule in rules if rule.endpoint.partition(".")[0] in own and "GET" in (rule.methods or ())}
    looked_at = {re.sub(r"\{(\w+)\}", "<>", page.address) for page in PAGES}
    assert {page for page in pages - APART if re.sub(r"<[^>]+>", "<>", page) not in looked_at} == set()
