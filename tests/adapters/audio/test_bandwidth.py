"""Bandwidth: cliffs that codecs and resamplers leave, and the slopes that are none."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import scipy.signal
from numpy.typing import NDArray

from adapters.audio.taps.bandwidth import Bandwidth, _medians
from domain.analysis import Finding, Severity
from tests.adapters.audio.reference import numbers, run_all
from tests.sounds import Signal, encoded, joined, noise, silence, tone

Gain = Callable[[NDArray[np.floating]], NDArray[np.floating]]


def heard(signal: Signal, rate: int = 44100, codec: str = "flac") -> tuple[float, Finding | None]:
    """`bandwidth_hz`, and the finding where there is one."""
    told = run_all({"quality": [Bandwidth]}, signal, rate, Path(), range(0, len(signal), 65536), codec=codec)[0]
    return numbers(told)["bandwidth_hz"], next(iter(told.findings), None)


def shaped(gain: Gain, seconds: float = 5.0, rate: int = 44100, dbfs: float = -6.0) -> Signal:
    """Noise of two channels, with the gain at each frequency, as a file of 16 bits would hold it."""
    spectrum = np.fft.rfft(np.random.default_rng(2).normal(size=(round(seconds * rate), 2)), axis=0)
    wave = np.fft.irfft(spectrum * gain(np.fft.rfftfreq(round(seconds * rate), 1 / rate))[:, None], axis=0)
    return np.asarray(np.rint(wave * (10 ** (dbfs / 20) * 32767 / np.abs(wave).max())) / 32768, np.float32)


def pink(hz: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.asarray(1 / np.sqrt(np.maximum(hz, 20)))


def step(at: float, db: float) -> Gain:
    """Pink below `at`, and `db` lower above."""
    return lambda hz: pink(hz) * np.where(hz < at, 1, 10 ** (-db / 20))


def roll_off(at: float, per_octave: float) -> Gain:
    return lambda hz: pink(hz) / np.sqrt(1 + (hz / at) ** (per_octave / 3))


def piano(seconds: float = 8.0, rate: int = 44100) -> Signal:
    """Notes with partials that fade the sooner the higher they are."""
    draw, wave = np.random.default_rng(4), np.zeros(round(seconds * rate))
    for first in range(0, len(wave) - rate, rate // 4):
        pitch, t = 440 * 2 ** (draw.integers(-41, 15) / 12), np.arange(rate) / rate
        for k in range(1, 30):
            if (partial := k * pitch * np.sqrt(1 + 4e-4 * k * k)) < rate / 2:
                fade = np.exp(-t * (1.5 + 0.4 * k) - 0.35 * k * pitch / 261)
                wave[first : first + rate] += 0.1 * fade * np.sin(2 * np.pi * partial * t)
    return (np.rint(wave[:, None] * 32767) / 32768).astype(np.float32)


def through_codec(fmt: str, signal: Signal, folder: Path) -> Signal:
    path = folder / "lossy"
    path.write_bytes(encoded(fmt, signal))
    with av.open(path) as container:
        frames = [frame.to_ndarray().T for frame in container.decode(audio=0)]
    return np.ascontiguousarray(np.concatenate(frames), np.float32)


@pytest.mark.parametrize(("fmt", "end"), [("mp3", 16700), ("m4a", 17000)])
def test_what_has_been_through_a_lossy_codec_is_found(fmt: str, end: float, tmp_path: Path) -> None:
    """At 128 kbit/s, both channels of pink noise."""
    bandwidth, finding = heard(through_codec(fmt, shaped(pink), tmp_path))
    assert bandwidth == pytest.approx(end, abs=1000)
    assert finding is not None
    assert finding.code == "band-limited"
    assert f"{bandwidth / 1000:.1f} kHz" in finding.detail


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 32000])
def test_what_has_been_upsampled_is_found(rate: int) -> None:
    low = shaped(pink, rate=rate)
    high = scipy.signal.resample_poly(low, 44100, rate, axis=0).astype(np.float32)
    bandwidth, finding = heard(high)
    assert rate / 2 <= bandwidth < 1.1 * rate / 2
    assert finding is not None


@pytest.mark.parametrize(
    "signal",
    [
        shaped(pink),
        shaped(pink, dbfs=-60),
        shaped(np.ones_like),
        shaped(roll_off(9000, 24)),
        shaped(roll_off(9000, 48)),
        shaped(roll_off(2000, 48)),
        piano(),
        tone(5, hz=5000),
        tone(5, hz=15_000),
        noise(5, dbfs=-96),
    ],
    ids=[
        "pink",
        "quiet pink",
        "white",
        "24 dB an octave",
        "48 dB an octave",
        "48 from 2 kHz",
        "piano",
        "5 kHz",
        "15 kHz",
        "dither",
    ],
)
def test_natural_spectra_have_no_cliff(signal: Signal) -> None:
    assert heard(signal)[1] is None


@pytest.mark.parametrize(("fall", "found"), [(17.0, False), (23.0, True)])
def test_how_deep_the_cliff_must_be(fall: float, found: bool) -> None:
    assert (heard(shaped(step(12_000, fall)))[1] is not None) == found


@pytest.mark.parametrize(("share", "found"), [(0.88, True), (0.92, False)])
def test_how_low_the_cliff_must_be(share: float, found: bool) -> None:
    bandwidth, finding = heard(shaped(step(share * 22050, 60)))
    assert bandwidth == pytest.approx(share * 22050, abs=150)
    assert (finding is not None) == found


@pytest.mark.parametrize(
    ("codec", "rate", "found"),
    [
        ("pcm_s24le", 48000, True),
        ("flac", 32000, True),
        ("alac", 44100, True),
        ("mp3", 44100, False),
        ("flac", 31999, False),
    ],
)
def test_only_what_promises_everything_is_blamed(codec: str, rate: int, found: bool) -> None:
    bandwidth, finding = heard(shaped(step(0.7 * rate / 2, 60), rate=rate), rate, codec)
    assert bandwidth == pytest.approx(0.7 * rate / 2, abs=150)
    assert (finding is not None) == found


def test_the_bandwidth_without_a_cliff() -> None:
    assert heard(shaped(pink))[0] == 22050
    assert 1000 < heard(tone(5, hz=1000))[0] < 4000  # it begins and ends at once, which is heard far up
    assert heard(shaped(roll_off(9000, 48)))[0] == pytest.approx(19_000, abs=300)
    assert 200 <= heard(tone(2, 1000, hz=200), 1000)[0] <= 500


@pytest.mark.parametrize(
    "signal",
    [
        np.full((5 * 44100, 1), 0.5, np.float32),
        tone(5, hz=2, dbfs=-6),
        tone(5, hz=15, dbfs=-6),
        np.round(tone(5, hz=15, dbfs=-6) * 32768) / 32768,
    ],
    ids=["offset", "2 Hz", "15 Hz", "15 Hz in 16 bits"],
)
def test_what_nobody_hears_has_none(signal: Signal) -> None:
    (told, *_) = run_all({"quality": [Bandwidth]}, signal.astype(np.float32), 44100, Path(), [0])
    assert (told.descriptors[0].value, told.descriptors[0].reason) == (None, "there is nothing above 43 Hz")


def test_an_offset_changes_no_bandwidth() -> None:
    quiet = shaped(roll_off(9000, 48), dbfs=-30)
    assert heard(quiet + np.float32(0.4))[0] == pytest.approx(heard(quiet)[0], abs=1000)


@pytest.mark.parametrize(("at", "severity"), [(7500, Severity.INFO), (8500, Severity.WARNING)])
def test_only_high_cliffs_are_laid_to_a_codec(at: float, severity: Severity) -> None:
    finding = heard(shaped(step(at, 60)))[1]
    assert finding is not None
    assert finding.severity == severity
    assert ("probably been through a lossy codec" in finding.detail) == (severity == Severity.WARNING)


def test_a_silent_recording_has_none() -> None:
    (told, *_) = run_all({"quality": [Bandwidth]}, silence(2), 44100, Path(), [0])
    assert told.descriptors[0].reason == "digital silence has no spectrum"


def test_silence_before_the_sound_changes_nothing() -> None:
    signal = shaped(step(12_000, 40))
    assert heard(joined(silence(20), signal))[0] == heard(signal)[0]


@pytest.mark.parametrize("width", [1, 2, 18, 19])
@pytest.mark.parametrize("kind", ["noise", "ties", "rising", "falling"])
def test_sliding_medians_are_numpys(width: int, kind: str) -> None:
    noise_ = np.random.default_rng(3).normal(size=300)
    values = {"noise": noise_, "ties": noise_.round(), "rising": np.sort(noise_), "falling": -np.sort(noise_)}[kind]
    windows = np.lib.stride_tricks.sliding_window_view(values, width)
    np.testing.assert_array_equal(_medians(values, width), np.median(windows, axis=1))
