"""Compose, the image, the task definitions, the workflows and the settings name the same things."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import typer.main

from application.schedule import EVERY
from domain.job_kind import Lane
from entrypoints.cli.app import app
from entrypoints.container import Container
from entrypoints.http.app import create_app
from entrypoints.settings import Profile, Settings
from tests.deployment.files import (
    CONTAINER,
    IMAGE,
    ROOT,
    TEMPLATES,
    UID,
    WORKFLOWS,
    compose,
    container,
    environment,
    image_environment,
    one,
    our_services,
    resources,
    said,
    schedules,
    secrets,
    template,
    workflow,
)

TASKS = ("web", "worker", "jobs")
VARIABLES = {f"AUDIO_{name.upper()}" for name in Settings.model_fields}
KEYS = {"AUDIO_ADMIN_KEY": "ak_" + 40 * "x", "AUDIO_SIGNING_KEY": 40 * "x"}
TEXTS = [
    *(ROOT / name for name in ("Dockerfile", "compose.yaml", "docs/deployment.md", "docs/scaling.md")),
    *TEMPLATES,
    *WORKFLOWS,
]


def commands() -> dict[str, list[str]]:
    """Every command that something starts a container with, by who does."""
    return {
        "image": re.findall(r'"([^"]+)"', said("CMD")),
        **{f"compose: {name}": each["command"] for name, each in our_services().items()},
        **{f"task: {name}": container(name)["Command"] for name in TASKS},
        **{f"schedule: {name}": command for name, _, command in schedules()},
        "SageMaker": ["model-server"],
    }


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_every_variable_is_a_setting(text: Any) -> None:
    found = set(re.findall(r"\bAUDIO_[A-Z_]*[A-Z]\b", text.read_text()))
    assert found - VARIABLES == set()


@pytest.mark.parametrize("task", TASKS)
def test_the_settings_take_the_values_of_a_task(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What CloudFormation fills in is a parameter's default, a name, or a lane and what belongs to it."""
    filled = {"AUDIO_WORKER_LANES": "listening", "AUDIO_WORKER_CHILDREN": "2"}
    for name, value in {**image_environment(), **dict.fromkeys(secrets(task)), **environment(task)}.items():
        if name.startswith("AUDIO_"):
            parameter = template(task)["Parameters"].get(value.get("Ref"), {}) if isinstance(value, dict) else {}
            default = filled.get(name, parameter.get("Default", "name"))
            monkeypatch.setenv(name, KEYS.get(name) or (value if isinstance(value, str) else default))
    settings = Settings()
    assert settings.profile is Profile.AWS
    assert settings.stop_grace_seconds + 10 <= container(task)["StopTimeout"]


@pytest.mark.parametrize("profile", ["local", "aws"])
def test_the_settings_take_the_values_of_compose(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**image_environment(), **our_services()["web"]["environment"]}.items():
        if name.startswith("AUDIO_"):
            monkeypatch.setenv(name, KEYS.get(name) or value.replace("${COMPOSE_PROFILES:-local}", profile))
    settings = Settings()
    assert settings.profile == profile
    assert f"{settings.stop_grace_seconds + 30:.0f}s" == our_services()["worker"]["stop_grace_period"]


@pytest.mark.parametrize(("who", "command"), commands().items())
def test_every_command_is_one_of_the_command_line(who: str, command: list[str]) -> None:
    found: Any = typer.main.get_command(app)
    words = list(command)
    while hasattr(found, "commands") and words:
        word = words.pop(0)
        assert word in found.commands, f"{who}: {word}"
        found = found.commands[word]
    assert not hasattr(found, "commands"), f"{who}: {command} is only half a command"
    arguments = [each for each in found.params if each.param_type_name == "argument"]
    assert len(words) == len(arguments) or arguments[-1].nargs == -1, f"{who}: {command}"


