"""What a file may cost. Defaults are for a worker with 1 GB; whoever builds the engine may give others."""

from dataclasses import dataclass

from adapters.audio.formats import CONTAINERS
from domain.errors import DecodedSizeLimit, UnsupportedParameters
from domain.ports.audio import AudioLimits

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """Sizes are in bytes unless a name says otherwise; a sample is one number of one channel."""

    max_decoded_samples: int = 8_300_000_000
    """24 h of 48 kHz stereo."""

    max_expansion: float = 4_000.0
    """Decoded bytes (as 16 bit) per byte of the file. FLAC of digital silence, honestly encoded, reaches 1,200."""

    expansion_floor_samples: int = 16_000_000
    """Expansion is looked at from here on: less than this, 3 minutes of stereo, is cheap whatever it came from."""

    max_tag_bytes: int = 32 << 20
    """All tags of a file, pictures included."""

    max_tag_frames: int = 4_096
    """Frames or comments of a file's tags; readers take quadratic time over them."""

    max_chunks: int = 4_096
    """Chunks, blocks, boxes or pages that are walked through before a file is called a flood."""

    min_sample_rate_hz: int = 1_000
    max_sample_rate_hz: int = 768_000
    max_channels: int = 32

    probe_cpu_seconds: float = 0.5
    """For the first sounds and for counting packets, each; what is not settled by then is left to `listen`."""

    child_memory: int = 2 * GIB
    """Address space (RLIMIT_AS), of which a warm child's libraries take about 0.6 GiB without using it."""

    child_file_size: int = 34 * GIB
    """The largest artefact (RLIMIT_FSIZE): all samples that there may be, as float."""

    child_probe_cpu_seconds: float = 10.0
    """A probe's CPU time in a child: many times what it takes, for cold starts."""

    child_request_cpu_seconds: float = 60.0
    """For a stretch that somebody waits for. Reached only where much has to be decoded and dropped before it."""

    requests_waiting: int = 4
    request_wait_seconds: float = 5.0
    """How many stretches may wait for their turn, and for how long; the next is turned away."""

    child_wait_seconds: float = 30.0
    """How long any call waits for a child that is free."""

    child_cpu_seconds: float = 60.0
    """A call's CPU time for a file that cannot hold much; what it can hold at the most comes on top."""

    child_cpu_seconds_per_million_samples: float = 1.0
    """About eight times what the previews take, of which most is the ffmpeg program's: it has the same limit again."""

    child_wall_factor: float = 3.0
    """Wall time granted per second of CPU time granted: a busy machine is not a broken file."""

    child_calls: int = 5000
    """A child is replaced after so many calls, whatever it is like. To start one takes as long as sixty clips do, and
    after 2,400 calls with files of eight formats it was no larger than after 600."""

    child_grown: int = 600 << 20
    """A child whose memory was ever larger than this is replaced after the call."""

    def told(self) -> AudioLimits:
        """Those of the limits that a sender may want to know."""
        return AudioLimits(
            containers=tuple(CONTAINERS),
            max_decoded_samples=self.max_decoded_samples,
            max_expansion=self.max_expansion,
            max_tag_bytes=self.max_tag_bytes,
            max_tag_frames=self.max_tag_frames,
            max_channels=self.max_channels,
            min_sample_rate_hz=self.min_sample_rate_hz,
            max_sample_rate_hz=self.max_sample_rate_hz,
        )

    def check_parameters(self, sample_rate_hz: float, channels: int) -> None:
        """Raises UnsupportedParameters for a rate or a number of channels that no recording has."""
        if not 1 <= channels <= self.max_channels:
            raise UnsupportedParameters(
                f"The file says it has {channels} channels; 1 to {self.max_channels} are supported. "
                "Check the file, or convert it.",
                channels=channels,
            )
        if not self.min_sample_rate_hz <= sample_rate_hz <= self.max_sample_rate_hz:
            raise UnsupportedParameters(
                f"The file says its sample rate is {sample_rate_hz:g} Hz; {self.min_sample_rate_hz} to "
                f"{self.max_sample_rate_hz} Hz are supported. Check the file, or convert it.",
                sample_rate_hz=sample_rate_hz,
            )

    def check_decoded(self, samples: int, file_bytes: int) -> None:
        """Raises DecodedSizeLimit once that many samples have come out of a file of that many bytes."""
        if samples > self.max_decoded_samples:
            raise DecodedSizeLimit(
                f"The file decodes to more than {self.max_decoded_samples} samples. Split it.",
                max_samples=self.max_decoded_samples,
            )
        if samples > self.expansion_floor_samples and samples * 2 > self.max_expansion * file_bytes:
            raise DecodedSizeLimit(
                f"The file grows more than {self.max_expansion:g} times when it is decoded. "
                "Send it less strongly compressed if it is a real recording.",
                max_expansion=self.max_expansion,
            )

    def check_made(self, samples: int) -> None:
        """Raises DecodedSizeLimit once a recipe makes, or would come to make, that many samples."""
        if samples > self.max_decoded_samples:
            raise DecodedSizeLimit(
                f"The recipe would make more than {self.max_decoded_samples} samples of it. Slow it down less, take a "
                "lower sample rate or fewer regions, or cut the recording first.",
                max_samples=self.max_decoded_samples,
            )

    def cpu_seconds(self, file_bytes: int) -> float:
        """The CPU time granted to one call on a file of that size, by the samples that may come out of it."""
        by_expansion = max(self.expansion_floor_samples, file_bytes * self.max_expansion / 2)
        most = min(self.max_decoded_samples, by_expansion)
        return self.child_cpu_seconds + self.child_cpu_seconds_per_million_samples * most / 1e6
