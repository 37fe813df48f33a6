"""Speech, music, silence and the rest: a guess, second by second, from how level and spectrum move."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor

SILENT_BELOW_DBFS = -60.0
"""RMS of every frame of a silent second."""

CONTEXT_SECONDS = 3.0
"""What is looked at around each second: a few words, or a bar."""

LOW_ENERGY = (0.33, 0.15)
FLUX = (0.40, 0.12)
MODULATION = (0.35, 0.3)
"""Where speech and music meet, and how much counts as one step away from there: set between forty synthetic voices,
dry, in noise and in rooms, and sixteen synthesised pieces, from solo flute to rock."""

VOWEL_FLUX, VOWEL_SHARE = 0.35, 0.02
"""Speech has vowels: of its louder frames so many hold still. Drums alone have all else that speech has."""

STROKES = 0.78
"""Share of low-energy frames that only drums reach: short strokes, and nothing between them."""

NOISE_FLUX, NOISE_SHARE = (0.33, 0.7), 0.85
"""Flux of noise, steady or in gusts and of any colour: it is there in all frames but a few. Music has tones that hold
still, and drums begin with more."""

LEAST_AUDIBLE = 0.1
"""Share of the frames around a second: of less nothing can be told."""

SYLLABLES_HZ = (2.5, 7.0)
_SLOWEST_HZ = 0.3
_BATCH = 256  # seconds looked at at a time

_METHOD = (
    "a heuristic, right for most clear cases and no more than that: seconds below "
    f"{SILENT_BELOW_DBFS:g} dBFS are silent; the others are speech where the share of low-energy frames and the "
    "spectral flux (Lu, Zhang & Jiang 2002) and the modulation of the level around 4 Hz (Scheirer & Slaney 1997) are "
    "together high and some loud frames hold still; what is left is other where the spectrum never stops moving as "
    "noise does, or a click is all there is, and else music"
)
_SOURCE = "Lu, Zhang & Jiang 2002, doi:10.1109/TSA.2002.804546; Scheirer & Slaney 1997, doi:10.1109/ICASSP.1997.596192"


class SpeechMusic:
    """`speech_ratio`, `music_ratio`, `other_ratio` and `silence_ratio`: shares of the seconds, which add up to 1."""

    def __init__(self, stream: Stream) -> None:
        self._movement = stream.movement
        self._rate, self._frames = stream.rate, 0

    def feed(self, chunk: Chunk) -> None:
        self._movement.feed(chunk)
        self._frames += len(chunk)

    def result(self) -> Told:
        if self._frames < self._rate:
            reason = "the recording is shorter than a second"
            return Told(tuple(_descriptor(name, None, reason) for name in Shares._fields))
        levels, flux = self._movement.result()
        found = shares(levels, flux, self._movement.frames_per_second)
        return Told(tuple(_descriptor(name, value) for name, value in found._asdict().items()))


class Shares(NamedTuple):
    """Of the seconds."""

    speech: float
    music: float
    other: float
    silence: float


def _descriptor(name: str, value: float | None, reason: str | None = None) -> Descriptor:
    return Descriptor(f"{name}_ratio", value, "1", _METHOD, reason, range=(0.0, 1.0), source=_SOURCE)


def shares(levels: NDArray[np.float32], flux: NDArray[np.float32], per_second: float) -> Shares:
    """By level and flux of the frames, as Movement gives them; at least one frame."""
    second = round(per_second)
    context = min(round(CONTEXT_SECONDS * per_second), len(levels))
    starts = np.arange(max(1, round(len(levels) / per_second))) * second
    starts = starts[starts < len(levels)]
    silent = np.maximum.reduceat(levels, starts) < SILENT_BELOW_DBFS
    around = np.clip(starts + second // 2 - context // 2, 0, len(levels) - context)
    every_level, every_flux = (np.lib.stride_tricks.sliding_window_view(curve, context) for curve in (levels, flux))
    speech, other = np.zeros((2, len(around)), bool)
    for part in np.array_split(np.arange(len(around)), -(-len(around) // _BATCH)):
        some_levels, some_flux = every_level[around[part]], every_flux[around[part]]
        audible = np.mean(some_levels >= SILENT_BELOW_DBFS, axis=1) >= LEAST_AUDIBLE
        speech[part] = audible & _is_speech(some_levels, some_flux, per_second)
        other[part] = ~audible | (~speech[part] & _moves_as_noise(some_flux))
    found = [round(float(mask.mean()), 3) for mask in (speech & ~silent, other & ~silent, silent)]
    return Shares(found[0], round(1 - sum(found), 3), found[1], found[2])


def _moves_as_noise(flux: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Of each row of (seconds, frames)."""
    least, most = NOISE_FLUX
    moves: NDArray[np.bool_] = np.mean((flux > least) & (flux < most), axis=1) >= NOISE_SHARE
    return moves


def _is_speech(levels: NDArray[np.float32], flux: NDArray[np.float32], per_second: float) -> NDArray[np.bool_]:
    """Of each row of (seconds, frames)."""
    power = 10 ** (levels / 10)
    low = power < 0.5 * power.mean(axis=1, keepdims=True)
    low_energy = low.mean(axis=1)
    vowels = np.sum(~low & (flux < VOWEL_FLUX), axis=1) / np.sum(~low, axis=1)
    score = (
        _steps(low_energy, LOW_ENERGY)
        + _steps(flux.mean(axis=1), FLUX)
        + _steps(_modulation(np.sqrt(power), per_second), MODULATION)
    )
    speech: NDArray[np.bool_] = (score > 0) & (vowels >= VOWEL_SHARE) & (low_energy < STROKES)
    return speech


def _steps(values: NDArray[np.float32], border: tuple[float, float]) -> NDArray[np.float32]:
    middle, step = border
    return (values - middle) / step


def _modulation(amplitudes: NDArray[np.float32], per_second: float) -> NDArray[np.float32]:
    """Share of each row's modulation that is as fast as syllables."""
    length = amplitudes.shape[1]
    moves = (amplitudes / amplitudes.mean(axis=1, keepdims=True) - 1) * np.hanning(length)
    power = np.square(np.abs(np.fft.rfft(moves, axis=1)))
    hz = np.arange(power.shape[1]) * per_second / length
    low, high = SYLLABLES_HZ
    fast = power[:, (hz >= low) & (hz <= high)].sum(axis=1)
    share: NDArray[np.float32] = fast / np.maximum(power[:, hz >= _SLOWEST_HZ].sum(axis=1), 1e-9)
    return share
