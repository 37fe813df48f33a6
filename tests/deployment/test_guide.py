"""What docs/deployment.md tells an operator to type is what the templates take."""

import itertools
import re

import pytest

from tests.deployment.files import ROOT, TEMPLATES, template

GUIDE = (ROOT / "docs/deployment.md").read_text()


def commands() -> list[tuple[str, dict[str, str]]]:
    """Template and parameters of each `stack` in the guide."""
    found = []
    for line in re.findall(r"^(?:.*; do +| *)stack ([^#;\n]+)", GUIDE, re.MULTILINE):
        words = [word.strip('"') for word in line.split()]
        names = list(itertools.takewhile(lambda word: not word.startswith("--"), words))
        found.append((names[-1], dict(word.split("=", 1) for word in words if "=" in word)))
    return found


def test_every_stack_is_made_and_told_what_its_template_asks_for() -> None:
    assert {name for name, _ in commands()} == {path.stem for path in TEMPLATES}
    for name, told in commands():
        parameters = template(name).get("Parameters", {})
        needed = {each for each, said in parameters.items() if "Default" not in said}
        assert needed <= set(told) <= set(parameters), name


@pytest.mark.parametrize("parameter", ["ImportFrom", "ImportAddresses"])
def test_what_allows_an_import_is_told_to_all_who_look_at_it(parameter: str) -> None:
    """A worker that was told of no addresses refuses what the web service has taken."""
    takers = {path.stem for path in TEMPLATES if parameter in template(path.stem).get("Parameters", {})}
    told = {name: said[parameter] for name, said in commands() if parameter in said}
    assert set(told) == takers >= {"web", "worker"}
    assert len(set(told.values())) == 1, "not the same"
