"""Chroma with the sound's own tuning, in one pass, and what follows from it: tuning and key."""

from tempfile import SpooledTemporaryFile

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.compiled import compiled
from adapters.audio.taps import key
from adapters.audio.taps.chroma_bank import chroma_bank
from adapters.audio.taps.sounding import Sounding
from adapters.audio.taps.summary import LIBROSA, SILENT, TOO_LARGE, Column, Statistics, VectorSummary, rounded
from adapters.audio.taps.tap import Stream, Told
from adapters.audio.taps.tuning import Tuning
from domain.analysis import Descriptor, Range

EACH = 4
"""STFT frames whose mean power one chroma is of: ten of them a second, and harmony does not move faster."""

EVEN = 0.15
"""Least spread (standard deviation over mean) of the mean chroma that has a key. White noise stays below,
even at 8 kHz, where few bins lie in a semitone; melodies are above 0.3."""

_ROWS = 128
"""Chroma frames projected at a time."""

_IN_MEMORY = 1 << 20

DC_BINS = 2
"""That a constant offset is in, through the window: up to 32 Hz, and without pitch."""

FLOOR_DBFS = -90.0
"""Of the strongest frequency: what is softer is the noise of 16 bits, and counts as silence."""

LEAST_ROWS = 3

NO_PEAKS = "no peaks between 150 and 4000 Hz"

_OF = f"of the mean power of the mean of the channels in each {EACH} STFT frames"

Floats = NDArray[np.float32]