def test_each_scheduled_job_has_its_schedule() -> None:
    """EventBridge counts in whole minutes."""
    units = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
    found: dict[str, timedelta] = {}
    for name, expression, command in schedules():
        match = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
        assert match is not None, expression
        assert command[:2] == ["job", "run"]
        assert name == "each-minute" or command[2:] == [name]
        found |= dict.fromkeys(command[2:], int(match[1]) * units[match[2]])
    assert found == {name: max(period, timedelta(minutes=1)) for name, period in EVERY.items()}


def test_each_lane_has_its_workers_and_its_queue() -> None:
    worker = template("worker")
    lanes = {str(lane) for lane in Lane}
    assert set(worker["Parameters"]["Lane"]["AllowedValues"]) == set(worker["Mappings"]["Lanes"]) == lanes
    queues = {each["QueueName"] for each in resources("queues", "AWS::SQS::Queue").values()}
    assert {f"audio-backend-{lane}" for lane in lanes} < queues
    assert environment("worker")["AUDIO_WORKER_LANES"] == {"Ref": "Lane"}


@pytest.mark.parametrize("task", ["web", "worker", "jobs"])
def test_all_that_start_or_run_models_are_told_of_them(task: str) -> None:
    assert environment(task)["AUDIO_SAGEMAKER_MODELS"] == {"Ref": "Models"}


