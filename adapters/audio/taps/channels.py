"""How the channels stand to each other and to zero: dead, the same twice, upside down, beside zero."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import CELL, CHUNK_FRAMES, Chunk, Samples
from adapters.audio.compiled import reassociated
from adapters.audio.taps.decibels import level
from adapters.audio.taps.places import low_frequency, places
from adapters.audio.taps.spans import MAX_RANGES
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor, Finding, Severity

WINDOW_SECONDS = 0.4
"""Nearest power of two in cells: long enough for the mean of speech and music to come to rest."""

DEAD_DB = DUAL_DB = -60.0
"""A channel that far below the loudest one, or a difference that far below the sum, is nobody's signal but crosstalk,
dither or a codec's rest."""

OFFSET = 10 ** (-50 / 20)
"""Of full scale. A cut through such an offset clicks at -50 dBFS: 10 dB above what counts as silence here. In a file
of few bits it is one of its steps: 8 bits have no zero in their middle, and converters to them are half a step off."""
OFFSET_SHARE = 0.9
"""Of the sounding time that the offset must stand: a drum alone has a mean too, but not throughout."""
OFFSET_SECONDS = 0.5

INVERTED = -0.9
"""Correlation: summed to mono, 13 dB of two equal channels are gone. Wide mixes come to -0.5 and stay there."""
INVERTED_SECONDS = 2.0
INVERTED_BALANCE_DB = -20.0
"""A channel further below the other than that takes less than 1 dB from it."""
SOUNDING_DBFS = -60.0

_PEARSON = "Pearson's product-moment correlation"


