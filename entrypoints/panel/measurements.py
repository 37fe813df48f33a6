"""What was measured, as the page of a recording shows it: in groups, several figures of one thing in one row.

Nothing here knows all descriptors: one that is new finds a group by its name or stands among the others.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.analysis import Analysis, AudioFormat, Descriptor
from entrypoints.panel.listening import channel_names
from entrypoints.panel.words import number

Value = float | str | tuple[float | None, ...] | None


@dataclass(frozen=True)
class Line:
    """One descriptor: its figures, each with a label where there are several, or the reason why there are none.

    `then` is what it was in the analysis that is compared with, where that differs; None where it does not.
    """

    statistic: str
    figures: tuple[tuple[str, str], ...]
    unit: str
    reason: str | None
    then: str | None
    descriptor: Descriptor

    @property
    def bounds(self) -> str:
        """What there can be at all."""
        least, most = self.descriptor.range
        if least is None:
            return "" if most is None else f"At most {measured(most)}."
        return f"At least {measured(least)}." if most is None else f"Between {measured(least)} and {measured(most)}."


@dataclass(frozen=True)
class Row:
    """What was measured in one or several ways: of the spectral centroid mean, variance and percentiles."""

    name: str
    lines: tuple[Line, ...]

    @property
    def differs(self) -> bool:
        return any(line.then is not None for line in self.lines)


@dataclass(frozen=True)
class Group:
    title: str
    rows: tuple[Row, ...]


_GROUPS: tuple[tuple[str, str], ...] = (
    ("Loudness", "integrated_loudness|momentary_|short_term_|loudness_range"),
    ("Levels", ".*peak|(channel_)?rms$|dc_offset"),
    ("Quality", "bandwidth_hz|noise_|snr_|stereo_|side_to_mid"),
    ("Kind of sound", ".*_ratio$"),
    ("Rhythm and pitch", "tempo|beat_|onset_|key|tuning|f0|periodic_"),
    ("Spectrum and timbre", "spectral_|mfcc|chroma|zero_crossing|rms"),
    ("Identity", ".*sha256|acoustic_fingerprint"),
)
"""Titles in their order, with what the names of their descriptors begin with. Of several, the first."""

_OTHERS = "Others"
_STATISTICS: Mapping[str, str] = {
    "mean": "mean",
    "variance": "variance",
    "percentiles": "percentiles",
    "p25": "25 %",
    "median": "median",
    "p75": "75 %",
}
_NAMES: Mapping[str, str] = {
    "integrated_loudness": "Integrated loudness",
    "momentary_loudness_max": "Momentary loudness, highest",
    "short_term_loudness_max": "Short-term loudness, highest",
    "rms": "RMS",
    "channel_rms": "RMS of each channel",
    "channel_true_peak": "True peak of each channel",
    "channel_sample_peak": "Sample peak of each channel",
    "peak_to_loudness_ratio": "Peak to loudness",
    "dc_offset": "DC offset",
    "bandwidth_hz": "Bandwidth",
    "snr_estimate": "Signal to noise, estimated",
    "side_to_mid": "Side to mid",
    "f0": "Fundamental frequency",
    "mfcc": "Mel cepstrum (MFCC)",
    "pcm_sha256": "SHA-256 of the samples",
    "speech_ratio": "Speech",
    "music_ratio": "Music",
    "other_ratio": "Other sound",
    "silence_ratio": "Silence",
    "periodic_share": "Periodic",
}
_FRAME_RMS = "RMS of the frames"
_PERCENTILES = ("5 %", "25 %", "median", "75 %", "95 %")
_PITCH_CLASSES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


def groups(analysis: Analysis, against: Analysis | None = None) -> tuple[Group, ...]:
    """In the order of the titles; `against` is another analysis of the same bytes to compare with."""
    then = {descriptor.name: descriptor for descriptor in against.descriptors} if against else None
    rows: dict[str, dict[str, list[Line]]] = {title: {} for title, _ in (*_GROUPS, (_OTHERS, ""))}
    statistics = _families(descriptor.name for descriptor in analysis.descriptors)
    for descriptor in analysis.descriptors:
        family, statistic = statistics[descriptor.name]
        line = _line(descriptor, statistic, analysis.audio, then)
        rows[_group_of(descriptor.name)].setdefault(_name(family, statistic), []).append(line)
    return tuple(
        Group(title, tuple(Row(name, tuple(lines)) for name, lines in of_group.items()))
        for title, of_group in rows.items()
        if of_group
    )


def _families(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Each name with what it is of and as which statistic, where its name ends in one."""
    found = {}
    for name in names:
        family, _, last = name.rpartition("_")
        found[name] = (family, _STATISTICS[last]) if last in _STATISTICS else (name, "")
    return found


def _group_of(name: str) -> str:
    return next((title for title, pattern in _GROUPS if re.match(pattern, name)), _OTHERS)


def _name(family: str, statistic: str) -> str:
    if family == "rms" and statistic:
        return _FRAME_RMS
    return _NAMES.get(family) or family.replace("_", " ").capitalize()


def _line(descriptor: Descriptor, statistic: str, audio: AudioFormat, then: Mapping[str, Descriptor] | None) -> Line:
    earlier = None
    if then is not None:
        other = then.get(descriptor.name)
        if other is None:
            earlier = "not measured then"
        elif other.value != descriptor.value:
            earlier = ", ".join(words for _, words in _figures(other, audio)) or (other.reason or "")
    is_share = _is_share(descriptor)
    unit = "" if is_share or descriptor.unit in {"1", "sha256", "key"} else descriptor.unit
    return Line(statistic, _figures(descriptor, audio), unit, descriptor.reason, earlier, descriptor)


def _figures(descriptor: Descriptor, audio: AudioFormat) -> tuple[tuple[str, str], ...]:
    value = descriptor.value
    if isinstance(value, tuple):
        labels = _labels(descriptor.name, len(value), audio)
        return tuple((label, measured(each)) for label, each in zip(labels, value, strict=True))
    if value is None:
        return ()
    if _is_share(descriptor) and not isinstance(value, str):
        return (("", f"{100 * value:.1f} %"),)
    return (("", measured(value)),)


def _is_share(descriptor: Descriptor) -> bool:
    return descriptor.unit == "1" and descriptor.name.endswith(("_ratio", "_share"))


def _labels(name: str, count: int, audio: AudioFormat) -> tuple[str, ...]:
    if name.endswith("_percentiles") and count == len(_PERCENTILES):
        return _PERCENTILES
    if name.startswith("chroma_") and count == len(_PITCH_CLASSES):
        return _PITCH_CLASSES
    if not name.startswith(("spectral_", "mfcc_")) and count == audio.channels:
        return tuple(channel_names(audio.layout, audio.channels))
    return tuple(str(n) for n in range(1, count + 1))


def measured(value: float | str | None) -> str:
    """With as many digits as say something: four, of which up to five places after the point, or all before it."""
    if value is None or isinstance(value, str):
        return value or "\u2013"
    if value == 0:
        return "0"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude < -4:
        mantissa = f"{value / 10**magnitude:.2f}".replace("-", "\u2212")
        return f"{mantissa} \u00d7 10{_raised(magnitude)}"
    text = number(value, max(0, min(3 - magnitude, 5)))
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "\u2212")


def _raised(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
