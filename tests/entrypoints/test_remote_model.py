"""Models elsewhere, as the environment names them."""

import json
from typing import Any

import botocore.session
import pytest
from pydantic import ValidationError

from adapters.aws.async_models import AsyncModel
from adapters.aws.blobs import S3Blobs
from adapters.aws.clients import AwsClients, AwsPlace
from adapters.aws.models import RealTimeModel
from entrypoints.families.models import models
from entrypoints.remote_model import MAX_PARAMETERS
from entrypoints.settings import Settings

BIRDS = {
    "name": "birds",
    "version": "3",
    "endpoint": "birds-endpoint",
    "labels": ["owl"],
    "parameters": [{"name": "threshold", "default": 0.5, "least": 0, "greatest": 1}],
}
BATS = {"name": "bats", "version": "1", "endpoint": "bats-endpoint", "mode": "async", "labels": ["bat"]}


def told(monkeypatch: pytest.MonkeyPatch, *named: dict[str, Any]) -> Settings:
    monkeypatch.setenv("AUDIO_SAGEMAKER_MODELS", json.dumps(named))
    return Settings()


def test_models_of_all_places_stand_on_one_shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = told(monkeypatch, BIRDS, {**BATS, "max_seconds": 60, "sample_rate_hz": 44_100})
    clients = AwsClients(AwsPlace("eu-central-1"))
    shelf = models(settings, clients, S3Blobs(clients, "bucket"))
    bats, birds, speech = shelf.cards()
    assert (bats.name, birds.name, speech.name) == ("bats", "birds", "speech")
    assert birds.settled({}) == {"threshold": 0.5}
    assert birds.takes.longest_seconds == pytest.approx(196.6, abs=0.1)
    assert "mode async" in birds.remedy
    assert (bats.takes.sample_rate_hz, bats.takes.longest_seconds) == (44_100, 60)
    assert isinstance(shelf._models["bats"], AsyncModel)
    assert isinstance(shelf._models["birds"], RealTimeModel)


def test_the_images_own_model_may_run_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers under its own name: beside the one in this process there is no room for it."""
    settings = told(monkeypatch, {"name": "speech", "version": "6.2.3-1", "endpoint": "a", "labels": ["speech"]})
    clients = AwsClients(AwsPlace("eu-central-1"))
    shelf = models(settings, clients, S3Blobs(clients, "bucket"))
    assert [type(model) for model in shelf._models.values()] == [RealTimeModel]


@pytest.mark.parametrize(
    "wrong",
    [
        [{**BIRDS, "name": "Birds"}],
        [{**BIRDS, "version": ""}],
        [{**BIRDS, "endpoint": "a/b"}],
        [{**BIRDS, "mode": "batch"}],
        [{**BIRDS, "labels": [""]}],
        [{**BIRDS, "endpiont": "x"}],
        [{**BIRDS, "parameters": [{"name": "model", "default": 0, "least": 0, "greatest": 1}]}],
        [{**BIRDS, "parameters": [{"name": "x", "default": 2, "least": 0, "greatest": 1}]}],
        [BIRDS, {**BATS, "name": "birds"}],
    ],
    ids=lambda wrong: str(wrong[-1])[:60],
)
def test_what_no_model_can_be_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, wrong: Any) -> None:
    with pytest.raises(ValidationError):
        told(monkeypatch, *wrong)


def test_limits_are_those_that_aws_documents() -> None:
    """As the SDK's own description of the API has them."""
    runtime: Any = botocore.session.get_session().get_service_model("sagemaker-runtime")
    sync = runtime.operation_model("InvokeEndpoint").input_shape.members
    later = runtime.operation_model("InvokeEndpointAsync").input_shape.members
    settings = Settings()
    assert settings.sagemaker_realtime_bytes == sync["Body"].metadata["max"]
    assert settings.sagemaker_async_seconds == later["InvocationTimeoutSeconds"].metadata["max"]
    longest = json.dumps({f"{'p' * 22}{n:02}": -1.2345678901234567e-300 for n in range(MAX_PARAMETERS)})
    assert len(longest.replace(" ", "")) <= sync["CustomAttributes"].metadata["max"]
