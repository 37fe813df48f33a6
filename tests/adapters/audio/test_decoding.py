"""What stands between a decoder and the taps: files that hold more, or something else, than they say."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adapters.audio.claims import examine
from adapters.audio.decode_ffmpeg import FfmpegDecoder
from adapters.audio.decode_soundfile import SoundfileDecoder
from adapters.audio.engine import LibrosaEngine
from adapters.audio.limits import EngineLimits
from domain.analysis import Heard
from domain.errors import DecodedSizeLimit, UndecodableAudio, UnsupportedParameters
from tests import sounds
from tests.hostile.attacking import hidden_flac_bomb
from tests.hostile.lying import FIELDS


def listen(folder: Path, data: bytes) -> Heard:
    path = folder / "file"
    path.write_bytes(data)
    return LibrosaEngine().listen(path, folder, lambda _share, _stage: None)


def codes(heard: Heard) -> set[str]:
    return {finding.code for finding in heard.findings}


def test_a_bomb_is_found_when_it_goes_off(tmp_path: Path) -> None:
    """It hides how long it is from every look but the whole pass."""
    bomb = hidden_flac_bomb()
    listen(tmp_path, sounds.tone_wav())  # loads the libraries
    start = time.process_time()
    with pytest.raises(DecodedSizeLimit):
        listen(tmp_path, bomb)
    assert time.process_time() - start < 2.0


def test_honest_silence_is_no_bomb(tmp_path: Path) -> None:
    """Eight minutes of digital silence are far beyond where expansion is looked at."""
    heard = listen(tmp_path, sounds.encoded("flac", sounds.silence(480.0, channels=1)))
    assert heard.audio.duration_seconds == pytest.approx(480.0)


@pytest.mark.parametrize("scale", [2.0**31, 1e9])
def test_integers_that_were_written_as_floats_are_heard(scale: float, tmp_path: Path) -> None:
    loud = sounds.encoded("wav", sounds.tone(0.2) * scale, subtype="FLOAT")
    assert listen(tmp_path, loud).audio.duration_seconds == pytest.approx(0.2)


def test_numbers_whose_squares_overflow_are_refused_with_their_time(tmp_path: Path) -> None:
    samples = sounds.joined(sounds.tone(0.5), sounds.tone(0.5) * 1e30)
    with pytest.raises(UnsupportedParameters) as refusal:
        listen(tmp_path, sounds.encoded("wav", samples, subtype="FLOAT"))
    assert refusal.value.data["seconds"] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("field", ["flac total of samples", "mp3 Info frames"])
def test_sound_that_the_header_does_not_know_of_is_heard(field: str, tmp_path: Path) -> None:
    heard = listen(tmp_path, FIELDS[field].file(1))
    assert heard.audio.duration_seconds == pytest.approx(0.5, abs=0.03)


def test_a_stream_that_becomes_another_one_is_refused(tmp_path: Path) -> None:
    slow = sounds.encoded("aac", sounds.noise(0.5, 22050), 22050)
    with pytest.raises(UnsupportedParameters):
        listen(tmp_path, sounds.encoded("aac", sounds.noise(0.5)) + slow)


def test_a_few_frames_of_another_kind_are_damage(tmp_path: Path) -> None:
    strange = sounds.encoded("aac", sounds.noise(0.05, 22050), 22050)
    good = sounds.encoded("aac", sounds.noise(0.5))
    heard = listen(tmp_path, good + strange + good)
    assert "damaged" in codes(heard)
    assert heard.audio.duration_seconds == pytest.approx(1.0, abs=0.15)


def test_a_second_stream_in_an_ogg_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    first, second = (sounds.encoded("ogg", sounds.noise(1.0, seed=seed)) for seed in (1, 2))
    heard = listen(tmp_path, first + second)
    assert heard.audio.duration_seconds == pytest.approx(2.0, abs=0.1)
    assert "declared-duration-mismatch" in codes(heard)


def indexed_first(data: bytes) -> bytes:
    """An m4a with its index before its sound, as it is written for the web."""
    moov, end = data.index(b"moov") - 4, data.index(b"moov") - 4 + int.from_bytes(data[data.index(b"moov") - 4 :][:4])
    head, index = data.index(b"mdat") - 4, bytearray(data[moov:end])
    table = index.index(b"stco") + 8
    for at in range(table + 4, table + 4 + 4 * int.from_bytes(index[table : table + 4]), 4):
        index[at : at + 4] = (int.from_bytes(index[at : at + 4]) + len(index)).to_bytes(4)
    return data[:head] + bytes(index) + data[head:moov] + data[end:]


@pytest.mark.parametrize("share", [0.4, 0.95, 1.0])
@pytest.mark.parametrize("fmt", [*sorted({*sounds.FORMATS, *sounds.MORE_FORMATS} - {"aac", "alac"})])
def test_a_file_that_is_cut_off_is_known_from_a_whole_one(fmt: str, share: float, tmp_path: Path) -> None:
    whole = sounds.encoded(fmt, sounds.noise(8.0, 16000, 1), 16000)
    data = indexed_first(whole) if fmt == "m4a" else whole
    heard = listen(tmp_path, sounds.truncated(data, share))
    assert codes(heard) & {"truncated", "declared-duration-mismatch"} == ({"truncated"} if share < 1 else set())
    for finding in heard.findings:
        assert finding.code != "truncated" or finding.severity == "warning"


def test_a_long_file_may_lack_less_than_a_hundredth_and_is_cut_off(tmp_path: Path) -> None:
    whole = sounds.encoded("wav", sounds.noise(60.0, 8000, 1), 8000)
    assert "truncated" in codes(listen(tmp_path, whole[:-4000]))
    assert "truncated" not in codes(listen(tmp_path, whole[:-100])), "which nobody misses"


def test_a_flac_that_lacks_something_inside_is_not_cut_off(tmp_path: Path) -> None:
    whole = bytearray(sounds.encoded("flac", sounds.noise(8.0, 16000, 1), 16000))
    middle = len(whole) // 2
    whole[middle : middle + 8000] = bytes(8000)
    found = codes(listen(tmp_path, bytes(whole)))
    assert found & {"truncated", "declared-duration-mismatch"} == {"declared-duration-mismatch"}


@pytest.mark.parametrize("length", [0, (1 << 32) - 1])
def test_a_codec_that_cannot_be_opened_is_a_broken_file(length: int, tmp_path: Path) -> None:
    with pytest.raises(UndecodableAudio):
        listen(tmp_path, FIELDS["alac frame length"].file(length))


@pytest.mark.parametrize("fmt", ["WAV", "AIFF", "CAF"])
def test_sixteen_bits_become_the_numbers_that_libsndfile_makes_of_them(fmt: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    codes = np.arange(-32768, 32768, dtype=np.int16).reshape(-1, 2)
    soundfile.write(path, codes, 44100, subtype="PCM_16", format=fmt)
    with SoundfileDecoder(examine(path, EngineLimits())) as decoder:
        heard = np.concatenate([block.copy() for block in decoder.blocks(1000)])
    np.testing.assert_array_equal(heard, soundfile.read(path, dtype="float32")[0], strict=True)


@pytest.mark.parametrize("fmt", ["opus", "m4a"])
def test_eight_channels_are_decoded_each_in_its_place(tmp_path: Path, fmt: str) -> None:
    """PyAV counts the planes of such frames past their end."""
    path = tmp_path / "file"
    sound = np.concatenate([sounds.tone(1, 48000, 1, hz=40 * (n + 1)) for n in range(8)], axis=1)
    path.write_bytes(sounds.encoded(fmt, sound, 48000, bit_rate=512_000))
    with FfmpegDecoder(examine(path, EngineLimits())) as decoder:
        heard = np.concatenate([block.copy() for block in decoder.blocks()])
    assert heard.shape == sound.shape
    lines = np.argmax(np.abs(np.fft.rfft(heard, axis=0)), axis=0)
    assert np.delete(lines, 3).tolist() == [40, 80, 120, 200, 240, 280, 320]  # the fourth is for effects, and narrow
