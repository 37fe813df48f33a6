"""Sounds to measure with: made here, the same on every run."""

import subprocess
import wave
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from tests import sounds

RATE = 44_100
_BLOCK_SECONDS = 20


def music(seconds: float, rate: int = RATE, seed: int = 1) -> NDArray[np.float32]:
    """Stereo: chords that change each half second, a beat, a little noise, and a pause now and then."""
    draw = np.random.default_rng(seed)
    t = np.arange(round(0.5 * rate)) / rate
    fade = np.exp(-3 * t)
    parts = []
    for step in range(round(seconds * 2)):
        notes = 220 * 2 ** (draw.choice([0, 2, 4, 5, 7, 9, 11], 3) / 12)
        left, right = (sum(np.sin(2 * np.pi * hz * width * t) for hz in notes) for width in (1, 1.002))
        beat = np.exp(-60 * t) * np.sin(2 * np.pi * 60 * t)
        hiss = draw.normal(0, 0.01, (len(t), 2))
        loud = 0.0 if step % 64 == 63 else 0.12
        parts.append(np.stack([loud * left * fade + 0.4 * beat, loud * right * fade + 0.4 * beat], axis=1) + hiss)
    return np.concatenate(parts).astype(np.float32)


def wav(path: Path, seconds: float, *, worst: bool = False) -> Path:
    """16 bit, written in pieces, so that hours of it need no memory. `worst`: full-scale noise, 192 kHz, 8 channels."""
    rate, channels = (192_000, 8) if worst else (RATE, 2)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        done = 0.0
        while done < seconds:
            length = min(_BLOCK_SECONDS, seconds - done)
            if worst:
                block = sounds.noise(length, rate, channels, dbfs=0.0, seed=round(done))
            else:
                block = music(length, seed=round(done))
            file.writeframes((block.clip(-1, 1) * 32767).astype("<i2").tobytes())
            done += length
    return path


def encoded(source: Path, suffix: str) -> Path:
    """The same sound, as another format, beside it."""
    path = source.with_suffix(suffix)
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([ffmpeg, "-nostdin", "-v", "error", "-y", "-i", source, path], check=True)
    return path
