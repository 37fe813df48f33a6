"""Fundamental frequency by YIN: de Cheveigné & Kawahara, "YIN, a fundamental frequency estimator for speech and
music", JASA 111(4), 2002.

The difference of a lag is the mean over the samples that the frame shares with itself at that lag. librosa.yin does
not take away the power of the frame's end, which it then finds in every difference: at the period of a low voice that
alone is above the threshold of what is periodic. It knows no such threshold, so there it does little harm. Where the
period is short against the frame, and the frame periodic, both find the same.
"""

import math

import ducc0
import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.compiled import compiled, reassociated
from adapters.audio.frames import Rows
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor

F_MIN, F_MAX = 65.0, 2093.0
"""Hz: C2 to C7, which holds all voices and most of what is sung to."""

THRESHOLD = 0.1
"""Aperiodicity below which a period counts: the share of a frame's power that does not repeat (YIN, step 4)."""

FLOOR_DBFS = -60.0
"""RMS of a frame below which it is not looked at: what is there is the room, or the codec."""

ROUNDING = 1e-6
"""Share of a frame's power that single precision may take for a difference or hide: a constant has no period."""

LOWEST_RATE = 8000

HOP = 4
"""Hops of the STFT between two frames: a tenth of a second. Every hop would cost four times as much."""

_BATCH = 8
"""Frames transformed at a time: as many as the FFT has lanes for."""

Row = NDArray[np.float32]

_PERCENTILES = (5, 25, 50, 75, 95)
SOURCE = "de Cheveigné & Kawahara 2002, doi:10.1121/1.1458024"
_METHOD = (
    f"YIN on the mean of the channels, {F_MIN:g} to {F_MAX:g} Hz, threshold "
    f"{THRESHOLD:g}, every {HOP}th frame of the STFT; frames below {FLOOR_DBFS:g} dBFS RMS left out"
)


