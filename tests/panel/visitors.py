"""People in front of browsers: signed in or not, by day or by night, at a desk or with a phone."""

from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from tests.panel.service import ROLES, Api
from tests.panel.watch import Watch

Theme = Literal["light", "dark"]

THEMES: tuple[Theme, ...] = ("light", "dark")
WIDTH, HEIGHT = 1280, 800
PHONE, PHONE_HEIGHT = 390, 844
PATIENCE_MS = 30_000


class SignIns:
    """Who signs in once stays so: the form takes but a few tries a minute."""

    def __init__(self, browser: Browser, origin: str, api: Api) -> None:
        self.origin = origin
        self._browser = browser
        self._api = api
        self._states: dict[str, StorageState] = {}

    def of(self, role: str) -> StorageState:
        if role not in self._states:
            assert role in ROLES
            self._states[role] = self.with_key(self._api.token if role == "admin" else self._api.key(role))
        return self._states[role]

    def with_key(self, token: str) -> StorageState:
        """By the form, as its button sends it."""
        context = self._browser.new_context(base_url=self.origin)
        try:
            context.request.post("/sign-in", form={"key": token}, headers={"Origin": self.origin}, timeout=PATIENCE_MS)
            state = context.storage_state()
        finally:
            context.close()
        assert "audio-session" in {cookie["name"] for cookie in state["cookies"]}, "the key did not open a session"
        return state


class Visitors:
    """Of one test: each has a browser of their own, and all are watched."""

    def __init__(self, browser: Browser, sign_ins: SignIns, watched: Watch) -> None:
        self._browser = browser
        self.sign_ins = sign_ins
        self._watched = watched
        self._contexts: list[BrowserContext] = []

    def open(
        self,
        role: str | None = "admin",
        *,
        state: StorageState | None = None,
        theme: Theme = "light",
        width: int = WIDTH,
        height: int = HEIGHT,
    ) -> Page:
        """An empty page of somebody with this role, or of a stranger (None); `state` is one of SignIns.with_key."""
        context = self._browser.new_context(
            base_url=self.sign_ins.origin,
            storage_state=state or (self.sign_ins.of(role) if role else None),
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(PATIENCE_MS)
        # As if chosen by the switch before.
        context.add_init_script(f"try {{ localStorage.theme ??= '{theme}' }} catch {{ /* about:blank has none */ }}")
        self._watched.attend(context)
        self._contexts.append(context)
        return context.new_page()

    def leave(self) -> None:
        while self._contexts:
            self._contexts.pop().close()


def settled(page: Page) -> None:
    """Once nothing on the page says that it is still being fetched, and its letters are there."""
    page.wait_for_function(
        "() => document.readyState === 'complete' && document.fonts.status === 'loaded'"
        " && !document.querySelector('[aria-busy=true], .htmx-request')"
    )
