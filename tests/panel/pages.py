"""The pages of the panel, as tests and screenshots go through them. A page that is new is added here."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """`address` may hold what library.fill names, as in /recordings/{recording}; `role` None is a stranger."""

    name: str
    address: str
    role: str | None = "admin"
    of_library: bool = True
    """Whether it shows what the library has, and so has a state in which there is nothing."""

    @property
    def can_be_empty(self) -> bool:
        return self.of_library and "{" not in self.address

    def of(self, there: Mapping[str, str]) -> str:
        return self.address.format_map(there)


PAGES = (
    Shown("sign-in", "/sign-in", role=None, of_library=False),
    Shown("library", "/"),
    Shown("recording", "/recordings/{recording}"),
    Shown("upload", "/upload"),
    Shown("jobs", "/jobs"),
    Shown("job", "/jobs/{job}"),
    Shown("schedules", "/schedules"),
    Shown("schedule", "/schedules/{schedule}"),
    Shown("recipes", "/recipes"),
    Shown("recipe", "/recipes/{recipe}"),
    Shown("recipe-builder", "/recipes/new", of_library=False),
    Shown("recipe-edit", "/recipes/{recipe}/edit"),
    Shown("models", "/models"),
    Shown("quarantine", "/quarantine"),
    Shown("policy", "/quarantine/policy"),
    Shown("dashboard", "/dashboard"),
    Shown("keys", "/keys"),
    Shown("webhooks", "/webhooks"),
    Shown("webhook", "/webhooks/{webhook}"),
    Shown("audit", "/audit"),
    Shown("help", "/help", of_library=False),
)

_PARTS_OF_A_RECORDING = ("measurements", "predictions", "history", "lineage", "downloads")
APART = frozenset(
    {
        "/sign-in/<link>",
        "/library/facets",
        "/quarantine/counts",
        "/quarantine/items/<recording_id>",
        "/schedules/times",
        "/models/said/<recording>/<key>",
        *(f"/recordings/<recording_id>/{part}" for part in _PARTS_OF_A_RECORDING),
    }
)
"""Routes that are no page to look at: what htmx fetches for one, and what needs a link of its own."""
