"""The walls that no linter sees."""

import tomllib
from pathlib import Path

from pydantic import BaseModel

from entrypoints.settings import Settings

ROOT = Path(__file__).parents[1]


def test_every_package_is_under_the_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "benchmarks"} == set(contracts["root_packages"])


def test_the_readme_names_every_setting() -> None:
    readme = (ROOT / "README.md").read_text()
    assert issubclass(Settings, BaseModel)
    names = [field.validation_alias or f"AUDIO_{name.upper()}" for name, field in Settings.model_fields.items()]
    assert [name for name in names if str(name) not in readme] == []


def test_source_files_stay_readable() -> None:
    rooms = ("domain", "application", "adapters", "entrypoints")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    long = {str(path.relative_to(ROOT)): n for path in files if (n := len(path.read_text().splitlines())) > 300}
    assert long == {}
