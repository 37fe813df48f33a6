"""Stretches of a recording: the right samples, at the right place, in every format; and pictures with true axes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from PIL import Image

from adapters.audio.claims import examine
from adapters.audio.decode import open_decoder
from adapters.audio.engine import LibrosaEngine
from adapters.audio.limits import EngineLimits
from adapters.audio.scales import hz_to_mel
from adapters.audio.segments import FADE_MS
from adapters.audio.window import window
from domain.errors import EmptyAudio
from domain.stretch import Excerpt, ExcerptFormat, FrequencyScale, SpectrogramWindow, Stretch
from tests import sounds

RATE = 44100
LIMITS = EngineLimits()
ENGINE = LibrosaEngine()


def written(folder: Path, data: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(data)
    return path


def heard(path: Path, first: int, stop: int, *, second_choice: bool = False) -> sounds.Signal:
    candidate = examine(path, LIMITS)
    with open_decoder(candidate, second_choice=second_choice) as decoder:
        return np.concatenate([block.copy() for block in window(decoder, candidate, LIMITS, first, stop)])


# ---- the right place ---------------------------------------------------------------------------------------------

LONG = sounds.joined(*(sounds.noise(1.0, RATE, seed=second, dbfs=-6.0 - second % 5) for second in range(12)))
EXACT = ["wav", "flac", "aiff", "caf", "w64", "rf64", "mp3", "ogg", "oggflac", "alac"]
FRAME = 1024
"""Samples in a frame of AAC, which has more than Opus' 960."""


@pytest.mark.parametrize("fmt", [*EXACT, "m4a", "opus", "webm", "aac"])
@pytest.mark.parametrize("second_choice", [False, True])
def test_a_window_is_where_it_would_be_if_all_had_been_decoded(tmp_path: Path, fmt: str, second_choice: bool) -> None:
    path = written(tmp_path, sounds.encoded(fmt, LONG))
    everything = heard(path, 0, 1 << 40, second_choice=second_choice)
    for first in (0, 1000, 5 * RATE + 17, 11 * RATE):
        stretch = heard(path, first, first + 8000, second_choice=second_choice)
        assert len(stretch) == 8000
        if fmt in EXACT and not (fmt == "mp3" and second_choice):
            assert np.array_equal(stretch, everything[first : first + 8000])
        else:
            assert abs(_lag(stretch, everything, first)) <= 24


def _lag(stretch: sounds.Signal, everything: sounds.Signal, first: int) -> int:
    """How many samples late the stretch is, within one frame of a codec."""
    begin, stop = max(0, first - FRAME), first + len(stretch) + FRAME
    around = np.correlate(everything[begin:stop, 0], stretch[:, 0], "valid")
    return int(np.argmax(around)) - (first - begin)


def test_an_hour_is_not_decoded_for_its_last_second(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    sounds.write_long(path, 3600, 8000, 1)
    candidate = examine(path, LIMITS)
    with open_decoder(candidate) as decoder:
        assert decoder.seek(3590 * 8000) == 3590 * 8000
    with open_decoder(candidate, second_choice=True) as decoder:
        assert 3580 * 8000 < decoder.seek(3590 * 8000) <= 3590 * 8000


def test_behind_the_end_there_is_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, sounds.tone_wav(1.0))
    assert len(heard(path, RATE - 10, RATE + 100)) == 10
    with pytest.raises(EmptyAudio):
        heard(path, RATE, RATE + 100)


# ---- excerpts ----------------------------------------------------------------------------------------------------


def excerpt(path: Path, fmt: str, start: float, end: float, **more: Any) -> Path:
    fades = {"fade_in": True, "fade_out": True}
    return ENGINE.excerpt(path, path.parent, Excerpt(Stretch(start, end), ExcerptFormat(fmt), **{**fades, **more})).path


