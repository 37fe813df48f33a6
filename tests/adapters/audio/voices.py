"""Voices made of pulses and formants."""

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from tests.sounds import Signal


def voice(hz: float, rate: int, seconds: float = 12.0) -> Signal:
    """Pulses through two formants."""
    wave = np.diff(np.floor(np.arange(round(seconds * rate)) * hz / rate), prepend=0.0)
    for formant in (500, 1500):
        radius = np.exp(-np.pi * 100 / rate)
        wave = scipy.signal.lfilter([1.0], [1, -2 * radius * np.cos(2 * np.pi * formant / rate), radius**2], wave)
    return np.asarray(0.3 * wave[:, None] / np.abs(wave).max(), np.float32)


def as_signal(wave: NDArray[np.floating]) -> Signal:
    return np.asarray(0.3 * wave[:, None] / np.abs(wave).max(), np.float32)


def speech(seconds: float, rate: int = 16000, breath: float = 0.4) -> Signal:
    """Syllables of a hiss and a vowel, pulses of a falling pitch through two formants; a breath after every seventh."""
    draw, parts, length = np.random.default_rng(1), [], 0
    while length < seconds * rate:
        vowel, hiss = draw.integers(int(0.1 * rate), int(0.3 * rate)), draw.integers(0, int(0.09 * rate))
        pitch = draw.uniform(100, 150)
        pulses = np.diff(np.floor(np.cumsum(np.linspace(pitch, 0.95 * pitch, vowel)) / rate), prepend=0.0)
        for hz in (draw.uniform(300, 800), draw.uniform(900, 2300)):
            radius = 0.97 ** (16000 / rate)
            pulses = scipy.signal.lfilter([1.0], [1, -2 * radius * np.cos(2 * np.pi * hz / rate), radius**2], pulses)
        pulses *= np.hanning(vowel) ** 0.5 / np.abs(pulses).max()
        parts += [0.1 * np.diff(draw.normal(size=hiss + 1)), pulses, np.zeros(int(0.03 * rate))]
        parts += [np.zeros(int(breath * rate))] * (len(parts) % 21 == 0)
        length = sum(map(len, parts))
    return as_signal(np.concatenate(parts)[: round(seconds * rate)])
