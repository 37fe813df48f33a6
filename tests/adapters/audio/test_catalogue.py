"""What the engine finds is in the catalogue of findings, and in no other words."""

import ast
from collections.abc import Iterator
from pathlib import Path

from domain.analysis import Severity
from domain.findings import FINDINGS

AUDIO = Path(__file__).parents[3] / "adapters" / "audio"


def codes() -> Iterator[str]:
    """The first argument of every Finding that is made in the engine, where it is written out there."""
    for path in AUDIO.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding"
            if named and node.args and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]  # a call
                yield node.args[0].value  # type: ignore[attr-defined]  # as above


def test_every_code_of_the_engine_is_in_the_catalogue() -> None:
    found = set(codes())
    assert {"clipping", "damaged"} <= found
    assert found - FINDINGS.keys() == set()


def test_the_catalogue_says_what_each_code_means() -> None:
    for code, kind in FINDINGS.items():
        assert kind.code == code
        assert kind.meaning.endswith(".")
        assert kind.remedy.endswith(".")
        assert kind.severity in Severity
