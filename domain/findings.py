"""The catalogue of findings: every quality problem that is looked for, and what its code means."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.analysis import Severity


@dataclass(frozen=True, slots=True)
class FindingKind:
    """What stands behind a code. `severity` is the usual one; a finding itself says its own, and what to do about it
    where more is known than `remedy` says."""

    code: str
    meaning: str
    severity: Severity
    remedy: str


_EXPORT = "Export or send the file again from its source."

_KINDS = (
    FindingKind(
        "clipping",
        "Samples stay at full scale: the tops of the wave are cut off.",
        Severity.WARNING,
        "Record or export with a lower level; a declipper can guess what is lost.",
    ),
    FindingKind(
        "decoded-over",
        "A lossy codec's wave goes beyond full scale: nothing is cut off yet, but whatever makes integers of it will.",
        Severity.INFO,
        "Encode it anew from its source with a lower level, or lower it before it is converted to integers.",
    ),
    FindingKind(
        "true-peak-over",
        "Between the samples the wave goes beyond what a converter or a lossy codec can take.",
        Severity.WARNING,
        "Lower the level, or limit with true peaks in view.",
    ),
    FindingKind(
        "leading-silence",
        "The recording begins with silence.",
        Severity.INFO,
        "Trim it, if it is not meant to be there.",
    ),
    FindingKind(
        "trailing-silence",
        "The recording ends with silence.",
        Severity.INFO,
        "Trim it, if it is not meant to be there.",
    ),
    FindingKind(
        "inner-silence",
        "The recording falls silent inside.",
        Severity.INFO,
        "Trim it, if it is not meant to be there.",
    ),
    FindingKind(
        "all-silence",
        "The whole recording is silent.",
        Severity.WARNING,
        "Check the source: a muted channel, an unplugged microphone or an empty export.",
    ),
    FindingKind(
        "dead-channel",
        "A channel is silent while another one sounds.",
        Severity.WARNING,
        "Check the cable and the routing of the channel, or keep the other one as mono.",
    ),
    FindingKind(
        "dual-mono",
        "Both channels carry the same sound.",
        Severity.INFO,
        "Keep one channel as mono: nothing is lost, and half of the bytes are saved.",
    ),
    FindingKind(
        "inverted-phase",
        "The channels cancel each other out: one is upside down.",
        Severity.WARNING,
        "Turn the polarity of one channel round.",
    ),
    FindingKind(
        "dc-offset",
        "The wave does not swing around zero.",
        Severity.WARNING,
        "Put a high-pass filter at 20 Hz over it, and look at the converter.",
    ),
    FindingKind(
        "hum",
        "The mains hum in it, at 50 or 60 Hz and their multiples.",
        Severity.WARNING,
        "Look for a ground loop or a bad cable; notch filters take out what is recorded.",
    ),
    FindingKind(
        "low-snr",
        "The sound stands little above the noise.",
        Severity.WARNING,
        "Record closer or louder; a denoiser can help what is there.",
    ),
    FindingKind(
        "band-limited",
        "Nothing is above a frequency that the format could carry: lossy codecs and lower sample rates leave it so.",
        Severity.WARNING,
        "Use the original instead of a copy of a copy.",
    ),
    FindingKind(
        "dropouts",
        "The sound breaks off for moments.",
        Severity.WARNING,
        "Look at the buffers and the line of the recorder, and record it again.",
    ),
    FindingKind(
        "truncated",
        "The file ends before its sound does.",
        Severity.WARNING,
        _EXPORT,
    ),
    FindingKind(
        "declared-duration-mismatch",
        "The header tells of another duration than is there.",
        Severity.WARNING,
        "Check that the file is complete; export or remux it to mend the header.",
    ),
    FindingKind(
        "damaged",
        "Pieces of the file cannot be decoded and were left out.",
        Severity.WARNING,
        _EXPORT,
    ),
    FindingKind(
        "checksum-mismatch",
        "The sound is not the one that the file's own checksum was made of.",
        Severity.ERROR,
        _EXPORT,
    ),
)

FINDINGS: Mapping[str, FindingKind] = {kind.code: kind for kind in _KINDS}
"""By code. What the engine finds is one of these, and a policy has rules for no others."""
