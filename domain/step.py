"""The steps that a recipe can have: one table of what each does and what can be set, for checks, docs and forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from domain.errors import Invalid
from domain.parameter import Choice, Flag, Listing, Number, Numbers, Parameter, RowsOfNumbers, Setting, Texts

MAX_CHANNELS = 64
MAX_REGIONS = 1000
MAX_JOINED = 50

FORMATS = ("wav", "flac", "mp3", "opus", "ogg", "m4a")
LOUDNESS_PRESETS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "ebu-r128": (-23.0, -1.0),
        "atsc-a85": (-24.0, -2.0),
        "podcast": (-16.0, -1.0),
        "streaming": (-14.0, -1.0),
        "replaygain-2": (-18.0, -1.0),
    }
)
"""Target in LUFS and ceiling in dBTP, by name.

- ebu-r128: EBU R 128 v4.0 (2020), programmes in broadcast.
- atsc-a85: ATSC A/85:2013, whose target for what comes without metadata is -24 LKFS (LKFS and LUFS are the same), and
  which asks for true peaks below -2 dBTP.
- podcast: Apple Podcasts, "Audio requirements" (-16 LUFS within 1 dB, -1 dBTP). AES TD1008 has that ceiling, too; its
  -16 LUFS are for music, and speech is at -18 there: say target_lufs for that.
- streaming: Spotify, "Loudness normalization" (-14 LUFS, below -1 dBTP). TD1008 has it for an album's loudest track.
- replaygain-2: ReplayGain 2.0, whose reference is -18 LUFS. It only asks that nothing is beyond full scale; -1 dBTP is
  what the others keep for encoders.
"""

TRIM_PROFILES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"speech": (-50.0, 0.2), "music": (-60.0, 0.05), "effects": (-70.0, 0.01)}
)
"""Threshold in dBFS and padding in seconds, by what is in the recording."""


@dataclass(frozen=True, slots=True)
class StepKind:
    """`measures` says why the sound up to this step has to be gone through once more before it can be done; empty where
    one pass is enough."""

    name: str
    about: str
    parameters: tuple[Parameter, ...]
    measures: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step with all its parameters settled: what was asked for, and defaults. Optional ones may be None."""

    kind: str
    parameters: Mapping[str, Setting] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: str, asked: Mapping[str, object]) -> "Step":
        """Raises Invalid for a step or parameter that there is not, and a value outside its bounds, with the bounds."""
        known = STEPS.get(kind)
        if known is None:
            raise Invalid(
                f"There is no step {kind[:64]!r}. Known: {', '.join(STEPS)}.", field="step", known=list(STEPS)
            )
        by_name = {parameter.name: parameter for parameter in known.parameters}
        for name in asked:
            if name not in by_name:
                listed = ", ".join(by_name) or "none"
                raise Invalid(f"The step {kind} has no parameter {name[:64]!r}. Known: {listed}.", field=name)
        return cls(kind, {name: _settled(kind, by_name[name], asked.get(name)) for name in by_name})


def _settled(kind: str, parameter: Parameter, value: object) -> Setting:
    if value is not None:
        return parameter.checked(value)
    if parameter.default is None and not parameter.optional:
        raise Invalid(f"The step {kind} needs {parameter.name}: {parameter.meaning}", field=parameter.name)
    return parameter.default


