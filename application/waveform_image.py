"""The small picture of a waveform that stands in lists."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from application.waveform import Band, GetWaveform, WaveformWindow
from domain.access import Actor, Permission
from domain.errors import NotFound
from domain.ports.recordings import Recordings
from domain.recording import Recording
from domain.stretch import Stretch
from domain.values import RecordingId

COLUMNS = 120

_FULL_SCALE = 32768
_VERSION_CHARS = 16


@dataclass(frozen=True, slots=True)
class Outline:
    """`read` gives the lowest and the highest sample of any channel, in ±1, in each of at most COLUMNS equal times.

    `version` names them: as long as it is the same, they are.
    """

    version: str
    read: Callable[[], tuple[tuple[float, float], ...]]


@dataclass(frozen=True)
class GetOutline:
    """Of whatever was heard: quarantine and trash show it, too."""

    recordings: Recordings
    get_waveform: GetWaveform

    def __call__(self, actor: Actor, recording_id: RecordingId) -> Outline:
        actor.require(Permission.READ)
        recording = self.recordings.get(actor.library_id, recording_id)
        version, seconds = outline_version(recording), recording.audio and recording.audio.duration_seconds
        if version is None or not seconds:
            raise NotFound("The recording has no waveform: it has not been heard.", status=str(recording.status))
        stretch = Stretch(0.0, seconds)
        return Outline(version, lambda: _columns(self.get_waveform.of(recording, stretch, COLUMNS, Band.PEAKS)))


def outline_version(recording: Recording) -> str | None:
    """What names its small picture; None where it was not heard."""
    return recording.analysis_key and recording.analysis_key[:_VERSION_CHARS]


def _columns(window: WaveformWindow) -> tuple[tuple[float, float], ...]:
    numbers = window.values
    each = 2 * window.channels  # numbers of a pixel
    pixels = len(numbers) // each
    count = min(COLUMNS, pixels)
    edges = [n * pixels // count * each for n in range(count + 1)]
    return tuple(
        (min(numbers[start:end]) / _FULL_SCALE, max(numbers[start:end]) / _FULL_SCALE) for start, end in pairwise(edges)
    )
