"""The same result however the samples are cut, and the true duration of every format."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.audio.engine import LibrosaEngine
from adapters.audio.listening import TAPS
from tests.adapters.audio.reference import decoded_frames, run_all
from tests.sounds import encoded, joined, noise, silence, tone

RATE = 8000
SIGNAL = joined(
    silence(0.7, RATE),
    tone(1.3, RATE, hz=333),
    np.clip(tone(0.4, RATE, dbfs=9), -1, 1),
    silence(2.2, RATE),
    noise(1, RATE),
)


@settings(max_examples=12, deadline=None)
@given(cuts=st.lists(st.integers(0, len(SIGNAL)), max_size=40), step=st.sampled_from([0, 1000, 4096, 799, 17]))
def test_any_cutting_into_blocks_gives_the_same(cuts: list[int], step: int) -> None:
    cuts = sorted(cuts) if not step else list(range(step, len(SIGNAL), step))
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        whole = run_all(TAPS, SIGNAL, RATE, Path(one), [0])
        parts = run_all(TAPS, SIGNAL, RATE, Path(two), [0, *cuts])
        assert [told.descriptors for told in parts] == [told.descriptors for told in whole]
        assert [told.findings for told in parts] == [told.findings for told in whole]
        made = [artefact.path.name for told in whole for artefact in told.artefacts]
        assert "waveform.dat" in made
        for name in made:
            assert Path(two, name).read_bytes() == Path(one, name).read_bytes(), name


@pytest.mark.parametrize("seconds", [0.1, 1.2345, 7.0])
@pytest.mark.parametrize("fmt", ["wav", "flac", "mp3", "ogg", "opus", "m4a", "aac", "alac", "webm", "oggflac"])
def test_the_duration_is_that_of_ffmpegs_decoded_samples(fmt: str, seconds: float, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(encoded(fmt, tone(seconds)))
    audio = LibrosaEngine().listen(path, tmp_path, lambda _share, _stage: None).audio
    reference = decoded_frames(path, 2) / audio.sample_rate_hz
    assert audio.duration_seconds == pytest.approx(reference, abs=0.05)
    if fmt in {"wav", "flac", "mp3", "m4a", "alac"}:  # formats that say how much of the last frame is padding
        assert audio.duration_seconds == pytest.approx(seconds, abs=0.001)  # mp4 counts in milliseconds
    assert audio.duration_seconds == pytest.approx(seconds, abs=0.06)


@pytest.mark.parametrize(
    ("fmt", "rate", "channels", "subtype", "bits"),
    [
        ("wav", 8000, 1, "PCM_U8", 8),
        ("wav", 384000, 1, "PCM_24", 24),
        ("wav", 48000, 6, "PCM_32", 32),
        ("wav", 44100, 32, "FLOAT", 32),
        ("wav", 44100, 2, "DOUBLE", 64),
        ("wav", 8000, 1, "ULAW", 8),
        ("flac", 96000, 8, "PCM_24", 24),
        ("aiff", 22050, 1, "PCM_24", 24),
        ("caf", 48000, 2, "ALAC_16", 16),
    ],
)
def test_rates_channels_and_depths(  # noqa: PLR0917 - a row of the table
    fmt: str, rate: int, channels: int, subtype: str, bits: int, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    path.write_bytes(encoded(fmt, tone(0.5, rate, channels, hz=440, dbfs=-12), rate, subtype=subtype))
    heard = LibrosaEngine().listen(path, tmp_path, lambda _share, _stage: None)
    audio = heard.audio
    assert (audio.sample_rate_hz, audio.channels, audio.bit_depth) == (rate, channels, bits)
    assert audio.duration_seconds == pytest.approx(0.5, abs=0.01)
    peak = next(each.value for each in heard.descriptors if each.name == "sample_peak")
    assert peak == pytest.approx(-12.0, abs=0.3)
