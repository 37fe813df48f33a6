"""The one door to pydub: it warns while it is imported, and looks for ffmpeg where we do not want it to."""

import warnings
from collections.abc import Sequence
from pathlib import Path

from adapters.audio.ffmpeg import program
from domain.errors import EngineFailure

with warnings.catch_warnings():
    # No ffmpeg on the PATH (we name ours), audioop's farewell (audioop-lts takes over), escapes in its own source.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.exceptions import CouldntEncodeError

FADE_MS = 5
_LAST_WORDS = 2000


def segment(pcm: bytes, width: int, rate: int, channels: int) -> AudioSegment:
    """Interleaved integers, little-endian, of `width` bytes each."""
    return AudioSegment(data=pcm, sample_width=width, frame_rate=rate, channels=channels)


def faded(whole: AudioSegment, *, fade_in: bool, fade_out: bool) -> AudioSegment:
    """Faded over FADE_MS at the ends that are cuts; every sample between stays as it is.

    The ends are faded on their own, since pydub cuts at whole milliseconds: done to the whole, it would lose or add
    samples at the end. What is too short for both fades has none.
    """
    edge, frames = int(whole.frame_count(ms=FADE_MS)), int(whole.frame_count())
    if frames < 2 * edge:
        return whole
    head, body, tail = (
        whole.get_sample_slice(first, stop)
        for first, stop in ((0, edge), (edge, frames - edge), (frames - edge, frames))
    )
    head = head.fade_in(FADE_MS) if fade_in else head
    tail = tail.fade_out(FADE_MS) if fade_out else tail
    return head + body + tail


def export(whole: AudioSegment, path: Path, name: str, codec: str | None, options: Sequence[str]) -> None:
    """Writes the file: wav by itself, all else through our ffmpeg program, which is given a wav of its own making.

    Raises EngineFailure with ffmpeg's own words.
    """
    AudioSegment.converter = program()
    with path.open("wb+") as out:
        try:
            whole.export(out, format=name, codec=codec, parameters=list(options) or None)
        except CouldntEncodeError as error:
            raise EngineFailure(f"ffmpeg could not encode: {str(error)[-_LAST_WORDS:]}") from error