def test_one_port_from_the_balancer_to_the_service() -> None:
    port = int(image_environment()["AUDIO_PORT"])
    assert said("EXPOSE").split() == [str(port), "8080"]  # and SageMaker's
    assert our_services()["web"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert environment("web")["AUDIO_PORT"] == str(port)
    assert container("web")["PortMappings"] == [{"ContainerPort": port}]
    assert one("web", "AWS::ECS::Service")["LoadBalancers"][0]["ContainerPort"] == port
    assert one("web", "AWS::ElasticLoadBalancingV2::TargetGroup")["Port"] == port
    groups = resources("web", "AWS::EC2::SecurityGroup")
    assert {rule["ToPort"] for rule in groups["WebGroup"]["SecurityGroupIngress"]} == {port}
    assert image_environment()["AUDIO_HOST"] == environment("web")["AUDIO_HOST"] == "0.0.0.0"


def test_what_looks_after_the_service_asks_routes_that_there_are() -> None:
    server = Container(Settings(profile=Profile.MEMORY))
    routes = {str(rule) for rule in create_app(server).url_map.iter_rules()}
    server.close()
    asked = {
        one("web", "AWS::ElasticLoadBalancingV2::TargetGroup")["HealthCheckPath"],
        *re.findall(r"/[a-z]+z\b", said("HEALTHCHECK")),
        *re.findall(r"\$SERVICE_URL(/\w+)", (ROOT / ".github/workflows/deploy.yml").read_text()),
        *re.findall(r"127\.0\.0\.1:8000(/\w+)", (ROOT / ".github/workflows/ci.yml").read_text()),
    }
    assert asked == {"/healthz", "/readyz", "/version"}
    assert asked <= routes


def test_the_workflow_deploys_the_services_that_there_are() -> None:
    deploy = workflow("workflows/deploy.yml")
    steps = [
        each["with"] for each in deploy["jobs"]["deploy"]["steps"] if each.get("uses", "").endswith("deploy-service")
    ]
    deployed = {(each["service"], each["family"]) for each in steps}
    assert deployed == {
        ("audio-backend-service", "audio-backend-web"),
        *((f"audio-backend-{lane}", f"audio-backend-{lane}") for lane in Lane),
    }
    assert one("web", "AWS::ECS::Service")["ServiceName"] == "audio-backend-service"
    assert one("web", "AWS::ECS::TaskDefinition")["Family"] == "audio-backend-web"
    assert one("worker", "AWS::ECS::Service")["ServiceName"] == {"Fn::Sub": "audio-backend-${Lane}"}
    assert one("worker", "AWS::ECS::TaskDefinition")["Family"] == {"Fn::Sub": "audio-backend-${Lane}"}
    assert steps[-1]["service"] == "audio-backend-service", "workers go first"
    # A worker in the middle of a long job is protected, and no deployment may depend on its end.
    assert [each["service"] for each in steps if each.get("stable") == "true"] == ["audio-backend-service"]
    text = (ROOT / ".github/workflows/deploy.yml").read_text()
    assert f"task-definition-family: {one('jobs', 'AWS::ECS::TaskDefinition')['Family']}\n" in text
    assert all(f" {service}" in text for service, _ in deployed)


def test_no_step_needs_credentials_that_may_have_ended() -> None:
    """A session of a role lasts for an hour unless something else is said."""
    steps = workflow("workflows/deploy.yml")["jobs"]["deploy"]["steps"]
    used = 0
    for step, before in zip(steps[1:], steps, strict=False):
        action = step.get("uses", "").rpartition("/")[2]
        if action == "aws-credentials":
            used = 0
        elif action == "deploy-service":
            used += step["timeout-minutes"]
        assert used <= 50, step["name"]
        if step.get("name") == "Roll back":
            assert before["uses"].endswith("aws-credentials")
            assert before["if"] == step["if"]


def test_what_nothing_turns_back_comes_last_and_all_else_is_turned_back() -> None:
    steps = workflow("workflows/deploy.yml")["jobs"]["deploy"]["steps"]
    always = [each for each in steps if "if" not in each]
    assert always[-1]["id"] == "registered"
    assert always[-1]["name"] == "Register the scheduled jobs"
    back = steps[-1]
    assert "steps.registered.outcome != 'success'" in back["if"]
    for word in ("ecs update-service", "ssm put-parameter"):
        assert word in back["run"]


def test_one_image_one_cluster_one_container() -> None:
    told = workflow("workflows/deploy.yml")["env"]
    assert told["REPOSITORY"] == IMAGE == one("ci", "AWS::ECR::Repository")["RepositoryName"]
    assert told["CLUSTER"] == one("cluster", "AWS::ECS::Cluster")["ClusterName"]
    assert {one(name, "AWS::ECS::Service")["Cluster"] for name in ("web", "worker")} == {told["CLUSTER"]}
    assert {container(name)["Name"] for name in TASKS} == {CONTAINER}
    remembered = one("ci", "AWS::SSM::Parameter")["Name"]
    assert {template(name)["Parameters"]["Image"]["Default"] for name in (*TASKS, "sagemaker")} == {remembered}
    assert f"--name {remembered} " in (ROOT / ".github/workflows/deploy.yml").read_text()


def _writable(mounts: list[Mapping[str, Any]]) -> set[str]:
    return {each["ContainerPath"] for each in mounts}


def test_nobody_is_root_and_the_same_folders_can_be_written() -> None:
    folders = set(re.findall(r'"([^"]+)"', said("VOLUME")))
    assert image_environment()["AUDIO_DATA_DIR"] in folders
    assert said("USER") == UID
    for name in TASKS:
        task = container(name)
        assert (task["User"], task["ReadonlyRootFilesystem"]) == (UID, True)
        assert _writable(task["MountPoints"]) == folders
        assert task["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    for each in compose()["services"].values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
    for each in our_services().values():
        places = [*each["tmpfs"], *(volume.split(":")[1] for volume in each["volumes"])]
        assert {place.split(":")[0] for place in places} == folders


def test_what_a_stack_takes_from_others_is_given() -> None:
    given = {each["Export"]["Name"] for path in TEMPLATES for each in _outputs(path.stem) if "Export" in each}
    taken = set(re.findall(r"!ImportValue ([\w-]+)", "".join(path.read_text() for path in TEMPLATES)))
    assert taken == given


def _outputs(name: str) -> list[Mapping[str, Any]]:
    return list(template(name).get("Outputs", {}).values())


def test_no_secret_is_told_in_the_open() -> None:
    for name in TASKS:
        assert not set(environment(name)) & set(KEYS)
    assert secrets("web") == set(KEYS)
    assert not set(image_environment()) & set(KEYS)
    assert all(each["environment"][key].startswith("${") for each in our_services().values() for key in KEYS)
