"""The formats that files are written in: what each can hold, and within which bounds. Bounds were found by encoding and
by decoding again with our own decoders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import Invalid, UnsupportedParameters
from domain.file_formats import CHANNELS, RATES

_VORBIS_KBPS = {  # rate -> least of mono, least of stereo, most of each channel: what libvorbis' managed mode takes
    8000: (8, 12, 40),
    11025: (12, 16, 48),
    12000: (12, 16, 48),
    16000: (16, 24, 96),
    22050: (16, 32, 80),
    24000: (16, 32, 80),
    32000: (32, 40, 160),
    44100: (32, 48, 240),
    48000: (32, 48, 240),
}

_LAME_SCALES = ((256_000, 1.0), (224_000, 0.98), (192_000, 0.97), (0, 0.95))
"""By bits per second from which on: the scale column of LAME 3.100's presets (presets.c), as measured on its files."""

_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
"""ffmpeg's usual layout of so many channels."""


@dataclass(frozen=True, slots=True)
class Form:
    """`rates` and `channels` empty: any. `depths` empty: it drops something, and `kbps` is its usual bit rate for each
    channel. `shortest`: fewer frames come out of its encoder as more, or not at all."""

    name: str
    container: str
    codec: str
    content_type: str
    options: tuple[str, ...] = ()
    depths: tuple[int, ...] = ()
    rates: tuple[int, ...] = ()
    channels: tuple[int, ...] = ()
    kbps: int = 0
    shortest: int = 1

    def rate(self, rate: int, asked: int | None) -> int:
        """Asked for, or the lowest of the format's that keeps all of it, or its highest.

        Raises Invalid for a rate that the format does not have.
        """
        if not self.rates:
            return asked or rate
        if asked is None:
            return min((each for each in self.rates if each >= rate), default=self.rates[-1])
        if asked not in self.rates:
            listed = ", ".join(map(str, self.rates))
            raise Invalid(f"{self.name} has the sample rates {listed} Hz; it is {asked}.", field="sample_rate_hz")
        return asked

    def depth(self, original: int | None, asked: int | None) -> int | None:
        """Bits: asked for, or the least that keeps all of the original; 24 where that has none. Raises Invalid."""
        if not self.depths:
            if asked is not None:
                raise Invalid(f"{self.name} has no bit depth. Leave it out, or use wav or flac.", field="bit_depth")
            return None
        if asked is None:
            return next((depth for depth in self.depths if depth >= (original or 24)), self.depths[-1])
        if asked not in self.depths:
            listed = ", ".join(map(str, self.depths))
            raise Invalid(f"The bit depths of {self.name} are {listed}; it is {asked}.", field="bit_depth")
        return asked

    def bit_rate(self, rate: int, channels: int, asked: float | None) -> int | None:
        """Bits per second. Raises Invalid for one that the encoder does not have at that rate."""
        if self.depths:
            return None
        least, most = self._bounds(rate, channels)
        kbps = min(max(self.kbps * channels, least), most) if asked is None else asked
        if not least <= kbps <= most:
            raise Invalid(
                f"{self.name} of {channels} channels at {rate} Hz has {least:g} to {most:g} kbit/s; it is {kbps:g}.",
                field="bit_rate_kbps",
            )
        return round(kbps * 1000)

    def _bounds(self, rate: int, channels: int) -> tuple[float, float]:
        """In kbit/s, of all channels."""
        if self.name == "mp3":  # ISO/IEC 11172-3, 13818-3, and MPEG 2.5 below 16 kHz
            return (32, 320) if rate >= 32000 else (8, 160) if rate >= 16000 else (8, 64)
        if self.name == "opus":  # RFC 6716 begins at 6 kbit/s; libopus has up to 256 kbit/s a channel
            # Of streams in several modes, which lower rates of more channels lead to, ffmpeg's decoder loses 24 frames.
            return (6 if channels <= 2 else 12) * channels, 256 * channels
        if self.name == "ogg":
            mono, stereo, most = _VORBIS_KBPS[rate]
            return (mono, most) if channels == 1 else (stereo, 2 * most)
        return 8 * channels, 6 * rate * channels / 1000  # ISO/IEC 14496-3: 6144 bits a channel in 1024 samples

    def makeup(self, bits: int | None) -> float:
        """The factor that makes up for what the encoder takes off every sample, by its bits per second: LAME does so to
        keep from clipping where few bits let peaks grow, which makes a file up to 0.45 dB quieter than its sound."""
        if self.name != "mp3" or bits is None:
            return 1.0
        return next(1 / scale for least, scale in _LAME_SCALES if bits >= least)

    def layout(self, channels: int, said: str | None) -> str | None:
        """The places that the channels will have in the file. Only wav and flac can name any, and only wav none."""
        return said if self.name == "wav" or (said and self.name == "flac") else _LAYOUTS.get(channels, said)

    def check(self, rate: int, channels: int, kbps: float | None) -> None:
        """Raises UnsupportedParameters for so many channels, Invalid for a bit rate that they cannot have."""
        if self.channels and channels not in self.channels:
            listed = ", ".join(map(str, self.channels))
            raise UnsupportedParameters(
                f"{self.name} is written with {listed} channels; the sound has {channels}. Add the step channels.",
                channels=channels,
            )
        self.bit_rate(rate, channels, kbps)


_FORMS: Sequence[Form] = (
    Form("wav", "wav", "pcm", "audio/wav", depths=(16, 24, 32)),
    Form(
        "flac", "flac", "flac", "audio/flac", ("-c:a", "flac", "-f", "flac"), (16, 24),
        channels=CHANNELS["flac"], shortest=16,
    ),
    Form(
        "mp3", "mp3", "mp3", "audio/mpeg", ("-c:a", "libmp3lame", "-f", "mp3"),
        rates=RATES["mp3"], channels=CHANNELS["mp3"], kbps=96, shortest=48,
    ),
    Form(
        "opus", "ogg", "opus", "audio/ogg", ("-c:a", "libopus", "-f", "ogg"),
        rates=RATES["opus"], channels=CHANNELS["opus"], kbps=64,
    ),
    Form(
        "ogg", "ogg", "vorbis", "audio/ogg", ("-c:a", "libvorbis", "-f", "ogg"),
        rates=RATES["ogg"], channels=CHANNELS["ogg"], kbps=80,
    ),
    Form(
        "m4a", "mp4", "aac", "audio/mp4", ("-c:a", "aac", "-f", "ipod"),
        rates=RATES["m4a"], channels=CHANNELS["m4a"], kbps=96,
    ),
)  # fmt: skip

FORMS: Mapping[str, Form] = {form.name: form for form in _FORMS}
