"""wav as it is written, read by libsndfile, which did not write it, and by the engine."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adapters.audio.claims import examine
from adapters.audio.embedded import embedded
from adapters.audio.engine import LibrosaEngine
from adapters.audio.limits import EngineLimits
from adapters.audio.process.pcm import Pcm
from adapters.audio.process.wav import WavWriter
from tests.sounds import Signal, noise, tone

SUBTYPES = {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}


def written(path: Path, sound: Signal, depth: int, largest: int = 0xFFFFFFFF, layout: str | None = None) -> Path:
    tags = {"title": "Grüße", "comment": "odd", "mood": "nobody's chunk"}
    pcm = Pcm(depth)
    with WavWriter(path, 8000, sound.shape[1], depth, layout, tags, largest) as wav:
        for start in range(0, len(sound), 333):
            wav.write(pcm.taken(sound[start : start + 333]).data)
    return path


@pytest.mark.parametrize("largest", [0xFFFFFFFF, 1000])
@pytest.mark.parametrize("depth", SUBTYPES)
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_it_is_read_as_it_was_written(tmp_path: Path, depth: int, channels: int, largest: int) -> None:
    sound = noise(0.123125, 8000, channels)  # 985 frames: odd, so that 24-bit mono needs a byte of padding
    path = written(tmp_path / "out.wav", sound, depth, largest)
    with soundfile.SoundFile(path) as file:
        assert (file.samplerate, file.channels, file.subtype) == (8000, channels, SUBTYPES[depth])
        assert file.format == ("RF64" if largest == 1000 else "WAVEX" if channels > 2 else "WAV")
        assert file.frames == 985
        read = file.read(dtype="float32", always_2d=True)
    np.testing.assert_allclose(read, sound, atol=0.5001 / (1 << (depth - 1)) if depth < 32 else 0)

    heard = LibrosaEngine().probe(path)
    assert (heard.container, heard.bit_depth) == ("rf64" if largest == 1000 else "wav", depth)
    assert heard.declared_duration_seconds == 985 / 8000
    tags = embedded(examine(path, EngineLimits())).tags
    assert {name: tags.get(name) for name in ("title", "comment", "mood")} == {
        "title": "Grüße", "comment": "odd", "mood": None,
    }  # fmt: skip


def test_it_is_rf64_only_beyond_what_four_bytes_can_say(tmp_path: Path) -> None:
    sound = noise(0.1, 8000, 1)
    size = written(tmp_path / "out.wav", sound, 16).stat().st_size - 8
    assert (tmp_path / "out.wav").read_bytes()[:8] == b"RIFF" + struct.pack("<I", size)
    assert written(tmp_path / "just.wav", sound, 16, size).read_bytes()[:4] == b"RIFF"
    beyond = written(tmp_path / "beyond.wav", sound, 16, size - 1).read_bytes()
    assert beyond[:8] == b"RF64\xff\xff\xff\xff"
    assert beyond[12:16] == b"ds64"
    assert struct.unpack("<QQQ", beyond[20:44]) == (size, 1600, 800)


def test_the_sizes_of_five_gigabytes_are_told(tmp_path: Path) -> None:
    """Without writing them: the file is a hole behind its head."""
    path = tmp_path / "out.wav"
    with WavWriter(path, 48000, 2, 32, tags={"title": "Long"}) as wav:
        wav._file.seek(5_000_000_000, os.SEEK_CUR)
        wav._file.truncate()
        wav._written = 5_000_000_000
    with path.open("rb") as file:
        head = file.read(100)
    assert head[:4] == b"RF64"
    assert struct.unpack("<QQ", head[20:36])[1] == 5_000_000_000
    assert struct.unpack("<Q", head[36:44])[0] == 625_000_000
    candidate = examine(path, EngineLimits())
    assert not candidate.claims.sizes_lie
    assert candidate.claims.duration_seconds == 625_000_000 / 48000
    assert embedded(candidate).tags == {"title": "Long"}
    with soundfile.SoundFile(path) as file:
        assert (file.format, file.frames) == ("RF64", 625_000_000)


@pytest.mark.parametrize("layout", ["5.1", "5.1(side)", None])
def test_channels_say_their_places(tmp_path: Path, layout: str | None) -> None:
    path = written(tmp_path / "out.wav", noise(0.1, 8000, 6), 16, layout=layout)
    assert LibrosaEngine().probe(path).layout == layout


def test_integers_are_rounded_and_come_back_as_they_were() -> None:
    steps = np.arange(-32768, 32768, dtype=np.int16)
    sound = (steps / np.float32(32768)).astype(np.float32)[:, None]
    np.testing.assert_array_equal(Pcm(16).taken(sound)[:, 0], steps)
    np.testing.assert_array_equal(Pcm(24, wide=True).taken(sound)[:, 0], steps.astype(np.int32) << 16)
    assert not Pcm(16).taken(np.full((4, 1), 0.49 / 32768, np.float32)).any()


@pytest.mark.parametrize(("depth", "expected"), [(16, 3), (24, 3), (None, 3), (32, 0)])
def test_what_lies_beyond_full_scale_is_cut_off_and_counted(depth: int | None, expected: int) -> None:
    pcm = Pcm(depth)
    sound = np.array([[1.0, -1.0], [1.5, -1.001], [0.0, 9.0]], np.float32)
    out = pcm.taken(sound)
    assert pcm.cut_off == expected
    if depth == 16:
        assert out.tolist() == [[32767, -32768], [32767, -32768], [0, 32767]]


def test_a_tone_at_full_scale_is_not_cut_off() -> None:
    pcm = Pcm(16)
    pcm.taken(tone(1, 8000, hz=2000, dbfs=0))
    assert pcm.cut_off == 0
