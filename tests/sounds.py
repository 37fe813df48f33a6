"""Sounds and files for tests: signals as arrays, real files of every format, and files that lie or attack.

Signals are float32 arrays of shape (frames, channels) in ±1. Files are bytes, small and the same on every call
(but for ogg, where the encoder draws a serial number).
"""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

Signal = NDArray[np.float32]

FORMATS = ("wav", "flac", "mp3", "ogg", "opus", "m4a")
"""What a person sends; `encoded` also knows the names in MORE_FORMATS."""

MORE_FORMATS = ("aiff", "caf", "w64", "rf64", "oggflac", "aac", "alac", "wma", "webm")

_BY_SOUNDFILE = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "aiff": ("AIFF", "PCM_16"),
    "caf": ("CAF", "PCM_16"),
    "w64": ("W64", "PCM_16"),
    "rf64": ("RF64", "PCM_16"),
}
_BY_FFMPEG = {  # format -> muxer, encoder
    "mp3": ("mp3", "libmp3lame"),
    "opus": ("ogg", "libopus"),
    "m4a": ("ipod", "aac"),
    "aac": ("adts", "aac"),
    "alac": ("ipod", "alac"),
    "wma": ("asf", "wmav2"),
    "webm": ("webm", "libopus"),
    "oggflac": ("ogg", "flac"),
}

# ---- signals -----------------------------------------------------------------------------------------------------


def tone(seconds: float = 1.0, rate: int = 44100, channels: int = 2, hz: float = 440.0, dbfs: float = -18.0) -> Signal:
    """A sine whose peak is at `dbfs`, the same in all channels."""
    t = np.arange(round(seconds * rate)) / rate
    wave = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * t)
    return np.repeat(wave.astype(np.float32)[:, None], channels, axis=1)


def noise(seconds: float = 1.0, rate: int = 44100, channels: int = 2, dbfs: float = -18.0, seed: int = 1) -> Signal:
    """White noise, even in ± its peak, different in each channel, the same on every call."""
    draw = np.random.default_rng(seed).uniform(-1, 1, (round(seconds * rate), channels))
    return (10 ** (dbfs / 20) * draw).astype(np.float32)


def silence(seconds: float = 1.0, rate: int = 44100, channels: int = 2) -> Signal:
    return np.zeros((round(seconds * rate), channels), np.float32)


def joined(*parts: Signal) -> Signal:
    return np.concatenate(parts)


# ---- files that are what they say --------------------------------------------------------------------------------


def encoded(
    fmt: str = "wav",
    samples: Signal | None = None,
    rate: int = 44100,
    *,
    subtype: str | None = None,
    tags: Mapping[str, str] | None = None,
    bit_rate: int = 128_000,
) -> bytes:
    """A file of a format of FORMATS or MORE_FORMATS; `samples` are one second of `tone` by default.

    Opus (also in webm) is always at 48 kHz, resampled. `subtype` is soundfile's, e.g. PCM_24, FLOAT.
    """
    signal = tone(1.0, rate) if samples is None else samples
    if fmt in _BY_SOUNDFILE:
        name, usual = _BY_SOUNDFILE[fmt]
        out = io.BytesIO()
        with soundfile.SoundFile(out, "w", rate, signal.shape[1], subtype or usual, format=name) as file:
            for key, value in (tags or {}).items():
                setattr(file, key, value)
            file.write(signal)
        return out.getvalue()
    told = repr((fmt, signal.shape, rate, tags, bit_rate)).encode()
    made_of = hashlib.blake2b(told + signal.tobytes()).digest()
    if made_of not in _encoded:
        _encoded[made_of] = _by_ffmpeg(fmt, signal, rate, tags or {}, bit_rate)
    return _encoded[made_of]


_encoded: dict[bytes, bytes] = {}
"""What was encoded before, by all that it was made of: many tests ask for the same file."""


def _by_ffmpeg(fmt: str, signal: Signal, rate: int, tags: Mapping[str, str], bit_rate: int) -> bytes:
    muxer, encoder = _BY_FFMPEG[fmt]
    channels = signal.shape[1]
    layout = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}.get(channels, f"{channels}c")
    out = io.BytesIO()
    # Bit-exact muxing: without it ogg draws a random serial number and mp4 writes the time.
    with av.open(out, "w", format=muxer, container_options={"fflags": "+bitexact"}) as container:
        container.metadata.update(tags)
        stream = container.add_stream(encoder, rate=48000 if encoder == "libopus" else rate)
        context = stream.codec_context
        assert isinstance(context, av.AudioCodecContext)
        context.layout = layout
        context.bit_rate = bit_rate
        context.flags |= av.codec.context.Flags.bitexact
        context.open()
        resampler = av.AudioResampler(context.format, layout, context.sample_rate, context.frame_size or 4096)
        whole = av.AudioFrame.from_ndarray(np.ascontiguousarray(signal).reshape(1, -1), "flt", layout)
        whole.sample_rate = rate
        whole.time_base = Fraction(1, rate)
        whole.pts = 0
        for frame in [*resampler.resample(whole), *resampler.resample(None), None]:
            container.mux(context.encode(frame))
    return out.getvalue()


