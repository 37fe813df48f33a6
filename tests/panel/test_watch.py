"""The watch and axe see what they are there for: pages that are wrong on purpose."""

import pytest
from playwright.sync_api import Browser, Page

from tests.panel import axe
from tests.panel.watch import Watch

ORIGIN = "http://127.0.0.1:9"  # nobody is there; all that is asked for is answered below


def opened(browser: Browser, watch: Watch, html: str) -> Page:
    """A page under a policy as strict as the panel's, which answers for all addresses but those of `broken`."""
    context = browser.new_context()
    watch.attend(context)
    page = context.new_page()
    headers = {"Content-Security-Policy": "default-src 'self'; script-src 'self' 'nonce-x'; img-src *"}
    page.route("**/*", lambda route: route.fulfill(status=404 if "missing" in route.request.url else 204))
    page.route("**/broken*", lambda route: route.abort("connectionrefused"))
    page.route(f"{ORIGIN}/page", lambda route: route.fulfill(body=html, headers=headers, content_type="text/html"))
    page.goto(f"{ORIGIN}/page")
    return page


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<script nonce=x>throw new Error('a bug')</script>", "console: uncaught Error: a bug"),
        ("<script nonce=x>Promise.reject(new Error('a bug'))</script>", "console: uncaught Error: a bug"),
        ("<script nonce=x>console.error('lost')</script>", "console: lost"),
        ("<img src=/missing.png>", f"404: {ORIGIN}/missing.png"),
        ("<img src=/broken.png>", f"net::ERR_CONNECTION_REFUSED: {ORIGIN}/broken.png"),
        ("<img src=http://example.org/a.png>", "outside request: http://example.org/a.png"),
        ("<p style='color: red'>unsafe</p>", "console: Applying inline style violates"),
    ],
    ids=["error", "rejection", "console", "404", "failure", "outside", "policy"],
)
def test_what_is_wrong_is_seen(browser: Browser, html: str, fault: str) -> None:
    watch = Watch(ORIGIN)
    opened(browser, watch, html).context.close()
    assert len(watch.faults) == 1
    assert watch.faults[0].startswith(fault)


def test_what_is_expected_is_none(browser: Browser) -> None:
    watch = Watch(ORIGIN)
    watch.allow(404, "/missing*")
    watch.allow_outages()
    opened(browser, watch, "<img src=/missing.png?x=1><img src=/broken.png><p>good").context.close()
    assert watch.faults == []


@pytest.mark.skipif(not axe.SOURCE.is_file(), reason=axe.MISSING)
def test_axe_works_under_the_policy_and_says_what_is_wrong_where(browser: Browser) -> None:
    watch = Watch(ORIGIN)
    page = opened(browser, watch, "<html lang=en><title>x</title><main><h1>x</h1><img id=bare src=/a.png></main>")
    found = axe.violations(page)
    page.context.close()
    assert len(found) == 1
    assert found[0].startswith("image-alt (critical): ")
    assert "#bare" in found[0]
    assert watch.faults == []
