"""What a browser must not have to say about the pages: errors, failed requests, requests to somewhere else."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# The page itself gave up on these: it was left, or an <audio> element had enough.
_GIVEN_UP = ("net::ERR_ABORTED",)
_SERVED_WITHIN = ("data", "blob", "about")


@dataclass
class Watch:
    """All that went wrong in the contexts that it attends, but for what the test expects."""

    origin: str
    _allowed: list[tuple[int, str]] = field(default_factory=list)
    _outages: bool = False
    _origins: set[str] = field(default_factory=set)
    _refused: list[tuple[int, str]] = field(default_factory=list)  # status, address
    _failed: list[tuple[str, str]] = field(default_factory=list)  # reason, address
    _said: list[tuple[str, str]] = field(default_factory=list)  # words, address
    _outside: list[str] = field(default_factory=list)

    def attend(self, context: BrowserContext) -> None:
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failed)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)

    def allow(self, status: int, path: str) -> None:
        """An answer that this test provokes. `path` as in fnmatch, e.g. /api/v1/recordings/*, without the query."""
        self._allowed.append((status, path))

    def allow_origin(self, origin: str) -> None:
        """Somewhere else that the service itself leads to: its bucket."""
        self._origins.add(origin)

    def allow_outages(self) -> None:
        """The service is stopped in this test: requests may find nobody there, or lose their answer."""
        self._outages = True

    @property
    def faults(self) -> list[str]:
        """In words, each once."""
        refused = [(status, address) for status, address in self._refused if not self._is_allowed(status, address)]
        failed = [] if self._outages else self._failed
        # The console repeats what was counted above; what it alone knows of, such as a missing icon, counts here.
        known = {address for _, address in [*self._refused, *self._failed]}
        said = [words for words, address in self._said if not (words.startswith("Failed to load") and address in known)]
        if self._outages:
            said = [words for words in said if "Failed to fetch" not in words]  # as htmx says it
        return list(
            dict.fromkeys(
                [
                    *(f"outside request: {address}" for address in self._outside),
                    *(f"{status}: {address}" for status, address in refused),
                    *(f"{reason}: {address}" for reason, address in failed),
                    *(f"console: {words}" for words in said),
                ]
            )
        )

    def _is_allowed(self, status: int, address: str) -> bool:
        path = urlsplit(address).path
        return any(status == allowed and fnmatchcase(path, pattern) for allowed, pattern in self._allowed)

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        origin = f"{address.scheme}://{address.netloc}"
        if address.scheme not in _SERVED_WITHIN and origin not in {self.origin, *self._origins}:
            self._outside.append(request.url)

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._refused.append((response.status, response.url))

    def _on_failed(self, request: Request) -> None:
        if request.failure not in _GIVEN_UP:
            self._failed.append((str(request.failure), request.url))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._said.append((message.text, message.location["url"]))

    def _on_error(self, error: WebError) -> None:
        self._said.append((f"uncaught {error.error.name}: {error.error.message}", ""))
