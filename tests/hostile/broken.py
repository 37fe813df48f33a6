"""Files that are cut off, made of noise, change on the way, or hold samples that are no numbers."""

import struct
from collections.abc import Iterator
from functools import cache, partial

import numpy as np

from tests import sounds
from tests.hostile.case import Case, either, failing, refused, unusable, usable
from tests.hostile.lying import TRUNCATED, UNUSABLE, sound

NO_NUMBERS = "non-finite-samples"
MAGICS = {
    "wav": b"RIFF\xff\xff\0\0WAVE", "rf64": b"RF64\xff\xff\xff\xffWAVEds64", "aiff": b"FORM\0\0\xff\xffAIFF",
    "caf": b"caff\0\1\0\0desc", "flac": b"fLaC", "mp3": b"ID3\x04\0\0\0\0\x10\0", "ogg": b"OggS\0\2",
    "mp4": b"\0\0\0\x18ftypM4A ",
    "webm": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "wma": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    "adts": b"\xff\xf1\x50\x80\x04\x3f\xfc",
}  # fmt: skip


def noise(seed: int, size: int = 20_000) -> bytes:
    return np.random.default_rng(seed).bytes(size)


def cut_off() -> Iterator[Case]:
    """What is left of a file is heard as far as it goes; where the index is missing nothing is left."""
    for fmt in (*sounds.FORMATS, *sounds.MORE_FORMATS):
        for quarter in (1, 2, 3):
            make = partial(_cut, fmt, quarter / 4)
            name = f"{fmt} cut off after {quarter} quarters"
            if fmt in {"m4a", "alac"}:
                yield refused(name, make, "undecodable-audio")
            elif fmt == "aac":  # says nowhere how long it is
                yield usable(name, make, "damaged")
            else:
                yield usable(name, make, TRUNCATED)
        for size in (3, 12, 40):
            yield refused(f"{fmt} of {size} bytes", partial(_start, fmt, size), *UNUSABLE)


@cache
def long_sound(fmt: str) -> bytes:
    """Long enough for several pages of Ogg."""
    return sounds.encoded(fmt, sounds.noise(8.0, 16000, channels=1, seed=7), 16000)


def _cut(fmt: str, share: float) -> bytes:
    return sounds.truncated(long_sound(fmt), share)


def _start(fmt: str, size: int) -> bytes:
    return sound(fmt)[:size]


def made_of_noise() -> Iterator[Case]:
    for seed in range(3):
        yield refused(f"noise {seed}", partial(noise, seed), "unsupported-media-type")
    for n, (fmt, magic) in enumerate(MAGICS.items()):
        yield unusable(f"{fmt} of noise", lambda n=n, magic=magic: magic + noise(n), *UNUSABLE)  # type: ignore[misc]  # bound now
    for fmt in ("flac", "mp3", "ogg", "opus", "m4a", "aac", "wma", "webm", "alac"):
        yield either(f"{fmt} whose second half is noise", partial(_half_noise, fmt), *UNUSABLE)
    for fmt in ("flac", "mp3", "ogg", "opus", "m4a", "aac", "wma", "webm"):
        yield either(f"{fmt} with every hundredth byte changed", partial(_sprinkled, fmt), *UNUSABLE)


def _half_noise(fmt: str) -> bytes:
    data = sound(fmt)
    return data[: len(data) // 2] + noise(1, len(data) - len(data) // 2)


def _sprinkled(fmt: str) -> bytes:
    data = bytearray(sound(fmt))
    for at in range(1000, len(data), 100):
        data[at] ^= 0x55
    return bytes(data)


def no_numbers() -> Iterator[Case]:
    for value in (float("nan"), float("inf"), float("-inf")):
        yield refused(f"wav that begins with {value}", partial(sounds.nan_wav, value=value), NO_NUMBERS)
    yield failing("wav with NaN after four seconds", partial(sounds.nan_wav, 5.0, at=4.0), NO_NUMBERS)
    for fmt, subtype in (("aiff", "FLOAT"), ("caf", "FLOAT"), ("wav", "DOUBLE")):
        yield refused(f"{fmt} of NaN as {subtype}", partial(_nan, fmt, subtype), NO_NUMBERS)
    yield refused("wav of numbers far beyond full scale", lambda: _floats(np.float32(3e38)), "unsupported-parameters")
    yield usable("wav of integers as floats", lambda: _floats(np.float32(2.0**31)))
    yield usable("wav of the least numbers", lambda: _floats(np.float32(1e-45)))


def _nan(fmt: str, subtype: str) -> bytes:
    return sounds.encoded(fmt, sounds.tone(0.2) * np.float32("nan"), subtype=subtype)


def _floats(value: np.float32) -> bytes:
    samples = np.full(8820, value, np.float32)
    samples[::2] *= -1
    return sounds.raw_wav(samples.astype("<f4").tobytes(), bits=32, tag=3)


def changing() -> Iterator[Case]:
    """Streams that become others on the way."""
    other = sounds.encoded("ogg", sounds.noise(0.5, 48000, seed=3), 48000)
    fewer = sounds.encoded("ogg", sounds.noise(0.5, channels=1, seed=3))
    bad = "unsupported-parameters"
    yield either("ogg that goes on at another rate", lambda: sound("ogg") + other, *UNUSABLE)
    yield either("ogg that goes on in mono", lambda: sound("ogg") + fewer, *UNUSABLE)
    yield either("ogg that goes on as opus", lambda: sound("ogg") + sound("opus"), *UNUSABLE)
    mono = sounds.encoded("opus", sounds.noise(0.5, channels=1, seed=3))
    yield either("opus that goes on in mono", lambda: sound("opus") + mono, *UNUSABLE)
    slow = sounds.encoded("mp3", sounds.noise(0.5, 22050, seed=3), 22050)[20:]
    yield either("mp3 that goes on at half the rate", lambda: sound("mp3") + slow, bad, *UNUSABLE)
    aac = sounds.encoded("aac", sounds.noise(0.5, 22050, seed=3), 22050)
    yield either("aac that goes on at half the rate", lambda: sound("aac") + aac, bad, *UNUSABLE)
    flac = sounds.encoded("flac", sounds.noise(0.5, 22050, channels=1, seed=3), 22050)
    yield either("flac that goes on in mono", lambda: sound("flac") + flac[42:], bad, *UNUSABLE)
    yield either("two wavs in a row", lambda: sound("wav") + sound("wav"), *UNUSABLE)
    frames = b"".join(b"\xff\xf1\x50\x80\x04\x3f\xfc" + noise(n, 26) for n in range(200))
    yield either("adts frames of noise", lambda: frames, *UNUSABLE)
    yield refused("no samples", sounds.empty_wav, "empty-audio")
    yield usable("one sample", lambda: sounds.raw_wav(struct.pack("<h", 1000), channels=1))
