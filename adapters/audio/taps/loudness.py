"""Loudness by ITU-R BS.1770-4 and EBU R 128: integrated, momentary, short-term, range (EBU Tech 3342)."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import CHUNK_FRAMES, Chunk
from adapters.audio.taps.decibels import level
from adapters.audio.taps.gating import ABSOLUTE_GATE, TOP, Windows, lufs
from adapters.audio.taps.kweighting import LOWEST_RATE, PARTS, coefficients, hop_of, part_energies
from adapters.audio.taps.places import places, weight
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor

_RELATIVE_GATE, _RANGE_GATE = -10.0, -20.0  # LU
_MOMENTARY, _SHORT_TERM = 4 * PARTS, 30 * PARTS
_KEPT = _SHORT_TERM - 1  # parts before the fresh ones that a window may reach back to

_BS1770 = "ITU-R BS.1770-4, Annex 1"
_TECH_3341 = "EBU Tech 3341, 2.2"


class Loudness:
    """`integrated_loudness`, `momentary_loudness_max`, `short_term_loudness_max` in LUFS, `loudness_range` in LU.

    Blocks go by hops of 100 ms, as in libebur128, and so does the range, as in ffmpeg: libebur128 takes one window a
    second there. The maxima go by a tenth of that, since a sound of 400 ms that begins between two hops would lose up
    to 0.6 LU.
    """

    def __init__(self, stream: Stream) -> None:
        where = places(stream.layout, stream.channels)
        self.refused = _why_not(stream, where)
        self._hop = hop_of(stream.rate)
        self._weighted = f"channels as {stream.layout}" if stream.layout else "channels in their usual order"
        if not self.refused:
            self._coefficients = coefficients(stream.rate)
        self._weights = np.array([weight(place, where) for place in where])
        self._states = np.zeros((stream.channels, 4))
        self._open = np.zeros(stream.channels)
        self._parts = np.zeros(_KEPT + CHUNK_FRAMES * PARTS // max(self._hop, 1) + 2)
        self._frames = self._heard = 0
        self._momentary, self._short_term = Windows(_MOMENTARY), Windows(_SHORT_TERM)

    def feed(self, chunk: Chunk) -> None:
        self.hear(chunk)

    def hear(self, chunk: Chunk) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The mean energies of the 400 ms and of the 3 s that end with each 10 ms of the chunk; see Windows.add."""
        if self.refused:
            return np.empty(0), np.empty(0)
        fresh = part_energies(
            chunk.samples,
            self._coefficients,
            self._weights,
            self._states,
            self._hop,
            self._frames % self._hop,
            self._open,
            self._parts[_KEPT:],
        )
        self._frames += len(chunk)
        parts = self._parts[: _KEPT + fresh]
        windows = (self._momentary, self._short_term)
        momentary, short_term = (each.add(parts, fresh, self._heard, self._hop) for each in windows)
        self._parts[:_KEPT] = parts[fresh:].copy()
        self._heard += fresh
        return momentary, short_term

    def integrated(self) -> float | None:
        """LUFS, not rounded."""
        above = self._momentary.gated(_RELATIVE_GATE)
        return lufs(above[1]) if above else None

    def why_not(self, window: int = _MOMENTARY) -> str:
        """Why there is no value of a window's length in parts."""
        if not self.refused and self._heard < window:
            return f"the recording is shorter than {'400 ms' if window == _MOMENTARY else '3 s'}"
        if not self.refused and lufs(max(self._momentary.loudest[0], 1e-30)) > TOP:
            return f"it is louder than {TOP:g} LUFS, beyond what the gates can tell apart"
        return self.refused or f"nothing is louder than {ABSOLUTE_GATE:g} LUFS"

    def result(self) -> Told:
        spread = self._short_term.spread(_RANGE_GATE, 0.1, 0.95)
        gated = f"K-weighted, gated at {ABSOLUTE_GATE:g} LUFS and {_RELATIVE_GATE:g} LU; {self._weighted}"
        ranged = f"10 % to 95 % of the 3 s windows above {ABSOLUTE_GATE:g} LUFS and {_RANGE_GATE:g} LU"
        reason = self.why_not()
        return Told(
            descriptors=(
                level("integrated_loudness", self.integrated(), "LUFS", gated, reason, (ABSOLUTE_GATE, None), _BS1770),
                self._loudest("momentary_loudness_max", self._momentary, "highest of the 400 ms windows"),
                self._loudest("short_term_loudness_max", self._short_term, "highest of the 3 s windows"),
                level(
                    "loudness_range", spread, "LU", ranged, self.why_not(_SHORT_TERM), (0.0, None), "EBU Tech 3342, 3"
                ),
            )
        )

    def _loudest(self, name: str, windows: Windows, method: str) -> Descriptor:
        energy = float(windows.loudest[0])
        value = lufs(energy) if energy > 0 else None
        reason = self.why_not(windows.length)
        if value is not None and value < ABSOLUTE_GATE:  # what a filter rings with in silence is no loudness
            value = None
        return level(name, value, "LUFS", f"{method}, each 10 ms", reason, (ABSOLUTE_GATE, None), _TECH_3341)


def _why_not(stream: Stream, where: tuple[str, ...]) -> str:
    if stream.rate < LOWEST_RATE:
        return f"K-weighting needs a sample rate of {LOWEST_RATE} Hz or more"
    if not where:
        return f"the places of {stream.channels} channels are not known"
    return ""
