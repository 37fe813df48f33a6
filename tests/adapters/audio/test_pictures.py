"""The waveform by its format's own description, the spectrogram against librosa and by its own axis."""

import json
import os
import shutil
import struct
import subprocess
from pathlib import Path

import librosa
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from adapters.audio import mel
from adapters.audio.one_pass import Sound, one_pass
from adapters.audio.stft import window_of
from adapters.audio.taps import png
from adapters.audio.taps.picture import palette, rows_of
from adapters.audio.taps.spectrogram import MAX_COLUMNS, Spectrogram
from adapters.audio.taps.tap import Stream
from adapters.audio.taps.waveform import MAX_VALUES, ZOOMS, Waveform
from domain.values import Scalar
from tests.adapters.audio.reference import channel_power, run
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


def whole(name: str, signal: Signal, each: int, folder: Path) -> None:
    """The zoom's peaks and RMS are those of each pixel of the whole signal."""
    head, values = dat(folder / name)
    assert (head[3], head[4]) == (each, -(-len(signal) // each))
    parts = [signal[start : start + each] for start in range(0, len(signal), each)]
    if name.startswith("rms"):
        rms = np.array([np.sqrt(np.mean(part.astype(np.float64) ** 2, axis=0)) for part in parts])
        np.testing.assert_allclose(values[:, :, 1], rms * 32768, atol=0.6)
        assert (values[:, :, 0] == -values[:, :, 1]).all()
    else:
        np.testing.assert_array_equal(values[:, :, 0], np.rint([part.min(axis=0) * 32768 for part in parts]))
        np.testing.assert_array_equal(values[:, :, 1], np.rint([part.max(axis=0) * 32768 for part in parts]))


@pytest.mark.parametrize("frames", [1, 255, 256, 65536, 65537, 3_000_001])
def test_each_zoom_holds_the_peaks_and_the_rms_of_every_pixel(frames: int, tmp_path: Path) -> None:
    signal = noise(frames, rate=1, channels=2, dbfs=-6)
    run(Waveform, signal, 44100, tmp_path, block=10_007)
    for each in ZOOMS:
        whole(f"waveform-{each}.dat", signal, each, tmp_path)
        whole(f"rms-{each}.dat", signal, each, tmp_path)


@pytest.mark.parametrize("channels", [1, 8])
def test_a_long_waveform_keeps_its_size_and_loses_no_peak(channels: int, tmp_path: Path) -> None:
    frames, length = MAX_VALUES * 256 + 1000, 100_000
    block = np.zeros((length, channels), np.float32)
    first = block.copy()
    first[70_000] = 0.5
    starts = range(0, frames, length)
    blocks = (first if not start else block[: min(length, frames - start)] for start in starts)
    one_pass({"waveform": [Waveform]}, blocks, Sound(48000, channels), tmp_path, lambda _heard: None)
    head, values = dat(tmp_path / "waveform.dat")
    assert head[3] == 512 * channels
    assert head[4] == -(-frames // head[3])
    assert values[70_000 // head[3], 0].tolist() == [0, 16384]
    assert np.count_nonzero(values) == channels


@pytest.mark.parametrize("rate", [1000, 8000, 44100, 192000, 768000])
def test_mel_bands_are_librosas(rate: int) -> None:
    window = window_of(rate)
    corners = mel.edges(rate, window)
    ours = mel.weights(corners, rate, window)
    theirs = librosa.filters.mel(sr=rate, n_fft=window, n_mels=len(corners) - 2, norm=None)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert (ours.max(axis=1) > 0).all()


READERS = Path(__file__).parents[3] / ".venv" / "npm" / "node_modules"


@pytest.mark.skipif(
    not (shutil.which("node") and (READERS / "waveform-data").is_dir()),
    reason="the waveform-data package is not there: npm was missing when the development packages were installed",
)
@pytest.mark.parametrize("name", ["waveform.dat", "waveform.json", "waveform-4096.dat", "rms-256.dat"])
def test_the_waveform_data_package_reads_the_same(name: str, tmp_path: Path) -> None:
    run(Waveform, noise(3.0, channels=2, dbfs=-3.0), 44100, tmp_path)
    script = Path(__file__).parents[2] / "npm" / "read_waveform.js"
    environment = {"NODE_PATH": str(READERS), "PATH": os.environ["PATH"]}
    command: list[str | Path] = ["node", script, tmp_path / name]
    said = subprocess.run(command, env=environment, capture_output=True, check=True)
    read = json.loads(said.stdout)
    head, values = dat(tmp_path / name.replace("json", "dat"))
    assert [read["sample_rate"], read["scale"], read["length"], read["bits"]] == [head[2], head[3], head[4], 16]
    assert read["channels"] == values.transpose(1, 2, 0).tolist()


def spectrogram(signal: Signal, rate: int, folder: Path) -> Spectrogram:
    kept: list[Spectrogram] = []

    def make(stream: Stream) -> Spectrogram:
        kept.append(Spectrogram(stream))
        return kept[0]

    run(make, signal, rate, folder, block=7001)
    return kept[0]


@pytest.mark.parametrize(("seconds", "each"), [(2.5, 1), (60.0, 2), (150.0, 4)])
def test_columns_are_librosas_stft_of_the_whole_file(seconds: float, each: int, tmp_path: Path) -> None:
    signal, rate = joined(noise(seconds / 2), tone(seconds / 4), noise(seconds / 4, seed=3, dbfs=-40)), 44100
    tap = spectrogram(signal, rate, tmp_path)
    window = window_of(rate)
    scale = 4 / (window * np.square(np.hanning(window + 1)[:-1]).sum())
    bands = (mel.weights(mel.edges(rate, window), rate, window) @ channel_power(signal, window).T * scale).T
    expected = np.array([bands[start : start + each].mean(axis=0) for start in range(0, len(bands), each)])
    assert (tap._each, tap._full) == (each, len(expected))
    np.testing.assert_allclose(tap._columns[: tap._full], expected, rtol=1e-3, atol=1e-9)


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
    assert brightest == pytest.approx(rows_of([hz], axis)[0], abs=1.5 * row_height)


def test_a_full_scale_sine_is_0_db(tmp_path: Path) -> None:
    tap = spectrogram(tone(2.0, 44100, 1, 1000, 0.0), 44100, tmp_path)
    # The triangles share a sine's power between neighbours: their sum over bands is all of it.
    assert 10 * np.log10(tap._columns[40].sum()) == pytest.approx(0.0, abs=0.3)


def test_a_long_spectrogram_keeps_its_width_and_its_time_axis(tmp_path: Path) -> None:
    quiet, loud = tone(100, 8000, 1, 500, -80), tone(100, 8000, 1, 500, -6)
    pixels, axis = picture(joined(quiet, loud), 8000, tmp_path)
    columns = int(axis["columns"] or 0)
    assert MAX_COLUMNS // 2 <= columns <= MAX_COLUMNS
    row = round(rows_of([500], axis)[0])
    left, width = int(axis["plot_left"] or 0), int(axis["plot_width"] or 0)
    line = pixels[row, left : left + width].astype(int)
    jump = int(np.argmax(np.diff(line))) + 1
    assert jump / width * float(axis["plot_seconds"] or 0) == pytest.approx(100, abs=0.3)


def test_opposite_phases_are_seen(tmp_path: Path) -> None:
    signal = tone(1.0)
    signal[:, 1] *= -1
    pixels, axis = picture(signal, 44100, tmp_path)
    assert pixels[round(rows_of([440], axis)[0]), int(axis["plot_left"] or 0) + 200] > 150


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


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (97, 1031)])
def test_another_reader_sees_the_pixels_that_were_written(shape: tuple[int, int], tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape, np.uint8).repeat(2, axis=0)
    png.write(tmp_path / "noise.png", pixels, palette())
    with Image.open(tmp_path / "noise.png") as image:
        image.load()  # which checks every sum
        assert bytes(image.palette.palette if image.palette else b"") == palette()
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_a_label_that_reaches_beyond_the_image_is_cut_off_there(tmp_path: Path) -> None:
    """The last time stands in the middle under the plot's edge, and those above an hour are wide."""
    signal = np.full((3600 * 1000, 1), 0.25, np.float32)
    pixels, axis = picture(signal, 1000, tmp_path)
    right = int(axis["plot_left"] or 0) + int(axis["plot_width"] or 0)
    below = int(axis["plot_top"] or 0) + int(axis["plot_height"] or 0) + 6
    label = pixels[below:, right - 40 :]
    assert len(np.unique(label)) == 2
    assert (label[:, -1] != label[0, 0]).any()
