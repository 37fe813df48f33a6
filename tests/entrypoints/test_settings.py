import pytest
from pydantic import ValidationError

from domain.job_kind import Lane
from domain.source import Importable
from entrypoints.container import Container
from entrypoints.settings import Profile, Settings
from entrypoints.use_cases.all import UseCases


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUDIO_PROFILE", "clouds"),
        ("AUDIO_PORT", "70000"),
        ("AUDIO_ADMIN_KEY", "ak_short"),
        ("AUDIO_ADMIN_KEY", "x" * 40),
        ("AUDIO_WORKER_CHILDREN", "0"),
        ("AUDIO_WORKER_LANES", ","),
        ("AUDIO_WORKER_LANES", "listening,fast"),
        ("AUDIO_MAX_CHANNELS", "0"),
        ("AUDIO_IMPORT_ADDRESSES", "s3://archive/, team=archive"),
        ("AUDIO_MIN_SAMPLE_RATE_HZ", "1000000"),
    ],
)
def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIO_CORS_ORIGINS", "https://a.example, https://b.example,")
    assert Settings().cors_origins == ("https://a.example", "https://b.example")


def test_libraries_may_have_addresses_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIO_IMPORT_ADDRESSES", "s3://archive/all/, team=s3://archive/team/,")
    assert Settings().import_addresses == (Importable("s3://archive/all/"), Importable("s3://archive/team/", "team"))


def test_a_worker_serves_all_lanes_unless_it_is_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().worker_lanes == tuple(Lane)
    monkeypatch.setenv("AUDIO_WORKER_LANES", "previews, listening")
    assert Settings().worker_lanes == (Lane.PREVIEWS, Lane.LISTENING)


def test_a_worker_in_ecs_has_longer_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [Settings(profile=profile).stop_grace_seconds for profile in (Profile.LOCAL, Profile.AWS)] == [20, 90]
    monkeypatch.setenv("AUDIO_STOP_GRACE_SECONDS", "5")
    assert Settings(profile=Profile.AWS).stop_grace_seconds == 5


def test_the_agent_of_ecs_is_named_by_ecs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().ecs_agent_uri is None
    monkeypatch.setenv("ECS_AGENT_URI", "http://169.254.170.2/api/1")
    assert Settings().ecs_agent_uri == "http://169.254.170.2/api/1"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As compose and shells hand on what was not set: an empty key would let nobody in, or sign for everybody."""
    for name in ("AUDIO_ADMIN_KEY", "AUDIO_SIGNING_KEY", "AUDIO_PORT"):
        monkeypatch.setenv(name, "")
    settings = Settings()
    assert (settings.admin_key, settings.signing_key, settings.port) == (None, None, 8000)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    token = "ak_" + "s" * 40
    monkeypatch.setenv("AUDIO_ADMIN_KEY", token)
    assert token not in repr(Settings())


def test_every_family_fills_every_port_of_every_use_case() -> None:
    wanted = set(UseCases.adapters.providers)
    assert {"recordings", "blobs", "queue", "engine", "clock"} <= wanted
    for profile in Profile:
        container = Container(Settings(profile=profile))
        assert wanted <= set(container.adapters.providers)
        container.close()
