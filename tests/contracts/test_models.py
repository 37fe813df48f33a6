"""What every way to a model promises: one that runs in this process, and the same one behind endpoints of SageMaker.

The endpoints are real boto3 against the image's own model server.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import soundfile

from adapters.aws.async_models import AsyncModel
from adapters.aws.blobs import S3Blobs
from adapters.aws.bucket import create_bucket
from adapters.aws.clients import AwsClients, AwsPlace
from adapters.aws.models import RealTimeModel
from adapters.models.shelf import ModelShelf
from adapters.models.speech import CARD, SpeechModel
from domain.errors import ModelFailure, NotFound, TooLarge
from domain.ports.models import Models, Sound
from domain.prediction import SoundTaken
from tests import sounds
from tests.adapters.audio.voices import speech
from tests.aws import REGION, AwsDouble, remove_bucket
from tests.runtime_front import RuntimeFront, model_server

RATE = 16_000
REMOTE = replace(CARD, takes=SoundTaken(RATE, 6_291_456))
PREFIX = "library/recordings/1/model-input/"


@dataclass(frozen=True)
class Way:
    """`asked` counts what was sent anywhere; `left_behind` tells what lies in the bucket."""

    models: Models
    front: RuntimeFront | None = None
    double: AwsDouble | None = None

    def left_behind(self) -> list[str]:
        if self.double is None:
            return []
        listed = self.double.clients.s3.list_objects_v2(Bucket=self.double.name)
        return [each["Key"] for each in listed.get("Contents", ())]

    def asked(self) -> int:
        return len(self.front.asked) if self.front else 0


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with model_server(tmp_path_factory.mktemp("model-server")) as url:
        yield url


@pytest.fixture(params=["here", "real-time", "async"])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    if request.param == "here":
        yield Way(ModelShelf([SpeechModel()]))
        return
    double: AwsDouble = request.getfixturevalue("aws_double")
    create_bucket(double.clients.s3, double.name)
    with RuntimeFront(request.getfixturevalue("container"), double.clients.s3, double.name) as front:
        runtime = AwsClients(AwsPlace(REGION, front.url)).sagemaker_runtime(70)
        if request.param == "real-time":
            yield Way(ModelShelf([RealTimeModel(runtime, "speech-endpoint", REMOTE)]), front, double)
        else:
            remote = AsyncModel(
                runtime,
                double.clients.s3,
                S3Blobs(double.clients, double.name),
                REMOTE,
                bucket=double.name,
                endpoint="speech-endpoint",
                seconds=60,
                pause=lambda _seconds: front.work(),
            )
            yield Way(ModelShelf([remote]), front, double)
    remove_bucket(double)


@pytest.fixture
def sound(tmp_path: Path) -> Sound:
    signal = sounds.joined(sounds.silence(1, RATE, 1), speech(3), sounds.silence(1, RATE, 1), speech(2, breath=0.1))
    soundfile.write(tmp_path / "mono.wav", signal, RATE, "PCM_16")
    return Sound(tmp_path / "mono.wav", len(signal) / RATE, PREFIX)


def ignored(_share: float, _stage: str) -> None: ...


def test_models_are_known_by_their_names(way: Way) -> None:
    assert [card.name for card in way.models.cards()] == ["speech"]
    assert way.models.card("speech") in (CARD, REMOTE)
    with pytest.raises(NotFound):
        way.models.card("bats")
    with pytest.raises(NotFound):
        way.models.predict("bats", Sound(Path("none"), 1.0), {}, ignored)


def test_every_way_says_the_same(way: Way, sound: Sound) -> None:
    settled = CARD.settled({})
    here = ModelShelf([SpeechModel()]).predict("speech", sound, settled, ignored)
    said = way.models.predict("speech", sound, settled, ignored)
    assert len(said.spans) >= 2
    assert said == here
    assert way.left_behind() == []


def test_parameters_get_through(way: Way, sound: Sound) -> None:
    said = way.models.predict("speech", sound, CARD.settled({"min_speech_seconds": 10}), ignored)
    assert said.spans == ()
    assert said.values["speech_seconds"] == 0


def test_a_sound_that_is_too_long_is_refused_before_it_is_sent(way: Way, sound: Sound) -> None:
    longer = replace(sound, seconds=way.models.card("speech").takes.longest_seconds + 1)
    with pytest.raises(TooLarge):
        way.models.predict("speech", longer, CARD.settled({}), ignored)
    assert way.asked() == 0
    assert way.left_behind() == []


def test_a_sound_that_the_model_cannot_read_is_its_failure(way: Way, sound: Sound) -> None:
    sound.path.write_bytes(b"RIFF0000WAVEnonsense")
    with pytest.raises(ModelFailure):
        way.models.predict("speech", sound, CARD.settled({}), ignored)
    assert way.asked() <= 1, "it is not asked again"
    assert way.left_behind() == []


def test_progress_is_told_and_ends_the_work_until_the_next_try(way: Way, sound: Sound) -> None:
    class Stop(Exception): ...

    def stop(_share: float, _stage: str) -> None:
        raise Stop

    with pytest.raises(Stop):
        way.models.predict("speech", sound, CARD.settled({}), stop)
    assert all(key.startswith(sound.prefix) for key in way.left_behind())
    way.models.predict("speech", sound, CARD.settled({}), ignored)
    assert way.asked() <= 1, "what was asked for is not asked for again"
    assert way.left_behind() == []
