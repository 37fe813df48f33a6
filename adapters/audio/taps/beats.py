"""Beats by dynamic programming: Ellis, "Beat tracking by dynamic programming", J. New Music Research 36(1), 2007."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.compiled import compiled
from adapters.audio.taps.onsets import Envelope

TIGHTNESS = 100.0
"""Weight of the tempo against the onsets: librosa's."""

PIECE_SECONDS = 1800.0
"""The longest stretch that is tracked as one, so that memory stays flat, and old scores do not rule for hours."""


def track(envelope: Envelope, frames_per_second: float, bpm: float) -> NDArray[np.int64]:
    """Frames of the beats: librosa.beat.beat_track(onset_envelope=…, bpm=…, trim=True), piece by piece."""
    piece = round(PIECE_SECONDS * frames_per_second)
    starts = range(0, len(envelope), piece)
    return np.concatenate([start + _track(envelope[start : start + piece], frames_per_second, bpm) for start in starts])


def _track(envelope: Envelope, frames_per_second: float, bpm: float) -> NDArray[np.int64]:
    if len(envelope) < 2 or not envelope.any():
        return np.empty(0, np.int64)
    period = round(frames_per_second * 60 / bpm)
    strengths = envelope / (envelope.std(ddof=1) + np.finfo(np.float32).tiny)
    bump = np.exp(-0.5 * (np.arange(-period, period + 1) * 32.0 / period) ** 2)
    scores = np.convolve(strengths, bump)[period : period + len(envelope)]
    lags = np.arange(1, 2 * period + 1)
    costs = TIGHTNESS * (np.log(lags) - np.log(period)) ** 2
    links, totals = _link(scores, costs, round(period / 2))
    beats = _back(links, _last(totals))
    return _trimmed(beats, scores)


@compiled
def _link(
    scores: NDArray[np.float64], costs: NDArray[np.float64], nearest: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Of each frame the best beat before it, -1 for none, and the score of all beats up to it.

    costs[i] is what a distance of i + 1 frames to it costs; `nearest` is the shortest one.
    """
    links, totals = np.empty(len(scores), np.int32), np.empty(len(scores))
    least, begun = 0.01 * scores.max(), False
    for i in range(len(scores)):
        best, link = -np.inf, -1
        for lag in range(max(nearest, 1), min(i, len(costs)) + 1):
            total = totals[i - lag] - costs[lag - 1]
            if total > best:
                best, link = total, i - lag
        totals[i] = scores[i] + (best if link >= 0 else 0.0)
        begun = begun or scores[i] >= least
        links[i] = link if begun else -1
    return links, totals


def _last(totals: NDArray[np.float64]) -> int:
    """The last of the local maxima that reach half their median."""
    peaks = np.flatnonzero((totals > np.append(totals[0], totals[:-1])) & (totals >= np.append(totals[1:], -np.inf)))
    high = peaks[totals[peaks] >= 0.5 * np.median(totals[peaks])] if len(peaks) else peaks
    return int(high[-1]) if len(high) else len(totals) - 1


@compiled
def _back(links: NDArray[np.int32], last: int) -> NDArray[np.int64]:
    beats = np.empty(len(links), np.int64)
    count, n = 0, last
    while n >= 0:
        beats[count] = n
        count += 1
        n = links[n]
    return beats[:count][::-1]


def _trimmed(beats: NDArray[np.int64], scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Without what comes before the first and after the last frame whose score is half the RMS of the beats'."""
    smooth = np.convolve(scores[beats], np.hanning(5))[2 : len(scores) + 2]
    loud = np.flatnonzero(scores > 0.5 * np.sqrt(np.mean(smooth**2)))
    return beats[(beats >= loud[0]) & (beats <= loud[-1])] if len(loud) else beats[:0]
