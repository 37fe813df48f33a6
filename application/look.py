"""Stretches of a recording, to hear and to look at, made when somebody asks for them."""

from dataclasses import dataclass

from application.browse import Content
from application.hear import MatchLoudness, heard_format, require_audible
from application.on_request import MakeOnRequest
from domain.access import Actor, Permission
from domain.ports.audio import AudioEngine
from domain.ports.recordings import Recordings
from domain.recording import Recording
from domain.stretch import (
    MAX_EXCERPT_SAMPLES,
    MAX_SPECTROGRAM_SAMPLES,
    MAX_SPECTROGRAM_SECONDS,
    Excerpt,
    ExcerptFormat,
    FrequencyScale,
    SpectrogramWindow,
    Stretch,
    longest,
)
from domain.values import RecordingId


@dataclass(frozen=True)
class GetExcerpt:
    recordings: Recordings
    engine: AudioEngine
    match_loudness: MatchLoudness
    make_on_request: MakeOnRequest
    max_excerpt_seconds: float

    def __call__(
        self,
        actor: Actor,
        recording_id: RecordingId,
        *,
        start: float,
        end: float | None,
        form: ExcerptFormat,
        loudness_lufs: float | None = None,
    ) -> Content:
        actor.require(Permission.READ)
        recording = require_audible(self.recordings.get(actor.library_id, recording_id))
        audio, duration = heard_format(recording)
        most = longest(self.max_excerpt_seconds, MAX_EXCERPT_SAMPLES, audio.sample_rate_hz, audio.channels)
        stretch = Stretch.within(duration, start, end).at_most(most, "Ask for it in pieces.")
        gain = 0.0
        if loudness_lufs is not None:
            gain = self.match_loudness(actor, recording_id, loudness_lufs).gain_db
        asked = Excerpt(stretch, form, fade_in=stretch.start > 0, fade_out=stretch.end < duration, gain_db=gain)
        return self.make_on_request(
            recording,
            asked,
            f"{_named(recording, stretch)}.{form}",
            form.content_type,
            lambda path, workspace: self.engine.excerpt(path, workspace, asked),
            renderer="excerpt",
            keep=not form.is_exact,  # large, and made again as fast as it is read
        )


@dataclass(frozen=True)
class GetSpectrogram:
    recordings: Recordings
    engine: AudioEngine
    make_on_request: MakeOnRequest

    def __call__(
        self,
        actor: Actor,
        recording_id: RecordingId,
        *,
        start: float,
        end: float | None,
        width: int,
        height: int,
        scale: FrequencyScale,
        min_hz: float | None,
        max_hz: float | None,
        window: int,
        floor_db: float,
        channel: int | None,
    ) -> Content:
        actor.require(Permission.READ)
        recording = require_audible(self.recordings.get(actor.library_id, recording_id))
        audio, duration = heard_format(recording)
        rate, channels = audio.sample_rate_hz, audio.channels
        most = longest(MAX_SPECTROGRAM_SECONDS, MAX_SPECTROGRAM_SAMPLES, rate, channels)
        instead = "The rendition spectrogram.png shows the whole recording."
        asked = SpectrogramWindow.of(
            Stretch.within(duration, start, end).at_most(most, instead),
            rate=rate,
            channels=channels,
            width=width,
            height=height,
            scale=scale,
            min_hz=min_hz,
            max_hz=max_hz,
            window=window,
            floor_db=floor_db,
            channel=channel,
        )
        return self.make_on_request(
            recording,
            asked,
            f"{_named(recording, asked.stretch)}.png",
            "image/png",
            lambda path, workspace: self.engine.spectrogram(path, workspace, asked),
            renderer="spectrogram",
        )


def _named(recording: Recording, stretch: Stretch) -> str:
    title = recording.title.replace("/", "-").replace("\\", "-")
    return f"{title} {stretch.start:.3f}-{stretch.end:.3f}"
