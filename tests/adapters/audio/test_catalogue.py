"""What the engine finds is in the catalogue of findings, and in no other words; what it tells has a version."""

import ast
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import astuple, replace
from pathlib import Path

from adapters.audio.engine import LibrosaEngine
from adapters.audio.parts import PARTS, stamp
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


# ---- versions ----------------------------------------------------------------------------------------------------

TOLD: Mapping[str, str] = {
    "identity-1": "f2ea7019c310142c",
    "loudness-4": "2fed4ae1d7beef55",
    "quality-3": "c3864d7f1e332924",
    "descriptors-3": "82d4f02660ad33b6",
}
"""Each part of the analyser that tells of descriptors, in its version, and a digest of what they are."""

WHAT_TO_DO = """
What a part of the analyser tells has changed: the name, unit, method, range or source of a descriptor, or their number.
Analyses that are stored say it in the old words, under the same version, and nothing would hear them again.

1. Raise the part's version in PARTS of adapters/audio/parts.py, unless it has been raised since the last release.
2. Put what stands below in the place of TOLD in {file}:

{told}
"""


def told_by_part() -> dict[str, str]:
    """By part and version, in the order of PARTS."""
    lines: dict[str, list[str]] = defaultdict(list)
    for kind in LibrosaEngine().catalogue():
        lines[kind.version].append(repr(astuple(replace(kind, version=""))))
    stamps = [each for each in map(stamp, PARTS) if each in lines]
    assert len(stamps) == len(lines) > 0
    return {each: hashlib.sha256("\n".join(lines[each]).encode()).hexdigest()[:16] for each in stamps}


def test_other_descriptors_are_another_version() -> None:
    now = told_by_part()
    told = "\n".join(f'    "{version}": "{digest}",' for version, digest in now.items())
    assert now == TOLD, WHAT_TO_DO.format(file=Path(__file__).name, told=told)
