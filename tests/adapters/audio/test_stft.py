"""The shared transform against librosa's of the whole file, and the columns that frames are kept in."""

import json
from pathlib import Path

import librosa
import numpy as np
import pytest

from adapters.audio.chunks import CHUNK_FRAMES, chunks
from adapters.audio.frames import Frames, Rows
from adapters.audio.stft import Stft
from tests.adapters.audio.reference import channel_power
from tests.sounds import noise


@pytest.mark.parametrize("rate", [1000, 8000, 22050, 44100, 48000, 192000, 384000, 768000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_power_is_librosas(rate: int, channels: int) -> None:
    signal = noise(150_001, rate=1, channels=channels)
    stft = Stft(rate, channels)
    got = [chunk.spectra for chunk in chunks([signal[:777], signal[777:]], channels, stft)]
    assert [spectra.first for spectra in got] == np.cumsum([0, *map(len, got)]).tolist()[:-1]

    expected = channel_power(signal, stft.window)
    mixed = np.abs(librosa.stft(signal.mean(axis=1), n_fft=stft.window, hop_length=stft.hop, pad_mode="constant"))
    top = expected.max()
    each = np.stack([s.total(n, n + 1) for s in got for n in range(len(s))])
    assert np.abs(each - expected).max() <= 1e-5 * top
    assert np.abs(np.concatenate([s.mix for s in got]) - mixed.T**2).max() <= 1e-5 * top
    assert np.abs(np.concatenate([s.magnitude for s in got]) - mixed.T).max() <= 1e-5 * np.sqrt(top)


@pytest.mark.parametrize("frames", [1, 2, 500, CHUNK_FRAMES - 1, CHUNK_FRAMES, CHUNK_FRAMES + 1, 2 * CHUNK_FRAMES])
def test_the_number_of_frames_is_librosas(frames: int) -> None:
    stft = Stft(44100, 1)
    count = sum(len(chunk.spectra) for chunk in chunks([noise(frames, rate=1, channels=1)], 1, stft))
    assert count == 1 + frames // stft.hop


def test_only_the_last_chunk_is_shorter_and_says_so() -> None:
    lengths = [(len(chunk), chunk.at, chunk.last) for chunk in chunks([noise(300_000, rate=1)] * 2, 2, Stft(8000, 2))]
    assert lengths == [
        *((CHUNK_FRAMES, n * CHUNK_FRAMES, False) for n in range(4)),
        (600_000 - 4 * CHUNK_FRAMES, 4 * CHUNK_FRAMES, True),
    ]


def test_columns_come_back_by_name_and_shape(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    wide, narrow = draw.normal(size=(100_000, 7)), draw.normal(size=4000)
    with Frames(tmp_path, 44100, 2048) as frames:
        for part in np.array_split(wide, 13):
            frames.add("wide", part, Rows("dB", 1024))
        frames.add("narrow", narrow, Rows("s", None, None))
        np.testing.assert_array_equal(frames.column("narrow"), narrow.astype(np.float32))
        assert (frames.width("wide"), frames.width("narrow")) == (7, 1)
        np.testing.assert_array_equal(np.concatenate([*frames.pieces("wide")]), wide.astype(np.float32))
        artefact = frames.artefact()
    assert artefact is not None
    with np.load(artefact.path, allow_pickle=False) as read:
        np.testing.assert_array_equal(read["wide"], wide.astype(np.float32))
        np.testing.assert_array_equal(read["narrow"], narrow.astype(np.float32))
        contents = str(read["columns"])
        assert read["sample_rate_hz"] == 44100
    assert [path.name for path in tmp_path.iterdir()] == ["frames.npz"]
    assert json.loads(contents) == {
        "narrow": {"unit": "s", "hop_samples": None, "first_sample": None},
        "wide": {"unit": "dB", "hop_samples": 1024, "first_sample": 0},
    }
    assert artefact.settings == {"sample_rate_hz": 44100, "window_samples": 2048, "columns": contents}


def test_without_columns_there_is_no_file(tmp_path: Path) -> None:
    with Frames(tmp_path, 44100, 2048) as frames:
        assert frames.artefact() is None
    assert not list(tmp_path.iterdir())