class Channels:
    """`stereo_correlation`, `side_to_mid`; `dead-channel`, `dual-mono`, `inverted-phase`, `dc-offset`.

    All energies are those of the sound without its mean, in double precision.
    """

    def __init__(self, stream: Stream) -> None:
        many = stream.channels
        self._rate, self._pair = stream.rate, many == 2
        where = places(stream.layout, many)
        self._meant = np.array([not low_frequency(place) for place in where] or [True] * many)
        self._cells = min(CHUNK_FRAMES // CELL, 1 << max(0, round(math.log2(WINDOW_SECONDS * stream.rate / CELL))))
        self._frames, self._cross = 0, 0.0
        self._sums, self._squares, self._loudest = np.zeros(many), np.zeros(many), np.zeros(many)
        self._sounding, self._above, self._below = np.zeros(many), np.zeros(many), np.zeros(many)
        self._least = max(OFFSET, 2.0 ** (1 - (stream.bit_depth or 16)))
        self._inverted = _Stretches(round(INVERTED_SECONDS * stream.rate))

    def feed(self, chunk: Chunk) -> None:
        starts = np.arange(0, chunk.cells.sums.shape[1], self._cells)
        frames = np.minimum(self._cells * CELL, len(chunk) - starts * CELL)
        sums = np.add.reduceat(chunk.cells.sums, starts, axis=1)
        squares = np.add.reduceat(chunk.cells.squares, starts, axis=1)
        means = sums / frames
        powers = np.maximum(squares / frames - means * means, 0)
        self._frames += len(chunk)
        self._sums += sums.sum(axis=1)
        self._squares += squares.sum(axis=1)
        self._loudest = np.maximum(self._loudest, powers.max(axis=1))
        self._sounding += np.where(squares > 0, frames, 0).sum(axis=1)
        self._above += np.where(means >= self._least / 2, frames, 0).sum(axis=1)
        self._below += np.where(means <= -self._least / 2, frames, 0).sum(axis=1)
        if self._pair:
            products = np.empty(len(starts))
            _multiply(chunk.samples, self._cells * CELL, products)
            self._cross += float(products.sum())
            together = products / frames - means[0] * means[1]
            self._look_for_inversion(chunk.at + starts * CELL, frames, powers, together)

    def _look_for_inversion(
        self,
        starts: NDArray[np.int64],
        frames: NDArray[np.int64],
        powers: NDArray[np.float64],
        together: NDArray[np.float64],
    ) -> None:
        quieter, louder = powers.min(axis=0), powers.max(axis=0)
        quiet = louder < 10 ** (SOUNDING_DBFS / 10)
        inverted = ~quiet & (quieter > louder * 10 ** (INVERTED_BALANCE_DB / 10))
        inverted &= together <= INVERTED * np.sqrt(powers[0] * powers[1])
        if inverted.any() or self._inverted.open:
            for start, many, is_quiet, is_inverted in zip(starts, frames, quiet, inverted, strict=True):
                if is_inverted:
                    self._inverted.extend(int(start), int(start + many))
                elif not is_quiet:
                    self._inverted.close()

    def result(self) -> Told:
        self._inverted.close()
        powers = np.maximum(self._squares / self._frames - (self._sums / self._frames) ** 2, 0)
        dead = (self._loudest <= powers.max() * 10 ** (DEAD_DB / 10)) & (powers.max() > 0)
        alive = self._pair and not dead.any() and bool(powers.min() > 0)
        together = self._cross / self._frames - float(np.prod(self._sums / self._frames)) if self._pair else 0.0
        correlation = max(-1.0, min(1.0, together / math.sqrt(float(np.prod(powers))))) if alive else None
        findings = [*self._dead(np.flatnonzero(dead & self._meant)), *self._offset()]
        if correlation is not None:
            findings += [*_dual(correlation, powers), *self._inversion(correlation, powers)]
        return Told(self._descriptors(correlation, powers, together), tuple(findings))

    def _descriptors(
        self, correlation: float | None, powers: NDArray[np.float64], together: float
    ) -> tuple[Descriptor, ...]:
        reason = "there are not two channels" if not self._pair else "a channel is silent"
        side, mid = float(powers.sum()) - 2 * together, float(powers.sum()) + 2 * together
        ratio = None
        if self._pair and powers.any():
            if side <= mid * 1e-12:
                reason_of_ratio = "the channels are the same"
            elif mid <= side * 1e-12:
                reason_of_ratio = "the channels are the same, one of them inverted"
            else:
                reason_of_ratio, ratio = "", 10 * math.log10(side / mid)
        else:
            reason_of_ratio = "digital silence has no level" if self._pair else reason
        over = "the side over that of the mid"
        mean = "correlation of the two channels over the whole recording, 1 the same, -1 upside down"
        return (
            level("stereo_correlation", correlation, "1", mean, reason, (-1.0, 1.0), _PEARSON),
            level("side_to_mid", ratio, "dB", f"power of {over}", reason_of_ratio, source="mid is L + R, side L - R"),
        )

    def _dead(self, dead: NDArray[np.int64]) -> Iterator[Finding]:
        if len(dead):
            yield Finding(
                "dead-channel",
                Severity.WARNING,
                f"{_named(dead)} throughout {-DEAD_DB:g} dB or more below the loudest channel, or silent.",
                "Check the cable and the routing of the channel, or keep the other one as mono.",
            )

    def _offset(self) -> Iterator[Finding]:
        sounding = np.maximum(self._sounding, 1)
        means = self._sums / sounding
        share = np.where(means > 0, self._above, self._below) / sounding
        stands = (np.abs(means) >= self._least) & (share >= OFFSET_SHARE) & (sounding >= OFFSET_SECONDS * self._rate)
        off = np.flatnonzero(stands)
        if len(off):
            worst = float(max(means[off], key=abs))
            yield Finding(
                "dc-offset",
                Severity.WARNING,
                f"{_named(off)} off zero by up to {worst:+.4f} of full scale ({20 * math.log10(abs(worst)):.1f} dBFS).",
                "Put a high-pass filter at 20 Hz over it, and look at the converter.",
            )

    def _inversion(self, correlation: float, powers: NDArray[np.float64]) -> Iterator[Finding]:
        ranges = tuple((start / self._rate, end / self._rate) for start, end in self._inverted.kept)
        whole = self._frames / self._rate
        if not ranges and whole < INVERTED_SECONDS and correlation <= INVERTED and self._inverted.any:
            ranges = ((0.0, whole),)
        if ranges:
            seconds = self._inverted.total / self._rate or whole
            yield Finding(
                "inverted-phase",
                Severity.WARNING,
                f"For {seconds:.1f} of {whole:.1f} s the channels are upside down to each other; their correlation is "
                f"{correlation:.2f} over the whole. Summed to mono they cancel each other out.",
                "Turn the polarity of one channel round.",
                ranges,
                seconds,
            )


class _Stretches:
    """Runs of windows, of which those of `shortest` frames or more are kept; `total` frames in all that were kept."""

    def __init__(self, shortest: int) -> None:
        self._shortest = shortest
        self.open: tuple[int, int] | None = None
        self.kept: list[tuple[int, int]] = []
        self.total, self.any = 0, False

    def extend(self, start: int, end: int) -> None:
        self.open, self.any = (self.open[0] if self.open else start, end), True

    def close(self) -> None:
        if self.open and self.open[1] - self.open[0] >= self._shortest:
            self.total += self.open[1] - self.open[0]
            if len(self.kept) < MAX_RANGES:
                self.kept.append(self.open)
        self.open = None


def _dual(correlation: float, powers: NDArray[np.float64]) -> Iterator[Finding]:
    """What the best gain leaves of one channel less the other is 1 - r² of its power."""
    rest = 1 - correlation * correlation
    if correlation < 0 or rest > 10 ** (DUAL_DB / 10):
        return
    gain = 10 * math.log10(float(powers[1] / powers[0]))
    if abs(gain) < 0.01:
        same = "The channels carry the same sound"
    else:
        same = f"The channels carry the same sound, the second {gain:+.1f} dB of the first"
    apart = f"; what differs is {10 * math.log10(rest):.0f} dB below it." if rest > 1e-12 else "."
    yield Finding(
        "dual-mono",
        Severity.INFO,
        same + apart,
        "Keep one channel as mono: nothing is lost, and half of the bytes are saved.",
    )


def _named(channels: NDArray[np.int64]) -> str:
    numbers = [str(n + 1) for n in channels[:8]]
    if len(numbers) == 1:
        return f"Channel {numbers[0]} is"
    return f"Channels {', '.join(numbers[:-1])} and {numbers[-1]}{' and more' if len(channels) > 8 else ''} are"


@reassociated
def _multiply(samples: Samples, size: int, products: NDArray[np.float64]) -> None:
    """The sum of left times right in each window of `size` frames."""
    for window in range(len(products)):
        # Slices of their own vectorise, a place in both rows does not: nine times faster.
        left = samples[0, window * size : (window + 1) * size]
        right = samples[1, window * size : (window + 1) * size]
        total = 0.0
        for i in range(len(left)):
            total += float(left[i]) * float(right[i])
        products[window] = total
