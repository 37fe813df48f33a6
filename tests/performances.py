"""Sounds that change as music and speech do: what a fingerprint, a tempo or a key can be told by.

Signals are float32 arrays of shape (frames, 2) in ±1 at 44.1 kHz, the same for the same seed.
"""

import numpy as np
from scipy.signal import lfilter

from tests.sounds import Signal

RATE = 44100

_MINOR = (0, 2, 3, 5, 7, 8, 10)
_VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))
"""Formants in Hz of five vowels; Peterson and Barney, 1952."""


def melody(seconds: float, seed: int, bpm: float = 110.0) -> Signal:
    """Chords, a tune over them a little to the right, a drum on each beat and a cymbal between."""
    draw = np.random.default_rng(seed)
    frames, beat = round(seconds * RATE), 60 / bpm
    timbre = draw.uniform(0.2, 1, 6) / np.arange(1, 7)
    out = np.zeros((frames, 2))
    for n in range(int(seconds / beat) + 1):
        at = round(n * beat * RATE)
        if n % 4 == 0:
            root = int(draw.integers(0, 7))
            for third in (0, 2, 4):
                _add(out, at, 0.1 * _note(_pitch(root + third), 4 * beat, 0.5, timbre), 0.5)
        for half in (0.0, 0.5):
            note = 0.2 * _note(_pitch(int(draw.integers(7, 21))), beat / 2, 3, timbre)
            _add(out, at + round(half * beat * RATE), note, 0.4)
        t = np.arange(RATE // 8) / RATE
        _add(out, at, 0.4 * np.sin(2 * np.pi * 60 * t) * np.exp(-20 * t), 0.5)
        _add(out, at + round(beat / 2 * RATE), 0.1 * draw.normal(size=len(t)) * np.exp(-30 * t), 0.5)
    return _levelled(out)


def speechlike(seconds: float, seed: int) -> Signal:
    """Syllables of a vowel each, some after a hiss, with pauses: what a voice does, and no words. Both sides alike."""
    draw = np.random.default_rng(seed)
    voice = np.zeros((round(seconds * RATE), 2))
    at = 0
    while at < len(voice):
        length = round(draw.uniform(0.1, 0.25) * RATE)
        t = np.arange(length) / RATE
        pulses = (np.diff(np.floor(np.cumsum(draw.uniform(90, 140) * (1 + 0.2 * t)) / RATE), prepend=0) > 0) * 1.0
        if draw.random() < 0.4:
            pulses = 0.1 * draw.normal(size=length)
        for formant in _VOWELS[draw.integers(len(_VOWELS))]:
            pulses = _resonance(pulses, formant)
        _add(voice, at, pulses / np.abs(pulses).max() * np.sin(np.pi * t * RATE / length), 0.5)
        at += length + round(draw.choice([0.0, 0.05, 0.3]) * RATE)
    return _levelled(voice)


def _levelled(sound: np.ndarray) -> Signal:
    samples: Signal = (0.5 * sound / np.abs(sound).max()).astype(np.float32)
    return samples


def _pitch(degree: int) -> float:
    """Hz of a degree of A minor, 0 being A below middle C."""
    return float(220 * 2 ** ((_MINOR[degree % 7] + 12 * (degree // 7)) / 12))


def _note(hz: float, seconds: float, decay: float, timbre: np.ndarray) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    wave = sum(level * np.sin(2 * np.pi * hz * (k + 1) * t) for k, level in enumerate(timbre))
    return np.asarray(wave * np.exp(-decay * t) * np.minimum(1, t / 0.01) * np.minimum(1, (seconds - t) / 0.02))


def _resonance(signal: np.ndarray, hz: float, width: float = 90.0) -> np.ndarray:
    pole = np.exp(-np.pi * width / RATE)
    return np.asarray(lfilter([1 - pole], [1, -2 * pole * np.cos(2 * np.pi * hz / RATE), pole**2], signal))


def _add(out: np.ndarray, at: int, sound: np.ndarray, left: float) -> None:
    length = max(0, min(len(sound), len(out) - at))
    out[at : at + length] += sound[:length, None] * np.array((2 * left, 2 - 2 * left))