def decoded(path: Path) -> Signal:
    """What libsndfile, which no preview or excerpt was made with, reads in the file."""
    samples: Signal = soundfile.read(path, dtype="float32", always_2d=True)[0]
    return samples


def tone_wav(
    seconds: float = 1.0, rate: int = 44100, channels: int = 2, hz: float = 440.0, dbfs: float = -18.0
) -> bytes:
    return encoded("wav", tone(seconds, rate, channels, hz, dbfs), rate)


def silent_wav(seconds: float = 1.0, rate: int = 44100, channels: int = 2) -> bytes:
    return encoded("wav", silence(seconds, rate, channels), rate)


def clipped_wav(seconds: float = 1.0, rate: int = 44100) -> bytes:
    """A tone 6 dB too hot, cut off at full scale."""
    return encoded("wav", np.clip(tone(seconds, rate, dbfs=6.0), -1, 1), rate)


def write_long(path: Path, seconds: float, rate: int = 44100, channels: int = 2) -> None:
    """A wav or flac (by the path's suffix) of any length, written in blocks."""
    with soundfile.SoundFile(path, "w", rate, channels, "PCM_16") as file:
        block = joined(tone(7, rate, channels), noise(3, rate, channels, -12.0))
        left = round(seconds * rate)
        while left > 0:
            file.write(block[:left])
            left -= len(block)


# ---- wav headers by hand -----------------------------------------------------------------------------------------


def raw_wav(
    payload: bytes,
    *,
    rate: int = 44100,
    channels: int = 2,
    bits: int = 16,
    tag: int = 1,
    data_size: int | None = None,
    riff_size: int | None = None,
) -> bytes:
    """A wav with any header over any payload. `tag` 1 is PCM, 3 is float; sizes are true unless given."""
    align = channels * bits // 8 & 0xFFFF
    fmt = struct.pack("<HHIIHH", tag, channels, rate, rate * align & 0xFFFFFFFF, align, bits)
    data_size = len(payload) if data_size is None else data_size
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", data_size) + payload
    return b"RIFF" + struct.pack("<I", len(body) if riff_size is None else riff_size) + body


def extensible_wav(signal: Signal, rate: int, mask: int) -> bytes:
    """16-bit PCM under a WAVEFORMATEXTENSIBLE header that names the places of the channels."""
    payload = (signal * 32767).round().astype("<i2").tobytes()
    align = 2 * signal.shape[1]
    guid = bytes.fromhex("0100000000001000800000aa00389b71")
    fmt = struct.pack("<HHIIHHHHI", 0xFFFE, signal.shape[1], rate, rate * align, align, 16, 22, 16, mask) + guid
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(payload)) + payload
    return b"RIFF" + struct.pack("<I", len(body)) + body


def lying_size_wav(data_size: int, seconds: float = 1.0) -> bytes:
    """A good second of sound behind a data chunk that says `data_size`, e.g. 0, 0xFFFFFFFF, or a little too much."""
    pcm = (tone(seconds) * 32767).astype("<i2").tobytes()
    return raw_wav(pcm, data_size=data_size, riff_size=min(data_size + 36, 0xFFFFFFFF))


def empty_wav() -> bytes:
    """A perfect header and not one sample."""
    return raw_wav(b"")


def one_hz_wav() -> bytes:
    return raw_wav(bytes(8192), rate=1)


def zero_channel_wav() -> bytes:
    return raw_wav(bytes(8192), channels=0)


def many_channel_wav(channels: int = 1024) -> bytes:
    return raw_wav(bytes(channels * 2 * 16), channels=channels)


def nan_wav(seconds: float = 1.0, at: float = 0.0, value: float = float("nan"), rate: int = 44100) -> bytes:
    """32-bit float with one sample that is not a number (or infinite) after `at` seconds."""
    signal = tone(seconds, rate)
    signal[round(at * rate), 0] = value
    return raw_wav(signal.astype("<f4").tobytes(), rate=rate, bits=32, tag=3)


# ---- bombs and floods --------------------------------------------------------------------------------------------


