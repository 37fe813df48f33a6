"""Bandwidth: where the long-term average spectrum ends, and whether it ends as no sound in the air does."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.taps.tap import Stream, Told
from domain.analysis import Descriptor, Finding, Severity

LOSSLESS = ("pcm_", "flac", "alac", "wavpack", "tta", "ape", "wmalossless")
"""How the names of codecs begin that promise all there was."""

LOWEST_RATE = 32_000
"""Hz: below it a narrow band is what one expects."""

CLIFF_DB, CLIFF_DB_PER_OCTAVE = 20.0, 60.0
"""The fall within GAP_HZ that makes a cliff, the greater of the two: rooms, tapes and microphones stay below 48 dB an
octave, which is 7 dB within GAP_HZ at 10 kHz; codecs and resamplers fall 25 to 60 there."""

BAND_HZ, GAP_HZ = 400.0, 600.0
"""A band's level is the median of its bins, which single lines do not move; a resampler needs the gap for its slope."""

EDGE_DB = 10.0
"""Below the median before a cliff: where the spectrum ends. A resampler's slope goes on for a tenth of its rate."""

FILLED_HZ = 2000.0
"""Below a cliff the spectrum is filled for so long: the end of a tone's harmonics is none."""

FIRST_HZ = 3000.0
"""The lowest cliff that is looked for, that of a telephone line."""

FULL_SHARE = 0.9
"""Of half the rate: converters and the best codecs end from there on."""

RANGE_DB = 80.0
"""Below the strongest frequency: where there is no cliff, what is weaker does not count as bandwidth."""

SILENT_DB = -140.0
"""Of a bin, a full-scale sine being 0: below the noise of 16 bits spread over all bins, which is -125."""

_METHOD = (
    f"long-term average spectrum: where it falls by {CLIFF_DB:g} dB or more within {GAP_HZ:g} Hz for good, otherwise "
    f"the highest frequency within {RANGE_DB:g} dB of the strongest"
)


class Bandwidth:
    """`bandwidth_hz`, and `band-limited` where a lossless file's spectrum ends in a cliff below FULL_SHARE."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._sum = np.zeros(stream.window // 2 + 1)
        self._frames = 0

    def feed(self, chunk: Chunk) -> None:
        power = chunk.spectra.power
        with np.errstate(over="ignore"):  # float files may hold samples of any size
            self._sum += power.sum(axis=0)
        self._frames += len(power)

    def result(self) -> Told:
        # Such that a full-scale sine is 0 dB.
        mean = self._sum / self._frames * 16 / self._stream.window**2
        spectrum = 10 * np.log10(np.maximum(mean, 1e-20))
        if not spectrum.max() > SILENT_DB:
            return Told((_descriptor(None, "digital silence has no spectrum"),))
        if not np.isfinite(spectrum).all():
            return Told((_descriptor(None, "the samples are beyond all measure"),))
        step = self._stream.rate / self._stream.window
        cliff = _cliff(spectrum, step)
        if cliff is None:
            last = int(np.flatnonzero(spectrum >= spectrum.max() - RANGE_DB)[-1])
            return Told((_descriptor(last * step),))
        frequency, fall = cliff
        return Told((_descriptor(frequency),), self._findings(frequency, fall))

    def _findings(self, frequency: float, fall: float) -> tuple[Finding, ...]:
        rate = self._stream.rate
        promised = rate >= LOWEST_RATE and self._stream.codec.startswith(LOSSLESS)
        if not promised or frequency >= FULL_SHARE * rate / 2:
            return ()
        detail = (
            f"The spectrum ends at {frequency / 1000:.1f} kHz, where it falls by {fall:.0f} dB within {GAP_HZ:g} Hz; "
            f"the file has room for {rate / 2000:g} kHz. It has been through a lossy codec or a lower sample rate."
        )
        remedy = "Look for the original; what is missing cannot be brought back."
        return (Finding("band-limited", Severity.INFO, detail, remedy),)


def _descriptor(hz: float | None, reason: str | None = None) -> Descriptor:
    value = None if hz is None else float(round(hz))
    return Descriptor("bandwidth_hz", value, "Hz", _METHOD, reason, range=(0.0, None))


def _cliff(spectrum: NDArray[np.float64], step: float) -> tuple[float, float] | None:
    """Where the spectrum falls most, in Hz, and by how many dB: from all of the bands below to all of those above."""
    width, gap, filled = (round(hz / step) for hz in (BAND_HZ, GAP_HZ, FILLED_HZ))
    first = max(round(FIRST_HZ / step), filled) - filled
    beyond = filled + gap
    if width < 1 or len(spectrum) < first + beyond + width:
        return None
    bands = np.median(np.lib.stride_tricks.sliding_window_view(spectrum, width), axis=1)  # of that which begins there
    above = np.maximum.accumulate(bands[::-1])[::-1][first + beyond :]
    stretches = np.lib.stride_tricks.sliding_window_view(bands[first:], filled - width + 1)
    falls = stretches[: len(above)].min(axis=1) - above
    edges = first + filled + np.arange(len(falls))
    octaves = np.log2((edges + gap + width / 2) / (edges - width / 2))
    steepest = int(np.argmax(falls - np.maximum(CLIFF_DB, CLIFF_DB_PER_OCTAVE * octaves)))
    edge = int(edges[steepest])
    if falls[steepest] < max(CLIFF_DB, CLIFF_DB_PER_OCTAVE * octaves[steepest]):
        return None
    floor = np.median(spectrum[edge - filled : edge]) - EDGE_DB
    end = edge - filled + int(np.flatnonzero(spectrum[edge - filled : edge + gap + width] >= floor)[-1])
    return end * step, float(falls[steepest])
