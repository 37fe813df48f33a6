"""Imports and results of bulk on the AWS profile: from bucket to recordings, by copy and by reference."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from domain.access import system_actor
from domain.job_kind import Lane
from domain.listing import RecordingQuery
from entrypoints.container import Container
from entrypoints.settings import Settings
from entrypoints.worker import worker_of
from tests import sounds
from tests.aws import AwsDouble
from tests.entrypoints.cli.conftest import Shell

IMAGE, ROLE = "registry/audio-backend:1", "arn:aws:iam::123456789012:role/audio-backend-processing"


@pytest.fixture
def archive(aws_double: AwsDouble) -> str:
    """A bucket of somebody else's, with two sounds and a note."""
    name = f"{aws_double.name}-archive"
    s3 = aws_double.clients.s3
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_object(Bucket=name, Key="2026/ü one.wav", Body=sounds.tone_wav(0.3, hz=300))
    s3.put_object(Bucket=name, Key="2026/deep/two.wav", Body=sounds.tone_wav(0.3, hz=400))
    s3.put_object(Bucket=name, Key="2026/notes.txt", Body=b"not a sound")
    return name


@pytest.fixture
def on_aws(shell: Shell, aws_double: AwsDouble, monkeypatch: pytest.MonkeyPatch) -> Shell:
    settings = {
        **aws_double.environment,
        "AUDIO_SIGNING_KEY": "k" * 40,
        "AUDIO_PROCESSING_IMAGE_URI": IMAGE,
        "AUDIO_PROCESSING_ROLE_ARN": ROLE,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    prepared = shell.run("aws", "prepare")
    assert prepared.exit_code == 0, prepared.output
    return shell


@pytest.fixture
def container(on_aws: Shell) -> Container:
    return Container(Settings())


def work(container: Container) -> None:
    worker = worker_of(container)
    while delivery := container.adapters.queue().receive(tuple(Lane), timedelta(), timedelta(minutes=1)):
        worker.handle(delivery)


@pytest.mark.parametrize("how", ["--copy", "--by-reference"])
def test_a_bucket_is_imported(
    on_aws: Shell, container: Container, aws_double: AwsDouble, archive: str, how: str
) -> None:
    command = ["import", f"s3://{archive}/2026/", "--yes", *([how] if how == "--by-reference" else [])]
    done = on_aws.json(*command)
    assert (done["plan"]["new"]["count"], done["applied"]["added"], done["applied"]["ignored"]) == (3, 2, 1)
    own = aws_double.clients.s3.list_objects_v2(Bucket=aws_double.name)
    originals = [each["Key"] for each in own.get("Contents", []) if each["Key"].endswith("/original")]
    assert len(originals) == (2 if how == "--copy" else 0)
    work(container)
    one, two = sorted(found(container), key=lambda each: each.filename, reverse=True)
    assert one == Found("ü one.wav", "ready", sounds.tone_wav(0.3, hz=300))
    assert two == Found("two.wav", "ready", sounds.tone_wav(0.3, hz=400))
    again = on_aws.json(*command)
    assert (again["plan"]["unchanged"]["count"], again["applied"]["added"]) == (2, 0)
    container.close()


@dataclass(frozen=True)
class Found:
    filename: str
    status: str
    content: bytes


def found(container: Container) -> list[Found]:
    use = container.use_cases
    actor = system_actor(use.ensure_default_library()().id, "test")
    return [
        Found(each.filename, str(each.status), b"".join(use.get_original()(actor, each.id).read(None)))
        for each in use.search_recordings()(actor, RecordingQuery()).items
    ]


def test_results_in_a_bucket_are_taken_over(
    on_aws: Shell, container: Container, aws_double: AwsDouble, archive: str, tmp_path: Path
) -> None:
    folder, out = tmp_path / "shard", tmp_path / "out"
    folder.mkdir()
    (folder / "ü one.wav").write_bytes(sounds.tone_wav(0.3, hz=300))
    assert on_aws.json("processing", "run", "--input", folder, "--output", out, "--processes", "1")["heard"] == 1
    for path in (each for each in out.rglob("*") if each.is_file()):
        key = f"results/{path.relative_to(out)}"
        aws_double.clients.s3.put_object(Bucket=archive, Key=key, Body=path.read_bytes())
    source = f"s3://{archive}/2026/"
    taken = on_aws.json("processing", "import", f"s3://{archive}/results/", "--create", source, "--by-reference")
    assert (taken["stored"], taken["failed"]) == (1, 0)
    assert [(each.filename, each.status) for each in found(container)] == [("ü one.wav", "ready")]
    assert on_aws.json("processing", "import", f"s3://{archive}/results/")["known"] == 1
    container.close()


def test_a_run_is_submitted_and_looked_at(on_aws: Shell, archive: str) -> None:
    source, out = f"s3://{archive}/2026/", f"s3://{archive}/results/"
    run = on_aws.json("processing", "submit", "--input", source, "--output", out, "--instances", "3")
    assert (run["machines"], run["output_address"]) == (3, out)
    status = on_aws.json("processing", "status", run["name"])
    assert (status["name"], status["output_address"]) == (run["name"], out)
    assert run["name"] in on_aws.run("processing", "status", run["name"]).stdout