@cache
def flac_bomb(hours: float = 10.0, channels: int = 1, rate: int = 8000) -> bytes:
    """Silence as FLAC in the fewest bytes: 10 h at 8 kHz are 62 kB, as 8 channels of 5 h they are 75 kB."""
    block, frames = 65535, round(hours * 3600 * rate / 65535)
    subframes = bytes(3 * channels)  # constant 0, 16 bits
    out = bytearray(_flac_head(block, rate, channels, frames * block))
    for n in range(frames):
        # sync, fixed blocks | 16-bit block size, rate as in STREAMINFO | channels, 16 bits
        head = b"\xff\xf8\x70" + bytes([channels - 1 << 4 | 0b1000]) + _utf8(n) + struct.pack(">H", block - 1)
        frame = head + bytes([_crc(head, 8, 0x07)]) + subframes
        out += frame + struct.pack(">H", _crc(frame, 16, 0x8005))
    return bytes(out)


def eight_channel_bomb() -> bytes:
    return flac_bomb(hours=3.5, channels=8)


def lying_flac(declared_hours: float = 400.0) -> bytes:
    """One second of sound under a STREAMINFO that promises `declared_hours`."""
    data = bytearray(encoded("flac"))
    total = round(declared_hours * 3600 * 44100) & 0xFFFFFFFFF
    data[21] = data[21] & 0xF0 | total >> 32  # 36 bits, from the low half of byte 21 on
    data[22:26] = struct.pack(">I", total & 0xFFFFFFFF)
    return bytes(data)


def _flac_head(block: int, rate: int, channels: int, total: int) -> bytes:
    packed = rate << 44 | (channels - 1) << 41 | 15 << 36 | total
    info = struct.pack(">HH", block, block) + bytes(6) + packed.to_bytes(8, "big") + bytes(16)
    return b"fLaC\x80" + len(info).to_bytes(3, "big") + info


def _utf8(n: int) -> bytes:
    return chr(n).encode("utf-8", "surrogatepass")  # FLAC numbers its frames in the same code


def _crc(data: bytes, width: int, polynomial: int) -> int:
    crc, top = 0, 1 << width - 1
    for byte in data:
        crc ^= byte << width - 8
        for _ in range(8):
            crc = (crc << 1 ^ polynomial if crc & top else crc << 1) & (top << 1) - 1
    return crc


_MP3_SILENCE = b"\xff\xfb\x90\xc4" + bytes(413)  # MPEG-1 layer III, 128 kbit/s, 44.1 kHz, mono: 417 bytes


def lying_xing_mp3(frames: int = 0xFFFFFFFF) -> bytes:
    """About 1 kB: a Xing header that promises 2^32 frames over two silent ones (52 ms)."""
    xing = b"\xff\xfb\x90\xc4" + bytes(17) + b"Xing" + struct.pack(">III", 3, frames, 0xFFFFFFFF)
    return xing.ljust(417, b"\0") + _MP3_SILENCE * 2


@cache
def id3_flood(frames: int = 40_000) -> bytes:
    """A good mp3 behind an ID3v2.3 tag with that many text frames."""
    tag = b"".join(_txxx(n) for n in range(frames))
    return b"ID3\x03\0\0" + _syncsafe(len(tag)) + tag + encoded("mp3")


def _txxx(n: int) -> bytes:
    text = b"\0" + b"k%d" % n + b"\0v"
    return b"TXXX" + struct.pack(">IH", len(text), 0) + text


def _syncsafe(n: int) -> bytes:
    return bytes(n >> shift & 0x7F for shift in (21, 14, 7, 0))


def huge_id3_mp3(size: int = 64 << 20) -> bytes:
    """A tag that says it is `size` bytes, and is not."""
    return b"ID3\x03\0\0" + _syncsafe(size) + encoded("mp3")


def truncated(data: bytes, share: float = 0.5) -> bytes:
    return data[: int(len(data) * share)]


# ---- not audio ---------------------------------------------------------------------------------------------------


def text_file() -> bytes:
    return b"This is not a song. It only has a name that ends in mp3.\n" * 100


def not_audio() -> dict[str, bytes]:
    """Files of other kinds, by the name that they might be sent under."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("song.mp3"), tone_wav(0.1))
    pixel = b"\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0"
    return {
        "text.mp3": text_file(),
        "page.wav": b"<!DOCTYPE html><html><body><audio src='x.mp3'></audio></body></html>",
        "list.m3u8": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        "list.pls": b"[playlist]\nFile1=http://127.0.0.1/x.mp3\n",
        "concat.ogg": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        "archive.flac": archive.getvalue(),
        "picture.m4a": b"\x89PNG\r\n\x1a\n" + pixel + struct.pack(">I", zlib.crc32(pixel[4:])),
        "document.mp3": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
        "program.opus": b"\x7fELF\x02\x01\x01" + bytes(2048),
        "script.aac": b"#!/bin/sh\nexit 0\n",
        "noise.mp3": np.random.default_rng(7).bytes(8192),
        "zeros.wav": bytes(4096),
    }