class Pitch:
    """`f0_mean`, `f0_variance`, `f0_percentiles`, `periodic_share`; the columns `f0` (Hz) and `f0_aperiodicity`.

    The columns have a row for each HOPth frame of the STFT, NaN where the frame is too quiet.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._refused = stream.rate < LOWEST_RATE
        self._hop = HOP * stream.hop
        self._length = 1 << math.ceil(math.log2(2 * stream.rate / F_MIN))  # holds two of the longest periods
        self._periods = (int(stream.rate / F_MAX), math.ceil(stream.rate / F_MIN))
        # Lags up to the longest period do not wrap around in it.
        self._size = ducc0.fft.good_size(self._length + self._periods[1], True)
        # Rooms for all batches: making new ones costs as much as the transforms.
        self._padded = np.zeros((_BATCH, self._size), np.float32)
        self._spectra = np.empty((_BATCH, self._size // 2 + 1), np.complex64)
        self._correlation = np.empty((_BATCH, self._size), np.float32)
        self._differences = np.empty((2, self._periods[1] + 1))
        self._rest = np.zeros(self._length // 2, np.float32)

    def feed(self, chunk: Chunk) -> None:
        if self._refused:
            return
        parts = [self._rest, chunk.mix]
        if chunk.last:
            parts.append(np.zeros(self._length // 2, np.float32))
        line = np.concatenate(parts)
        count = 1 + (len(line) - self._length) // self._hop
        if not chunk.last:
            # A hop is longer than a frame: the next one begins in what is kept.
            count = len(chunk) // self._hop
            self._rest = line[-len(self._rest) :].copy()
        found = np.full((2, count), np.nan, np.float32)
        loud = np.flatnonzero(_powers(line, self._hop, self._length, count) >= 10 ** (FLOOR_DBFS / 10))
        for start in range(0, len(loud), _BATCH):
            part = loud[start : start + _BATCH]
            found[:, part] = self._yin(line, part * self._hop)
        self._stream.frames.add("f0", found[0], Rows("Hz", self._hop))
        self._stream.frames.add("f0_aperiodicity", found[1], Rows("1", self._hop))

    def _yin(self, line: Row, places: NDArray[np.int64]) -> NDArray[np.float32]:
        frames = self._padded[: len(places)]
        _copy(line, places, self._length, frames)
        spectra = ducc0.fft.r2c(frames, axes=(1,), out=self._spectra[: len(places)])
        _square(spectra)
        room = self._correlation[: len(places)]
        correlation = ducc0.fft.c2r(spectra, axes=(1,), lastsize=self._size, forward=False, out=room)
        found = np.empty((2, len(places)), np.float32)
        _search(frames, correlation, self._length, self._size, *self._periods, self._differences, found)
        found[0] = self._stream.rate / found[0]
        return found

    def result(self) -> Told:
        if self._refused:
            return Told(_nothing(f"the sample rate is below {LOWEST_RATE} Hz"))
        f0, aperiodicity = (self._stream.frames.column(name) for name in ("f0", "f0_aperiodicity"))
        heard = int(np.isfinite(aperiodicity).sum())
        if not heard:
            return Told(_nothing(f"no frame is louder than {FLOOR_DBFS:g} dBFS"))
        periodic = f0[aperiodicity < THRESHOLD].astype(np.float64)
        share = _descriptor("periodic_share", round(len(periodic) / heard, 4))
        if not len(periodic):
            return Told((*_nothing("no frame is periodic")[:-1], share))
        percentiles = tuple(round(float(each), 2) for each in np.percentile(periodic, _PERCENTILES))
        return Told(
            (
                _descriptor("f0_mean", round(float(periodic.mean()), 2)),
                _descriptor("f0_variance", round(float(periodic.var()), 2)),
                _descriptor("f0_percentiles", percentiles),
                share,
            )
        )


_KINDS = {
    "f0_mean": ("Hz", f"mean of the periodic frames; {_METHOD}", (0.0, None)),
    "f0_variance": ("Hz²", f"variance over the periodic frames; {_METHOD}", (0.0, None)),
    "f0_percentiles": ("Hz", f"percentiles {_PERCENTILES} of the periodic frames; {_METHOD}", (0.0, None)),
    "periodic_share": ("1", f"share of the frames that are loud enough; {_METHOD}", (0.0, 1.0)),
}


def _descriptor(name: str, value: float | tuple[float, ...] | None, reason: str | None = None) -> Descriptor:
    unit, method, bounds = _KINDS[name]
    return Descriptor(name, value, unit, method, reason, range=bounds, source=SOURCE)


def _nothing(reason: str) -> tuple[Descriptor, ...]:
    return tuple(_descriptor(name, None, reason) for name in _KINDS)


@reassociated
def _powers(line: Row, hop: int, length: int, count: int) -> Row:
    """Mean square of each frame."""
    powers = np.empty(count, np.float32)
    for n in range(count):
        total = np.float32(0)
        frame = line[n * hop : n * hop + length]
        for k in range(length):  # which vectorises, other than a loop over the frame itself
            total += frame[k] * frame[k]
        powers[n] = total / np.float32(length)
    return powers


@compiled
def _copy(line: Row, places: NDArray[np.int64], length: int, frames: NDArray[np.float32]) -> None:
    for n in range(len(places)):
        frames[n, :length] = line[places[n] : places[n] + length]


@compiled
def _square(spectra: NDArray[np.complex64]) -> None:
    for n in range(spectra.shape[0]):
        for k in range(spectra.shape[1]):
            one = spectra[n, k]
            spectra[n, k] = one.real * one.real + one.imag * one.imag


@compiled
def _search(  # noqa: PLR0917 - numba takes positional arguments
    frames: NDArray[np.float32],
    correlation: NDArray[np.float32],
    length: int,
    scale: int,
    shortest: int,
    longest: int,
    room: NDArray[np.float64],
    found: NDArray[np.float32],
) -> None:
    """Period in samples and aperiodicity of each frame, by its autocorrelation: `found` is (2, frames).

    `room` is for the differences of lags up to `longest`, and for them over the mean of those before. The first
    trough of these below THRESHOLD is the period, the deepest place where there is none. As in librosa the first lag
    is a trough when it is below the second, and a parabola whose vertex would be further away than a sample moves
    nothing; it goes through the differences themselves, which the mean does not tilt (YIN, step 5).
    """
    raw, d = room[0], room[1]
    for n in range(len(frames)):
        unseen = ROUNDING * float(correlation[n, 0]) / scale / length
        total = 0.0
        alone = 0.0  # the power of what lies beside itself at the lag: the frame's head and its tail
        for k in range(1, longest + 1):
            head, tail = float(frames[n, k - 1]), float(frames[n, length - k])
            alone += head * head + tail * tail
            difference = 2 * (float(correlation[n, 0]) - float(correlation[n, k])) / scale - alone
            raw[k] = max(difference / (length - k), 0.0) + unseen
            total += raw[k]
            d[k] = raw[k] * k / total
        best = shortest
        for k in range(shortest, longest + 1):
            falls = k == shortest or d[k] < d[k - 1]
            rises = k == longest or d[k] < d[k + 1] or (k > shortest and d[k] == d[k + 1])
            if falls and rises and d[k] < THRESHOLD:
                best = k
                break
            if d[k] < d[best]:
                best = k
        shift = 0.0
        if shortest < best < longest:
            before, after = raw[best - 1] - raw[best], raw[best + 1] - raw[best]
            bend, slope = after + before, (after - before) / 2
            shift = -slope / bend if abs(slope) < abs(bend) else 0.0
        # Float files may hold samples of any size, and then there is no figure.
        found[0, n], found[1, n] = (best + shift, d[best]) if np.isfinite(d[best]) else (np.nan, np.nan)
