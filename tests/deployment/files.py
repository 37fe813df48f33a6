"""What is deployed, as the files say it."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # comes with other development packages, its stubs do not
from cfnlint.decode import decode  # type: ignore[import-untyped]  # says nothing of its types

ROOT = Path(__file__).parents[2]
IMAGE = "audio-backend"
CONTAINER = "audio-backend"
UID = "10001:10001"

TEMPLATES = sorted((ROOT / "infra").glob("*.yaml"))
WORKFLOWS = sorted((ROOT / ".github").rglob("*.yml"))


def template(name: str) -> Mapping[str, Any]:
    """A template of infra/, its functions written out: `!Ref X` is {"Ref": "X"}."""
    found, problems = decode(str(ROOT / "infra" / f"{name}.yaml"))
    assert found is not None, problems
    return dict(found)


def resources(name: str, kind: str) -> dict[str, Mapping[str, Any]]:
    """The properties of the template's resources of that kind, by their logical names."""
    found = template(name)["Resources"].items()
    return {logical: each.get("Properties", {}) for logical, each in found if each["Type"] == kind}


def one(name: str, kind: str) -> Mapping[str, Any]:
    [found] = resources(name, kind).values()
    return found


def container(name: str) -> Mapping[str, Any]:
    """The one container of a template's task definition."""
    [found] = one(name, "AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    return dict(found)


def environment(name: str) -> dict[str, object]:
    """Variables of a task definition: texts, or functions where CloudFormation knows the value."""
    return {each["Name"]: each["Value"] for each in container(name)["Environment"]}


def secrets(name: str) -> set[str]:
    return {each["Name"] for each in container(name).get("Secrets", ())}


@cache
def compose() -> Mapping[str, Any]:
    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text()))


def our_services() -> dict[str, Mapping[str, Any]]:
    return {name: each for name, each in compose()["services"].items() if each["image"] == IMAGE}


def workflow(path: str) -> Mapping[Any, Any]:
    """As YAML 1.1 reads it: the key `on` is True."""
    return dict(yaml.safe_load((ROOT / ".github" / path).read_text()))


@cache
def dockerfile() -> tuple[tuple[str, str], ...]:
    """Instructions and what they say, continued lines joined, comments left out."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return tuple(
        (word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)
    )


def said(instruction: str) -> str:
    """What the Dockerfile's last instruction of that name says: the one that counts."""
    return [rest for word, rest in dockerfile() if word == instruction][-1]


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in said("ENV").split())


def schedules() -> Iterator[tuple[str, str, list[str]]]:
    """Name, expression and command of each scheduled job."""
    for each in resources("jobs", "AWS::Scheduler::Schedule").values():
        [override] = json.loads(each["Target"]["Input"])["containerOverrides"]
        assert override["name"] == CONTAINER
        yield each["Name"], each["ScheduleExpression"], override["command"]