_KINDS = (
    StepKind(
        "channels",
        "Makes one channel of all, picks or swaps channels, or mixes them anew.",
        (
            Choice(
                "mode", ("mono", "pick", "swap", "remix"), "mono mixes all with equal weight; swap exchanges 1 and 2."
            ),
            Listing("pick", "Channels to keep, in this order, counted from 1.", Numbers(1, MAX_CHANNELS, MAX_CHANNELS)),
            Listing(
                "matrix",
                "For remix: a list for each channel of the result, with the factor of each channel of the sound.",
                RowsOfNumbers(-8, 8, 8, MAX_CHANNELS),
            ),
        ),
    ),
    StepKind(
        "resample",
        "Gives the sound another sample rate (soxr).",
        (
            Number("sample_rate_hz", 4000, 192_000, "Hz", "The rate of the result.", whole=True),
            Choice("quality", ("medium", "high", "very-high"), "How sharp the filter is.", "very-high"),
        ),
    ),
    StepKind("gain", "Makes it so much louder.", (Number("gain_db", -60, 60, "dB", "Below 0: quieter."),)),
    StepKind(
        "loudness",
        "Brings it to a loudness, below a ceiling of its true peak: by one gain for all of it, and by a limiter only "
        "where that is asked for.",
        (
            Choice("preset", tuple(LOUDNESS_PRESETS), "Target and ceiling of a standard.", optional=True),
            Number("target_lufs", -40, -5, "LUFS", "Integrated loudness; needed without preset.", optional=True),
            Number("ceiling_dbtp", -20, 0, "dBTP", "The greatest true peak; the preset's, else -1.", optional=True),
            Flag("limiter", "Hold peaks below the ceiling where one gain would lift them above it."),
        ),
        measures="the loudness and true peak of all of the sound",
    ),
    StepKind(
        "trim",
        "Takes silence off the start and the end.",
        (
            Choice("profile", tuple(TRIM_PROFILES), "What the recording is: sets threshold and padding.", "speech"),
            Number("threshold_dbfs", -100, -20, "dBFS", "What is quieter than this is silence.", optional=True),
            Number("padding_seconds", 0, 5, "s", "What is left of the silence at each end.", optional=True),
            Number("max_removed_share", 0, 1, "", "More than this share is not removed: it waits for review.", 0.5),
            Number("max_removed_seconds", 0, 86_400, "s", "Nor more than this.", 600),
        ),
        measures="where the sound begins and ends",
    ),
    StepKind(
        "split",
        "Cuts it into files of their own; the steps after it are done with each.",
        (
            Choice("by", ("silence", "speech", "time", "regions"), "Where to cut."),
            Number("every_seconds", 0.1, 86_400, "s", "For time: how long each is.", optional=True),
            Listing(
                "regions", "For regions: start and end of each, in seconds.", RowsOfNumbers(0, 1e6, MAX_REGIONS, 2)
            ),
            Number("threshold_dbfs", -100, -20, "dBFS", "For silence: what is quieter than this.", -50),
            Number("min_silence_seconds", 0.05, 60, "s", "For silence and speech: shorter pauses do not cut.", 0.5),
            Number("min_piece_seconds", 0.05, 3600, "s", "Shorter pieces are left out.", 0.2),
            Number("padding_seconds", 0, 5, "s", "For silence and speech: what is left at each end.", 0.1),
        ),
        measures="where to cut, for silence and speech",
    ),
    StepKind(
        "fade",
        "Fades in and out.",
        (
            Number("in_seconds", 0, 600, "s", "From the start.", 0),
            Number("out_seconds", 0, 600, "s", "To the end.", 0),
            Choice("curve", ("linear", "sine", "exponential"), "How the level goes.", "linear"),
        ),
    ),
    *(
        StepKind(
            name,
            f"Takes out what is {where} a frequency (Butterworth, {of} of the level at it is left).",
            (
                Number("frequency_hz", 5, 96_000, "Hz", "Below half the sample rate."),
                Choice("slope", ("12", "24", "48"), "Decibels an octave.", "24"),
            ),
        )
        for name, where, of in (("high_pass", "below", "-3 dB"), ("low_pass", "above", "-3 dB"))
    ),
    StepKind(
        "hum_removal",
        "Notches the mains' frequency and its harmonics.",
        (
            Choice("mains", ("auto", "50", "60"), "Hz; auto takes the one that is heard, or does nothing.", "auto"),
            Number("harmonics", 1, 40, "", "With the first.", 10, whole=True),
            Number("q", 5, 200, "", "How narrow each notch is.", 35),
        ),
        measures="which mains is heard, for auto",
    ),
    StepKind(
        "denoise",
        "Lowers steady noise, by its spectrum in the quietest moments.",
        (Number("reduction_db", 1, 40, "dB", "How much at the most.", 12),),
        measures="the spectrum of the noise",
    ),
    StepKind(
        "speed",
        "Plays it faster or slower.",
        (
            Number("factor", 0.25, 4, "", "2 is twice as fast."),
            Flag("keep_pitch", "Leave voices as high as they are.", default=True),
        ),
    ),
    StepKind(
        "pitch",
        "Makes it higher or lower, as long as it was.",
        (Number("semitones", -24, 24, "semitones", "Below 0: lower."),),
    ),
    StepKind(
        "concatenate",
        "Joins it with other recordings, which take its sample rate and channels.",
        (
            Listing("recordings", "Their ids, in this order.", Texts(MAX_JOINED), optional=False),
            Choice("place", ("before", "after"), "Where they come.", "after"),
            Number("gap_seconds", 0, 60, "s", "Silence between two.", 0),
        ),
    ),
    StepKind(
        "tags",
        "What the file says of itself: the recording's own tags, none, or those named here.",
        (
            Choice("mode", ("strip", "keep"), "What becomes of those that are there.", "strip"),
            Listing("write", "Names and values, each as name=value.", Texts(50)),
        ),
    ),
    StepKind(
        "transcode",
        "The format of the file. Without this step: wav, as deep as the original.",
        (
            Choice("format", FORMATS, "opus and ogg (Vorbis) are in Ogg, m4a is AAC."),
            Choice("bit_depth", ("16", "24", "32"), "Of wav and flac; 32 is float, for wav alone.", optional=True),
            Number("sample_rate_hz", 8000, 192_000, "Hz", "The format's nearest otherwise.", whole=True, optional=True),
            Number("bit_rate_kbps", 8, 512, "kbit/s", "Of formats that drop something.", optional=True),
            Number("compression", 0, 8, "", "Of flac; 8 is smallest.", 5, whole=True),
        ),
    ),
)

STEPS: Mapping[str, StepKind] = MappingProxyType({kind.name: kind for kind in _KINDS})