@pytest.mark.parametrize("rate", [8000, 11025, RATE, 48000])
@pytest.mark.parametrize(
    ("source", "subtype"), [("wav", "PCM_16"), ("wav", "PCM_24"), ("flac", "PCM_16"), ("flac", "PCM_24")]
)
@pytest.mark.parametrize("made", ["wav", "flac"])
def test_an_excerpt_has_the_originals_samples_outside_its_fades(
    tmp_path: Path, rate: int, source: str, subtype: str, made: str
) -> None:
    signal = sounds.noise(2.0, rate)
    path = written(tmp_path, sounds.encoded(source, signal, rate, subtype=subtype))
    original, _ = soundfile.read(path, dtype="int32")
    first, stop = round(0.3217 * rate), round(1.5003 * rate)

    cut, cut_rate = soundfile.read(excerpt(path, made, 0.3217, 1.5003), dtype="int32")
    fade = rate * FADE_MS // 1000
    assert (cut_rate, cut.shape) == (rate, (stop - first, 2))
    assert np.array_equal(cut[fade:-fade], original[first + fade : stop - fade])
    ramp = np.arange(fade)[:, None] / (rate * FADE_MS / 1000)  # a line up from silence, and the same line down
    assert np.allclose(cut[:fade], original[first : first + fade] * ramp, atol=2**31 * 1e-4)
    assert np.allclose(cut[-fade:], original[stop - fade : stop] * (1 - ramp), atol=2**31 * 1e-4)

    whole, _ = soundfile.read(excerpt(path, made, 0.0, 2.0, fade_in=False, fade_out=False), dtype="int32")
    assert np.array_equal(whole, original)


@pytest.mark.parametrize(("fmt", "rate"), [("mp3", 48000), ("opus", 48000), ("ogg", 96000)])
def test_lossy_excerpts_are_stereo_at_a_rate_of_theirs(tmp_path: Path, fmt: str, rate: int) -> None:
    path = written(tmp_path, sounds.tone_wav(3.0, 96000, 6))
    made = ENGINE.probe(excerpt(path, fmt, 1.0, 2.0))
    assert (made.sample_rate_hz, made.channels) == (rate, 2)
    assert len(sounds.decoded(tmp_path / f"excerpt.{fmt}")) / rate == pytest.approx(1.0, abs=0.03)


def test_an_excerpt_is_as_much_louder_as_is_asked(tmp_path: Path) -> None:
    path = written(tmp_path, sounds.tone_wav(2.0, dbfs=-18.0))
    peak = np.abs(sounds.decoded(excerpt(path, "wav", 0.5, 1.5, gain_db=12.0))).max()
    assert 20 * np.log10(peak) == pytest.approx(-6.0, abs=0.01)
    assert np.abs(sounds.decoded(excerpt(path, "flac", 0.5, 1.5, gain_db=40.0))).max() <= 1.0


def test_what_is_too_short_to_fade_is_not_faded(tmp_path: Path) -> None:
    path = written(tmp_path, sounds.tone_wav(1.0))
    cut = sounds.decoded(excerpt(path, "wav", 0.5, 0.505))
    assert np.array_equal(cut, sounds.decoded(path)[22050 : 22050 + len(cut)])


# ---- pictures ----------------------------------------------------------------------------------------------------


def picture(path: Path, start: float, end: float, **more: Any) -> NDArray[np.uint8]:
    """The shades, rows from the top."""
    given = {
        "rate": RATE, "channels": 1, "width": 200, "height": 128, "scale": FrequencyScale.LINEAR, "min_hz": None,
        "max_hz": None, "window": 2048, "floor_db": -100.0, "channel": None, **more,
    }  # fmt: skip
    asked = SpectrogramWindow.of(Stretch(start, end), **given)
    with Image.open(ENGINE.spectrogram(path, path.parent, asked).path) as image:
        assert (image.mode, image.size) == ("P", (asked.width, asked.height))
        return np.asarray(image)


def row_of(hz: float, height: int, scale: str, low: float, high: float) -> float:
    on: Any = {"linear": float, "log": np.log, "mel": lambda hz: float(hz_to_mel(hz))}[scale]
    return float(height * (on(high) - on(hz)) / (on(high) - on(low))) - 0.5


