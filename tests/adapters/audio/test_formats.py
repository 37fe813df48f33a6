"""What every format says of itself, and what is found in it: one table."""

import struct
from pathlib import Path

import pytest

from adapters.audio.engine import LibrosaEngine
from domain.analysis import AudioFormat
from domain.errors import EmptyAudio, UndecodableAudio
from tests import sounds

# format -> codec, bits a sample, whether it says its length, the least and the greatest bit rate of a 3 s tone
TABLE = {
    "wav": ("pcm_s16le", 16, True, 1_411_200, 1_411_200),
    "rf64": ("pcm_s16le", 16, True, 1_411_200, 1_411_200),
    "w64": ("pcm_s16le", 16, True, 1_411_200, 1_411_200),
    "aiff": ("pcm_s16be", 16, True, 1_411_200, 1_411_200),
    "caf": ("pcm_s16be", 16, True, 1_411_200, 1_411_200),
    "flac": ("flac", 16, True, 50_000, 500_000),
    "oggflac": ("flac", 16, True, 50_000, 500_000),
    "alac": ("alac", 24, True, 500_000, 1_200_000),
    "mp3": ("mp3", None, True, 126_000, 134_000),
    "ogg": ("vorbis", None, True, 20_000, 200_000),
    "opus": ("opus", None, True, 100_000, 180_000),
    "webm": ("opus", None, True, 100_000, 180_000),
    "m4a": ("aac", None, True, 100_000, 140_000),
    "aac": ("aac", None, False, 100_000, 140_000),
    "wma": ("wmav2", None, True, 120_000, 160_000),
}


def both(data: bytes, folder: Path) -> tuple[AudioFormat, AudioFormat]:
    """What the first look and what the whole pass say."""
    path = folder / "file"
    path.write_bytes(data)
    engine = LibrosaEngine()
    return engine.probe(path), engine.listen(path, folder, lambda _share, _stage: None).audio


def test_the_table_is_complete() -> None:
    assert set(TABLE) == {*sounds.FORMATS, *sounds.MORE_FORMATS}


@pytest.mark.parametrize("fmt", TABLE)
def test_every_format_is_described(fmt: str, tmp_path: Path) -> None:
    codec, depth, says, least, greatest = TABLE[fmt]
    probed, heard = both(sounds.encoded(fmt, sounds.tone(3.0)), tmp_path)
    for audio in (probed, heard):
        assert (audio.codec, audio.bit_depth, audio.channels, audio.layout) == (codec, depth, 2, "stereo")
        declared = audio.declared_duration_seconds
        assert declared == pytest.approx(3.0, abs=0.03) if says else declared is None
    assert heard.duration_seconds == pytest.approx(3.0, abs=0.05)
    assert heard.bit_rate_bps is not None
    assert least <= heard.bit_rate_bps <= greatest


@pytest.mark.parametrize(
    ("subtype", "codec", "depth"),
    [("PCM_U8", "pcm_u8", 8), ("PCM_24", "pcm_s24le", 24), ("FLOAT", "pcm_f32le", 32), ("DOUBLE", "pcm_f64le", 64)],
)
def test_depths_of_wav(subtype: str, codec: str, depth: int, tmp_path: Path) -> None:
    _, heard = both(sounds.encoded("wav", subtype=subtype), tmp_path)
    assert (heard.codec, heard.bit_depth, heard.bit_rate_bps) == (codec, depth, 44100 * 2 * depth)


def wav_with_mask(mask: int, channels: int) -> bytes:
    return sounds.extensible_wav(sounds.tone(0.2, channels=channels), 44100, mask)


def with_layout(fmt: str, layout: bytes, channels: int) -> bytes:
    """A caf or aiff with an AudioChannelLayout before its sound."""
    data = sounds.encoded(fmt, sounds.tone(0.2, channels=channels))
    if fmt == "caf":
        at, chunk = data.index(b"data"), b"chan" + struct.pack(">q", len(layout)) + layout
    else:
        at, chunk = data.index(b"SSND"), b"CHAN" + struct.pack(">I", len(layout)) + layout
    return data[:at] + chunk + data[at:]


def labelled(*labels: int) -> bytes:
    return struct.pack(">III", 0, 0, len(labels)) + b"".join(struct.pack(">5I", label, 0, 0, 0, 0) for label in labels)


LAYOUTS = {
    "wav 5.1": (wav_with_mask(0x3F, 6), "5.1"),
    "wav with rears at the sides": (wav_with_mask(0x60F, 6), "5.1(side)"),
    "wav with a mask of too few": (wav_with_mask(0x3, 6), None),
    "wav with no mask": (wav_with_mask(0, 6), None),
    "wav of a kind with no name": (wav_with_mask(0x1F, 5), "5 channels (FL+FR+FC+LFE+BL)"),
    "wav with one channel, wherever": (wav_with_mask(0x1, 1), "mono"),
    "caf with a bitmap": (with_layout("caf", struct.pack(">III", 1 << 16, 0x3F, 0), 6), "5.1"),
    "caf with a tag": (with_layout("caf", struct.pack(">III", 121 << 16 | 6, 0, 0), 6), "5.1"),
    "caf with labels": (with_layout("caf", labelled(1, 2, 3, 4), 4), "3.1"),
    "caf in an order of its own": (with_layout("caf", labelled(3, 1, 2, 4), 4), None),
    "aiff with a tag": (with_layout("aiff", struct.pack(">III", 113 << 16 | 3, 0, 0), 3), "3.0"),
    "flac by its own order": (sounds.encoded("flac", sounds.tone(0.2, channels=6)), "5.1(side)"),
    "opus": (sounds.encoded("opus", sounds.tone(0.2, channels=6)), "5.1"),
    "m4a": (sounds.encoded("m4a", sounds.tone(0.2, channels=6)), "5.1"),
    "mono mp3": (sounds.encoded("mp3", sounds.tone(0.2, channels=1)), "mono"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_places_of_the_channels_are_named_where_the_file_names_them(name: str, tmp_path: Path) -> None:
    data, layout = LAYOUTS[name]
    assert [audio.layout for audio in both(data, tmp_path)] == [layout, layout]


def test_a_flac_may_name_other_places_in_a_comment(tmp_path: Path) -> None:
    flac = sounds.encoded("flac", sounds.tone(0.2, channels=6))
    comment = b"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x3f"
    block = struct.pack("<II", 0, 1) + struct.pack("<I", len(comment)) + comment
    with_comment = flac[:4] + b"\0" + flac[5:42] + b"\x04" + len(block).to_bytes(3, "big") + block + flac[42:]
    assert [audio.layout for audio in both(with_comment, tmp_path)] == ["5.1", "5.1"]


def test_a_wma_that_ends_with_its_header_or_describes_no_sound(tmp_path: Path) -> None:
    wma = sounds.encoded("wma")
    header = int.from_bytes(wma[16:24], "little")
    path = tmp_path / "file"
    path.write_bytes(wma[:header])
    with pytest.raises(EmptyAudio):
        LibrosaEngine().probe(path)
    path.write_bytes(wma[:24] + wma[header:])
    with pytest.raises(UndecodableAudio):
        LibrosaEngine().probe(path)
