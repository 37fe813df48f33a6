"""What axe-core finds wrong with a page, for those who hear it, read it large, or have no mouse."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.e2e.service import ROOT

SOURCE = ROOT / ".venv" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
MISSING = "axe-core is not there: npm was missing when the development packages were installed"

# Evaluated by the debugger's protocol, which no policy of the page holds up.
# Nothing is preloaded: axe would copy wavesurfer's styles into a document without their nonce, for the one rule that a
# page is not locked to an orientation.
_RUN = "() => axe.run(document, { resultTypes: ['violations'], preload: false })"


def violations(page: Page) -> list[str]:
    """One line a fault of all rules of axe, those of good practice too: the rule, what it asks for, and where."""
    page.evaluate(_source(SOURCE))
    found: dict[str, Any] = page.evaluate(_RUN)
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {' '.join(map(str, node['target']))}: {_why(node)}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    """The parts of axe's summary that name the figures, e.g. of a contrast."""
    lines = str(node["failureSummary"]).splitlines()[1:]
    return "; ".join(line.strip() for line in lines)


def _source(path: Path) -> str:
    return f"() => {{ {path.read_text()} }}"
