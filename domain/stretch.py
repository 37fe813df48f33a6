"""A stretch of a recording's time, and what can be made of it: an excerpt to hear, a spectrogram to look at."""

from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Invalid, InvalidStretch

SHORTEST_SECONDS = 0.001
MAX_EXCERPT_SAMPLES = 40_000_000
"""Of all channels: an excerpt is held in memory while it is made."""

MAX_SPECTROGRAM_SECONDS = 600.0
MAX_SPECTROGRAM_SAMPLES = 240_000_000

MIN_WINDOW, MAX_WINDOW = 256, 16_384
MIN_LOG_HZ = 10.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` to `end`, in seconds from the recording's start."""

    start: float
    end: float

    @classmethod
    def within(cls, duration: float, start: float, end: float | None) -> "Stretch":
        """To the recording's end where none is given. Times that somebody has rounded may be a millisecond late. All of
        a recording is a stretch of it, however short.

        Raises InvalidStretch when it is shorter than a millisecond or reaches beyond the end.
        """
        last = duration if end is None else end
        if not 0 <= start <= last <= duration + SHORTEST_SECONDS:
            raise InvalidStretch(
                f"{start:g} to {last:g} s is no stretch of the recording, which is {duration:.3f} s long.",
                duration_seconds=duration,
            )
        last = min(last, duration)
        if last - start < SHORTEST_SECONDS and (start, last) != (0, duration):
            raise InvalidStretch(
                f"The stretch must last at least {SHORTEST_SECONDS:g} s; the recording is {duration:.3f} s long.",
                duration_seconds=duration,
            )
        return cls(start, last)

    @property
    def seconds(self) -> float:
        return self.end - self.start

    def at_most(self, max_seconds: float, instead: str) -> "Stretch":
        """The same. Raises InvalidStretch, which says what to do `instead`, when it is longer."""
        if self.seconds > max_seconds + SHORTEST_SECONDS:
            raise InvalidStretch(
                f"The stretch is {self.seconds:.3f} s long; at most {max_seconds:g} s are made at once. {instead}",
                max_seconds=max_seconds,
            )
        return self


class ExcerptFormat(StrEnum):
    WAV = "wav"
    FLAC = "flac"
    MP3 = "mp3"
    OPUS = "opus"
    OGG = "ogg"

    @property
    def is_exact(self) -> bool:
        """Whether it keeps rate, channels and samples as they are."""
        return self in {ExcerptFormat.WAV, ExcerptFormat.FLAC}

    @property
    def content_type(self) -> str:
        return {"mp3": "audio/mpeg", "opus": "audio/ogg"}.get(self, f"audio/{self}")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch as a file of its own, `gain_db` louder; faded where it was cut out of the recording's middle."""

    stretch: Stretch
    format: ExcerptFormat
    fade_in: bool
    fade_out: bool
    gain_db: float = 0.0


class FrequencyScale(StrEnum):
    MEL = "mel"  # Slaney's, as librosa has it
    LINEAR = "linear"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class SpectrogramWindow:
    """A picture of a stretch: `width` columns of equal time, `height` rows of equal steps on the scale, no axes.

    The top row ends at `max_hz`, the bottom row begins at `min_hz`. `window` is the length of the STFT's Hann window
    in samples. The darkest shade is `floor_db` and less, the lightest 0 dB, the power of a sine at full scale.
    `channel` counts from 0; None is the mean power of all channels, so that opposite phases do not hide each other.
    """

    stretch: Stretch
    width: int
    height: int
    scale: FrequencyScale
    min_hz: float
    max_hz: float
    window: int
    floor_db: float
    channel: int | None

    @classmethod
    def of(
        cls,
        stretch: Stretch,
        *,
        rate: int,
        channels: int,
        width: int,
        height: int,
        scale: FrequencyScale,
        min_hz: float | None,
        max_hz: float | None,
        window: int,
        floor_db: float,
        channel: int | None,
    ) -> "SpectrogramWindow":
        """All of the recording's frequencies where none are given; a logarithmic scale begins at 20 Hz.

        Raises Invalid when the recording has no such channel or frequency, or the window is no power of two.
        """
        low = min_hz if min_hz is not None else (20.0 if scale is FrequencyScale.LOG else 0.0)
        high = max_hz if max_hz is not None else rate / 2
        if not 0 <= low < high <= rate / 2:
            raise Invalid(
                f"min_hz must be less than max_hz, and both between 0 and {rate / 2:g} Hz, half the sample rate.",
                field="max_hz" if high > rate / 2 else "min_hz",
            )
        if scale is FrequencyScale.LOG and low < MIN_LOG_HZ:
            raise Invalid(f"A logarithmic scale begins at {MIN_LOG_HZ:g} Hz or higher.", field="min_hz")
        if window.bit_count() != 1 or not MIN_WINDOW <= window <= MAX_WINDOW:
            raise Invalid(f"The window must be a power of two from {MIN_WINDOW} to {MAX_WINDOW}.", field="window")
        if channel is not None and not 0 <= channel < channels:
            raise Invalid(f"The recording has the channels 0 to {channels - 1}.", field="channel")
        return cls(stretch, width, height, scale, low, high, window, floor_db, channel)


def longest(max_seconds: float, max_samples: int, rate: int, channels: int) -> float:
    """How many seconds of such a recording may be asked for at once, in whole milliseconds."""
    return int(min(max_seconds, max_samples / (rate * channels)) * 1000) / 1000
