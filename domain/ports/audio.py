"""The ears."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from domain.analysis import Artefact, AudioFormat, DescriptorKind, Heard
from domain.processing import Processed, Processing
from domain.stretch import Excerpt, SpectrogramWindow
from domain.values import Scalar

Progress = Callable[[float, str], None]
"""Called now and then with the share that is done (0 to 1) and the stage's name; what it raises ends the work."""


@dataclass(frozen=True, slots=True)
class AudioLimits:
    """What an engine takes. A sample is one number of one channel; tags are counted with their pictures.

    `max_expansion` is decoded bytes (as 16 bit) per byte of the file.
    """

    containers: tuple[str, ...]
    max_decoded_samples: int
    max_expansion: float
    max_tag_bytes: int
    max_tag_frames: int
    max_channels: int
    min_sample_rate_hz: int
    max_sample_rate_hz: int


class AudioEngine(Protocol):
    """Hears. Memory stays bounded whatever the length of the file; a file can harm neither caller nor machine.

    The unusable is refused with UnusableAudio's leaves or Unsupported; EngineFailure says that the engine died on it.
    """

    @property
    @abstractmethod
    def analyser(self) -> str:
        """Name of the analyser that `listen` is, e.g. `listen`."""
        ...

    @property
    @abstractmethod
    def parts(self) -> Mapping[str, str]:
        """The parts that the analyser consists of, with their versions."""
        ...

    @property
    @abstractmethod
    def version(self) -> str:
        """Changes whenever the same bytes would give another result, as the parts' versions do."""
        ...

    @property
    @abstractmethod
    def parameters(self) -> Mapping[str, Scalar]:
        """What else makes the result: settings of the analysis."""
        ...

    @property
    @abstractmethod
    def renderers(self) -> Mapping[str, str]:
        """What makes a `preview`, an `excerpt`, a `spectrogram`, and files by a recipe's steps (`process`), with
        versions of their own: one changes whenever the same wish would give another file."""
        ...

    @abstractmethod
    def catalogue(self) -> tuple[DescriptorKind, ...]:
        """Every descriptor that `listen` can tell of, in its order; the first time it takes as long as a short file."""
        ...

    @property
    @abstractmethod
    def limits(self) -> AudioLimits:
        """What it takes; anything beyond is refused with one of UnusableAudio's leaves, or Unsupported."""
        ...

    @abstractmethod
    def sniff(self, head: bytes) -> str:
        """The container's name from a file's first bytes (4 KiB or all). Raises Unsupported or EmptyAudio."""
        ...

    @abstractmethod
    def probe(self, path: Path) -> AudioFormat:
        """What the file says of itself, with its first sounds decoded; in at most 2 s of CPU. No true duration yet."""
        ...

    @abstractmethod
    def listen(self, path: Path, workspace: Path, progress: Progress, parts: frozenset[str] | None = None) -> Heard:
        """One pass over all of it, by those parts of the analyser (None: all) and the one that is in any pass.

        Artefacts are left in the workspace: waveform.dat, waveform.json, spectrogram.png, frames.npz, …"""
        ...

    @abstractmethod
    def preview(self, path: Path, workspace: Path, progress: Progress, gain_db: float = 0.0) -> tuple[Artefact, ...]:
        """Small files of all of it, made so much louder, left in the workspace: preview.mp3 and preview.opus."""
        ...

    @abstractmethod
    def mono(self, path: Path, workspace: Path, progress: Progress, sample_rate_hz: int) -> Artefact:
        """All of it as one channel of 16-bit PCM at that rate, left in the workspace: mono.wav. Models hear it."""
        ...

    @abstractmethod
    def excerpt(self, path: Path, workspace: Path, asked: Excerpt) -> Artefact:
        """A stretch as a file of its own, left in the workspace: wav and flac keep every sample."""
        ...

    @abstractmethod
    def spectrogram(self, path: Path, workspace: Path, asked: SpectrogramWindow) -> Artefact:
        """A picture of a stretch, left in the workspace: a PNG whose every pixel is a place in time and frequency."""
        ...

    @abstractmethod
    def process(self, path: Path, workspace: Path, asked: Processing, progress: Progress) -> Processed:
        """The recording through a chain of steps, as files in the workspace: `{stem}.wav` or, where a step splits,
        `{stem}-001.wav` …; none where a trim goes beyond its limit. The same input and steps give the same bytes.

        Raises Invalid, UnsupportedParameters or NotMeasured where a step cannot be done with this sound, NotFound
        where a file that a step names is not among `others`. Nothing is left in the workspace then."""
        ...

    @abstractmethod
    def ping(self) -> None: ...
