"""The same samples have the same hash, wherever they are kept; another sample gives another one."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from adapters.audio.engine import LibrosaEngine
from adapters.audio.one_pass import Sound, one_pass
from adapters.audio.taps.identity import PcmHash, SampleBytes
from domain.analysis import Heard, Severity
from tests.sounds import Signal, encoded, joined, noise, silence, tone, truncated

SOUND = joined(noise(0.3), tone(0.5, hz=333, dbfs=-1), silence(0.1))
FLAC_MD5 = slice(26, 42)  # in STREAMINFO, the first block

Write = Callable[[bytes], Path]


def at_depth(bits: int) -> Signal:
    """The sound in steps of that depth: no two writers round alike."""
    steps = np.float32(2 ** (bits - 1))
    return np.clip(np.round(SOUND * steps) / steps, -1, 1 - 1 / steps)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(data: bytes) -> Path:
        path = tmp_path / "x"
        path.write_bytes(data)
        return path

    return to_file


def heard(path: Path) -> Heard:
    return LibrosaEngine().listen(path, path.parent, lambda _share, _stage: None, frozenset({"identity"}))


def pcm_hash(path: Path) -> str:
    (value,) = (each.value for each in heard(path).descriptors if each.name == "pcm_sha256")
    assert isinstance(value, str)
    return value


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize(("subtype", "bits"), [("PCM_S8", 8), ("PCM_16", 16), ("PCM_24", 24)])
def test_the_bytes_are_those_of_flacs_own_checksum(subtype: str, bits: int, channels: int) -> None:
    loud = np.clip(noise(0.2, 8000, channels, dbfs=6), -1, 1)  # to both ends of the scale
    data = encoded("flac", loud, 8000, subtype=subtype)
    samples = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)[0]
    packed = SampleBytes(channels, bits, "flac").of(np.ascontiguousarray(samples.T))
    assert len(packed) == samples.size * bits // 8
    assert hashlib.md5(packed).digest() == data[FLAC_MD5]


@pytest.mark.parametrize("bits", [16, 24])
def test_the_container_makes_no_difference(write: Write, bits: int) -> None:
    formats = ("wav", "flac", "aiff", "caf", "w64", "rf64")
    hashes = {fmt: pcm_hash(write(encoded(fmt, at_depth(bits), subtype=f"PCM_{bits}"))) for fmt in formats}
    assert len(set(hashes.values())) == 1, hashes


def test_neither_do_lossless_codecs_and_tags(write: Write) -> None:
    wav = pcm_hash(write(encoded("wav", at_depth(16))))
    assert pcm_hash(write(encoded("wav", at_depth(16), tags={"title": "A dog", "artist": "Its owner"}))) == wav
    assert pcm_hash(write(encoded("oggflac", at_depth(16)))) == wav
    fine = pcm_hash(write(encoded("wav", at_depth(16), subtype="PCM_24")))
    assert pcm_hash(write(encoded("alac", at_depth(16)))) == fine  # ffmpeg writes alac with 24 bits


def test_eight_bits_are_eight_bits_signed_or_not(write: Write) -> None:
    wav = pcm_hash(write(encoded("wav", at_depth(8), subtype="PCM_U8")))
    assert wav == pcm_hash(write(encoded("aiff", at_depth(8), subtype="PCM_S8")))
    assert wav == pcm_hash(write(encoded("flac", at_depth(8), subtype="PCM_S8")))


@pytest.mark.parametrize(("subtype", "step"), [("PCM_16", 2**-15), ("PCM_24", 2**-23), ("FLOAT", 2**-24)])
def test_one_step_of_one_sample_makes_another_sound(write: Write, subtype: str, step: float) -> None:
    other = SOUND.copy()
    other[12345, 1] += np.float32(step)
    assert pcm_hash(write(encoded("wav", SOUND, subtype=subtype))) != pcm_hash(
        write(encoded("wav", other, subtype=subtype))
    )


@pytest.mark.parametrize("subtype", ["ULAW", "ALAW"])
def test_companded_samples_keep_more_than_their_eight_bits(write: Write, subtype: str) -> None:
    quiet, quieter = tone(0.2, dbfs=-50), tone(0.2, dbfs=-51)  # one and the same 8 bits, were they linear
    assert pcm_hash(write(encoded("wav", quiet, subtype=subtype))) != pcm_hash(
        write(encoded("wav", quieter, subtype=subtype))
    )


def test_lossy_sound_is_rounded_to_16_bits(write: Write) -> None:
    path = write(encoded("ogg", np.clip(noise(0.5, dbfs=9), -1, 1)))  # decodes to more than 16 bits can say
    decoded = soundfile.read(path, dtype="float64", always_2d=True)[0]
    assert np.abs(decoded).max() > 1
    expected = np.clip(np.floor(decoded * 32768 + 0.5), -32768, 32767).astype("<i2")
    assert pcm_hash(path) == hashlib.sha256(expected.tobytes()).hexdigest()


def test_float_samples_are_taken_as_they_are(write: Write) -> None:
    path = write(encoded("wav", SOUND * 3, subtype="FLOAT"))
    assert pcm_hash(path) == hashlib.sha256((SOUND * 3).astype("<f4").tobytes()).hexdigest()


@pytest.mark.parametrize("block", [999, 65536, 70000, 10**6])
def test_any_cutting_gives_the_same_hash(block: int, tmp_path: Path) -> None:
    sound = noise(4)
    blocks = [np.ascontiguousarray(sound[at : at + block]) for at in range(0, len(sound), block)]
    told = one_pass({"identity": [PcmHash]}, blocks, Sound(44100, 2, 24, "flac"), tmp_path, lambda _heard: None)[1]
    assert told[0].descriptors[0].value == hashlib.sha256(_three_bytes(sound)).hexdigest()


def _three_bytes(sound: Signal) -> bytes:
    values = np.floor(sound.astype(np.float64) * 2**23 + 0.5).astype("<i4")
    return values.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()


def test_flac_whose_sound_is_not_what_was_encoded_has_a_finding(write: Write) -> None:
    good = encoded("flac", SOUND)
    changed = bytearray(good)
    changed[FLAC_MD5] = hashlib.md5(b"another sound").digest()
    unsigned = bytearray(good)
    unsigned[FLAC_MD5] = bytes(16)  # an encoder that could not go back wrote none
    assert heard(write(good)).findings == ()
    assert heard(write(bytes(unsigned))).findings == ()
    (finding,) = heard(write(bytes(changed))).findings
    assert (finding.code, finding.severity) == ("checksum-mismatch", Severity.ERROR)


def test_flac_that_was_cut_off_does_not_have_its_checksum(write: Write) -> None:
    cut = heard(write(truncated(encoded("flac", noise(3)))))
    assert "checksum-mismatch" in {finding.code for finding in cut.findings}
