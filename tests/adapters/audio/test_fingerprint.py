"""The same sound is found again through codecs, levels, rates and cuts; another one is not."""

from pathlib import Path

import numpy as np
import pytest
import soxr

from adapters.audio.engine import LibrosaEngine
from adapters.audio.one_pass import Sound, one_pass
from adapters.audio.taps.fingerprint import Fingerprint as FingerprintTap
from adapters.audio.taps.tap import Told
from domain.fingerprint import NEAR, Fingerprint
from tests.performances import melody, speechlike
from tests.sounds import Signal, encoded, joined, noise, silence, tone

RATE = 44100


def told(signal: Signal, rate: int, folder: Path) -> Told:
    sound = Sound(rate, signal.shape[1], 16, "pcm_s16le")
    blocks = [np.ascontiguousarray(signal)]
    return one_pass({"identity": [FingerprintTap]}, blocks, sound, folder, lambda _heard: None)[1][0]


def printed(signal: Signal, folder: Path, rate: int = RATE) -> Fingerprint:
    (artefact,) = told(signal, rate, folder).artefacts
    return Fingerprint(artefact.path.read_bytes())


def of_file(data: bytes, folder: Path) -> Fingerprint:
    path = folder / "file"
    path.write_bytes(data)
    heard = LibrosaEngine().listen(path, folder, lambda _share, _stage: None, frozenset({"identity"}))
    (artefact,) = heard.artefacts
    return Fingerprint(artefact.path.read_bytes())


def shared(one: Fingerprint, two: Fingerprint) -> int:
    return len(one.terms() & two.terms())


@pytest.fixture(scope="module", params=["music", "speech"])
def sound(request: pytest.FixtureRequest) -> Signal:
    return melody(12, seed=1) if request.param == "music" else speechlike(12, seed=1)


@pytest.mark.parametrize(
    ("fmt", "bit_rate"),
    [("mp3", 64_000), ("mp3", 128_000), ("mp3", 320_000), ("ogg", 0), ("opus", 64_000), ("m4a", 96_000), ("flac", 0)],
)
def test_a_codec_does_not_hide_a_sound(sound: Signal, tmp_path: Path, fmt: str, bit_rate: int) -> None:
    original = printed(sound, tmp_path)
    coded = of_file(encoded(fmt, sound, bit_rate=bit_rate), tmp_path)
    match = original.similarity(coded)
    assert match.similarity > 0.8
    assert abs(match.offset_seconds) <= 0.125
    assert shared(original, coded) >= 3


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000, 96000])
def test_neither_does_another_rate(sound: Signal, tmp_path: Path, rate: int) -> None:
    original = printed(sound, tmp_path)
    resampled = printed(soxr.resample(sound, RATE, rate).astype(np.float32), tmp_path, rate)
    assert original.similarity(resampled).similarity > 0.8
    assert shared(original, resampled) >= 3


def test_nor_another_level_or_fewer_channels(sound: Signal, tmp_path: Path) -> None:
    original = printed(sound, tmp_path)
    quiet = np.round(sound * 0.25 * 32768) / np.float32(32768)
    assert original.similarity(printed(quiet.astype(np.float32), tmp_path)).similarity > 0.95
    assert printed(sound.mean(axis=1, keepdims=True), tmp_path).similarity(original).similarity > 0.99


@pytest.mark.parametrize("cut", [2.0, 2.0625, 3.1])
def test_nor_a_start_that_was_cut_off(sound: Signal, tmp_path: Path, cut: float) -> None:
    original, trimmed = printed(sound, tmp_path), printed(sound[round(cut * RATE) :], tmp_path)
    match = original.similarity(trimmed)
    assert match.is_near
    assert match.offset_seconds == pytest.approx(cut, abs=0.07)
    assert match.overlap_seconds == pytest.approx(12 - cut, abs=0.25)
    assert shared(original, trimmed) >= 1


def test_different_sounds_are_told_apart(tmp_path: Path) -> None:
    makes = [melody(12, seed) for seed in range(4)] + [speechlike(12, seed) for seed in range(4)] + [noise(12)]
    prints = [printed(signal, tmp_path) for signal in makes]
    matches = [(one.similarity(two), shared(one, two)) for i, one in enumerate(prints) for two in prints[:i]]
    assert max(match.similarity for match, _ in matches) < NEAR - 0.2
    assert max(terms for _, terms in matches) <= 2


def test_pauses_do_not_make_sounds_alike(tmp_path: Path) -> None:
    one, two = joined(melody(5, 1), silence(60)), joined(melody(5, 2), silence(60))
    assert not printed(one, tmp_path).similarity(printed(two, tmp_path)).is_near
    again = printed(joined(silence(1), melody(5, 1), silence(50)), tmp_path)
    match = printed(one, tmp_path).similarity(again)
    assert match.is_near
    assert match.offset_seconds == -1.0


NO_FINGERPRINT = {
    "silence": (silence(6), RATE, "steady"),
    "a steady tone": (tone(6), RATE, "steady"),
    "a hum below all bands": (tone(6, hz=50), RATE, "steady"),
    "too short": (noise(3.8), RATE, "shorter than 3.875 s"),
    "a rate too low": (noise(6, 7999), 7999, "8000 Hz"),
}


@pytest.mark.parametrize("name", NO_FINGERPRINT)
def test_where_there_is_nothing_to_be_told_by_there_is_a_reason(name: str, tmp_path: Path) -> None:
    signal, rate, reason = NO_FINGERPRINT[name]
    result = told(signal, rate, tmp_path)
    assert result.artefacts == ()
    (descriptor,) = result.descriptors
    assert descriptor.value is None
    assert reason in str(descriptor.reason)


def test_it_says_how_many_codes_it_has(tmp_path: Path) -> None:
    result = told(joined(melody(5, 1), silence(3)), RATE, tmp_path)
    (artefact,) = result.artefacts
    assert artefact.settings == {"codes": 8 * 8 - 7, "codes_per_second": 8}
    assert len(artefact.path.read_bytes()) == 4 * (8 * 8 - 7)
    (descriptor,) = result.descriptors
    assert isinstance(descriptor.value, int)
    assert 24 <= descriptor.value <= 45  # of the silence there are none


def test_a_code_depends_on_what_it_looks_at_alone(tmp_path: Path) -> None:
    """Late in a long sound as at the start of a short one: 508 s is a whole number of steps and of STFT frames."""
    sound = noise(540, 8000, 1)
    whole, excerpt = printed(sound, tmp_path, 8000).codes, printed(sound[508 * 8000 :], tmp_path, 8000).codes
    after_the_edge = 4
    assert len(excerpt) == 4 * (32 * 8 - 7)
    assert whole[4 * 508 * 8 + after_the_edge :] == excerpt[after_the_edge:]


def test_two_hours_are_enough(tmp_path: Path) -> None:
    """At 8 kHz in mono, an hour is quickly heard."""
    rate, hour = 8000, 3600
    block = noise(60, rate, 1)
    sound = Sound(rate, 1, 16, "pcm_s16le")
    blocks = (block for _ in range(2 * hour // 60 + 2))
    (result,) = one_pass({"identity": [FingerprintTap]}, blocks, sound, tmp_path, lambda _heard: None)[1]
    assert result.descriptors[0].value == 2 * hour * 8


def test_samples_of_any_size_are_no_error(tmp_path: Path) -> None:
    loud = melody(6, 1) * np.float32(1e12)
    assert printed(loud, tmp_path).similarity(printed(melody(6, 1), tmp_path)).similarity > 0.99
    assert told(loud * np.float32(1e18), RATE, tmp_path).descriptors[0].reason  # its power is beyond float32
