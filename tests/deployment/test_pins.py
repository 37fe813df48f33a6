"""What comes from elsewhere is named by what it holds, and nobody may do more than they have to."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.deployment.files import ROOT, TEMPLATES, WORKFLOWS, compose, dockerfile, resources, template, workflow

DIGEST = re.compile(r"^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$")
EVERYTHING = {  # actions that know no narrower resource
    "cloudwatch:PutMetricData",
    "ecr:GetAuthorizationToken",
    "ecs:DescribeTaskDefinition",
    "ecs:RegisterTaskDefinition",
}


def test_base_images_are_pinned_by_digest() -> None:
    froms = [rest.split() for word, rest in dockerfile() if word == "FROM"]
    stages = {words[2] for words in froms if len(words) == 3}
    bases = {words[0] for words in froms} - stages
    assert len(bases) == 1
    assert all(DIGEST.match(base) for base in bases)
    foreign = [each["image"] for each in compose()["services"].values() if "build" not in each]
    assert foreign
    assert all(DIGEST.match(image) for image in foreign)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Any) -> None:
    """With the version beside it, which Dependabot keeps true."""
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())
    for action, comment in used:
        if not action.startswith("./"):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


@pytest.mark.parametrize("path", ["workflows/ci.yml", "workflows/deploy.yml"])
def test_jobs_have_the_least_rights_and_an_end(path: str) -> None:
    found = workflow(path)
    assert found["permissions"] == {}
    for job in found["jobs"].values():
        assert job["permissions"].pop("contents") == "read"
        assert job["permissions"].pop("pull-requests", "read") == "read"
        assert set(job["permissions"]) <= {"id-token", "attestations"}
        assert "uses" in job or job["timeout-minutes"] <= 90
        for step in job.get("steps", ()):
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_a_merge_into_main_deploys_and_nothing_else_does_by_itself() -> None:
    """By jobs of main, which is the only branch that the environment is for."""
    deploy = workflow("workflows/deploy.yml")
    assert set(deploy[True]) == {"push", "workflow_dispatch"}
    assert deploy[True]["push"] == {"branches": ["main"]}
    jobs = deploy["jobs"]
    assert jobs["merged"]["if"] == "github.ref == 'refs/heads/main'"
    assert ".merged_at != null" in jobs["merged"]["steps"][0]["run"]
    assert (jobs["test"]["needs"], jobs["image"]["needs"], jobs["deploy"]["needs"]) == ("merged", "test", "image")
    assert "needs.merged.outputs.merged == 'true'" in jobs["test"]["if"]
    [role] = resources("ci", "AWS::IAM::Role").values()
    [trusted] = role["AssumeRolePolicyDocument"]["Statement"]
    subject = trusted["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]["Fn::Sub"]
    environments = {
        job["environment"] if name == "image" else job["environment"]["name"]
        for name, job in jobs.items()
        if "environment" in job
    }
    assert [subject] == [f"repo:${{Repository}}:environment:{name}" for name in environments]


def test_the_image_holds_only_what_is_named() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split("\n")
    named = {line[1:] for line in ignored if line.startswith("!")}
    copied = {rest.split()[-2] for word, rest in dockerfile() if word == "COPY" and "--from" not in rest}
    assert "*" in ignored
    assert all(source in named or source.startswith("infra/image/") for source in copied)


def _statements(name: str) -> Iterator[Mapping[str, Any]]:
    """Of all policies in a template that are given to somebody."""
    for role in resources(name, "AWS::IAM::Role").values():
        for policy in role.get("Policies", ()):
            for each in policy["PolicyDocument"]["Statement"]:
                yield each["Fn::If"][1] if "Fn::If" in each else each
    for policy in resources(name, "AWS::IAM::ManagedPolicy").values():
        yield from policy["PolicyDocument"]["Statement"]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", [path.stem for path in TEMPLATES])
def test_roles_may_do_what_is_named_on_what_is_named(name: str) -> None:
    for statement in _statements(name):
        actions = _listed(statement["Action"])
        assert not [action for action in actions if "*" in action]
        if statement["Resource"] == "*":
            assert set(actions) <= EVERYTHING


def test_no_role_may_scan_the_table() -> None:
    named = {action for path in TEMPLATES for each in _statements(path.stem) for action in _listed(each["Action"])}
    assert "dynamodb:Query" in named
    assert "dynamodb:Scan" not in named


def test_the_workflow_may_hand_on_the_roles_of_tasks_alone() -> None:
    [passed] = [each for each in _statements("ci") if each.get("Sid") == "Roles"]
    given = {each["Fn::Sub"].rpartition("/")[2] for each in passed["Resource"]}
    lanes = template("worker")["Parameters"]["Lane"]["AllowedValues"]
    assert given == {
        *("audio-backend-execution", "audio-backend-web", "audio-backend-jobs"),
        *(f"audio-backend-{lane}" for lane in lanes),
    }
    for name in ("cluster", "web", "jobs"):
        assert resources(name, "AWS::IAM::Role")["Execution" if name == "cluster" else "Role"]["RoleName"] in given
    assert resources("worker", "AWS::IAM::Role")["Role"]["RoleName"] == {"Fn::Sub": "audio-backend-${Lane}"}


def test_every_alarm_tells_somebody() -> None:
    alarms = resources("alarms", "AWS::CloudWatch::Alarm").values()
    assert len({each["AlarmName"] for each in alarms}) == len(alarms)
    assert all(each["AlarmActions"] == [{"Ref": "Topic"}] for each in alarms)
