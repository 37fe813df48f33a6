"""Bandwidth: where the long-term average spectrum ends, and whether it ends as no sound in the air does."""

import numpy as np
from numpy.typing import NDArray

from adapters.audio.chunks import Chunk
from adapters.audio.compiled import compiled
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

LIKELY_CODEC_HZ = 8000.0
"""Codecs and sample rates of music end above it; clean synthesisers, old lines and low-passes end anywhere below."""

DC_BINS = 2
"""That a constant offset is in, through the window."""

OFFSET_DB = 20.0
"""Above all other frequencies: what is in these bins alone does not count as the strongest one. Rumble stays below."""

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
        self._ends = np.zeros(stream.window // 2 + 1)  # of the first and the last frame, which zeros fill up
        self._frames = 0

    def feed(self, chunk: Chunk) -> None:
        spectra = chunk.spectra
        count = len(spectra)
        self._sum += spectra.total(0, count)
        if spectra.first == 0:
            self._ends += spectra.total(0, 1)
        if chunk.last:
            self._ends += spectra.total(count - 1, count)
        self._frames += count

    def result(self) -> Told:
        spectrum = self._decibels(self._sum / self._frames)
        if not spectrum.max() > SILENT_DB:
            return Told((_descriptor(None, "digital silence has no spectrum"),))
        if not np.isfinite(spectrum).all():
            return Told((_descriptor(None, "the samples are beyond all measure"),))
        step = self._stream.rate / self._stream.window
        audible = self._audible()
        if not audible.any():
            return Told((_descriptor(None, f"there is nothing above {DC_BINS * step:.0f} Hz"),))
        cliff = _cliff(spectrum, step)
        if cliff is None:
            strongest = spectrum[audible].max()
            if strongest >= spectrum.max() - OFFSET_DB:
                strongest = spectrum.max()
            last = int(np.flatnonzero(audible & (spectrum >= strongest - RANGE_DB))[-1])
            return Told((_descriptor(last * step),))
        frequency, fall = cliff
        return Told((_descriptor(frequency),), self._findings(frequency, fall))

    def _decibels(self, power: NDArray[np.float64]) -> NDArray[np.float64]:
        """A full-scale sine being 0."""
        decibels: NDArray[np.float64] = 10 * np.log10(np.maximum(power * 16 / self._stream.window**2, 1e-20))
        return decibels

    def _audible(self) -> NDArray[np.bool_]:
        """Which bins are more than what the window spreads of an offset or of infrasound; none where these are all.

        Looked at without the ends, where an offset breaks off and is heard far up.
        """
        inner = self._frames - 2
        spectrum = self._decibels((self._sum - self._ends) / inner if inner > 0 else self._sum / self._frames)
        audible = spectrum > np.maximum(_spread(spectrum), SILENT_DB)
        if not (spectrum[audible] >= spectrum.max() - RANGE_DB).any():
            audible[:] = False
        return audible

    def _findings(self, frequency: float, fall: float) -> tuple[Finding, ...]:
        rate = self._stream.rate
        promised = rate >= LOWEST_RATE and self._stream.codec.startswith(LOSSLESS)
        if not promised or frequency >= FULL_SHARE * rate / 2:
            return ()
        detail = (
            f"The spectrum ends at {frequency / 1000:.1f} kHz, where it falls by {fall:.0f} dB within {GAP_HZ:g} Hz; "
            f"the file has room for {rate / 2000:g} kHz."
        )
        if frequency < LIKELY_CODEC_HZ:
            remedy = "Look for the original, if more is expected in it; a lower sample rate holds all that is here."
            return (Finding("band-limited", Severity.INFO, detail, remedy),)
        detail = f"{detail} It has probably been through a lossy codec or a lower sample rate."
        remedy = "Look for the original; what is missing cannot be brought back."
        return (Finding("band-limited", Severity.WARNING, detail, remedy),)


def _spread(spectrum: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a Hann window can spread to each bin of what is in the lowest two, in dB; without end in these themselves.

    Its transform is sin(pi x) / (pi x (1 - x²)), of which the sine is at most 1; x is counted from the upper one. Three
    decibels are for what a line between two bins lacks in both.
    """
    spread = np.full(len(spectrum), np.inf)
    x = np.arange(DC_BINS + 1, len(spectrum)) - (DC_BINS - 1.0)
    spread[DC_BINS + 1 :] = spectrum[:DC_BINS].max() + 3 - 20 * np.log10(np.pi * x * (x**2 - 1))
    return spread


def _descriptor(hz: float | None, reason: str | None = None) -> Descriptor:
    value = None if hz is None else float(round(hz))
    return Descriptor("bandwidth_hz", value, "Hz", _METHOD, reason, range=(0.0, None))


@compiled
def _medians(spectrum: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Of all stretches of that width; the values of each are kept in order for the next one."""
    medians = np.empty(len(spectrum) - width + 1)
    ordered, half = np.sort(spectrum[:width]), width // 2
    for n in range(len(medians)):
        if n:
            new, place = spectrum[n + width - 1], np.searchsorted(ordered, spectrum[n - 1])
            while place < width - 1 and ordered[place + 1] < new:
                ordered[place] = ordered[place + 1]
                place += 1
            while place > 0 and ordered[place - 1] > new:
                ordered[place] = ordered[place - 1]
                place -= 1
            ordered[place] = new
        medians[n] = ordered[half] if width % 2 else 0.5 * (ordered[half - 1] + ordered[half])
    return medians


def _cliff(spectrum: NDArray[np.float64], step: float) -> tuple[float, float] | None:
    """Where the spectrum falls most, in Hz, and by how many dB: from all of the bands below to all of those above."""
    width, gap, filled = (round(hz / step) for hz in (BAND_HZ, GAP_HZ, FILLED_HZ))
    first = max(round(FIRST_HZ / step), filled) - filled
    beyond = filled + gap
    if width < 1 or len(spectrum) < first + beyond + width:
        return None
    bands = _medians(spectrum, width)  # of that which begins there
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
