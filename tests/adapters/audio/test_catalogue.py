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
            match node:
                case ast.Call(func=ast.Name(id="Finding"), args=[ast.Constant(value=str(code)), *_]):
                    yield code


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
