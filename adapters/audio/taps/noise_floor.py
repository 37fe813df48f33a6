"""Noise floor: what is heard in the pauses, against what is heard between them."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.compiled import compiled
from adapters.audio.taps.movement import SILENT_DBFS
from adapters.audio.taps.speech_music import shares
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor, Finding, Severity

LOW_SNR_DB = 20.0
"""Noise is then plainly heard behind a voice, and recognisers of speech begin to err."""

VALLEY_DB = 25.0
"""In what is not speech quieter passages that are noisy may be breath, strings or a gust: they are believed to be
pauses where they are so far below."""

PAUSE_SECONDS = 0.3
"""Shorter ones are closures inside of words."""

SPREAD_DB, DRIFT_DB = 6.0, 1.5
"""Within a pause levels spread no more, and its halves differ no more: a note that dies away does."""

NOISE_FLUX = 0.3
"""Of the pauses, at least: steady noise moves by 0.45, soft tones by 0.1."""

ABOVE_DB = 6.0
"""What is so far above the floor is signal."""

_LEAST_SHARE = 0.02  # of the frames, in pauses and in signal each
_PIECE = 1 << 14  # frames looked at at a time
_METHOD = (
    "mean level of the frames above the noise floor against the floor, the mean level of the quietest pauses of "
    f"{PAUSE_SECONDS:g} s or longer whose level is steady and whose spectrum moves as noise does; above 100 Hz; where "
    f"most is music, only where the ratio is {VALLEY_DB:g} dB or more"
)

Curve = NDArray[np.float32]
"""A number a frame."""


class NoiseFloor:
    """`noise_floor` in dBFS and `snr_estimate` in dB, and in speech `low-snr` below LOW_SNR_DB."""

    def __init__(self, stream: Stream) -> None:
        self._movement = stream.movement

    def feed(self, chunk: Chunk) -> None:
        self._movement.feed(chunk)

    def result(self) -> Told:
        levels, flux = self._movement.result()
        found = _pauses(levels, flux, self._movement.frames_per_second)
        if isinstance(found, str):
            return Told(_nothing(found))
        floor = 10 * math.log10(found.power)
        signal = _mean(levels, flux, levels > floor + ABOVE_DB)
        if signal.frames < _LEAST_SHARE * len(levels):
            reason = "the level hardly changes: there is nothing to tell the noise from"
            return Told((_descriptor("noise_floor", floor), _descriptor("snr_estimate", None, reason)))
        ratio = 10 * math.log10(signal.power / found.power - 1)
        heard = shares(levels, flux, self._movement.frames_per_second)
        if heard.other > 0.5 * (1 - heard.silence):
            reason = "most of it is noise itself"
            return Told((_descriptor("noise_floor", floor), _descriptor("snr_estimate", None, reason)))
        if ratio < VALLEY_DB and heard.speech <= 0.5 * (1 - heard.silence):
            reason = "most of it is music, whose quietest passages are not much quieter than the rest"
            return Told(_nothing(reason))
        told = (_descriptor("noise_floor", floor), _descriptor("snr_estimate", ratio))
        if ratio >= LOW_SNR_DB:
            return Told(told)
        detail = f"The pauses hold noise at {floor:.0f} dBFS, only {ratio:.0f} dB below what is between them."
        remedy = "Record nearer to the source or in a quieter room; a denoiser helps where that is too late."
        return Told(told, (Finding("low-snr", Severity.WARNING, detail, remedy),))


def _descriptor(name: str, value: float | None, reason: str | None = None) -> Descriptor:
    unit = "dB" if name == "snr_estimate" else "dBFS"
    return Descriptor(name, None if value is None else round(value, 1), unit, _METHOD, reason)


def _nothing(reason: str) -> tuple[Descriptor, ...]:
    return _descriptor("noise_floor", None, reason), _descriptor("snr_estimate", None, reason)


class _Mean(NamedTuple):
    """Of some frames: how many these are, and their mean power and flux."""

    frames: int
    power: float
    flux: float


@compiled
def _sums(levels: Curve, flux: Curve, which: NDArray[np.bool_]) -> tuple[int, float, float]:
    """Of these frames, without a copy of an hour of them: how many, the sum of their power, and that of their flux."""
    count, power, moved = 0, 0.0, 0.0
    for n in range(len(levels)):
        if which[n]:
            count += 1
            power += 10 ** (float(levels[n]) / 10)
            moved += float(flux[n])
    return count, power, moved


def _mean(levels: Curve, flux: Curve, which: NDArray[np.bool_]) -> _Mean:
    count, power, moved = _sums(levels, flux, which)
    return _Mean(count, power / max(count, 1), moved / max(count, 1))


def _pauses(levels: Curve, flux: Curve, per_second: float) -> _Mean | str:
    """What the quietest pauses are like, or why there are none."""
    length = max(4, round(PAUSE_SECONDS * per_second))
    audible = levels > SILENT_DBFS
    if not audible.any():
        return "digital silence has no noise"
    if len(levels) < 2 * length:
        return "the recording is too short to have pauses"
    steady = _steady(levels, length)
    reason = "there are no pauses in which the noise could be heard"
    if steady.sum() >= _LEAST_SHARE * len(levels):
        lowest = np.percentile(levels[steady], 10, overwrite_input=True)
        quiet = _mean(levels, flux, steady & (levels <= lowest + SPREAD_DB / 2))
        if quiet.flux >= NOISE_FLUX:
            return quiet
        reason = "what is quietest is no noise"
    return "the pauses are digitally silent" if np.mean(~audible) >= _LEAST_SHARE else reason


def _steady(levels: Curve, length: int) -> NDArray[np.bool_]:
    """Which frames belong to a stretch of that length whose level holds still, above digital silence."""
    steady = np.zeros(len(levels), bool)
    half = length // 2
    for start in range(0, len(levels) - length + 1, _PIECE):
        part = levels[start : start + _PIECE + length - 1]
        windows = np.lib.stride_tricks.sliding_window_view(part, length)
        drift = np.abs(windows[:, :half].mean(axis=1) - windows[:, -half:].mean(axis=1))
        still = (np.ptp(windows, axis=1) <= SPREAD_DB) & (drift <= DRIFT_DB) & (windows.min(axis=1) > SILENT_DBFS)
        for shift in range(start, start + length):
            steady[shift : shift + len(still)] |= still
    return steady
