"""Models are listed and run from the command line."""

from datetime import timedelta

import pytest

from domain.access import system_actor
from domain.errors import Invalid, NotFound
from domain.job_kind import Lane
from domain.ports.models import PredictionQuery
from domain.recording import Recording
from entrypoints.container import Container
from entrypoints.worker import worker_of
from tests import sounds
from tests.entrypoints.cli.conftest import Shell


def work(container: Container) -> None:
    worker = worker_of(container)
    while delivery := container.adapters.queue().receive(tuple(Lane), timedelta(), timedelta(minutes=1)):
        worker.handle(delivery)


@pytest.fixture
def recording(shell: Shell) -> Recording:
    """A silent one."""
    container = shell.container()
    library = container.use_cases.ensure_default_library()()
    actor = system_actor(library.id, "test")
    made: Recording = container.use_cases.receive_recording()(
        actor, filename="silence.wav", content_type="audio/wav", chunks=[sounds.silent_wav(seconds=0.5)]
    )[0]
    work(container)
    container.close()
    return made


def test_models_are_listed(shell: Shell) -> None:
    (model,) = shell.json("models")
    assert (model["name"], model["labels"], model["sample_rate_hz"]) == ("speech", ["speech"], 16_000)
    assert model["parameters"]["threshold"] == {"default": 0.5, "least": 0.05, "greatest": 0.95}
    assert "threshold=0.5" in shell.run("models").stdout


def test_a_model_is_run_over_a_recording_once(shell: Shell, recording: Recording) -> None:
    (job,) = shell.json("predict", "speech", recording.id, "--set", "threshold=0.6")
    assert (job["recording"], job["status"]) == (recording.id, "queued")
    container = shell.container()
    work(container)
    (prediction,) = container.adapters.predictions().search(recording.library_id, PredictionQuery(recording.id)).items
    container.close()
    assert prediction.parameters["threshold"] == 0.6
    assert prediction.span_count == 0, "the recording is silent"
    again = shell.run("predict", "speech", recording.id, "--set", "threshold=0.6")
    assert "succeeded" in again.stdout


@pytest.mark.parametrize("wrong", ["threshold", "threshold=high", "=0.5", "0.5"])
def test_a_parameter_out_of_shape_is_refused(shell: Shell, wrong: str) -> None:
    assert shell.run("predict", "speech", "x", "--set", wrong).exit_code == 2


def test_what_cannot_be_run_is_refused(shell: Shell, recording: Recording) -> None:
    assert isinstance(shell.run("predict", "bats", recording.id).exception, NotFound)
    assert isinstance(shell.run("predict", "speech", "x").exception, NotFound)
    assert isinstance(shell.run("predict", "speech", recording.id, "--set", "threshold=7").exception, Invalid)
