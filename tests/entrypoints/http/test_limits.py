"""What may be sent is a setting, said by the API and held."""

from entrypoints.settings import Settings
from tests import sounds
from tests.entrypoints.http.conftest import V1, Service, a_service, problem


def test_limits_are_the_settings(service: Service) -> None:
    settings = Settings()
    said = service.viewer.get(f"{V1}/limits").get_json()
    assert {"wav", "flac", "mp3", "ogg", "mp4"} <= set(said.pop("containers"))
    assert said == {name: getattr(settings, name) for name in said}
    assert {"max_upload_bytes", "max_decoded_samples", "max_expansion", "max_channels"} <= set(said)


def test_what_a_setting_forbids_is_refused_and_what_it_allows_is_taken() -> None:
    tagged = sounds.id3_flood(frames=50)
    cases = {
        "max_channels": (1, 2, sounds.tone_wav(0.1), "unsupported-parameters"),
        "max_sample_rate_hz": (32_000, 44_100, sounds.tone_wav(0.1), "unsupported-parameters"),
        "min_sample_rate_hz": (48_000, 44_100, sounds.tone_wav(0.1), "unsupported-parameters"),
        "max_tag_frames": (49, 60, tagged, "metadata-limit"),
        "max_tag_bytes": (500, 1_000_000, tagged, "metadata-limit"),
        "max_decoded_samples": (8_000, 8_820, sounds.tone_wav(0.1), "decoded-size-limit"),
    }
    for name, (too_little, enough, content, code) in cases.items():
        strict, lenient = a_service(**{name: too_little}), a_service(**{name: enough})
        try:
            assert strict.viewer.get(f"{V1}/limits").get_json()[name] == too_little
            problem(strict.editor.send(content), 422, code)
            assert lenient.editor.send(content).status_code == 201, name
        finally:
            strict.container.close()
            lenient.container.close()
