"""Every recipe that ships can be done, and makes what its name says."""

from pathlib import Path

import pytest

from adapters.audio.engine import LibrosaEngine
from domain.builtin_recipes import BUILTIN_RECIPES
from domain.processing import Processing
from tests.sounds import encoded, joined, noise, silence, tone

MADE = {  # codec, bits, sample rate in Hz, channels, target in LUFS; files, and seconds of all of them
    "ebu-r128": ("pcm_s24le", 24, 44_100, 2, -23.0, 1, 5.0),
    "atsc-a85": ("pcm_s24le", 24, 44_100, 2, -24.0, 1, 5.0),
    "podcast": ("mp3", None, 44_100, 2, -16.0, 1, 5.0),
    "podcast-voice": ("opus", None, 48_000, 1, -16.0, 1, 3.4),  # of the silence at the ends, 0.2 s each are left
    "streaming": ("flac", 24, 44_100, 2, -14.0, 1, 5.0),
    "replaygain-2": ("flac", 16, 44_100, 2, -18.0, 1, 5.0),
    "speech-16k": ("pcm_s16le", 16, 16_000, 1, None, 1, 5.0),
    "archive-flac": ("flac", 16, 44_100, 2, None, 1, 5.0),
    "web-opus": ("opus", None, 48_000, 2, None, 1, 5.0),
    "clean-voice": ("pcm_s24le", 24, 44_100, 2, -16.0, 1, 5.0),
    "trim-silence": ("pcm_s16le", 16, 44_100, 2, None, 1, 3.4),
    "split-on-silence": ("pcm_s16le", 16, 44_100, 2, None, 2, 2.4),  # of each pause, 0.1 s is left at each end
    "split-on-speech": ("pcm_s16le", 16, 44_100, 2, None, 2, 2.4),
    "split-30s": ("pcm_s16le", 16, 44_100, 2, None, 1, 5.0),
    "strip-tags": ("flac", 16, 44_100, 2, None, 1, 5.0),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tones of a second over some noise, with a second of silence before, between and after them."""
    path = tmp_path_factory.mktemp("sound") / "in.wav"
    sound = tone(1) + noise(1, dbfs=-40)
    path.write_bytes(encoded("wav", joined(silence(1), sound, silence(1), sound, silence(1))))
    return path


@pytest.mark.parametrize("name", BUILTIN_RECIPES)
def test_what_ships_makes_what_its_name_says(name: str, recorded: Path, tmp_path: Path) -> None:
    asked = Processing(BUILTIN_RECIPES[name].steps, "out")
    processed = LibrosaEngine().process(recorded, tmp_path, asked, lambda *_: None)
    promises = [output.promise for output in processed.outputs]
    *made, files, seconds = MADE[name]
    for it in promises:
        assert [it.codec, it.bit_depth, it.sample_rate_hz, it.channels, it.target_lufs] == made
    assert len(promises) == files
    assert sum(it.frames / it.sample_rate_hz for it in promises) == pytest.approx(seconds, abs=0.05)