@pytest.mark.parametrize("scale", FrequencyScale)
@pytest.mark.parametrize("window_length", [512, 4096])
def test_a_tone_at_a_time_is_where_the_axes_say(tmp_path: Path, scale: FrequencyScale, window_length: int) -> None:
    """Silence, then a second of each tone, in a stretch that begins in the middle of the first."""
    tones = (500.0, 1500.0, 4000.0)
    signal = sounds.joined(*(sounds.tone(1.0, RATE, 1, hz, -6.0) for hz in tones), sounds.silence(1.0, RATE, 1))
    path = written(tmp_path, sounds.encoded("wav", signal))
    low, high, start, end = 200.0, 8000.0, 0.5, 3.5
    pixels = picture(
        path, start, end, scale=scale, min_hz=low, max_hz=high, window=window_length, width=300, height=256
    )
    for place, hz in enumerate(tones):
        seconds = 0.75 if place == 0 else place + 0.5
        column = pixels[:, int((seconds - start) / (end - start) * 300)].astype(int)
        bright = np.flatnonzero(column == column.max())
        bin_hz = RATE / window_length
        tall = row_of(hz - bin_hz, 256, scale, low, high) - row_of(hz + bin_hz, 256, scale, low, high)
        assert bright.mean() == pytest.approx(row_of(hz, 256, scale, low, high), abs=1 + tall / 2)
    line = pixels[round(row_of(4000.0, 256, scale, low, high))].astype(int)
    begins, ends = np.flatnonzero(line > 200)[[0, -1]]
    blur = window_length / RATE / (end - start) * 300
    assert begins == pytest.approx((2.0 - start) / (end - start) * 300, abs=1 + blur)
    assert ends == pytest.approx((3.0 - start) / (end - start) * 300, abs=1 + blur)


@pytest.mark.parametrize("scale", FrequencyScale)
def test_a_full_scale_sine_is_the_lightest_shade_and_the_floor_is_the_darkest(
    tmp_path: Path, scale: FrequencyScale
) -> None:
    path = written(tmp_path, sounds.encoded("wav", sounds.tone(2.0, RATE, 1, 3000.0, -0.01), subtype="FLOAT"))
    pixels = picture(path, 0.5, 1.5, scale=scale, height=256)
    assert pixels.max() >= 245  # 251 is 0 dB; a row may hold the peak's bin without its neighbours
    assert pixels[:5].max() == 0


def test_every_sample_is_seen_however_few_columns_there_are(tmp_path: Path) -> None:
    """A click of one sample, anywhere, lights up its column."""
    for at in (1, 10_000, 22_049, 33_333, 44_098):
        signal = sounds.silence(1.0, RATE, 1)
        signal[at] = 1.0
        pixels = picture(
            written(tmp_path, sounds.encoded("wav", signal)), 0.0, 1.0, width=16, window=256, floor_db=-150.0
        )
        lit = np.flatnonzero(pixels.max(axis=0) > 0)
        assert at * 16 // RATE in lit
        assert len(lit) <= 2


def test_channels_are_told_apart_and_the_mix_hides_no_opposite_phases(tmp_path: Path) -> None:
    signal = sounds.tone(1.0, RATE, 2, 1000.0)
    signal[:, 1] *= -1
    signal = np.concatenate([signal, sounds.silence(1.0, RATE, 1)], axis=1)
    path = written(tmp_path, sounds.encoded("wav", signal))
    mix, left, silent = (picture(path, 0.2, 0.8, channels=3, channel=channel) for channel in (None, 0, 2))
    assert left.max() > mix.max() > 150
    assert silent.max() == 0


@pytest.mark.parametrize(("start", "end"), [(0.0, 0.01), (0.99, 1.0), (0.0, 1.0)])
@pytest.mark.parametrize("length", [256, 16384])
def test_the_edges_of_the_recording_are_drawn(tmp_path: Path, start: float, end: float, length: int) -> None:
    path = written(tmp_path, sounds.encoded("wav", sounds.noise(1.0, RATE, 1)))
    assert picture(path, start, end, width=33, height=16, window=length).min() > 0


def test_the_picture_of_a_stretch_is_the_same_wherever_the_blocks_end(tmp_path: Path) -> None:
    signal = sounds.noise(6.0, RATE, 1)
    path = written(tmp_path, sounds.encoded("wav", signal))
    (tmp_path / "cut").mkdir()
    cut = written(tmp_path / "cut", sounds.encoded("wav", signal[RATE : 5 * RATE]))
    assert np.array_equal(picture(path, 2.0, 3.0), picture(cut, 1.0, 2.0))
