"""The waveform by its format's own description, the spectrogram against librosa and by its own axis."""

import json
import struct
from pathlib import Path

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from adapters.audio.taps import mel
from adapters.audio.taps.picture import row_of
from adapters.audio.taps.spectrogram import MAX_COLUMNS, Spectrogram
from adapters.audio.taps.tap import Stream
from adapters.audio.taps.waveform import MAX_VALUES, Waveform
from domain.values import Scalar
from tests.adapters.audio.reference import run
from tests.sounds import Signal, joined, noise, tone


def dat(path: Path) -> tuple[tuple[int, ...], NDArray[np.int16]]:
    """Read as https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md has it."""
    raw = path.read_bytes()
    head = struct.unpack("<iIiiIi", raw[:24])
    return head, np.frombuffer(raw[24:], "<i2").reshape(head[4], head[5], 2)


def test_the_waveform_is_the_exact_minimum_and_maximum_of_each_pixel(tmp_path: Path) -> None:
    signal = noise(1.0, channels=3, dbfs=0.0)
    pcm = np.round(signal * 32768).clip(-32768, 32767)
    run(Waveform, (pcm / 32768).astype(np.float32), 44100, tmp_path, block=1000)

    head, values = dat(tmp_path / "waveform.dat")
    assert head == (2, 0, 44100, 256, 173, 3)  # version, 16 bits, rate, samples per pixel, length, channels
    for pixel in (0, 100, 172):
        part = pcm[pixel * 256 : (pixel + 1) * 256]
        assert (values[pixel, :, 0] == part.min(axis=0)).all()
        assert (values[pixel, :, 1] == part.max(axis=0)).all()

    said = json.loads((tmp_path / "waveform.json").read_text())
    assert [said[key] for key in ("version", "channels", "sample_rate", "samples_per_pixel", "bits", "length")] == [
        2,
        3,
        44100,
        256,
        16,
        173,
    ]
    assert said["data"] == values.ravel().tolist()


def test_a_long_waveform_keeps_its_size_and_loses_no_peak(tmp_path: Path) -> None:
    frames = MAX_VALUES * 256 + 1000
    tap = Waveform(Stream(48000, 1, 16, tmp_path))
    block = np.zeros((100_000, 1), np.float32)
    for start in range(0, frames, len(block)):
        part = block[: frames - start].copy()
        if start == 0:
            part[70_000] = 0.5
        tap.feed(part)
    tap.result()
    head, values = dat(tmp_path / "waveform.dat")
    assert head[3] == 512
    assert head[4] == -(-frames // 512)
    assert values[70_000 // 512, 0].tolist() == [0, 16384]
    assert np.count_nonzero(values) == 1


@pytest.mark.parametrize("rate", [1000, 8000, 44100, 192000, 768000])
def test_mel_bands_are_librosas(rate: int) -> None:
    window = Spectrogram(Stream(rate, 1, 16, Path()))._window
    corners = mel.edges(rate, window)
    ours = mel.weights(corners, rate, window)
    theirs = librosa.filters.mel(sr=rate, n_fft=window, n_mels=len(corners) - 2, norm=None)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert (ours.max(axis=1) > 0).all()


def test_columns_are_librosas_stft_of_the_whole_file(tmp_path: Path) -> None:
    signal, rate = joined(noise(1), tone(1), noise(0.5, seed=3, dbfs=-40)), 44100
    tap = Spectrogram(Stream(rate, 2, 16, tmp_path))
    for start in range(0, len(signal), 7001):
        tap.feed(signal[start : start + 7001])
    window, hop = tap._window, tap._span
    tap.result()

    padded = np.pad(signal.T, ((0, 0), (window // 2 - hop // 2, window)))
    power = np.abs(librosa.stft(padded, n_fft=window, hop_length=hop, center=False)) ** 2
    scale = 4 / (window * np.square(np.hanning(window + 1)[:-1]).sum())
    expected = (mel.weights(mel.edges(rate, window), rate, window) @ power.mean(axis=0) * scale).T
    np.testing.assert_allclose(tap._columns[: tap._full], expected[: tap._full], rtol=1e-3, atol=1e-9)
    assert tap._full == round(len(signal) / hop)


def picture(signal: Signal, rate: int, folder: Path) -> tuple[NDArray[np.uint8], dict[str, Scalar]]:
    (artefact,) = run(Spectrogram, signal, rate, folder).artefacts
    with Image.open(artefact.path) as image:
        assert image.mode == "P"
        return np.asarray(image), dict(artefact.settings)


@pytest.mark.parametrize(("hz", "rate"), [(100, 44100), (1000, 44100), (9000, 44100), (1000, 8000), (40000, 96000)])
def test_a_tone_is_brightest_in_the_row_that_the_axis_says(hz: int, rate: int, tmp_path: Path) -> None:
    pixels, axis = picture(tone(2.0, rate, 1, hz), rate, tmp_path)
    left, top, height = int(axis["plot_left"] or 0), int(axis["plot_top"] or 0), int(axis["plot_height"] or 0)
    column = pixels[top : top + height, left + int(axis["plot_width"] or 0) // 2]
    brightest = top + np.flatnonzero(column == column.max()).mean()
    row_height = height / int(axis["bands"] or 1)
    assert brightest == pytest.approx(row_of(hz, axis), abs=1.5 * row_height)


def test_a_full_scale_sine_is_0_db(tmp_path: Path) -> None:
    tap = Spectrogram(Stream(44100, 1, 16, tmp_path))
    tap.feed(tone(2.0, 44100, 1, 1000, 0.0))
    # The triangles share a sine's power between neighbours: their sum over bands is all of it.
    assert 10 * np.log10(tap._columns[40].sum()) == pytest.approx(0.0, abs=0.3)


def test_a_long_spectrogram_keeps_its_width_and_its_time_axis(tmp_path: Path) -> None:
    quiet, loud = tone(100, 8000, 1, 500, -80), tone(100, 8000, 1, 500, -6)
    pixels, axis = picture(joined(quiet, loud), 8000, tmp_path)
    columns = int(axis["columns"] or 0)
    assert MAX_COLUMNS // 2 <= columns <= MAX_COLUMNS
    row = round(row_of(500, axis))
    left, width = int(axis["plot_left"] or 0), int(axis["plot_width"] or 0)
    line = pixels[row, left : left + width].astype(int)
    jump = int(np.argmax(np.diff(line))) + 1
    assert jump / width * float(axis["plot_seconds"] or 0) == pytest.approx(100, abs=0.3)


def test_opposite_phases_are_seen(tmp_path: Path) -> None:
    signal = tone(1.0)
    signal[:, 1] *= -1
    pixels, axis = picture(signal, 44100, tmp_path)
    assert pixels[round(row_of(440, axis)), int(axis["plot_left"] or 0) + 200] > 150


@pytest.mark.parametrize("frames", [1, 2, 255, 5000])
def test_the_shortest_sounds_have_pictures_too(frames: int, tmp_path: Path) -> None:
    signal = np.full((frames, 1), 0.25, np.float32)
    pixels, axis = picture(signal, 44100, tmp_path)
    assert axis["duration_seconds"] == frames / 44100
    assert pixels.shape[1] > 500
    run(Waveform, signal, 44100, tmp_path)
    assert dat(tmp_path / "waveform.dat")[0][4] == -(-frames // 256)


def test_samples_of_any_size_are_drawn_without_a_warning(tmp_path: Path) -> None:
    signal = tone(0.5) * np.float32(1e30)
    pixels, _ = picture(signal, 44100, tmp_path)
    assert pixels.max() > 200
