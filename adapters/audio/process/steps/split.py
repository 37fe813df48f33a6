"""Where a sound is cut into pieces.

`silence` goes by the RMS of the loudest channel in 10 ms. `speech` is a detector of energy, not of words: the level of
what voices are made of (200 to 3,800 Hz) against the recording's own noise, its tenth percentile. It finds the phrases
of a voice in steady noise; it does not know a voice from another sound in the same band.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from adapters.audio.blocks import Block
from adapters.audio.process.cutting import recut
from adapters.audio.process.levels import mean_squares, power, window_frames
from adapters.audio.process.stage import Shape
from adapters.audio.process.steps.channels import averaged, mixed
from adapters.audio.process.steps.settings import number, optional_number, rows, word
from domain.errors import EmptyAudio, Invalid, InvalidStretch
from domain.step import Step

MAX_PIECES = 5000

_VOICE_HZ = (200.0, 3800.0)
_ABOVE_NOISE_DB, _BELOW_VOICE_DB = 10.0, 10.0
_LEAST_DBFS = -65.0
_STEADY_DB = 6.0
"""What moves less than this between its tenth and its ninety-fifth percentile has no pauses: it is one piece."""

_LEAST_ACTIVE_SECONDS = 0.1
"""Of energy in a phrase of speech: less is a click."""

Piece = tuple[int, int]
"""The first frame, and the one behind the last."""


class Split:
    """Hears the sound as it passes by, and then says where to cut it."""

    def __init__(self, step: Step, shape: Shape) -> None:
        self._step, self._shape = step, shape
        self._by = word(step, "by")
        self._levels: list[NDArray[np.float32]] = []
        self._frames = 0
        self._check()

    def _check(self) -> None:
        if self._by == "time" and optional_number(self._step, "every_seconds") is None:
            raise Invalid("To split by time, say how long each piece is: every_seconds.", field="every_seconds")
        if self._by == "regions":
            regions = rows(self._step, "regions")
            if not regions:
                raise Invalid("To split by regions, say where they are: regions.", field="regions")
            if any(len(region) != 2 or region[1] <= region[0] for region in regions):
                raise Invalid("Each region is a list of its start and its end in seconds.", field="regions")

    def hear(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """The same blocks, heard; to be called once, with all of the sound."""
        fresh = recut(blocks, window_frames(self._shape.rate) * 128)
        voice = _Voice(self._shape.rate) if self._by == "speech" else None
        for block in fresh:
            self._frames += len(block)
            if self._by in {"silence", "speech"}:
                for means, _ in mean_squares((voice.of(block) if voice else block,), self._shape.rate):
                    self._levels.append(means.astype(np.float32))
            yield block

    def pieces(self) -> Sequence[Piece]:
        """In the order of their starts, or as the regions were given.

        Raises EmptyAudio where there is none, Invalid for too many, InvalidStretch for a region behind the end.
        """
        found = self._regions() if self._by == "regions" else self._stretches()
        shortest = number(self._step, "min_piece_seconds") * self._shape.rate
        if self._by == "time":
            found = [piece for piece in found if piece[1] - piece[0] >= shortest]
        if not found:
            raise EmptyAudio("Nothing is left to cut out. Lower threshold_dbfs or min_piece_seconds of split.")
        if len(found) > MAX_PIECES:
            raise Invalid(
                f"It would be cut into {len(found)} files; at most {MAX_PIECES} are made. Split it more coarsely.",
                field="split",
            )
        return found

    def _stretches(self) -> list[Piece]:
        if self._by == "time":
            every = number(self._step, "every_seconds") * self._shape.rate
            starts = [round(n * every) for n in range(int(np.ceil(self._frames / every)))]
            return [(one, min(two, self._frames)) for one, two in zip(starts, [*starts[1:], self._frames], strict=True)]
        levels = np.concatenate(self._levels)
        if self._by == "silence":
            return self._loud(levels >= power(number(self._step, "threshold_dbfs")))
        return self._loud(_speaks(levels), least_active=_LEAST_ACTIVE_SECONDS)

    def _regions(self) -> list[Piece]:
        rate, found = self._shape.rate, []
        for start, end in rows(self._step, "regions"):
            first, stop = round(start * rate), min(round(end * rate), self._frames)
            if stop <= first:
                seconds = self._frames / rate
                raise InvalidStretch(
                    f"The region from {start:g} to {end:g} s lies behind the end: the sound is {seconds:.3f} s long.",
                    duration_seconds=seconds,
                )
            found.append((first, stop))
        return found

    def _loud(self, loud: NDArray[np.bool_], least_active: float = 0.0) -> list[Piece]:
        """Runs of loud windows, joined over pauses that are too short to cut, with padding up to the middle of the
        pause at the most."""
        each, rate = window_frames(self._shape.rate), self._shape.rate
        edges = np.flatnonzero(np.diff(loud, prepend=False, append=False))
        starts, stops = edges[::2] * each, np.minimum(edges[1::2] * each, self._frames)
        if not len(starts):
            return []
        cut = starts[1:] - stops[:-1] >= number(self._step, "min_silence_seconds") * rate
        firsts, lasts = np.concatenate(([True], cut)), np.concatenate((cut, [True]))
        active = np.add.reduceat(stops - starts, np.flatnonzero(firsts))
        starts, stops = starts[firsts], stops[lasts]
        shortest = number(self._step, "min_piece_seconds") * rate
        kept = (stops - starts >= shortest) & (active >= least_active * rate)
        starts, stops = starts[kept], stops[kept]
        padding = round(number(self._step, "padding_seconds") * rate)
        middles = (stops[:-1] + starts[1:]) // 2
        floor, ceiling = np.concatenate(([0], middles)), np.concatenate((middles, [self._frames]))
        starts, stops = np.maximum(starts - padding, floor), np.minimum(stops + padding, ceiling)
        return list(zip(starts.tolist(), stops.tolist(), strict=True))


class _Voice:
    """The band that voices fill, of the mean of all channels."""

    def __init__(self, rate: int) -> None:
        from scipy import signal  # not at the top: see biquads

        low, high = _VOICE_HZ[0], min(_VOICE_HZ[1], 0.45 * rate)
        self._filter = signal.butter(2, (low, high), "bandpass", fs=rate, output="sos")
        self._filtered = signal.sosfilt
        self._state = np.zeros((len(self._filter), 2))

    def of(self, block: Block) -> Block:
        mono = mixed(block, averaged(block.shape[1]))[:, 0]
        heard, self._state = self._filtered(self._filter, mono, zi=self._state)
        return np.ascontiguousarray(heard[:, None], np.float32)


def _speaks(levels: NDArray[np.float32]) -> NDArray[np.bool_]:
    decibels = 10 * np.log10(np.maximum(levels, 1e-20))
    noise, voice = np.percentile(decibels, (10, 95))
    if voice < _LEAST_DBFS:
        return np.zeros(len(levels), bool)
    if voice - noise < _STEADY_DB:
        return np.ones(len(levels), bool)
    found: NDArray[np.bool_] = decibels >= max(_LEAST_DBFS, min(noise + _ABOVE_NOISE_DB, voice - _BELOW_VOICE_DB))
    return found
