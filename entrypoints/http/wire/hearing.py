"""What can be asked of a recording's sound."""

from typing import Annotated

from pydantic import BaseModel, Field

from application.loudness_series import MAX_LOUDNESS_WIDTH, LoudnessWindow
from application.waveform import MAX_WAVEFORM_WIDTH, Band, WaveformWindow
from domain.loudness import MAX_TARGET_LUFS, MIN_TARGET_LUFS, TRUE_PEAK_CEILING_DBTP
from domain.stretch import MAX_WINDOW, MIN_WINDOW, ExcerptFormat, FrequencyScale
from entrypoints.http.wire.common import Asked, example

_MATCHED = (
    "The integrated loudness to come to, by one gain for all of it; less where the true peak would rise above "
    f"{TRUE_PEAK_CEILING_DBTP:g} dBTP."
)
Loudness = Annotated[float, Field(ge=MIN_TARGET_LUFS, le=MAX_TARGET_LUFS, allow_inf_nan=False, description=_MATCHED)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Hertz = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class MatchedPreview(Asked):
    model_config = example(loudness_lufs=-16.0)

    loudness_lufs: Loudness


class StretchAsked(Asked):
    start: Seconds = Field(0.0, description="In seconds from the recording's start.")
    end: Seconds | None = Field(None, description="In seconds, too; the recording's end where none is given.")


class ExcerptAsked(StretchAsked):
    format: ExcerptFormat = Field(
        ExcerptFormat.WAV, description="wav and flac keep rate, channels and samples; the others are mono or stereo."
    )
    loudness_lufs: Loudness | None = Field(None, description=_MATCHED)


class SpectrogramAsked(StretchAsked):
    width: int = Field(1024, ge=16, le=4096, description="Columns, each of (end - start) / width seconds.")
    height: int = Field(384, ge=16, le=2048, description="Rows, of equal steps on the scale; the highest on top.")
    scale: FrequencyScale = Field(FrequencyScale.MEL, description="mel is Slaney's, as librosa has it.")
    min_hz: Hertz | None = Field(None, description="Where the bottom row begins: 0 by default, 20 with scale=log.")
    max_hz: Hertz | None = Field(None, description="Where the top row ends; half the sample rate by default.")
    window: int = Field(
        2048, ge=MIN_WINDOW, le=MAX_WINDOW, description="Length of the Hann window in samples: a power of two."
    )
    floor_db: float = Field(
        -100.0, ge=-200, le=-10, description="What is drawn darkest. Lightest is 0 dB, a sine at full scale."
    )
    channel: str = Field(
        "mix", pattern=r"^(mix|[0-9]{1,2})$", description="A channel, from 0; mix is the mean power of all."
    )

    @property
    def channel_number(self) -> int | None:
        return None if self.channel == "mix" else int(self.channel)


class WaveformAsked(StretchAsked):
    width: int = Field(1024, ge=1, le=MAX_WAVEFORM_WIDTH, description="Pixels at the least, where there are so many.")
    band: Band = Field(Band.PEAKS, description="Lowest and highest samples, or minus and plus the root mean square.")


class LoudnessAsked(StretchAsked):
    width: int = Field(1024, ge=1, le=MAX_LOUDNESS_WIDTH, description="Points at the least, where there are so many.")


class LoudnessView(BaseModel):
    """In LUFS, null where nothing was above the absolute gate of -70 or no whole window had been heard yet."""

    start: float = Field(description="Where the first point begins: at `start` or less than a point before it.")
    seconds_per_point: float = Field(description="A second, or as many as have become one point.")
    momentary_lufs: list[float | None] = Field(description="The highest of the 400 ms windows that end in the point.")
    short_term_lufs: list[float | None] = Field(
        description="Of the 3 s that end with the point; where it is of several seconds, their mean energy."
    )

    @classmethod
    def of(cls, window: LoudnessWindow) -> "LoudnessView":
        return cls(
            start=window.start,
            seconds_per_point=window.seconds_per_point,
            momentary_lufs=list(window.momentary),
            short_term_lufs=list(window.short_term),
        )


class WaveformView(BaseModel):
    """audiowaveform's JSON, version 2, and where its first pixel begins."""

    version: int = 2
    channels: int
    sample_rate: int
    samples_per_pixel: int
    bits: int = 16
    length: int = Field(description="Pixels.")
    data: list[int] = Field(description="By pixel, then by channel: lowest and highest, in steps of 1/32768.")
    start_seconds: float = Field(description="Where the first pixel begins: at `start` or less than a pixel before it.")

    @classmethod
    def of(cls, window: WaveformWindow) -> "WaveformView":
        return cls(
            channels=window.channels,
            sample_rate=window.rate,
            samples_per_pixel=window.samples_per_pixel,
            length=len(window.values) // (2 * window.channels),
            data=list(window.values),
            start_seconds=window.start,
        )