class Chroma:
    """The column `chroma` (a row for each EACH frames of the STFT) and its summaries; `tuning`, `key` and how sure."""

    def __init__(self, stream: Stream) -> None:
        self._bank = chroma_bank(stream.rate, stream.window)
        self._projected, peaks = _spool(stream), _spool(stream)
        self._tuning = Tuning(stream.rate, stream.window, peaks)
        self._rows = np.zeros((_ROWS, stream.window // 2 + 1), np.float32)
        self._frames = 0  # in the rows so far
        self._overflowed = bytearray()  # a byte a row
        self._silent = True
        self._floor = (stream.window / 4) ** 2 * 10 ** (FLOOR_DBFS / 10)  # a Hann window sums to half its length
        self._every = EACH * stream.hop / stream.rate
        low = DC_BINS * stream.rate / stream.window
        method = (
            f"12 pitch classes from C on {_OF} ({self._every:.4g} s), from {low:.3g} Hz on, the highest being 1; with "
            f"the sound's own tuning; 0 in what is softer than {FLOOR_DBFS:g} dBFS"
        )
        self._too_little = (
            f"less than {LEAST_ROWS * self._every:.2g} s of it are louder than {FLOOR_DBFS:g} dBFS above {low:.3g} Hz"
        )
        self._sounding = Sounding()
        column = Column("chroma", "1", (0.0, 1.0), method, f"{LIBROSA} feature.chroma_stft", EACH)
        self._summary = VectorSummary(stream, column, self._sounding)

    def feed(self, chunk: Chunk) -> None:
        power = chunk.spectra.mix
        while len(power):
            taken = power[: _ROWS * EACH - self._frames]
            _add(taken, self._frames, self._rows)
            self._frames += len(taken)
            power = power[len(taken) :]
            if self._frames == _ROWS * EACH:
                self._project()

    def _project(self) -> None:
        rows = self._rows[: -(-self._frames // EACH)]
        if self._frames % EACH:
            rows[-1] *= np.float32(EACH / (self._frames % EACH))
        self._silent = self._silent and not rows.any()
        rows[:, :DC_BINS] = 0
        highest = rows.max(axis=1)
        overflowed = ~np.isfinite(highest)  # float files may hold samples of any size
        rows[overflowed | (highest < self._floor)] = 0
        self._overflowed += overflowed.tobytes()
        self._tuning.feed(rows)
        self._projected.write((rows @ self._bank.projection).tobytes())
        self._frames = 0

    def result(self) -> Told:
        if self._frames:
            self._project()
        tuning = self._tuning.estimate()
        self._tell_chroma(0.0 if tuning is None else tuning)
        found = self._summary.statistics()
        if found is None or found.count < LEAST_ROWS:
            nothing = TOO_LARGE if any(self._overflowed) else SILENT if self._silent else self._too_little
            return Told((*self._summary.missing(nothing), _tuning(None, nothing), *_key(None, nothing)))
        reason = NO_PEAKS if tuning is None else None
        return Told((*self._summary.told(found), _tuning(tuning, reason), *self._tell_key(found, reason)))

    def _tell_chroma(self, tuning: float) -> None:
        to_chroma = self._bank.at(tuning)
        width = len(to_chroma)
        overflowed = np.frombuffer(self._overflowed, np.bool_)
        self._projected.seek(0)
        at = 0
        while piece := self._projected.read(_ROWS * 4 * width):
            raw = np.frombuffer(piece, np.float32).reshape(-1, width) @ to_chroma
            np.maximum(raw, 0, out=raw)  # polynomials may fall a little below
            highest = raw.max(axis=1, keepdims=True)
            sounding = highest[:, 0] >= np.finfo(np.float32).tiny
            np.divide(raw, highest, out=raw, where=sounding[:, None])
            raw[overflowed[at : at + len(raw)]] = np.nan
            self._summary.add(raw)
            self._sounding.add(sounding)
            at += len(raw)

    def _tell_key(self, found: Statistics, reason: str | None) -> tuple[Descriptor, ...]:
        chroma = found.mean
        if not reason and chroma.std() < EVEN * chroma.mean():
            reason = "all pitch classes are about as strong, as in noise"
        if not reason and found.count * self._every < key.LEAST_SECONDS:
            reason = f"less than {key.LEAST_SECONDS:g} s of it sound"
        if not reason and key.pitch_classes(chroma) < key.LEAST_CLASSES:
            reason = f"fewer than {key.LEAST_CLASSES} pitch classes stand out"
        return _key(None if reason else key.best_key(chroma), reason)


def _spool(stream: Stream) -> SpooledTemporaryFile[bytes]:
    return stream.resources.enter_context(SpooledTemporaryFile(_IN_MEMORY, dir=str(stream.workspace)))


@compiled
def _add(power: Floats, start: int, rows: Floats) -> None:
    """Adds quarters of frames to their rows, and begins rows anew; `start` frames are in them already."""
    share = np.float32(1) / np.float32(EACH)
    for i in range(power.shape[0]):
        row, frame = rows[(start + i) // EACH], power[i]
        if (start + i) % EACH == 0:
            for k in range(len(frame)):
                row[k] = frame[k] * share
        else:
            for k in range(len(frame)):
                row[k] += frame[k] * share


def _tuning(tuning: float | None, reason: str | None) -> Descriptor:
    return Descriptor(
        "tuning",
        None if tuning is None else rounded(np.float64(tuning)),
        "semitones",
        f"deviation from A = 440 Hz that most peaks between 150 and 4000 Hz have, {_OF}",
        reason,
        (-0.5, 0.5),
        f"{LIBROSA} estimate_tuning",
    )


def _key(found: key.Key | None, reason: str | None) -> tuple[Descriptor, ...]:
    def described(
        name: str, value: float | str | None, unit: str, how: str, range_: Range = (None, None)
    ) -> Descriptor:
        method = f"{how} of Krumhansl and Kessler's 24 profiles to the mean chroma"
        return Descriptor(name, value, unit, method, reason, range_, key.SOURCE)

    return (
        described("key", found.name if found else None, "key", "best fit"),
        described("key_confidence", found.correlation if found else None, "1", "correlation of the best", (-1.0, 1.0)),
        described("key_margin", found.margin if found else None, "1", "correlation above the second best", (0.0, 2.0)),
    )
