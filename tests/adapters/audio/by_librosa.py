"""Sounds of many kinds, what our taps measure in them, and the whole-file STFT that librosa's functions are fed."""

import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import librosa
import numpy as np
from numpy.typing import NDArray

from adapters.audio.listening import TAPS
from adapters.audio.one_pass import FRAMES_PART
from adapters.audio.stft import window_of
from domain.analysis import Descriptor
from tests.adapters.audio.reference import columns, run_all
from tests.sounds import Signal, joined, noise, silence, tone


def music(seconds: float, rate: int, channels: int = 2) -> Signal:
    """Plucked notes with eight partials, four a second, each in the next channel, and a little noise."""
    draw = np.random.default_rng(3)
    t = np.arange(round(seconds * rate)) / rate
    out = draw.normal(0, 3e-4, (len(t), channels))
    for note, start in enumerate(range(0, len(t), rate // 4)):
        since = t[: len(t) - start]
        pitch = 220 * 2 ** (draw.integers(0, 24) / 12)
        for partial in range(1, 9):
            if pitch * partial < rate / 2:
                fading = np.exp(-5 * since * np.sqrt(partial)) * 0.2 / partial
                out[start:, note % channels] += fading * np.sin(2 * np.pi * pitch * partial * since)
    return out.astype(np.float32)


def speech(seconds: float, rate: int, channels: int = 1) -> Signal:
    """A gliding voice with two formants in four syllables a second, and the noise of a room."""
    t = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(120 + 20 * np.sin(2 * np.pi * 0.7 * t)) / rate
    voice = np.zeros(len(t))
    for partial in range(1, min(40, int(rate / 2 / 140))):
        hz = 120 * partial
        formants = np.exp(-(((hz - 500) / 300) ** 2)) + 0.5 * np.exp(-(((hz - 1500) / 400) ** 2)) + 0.02
        voice += formants * np.sin(partial * phase)
    voice *= 0.1 * np.clip(np.sin(2 * np.pi * 4 * t) + 0.3, 0, 1)
    room = np.random.default_rng(4).normal(0, 1e-3, len(t))
    return np.repeat((voice + room).astype(np.float32)[:, None], channels, axis=1)


SOUNDS: Mapping[str, tuple[int, Callable[[int], Signal]]] = {
    "tone": (44100, lambda rate: tone(1.5, rate, 2, 440.3)),
    "tone at 8 kHz": (8000, lambda rate: tone(1, rate, 1, 333.0)),
    "high tone at 48 kHz": (48000, lambda rate: tone(1, rate, 1, 21000.0)),
    "noise": (44100, lambda rate: noise(1.5, rate, 2)),
    "noise at 192 kHz": (192000, lambda rate: noise(0.8, rate, 1)),
    "music": (44100, lambda rate: music(3.3, rate)),
    "music at 8 kHz": (8000, lambda rate: music(3, rate, 1)),
    "music at 384 kHz": (384000, lambda rate: music(1, rate)),
    "music in six channels": (48000, lambda rate: music(2, rate, 6)),
    "speech": (48000, lambda rate: speech(2, rate)),
    "speech at 11 kHz": (11025, lambda rate: speech(2, rate)),
    "one sample": (44100, lambda rate: noise(1, rate, 1)[:1]),
    "one frame and one sample": (44100, lambda rate: noise(1, rate, 2)[:2049]),
    "whole hops": (44100, lambda rate: noise(2, rate, 1)[: 65 * 1024]),
    "noise between silences": (44100, lambda rate: joined(silence(0.5, rate), noise(0.31, rate), silence(0.5, rate))),
    "silence": (44100, lambda rate: silence(0.3, rate)),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """`columns` are those of frames.npz; `magnitude` is librosa's, (bins, frames), of the mean of the channels."""

    rate: int
    window: int
    mono: NDArray[np.float32]
    magnitude: NDArray[np.float32]
    columns: Mapping[str, NDArray[np.float32]]
    descriptors: Mapping[str, Descriptor]


@cache
def measured(name: str) -> Measured:
    rate, make = SOUNDS[name]
    signal = make(rate)
    window = window_of(rate)
    mean = np.ascontiguousarray(signal.T).mean(axis=0)  # as librosa.to_mono sums
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "n_fft=")  # of sounds that are shorter than a window
        spectrum = librosa.stft(mean, n_fft=window, hop_length=window // 2, pad_mode="constant")
    with tempfile.TemporaryDirectory() as folder:
        told = run_all({FRAMES_PART: TAPS[FRAMES_PART]}, signal, rate, Path(folder), range(0, len(signal), 65536))
        return Measured(
            rate,
            window,
            mean,
            np.abs(spectrum).astype(np.float32),
            columns(told),
            {descriptor.name: descriptor for each in told for descriptor in each.descriptors},
        )
