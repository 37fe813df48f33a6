"""The one pass: decoded blocks through all taps, and the format that only the end of the file can tell."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from adapters.audio.blocks import Decoder, Stuck, share_done
from adapters.audio.claims import Candidate
from adapters.audio.decode import guarded, open_decoder
from adapters.audio.embedded import embedded
from adapters.audio.limits import EngineLimits
from adapters.audio.one_pass import Makers, Sound, one_pass
from adapters.audio.parts import FORMAT, PARTS, stamp
from adapters.audio.taps.bandwidth import Bandwidth
from adapters.audio.taps.channels import Channels
from adapters.audio.taps.chroma import Chroma
from adapters.audio.taps.clipping import Clipping
from adapters.audio.taps.contrast import Contrast
from adapters.audio.taps.dropouts import Dropouts
from adapters.audio.taps.fingerprint import Fingerprint
from adapters.audio.taps.hum import Hum
from adapters.audio.taps.identity import PcmHash
from adapters.audio.taps.levels import Levels
from adapters.audio.taps.mfcc import Mfcc
from adapters.audio.taps.noise_floor import NoiseFloor
from adapters.audio.taps.pitch import Pitch
from adapters.audio.taps.programme import Programme
from adapters.audio.taps.rhythm import Rhythm
from adapters.audio.taps.silence import Silence
from adapters.audio.taps.spectral_shape import SpectralShape
from adapters.audio.taps.spectrogram import Spectrogram
from adapters.audio.taps.speech_music import SpeechMusic
from adapters.audio.taps.tap import Told
from adapters.audio.taps.temporal import Temporal
from adapters.audio.taps.waveform import Waveform
from domain.analysis import AudioFormat, Finding, Heard, Severity
from domain.errors import UndecodableAudio
from domain.ports.audio import Progress

TAPS: Makers = {
    "identity": (PcmHash, Fingerprint),
    "loudness": (Programme, Levels),
    "quality": (Silence, Clipping, Channels, Dropouts, Hum, Bandwidth, NoiseFloor),
    "descriptors": (Temporal, SpectralShape, Contrast, Mfcc, Chroma, Rhythm, Pitch, SpeechMusic),
    "waveform": (Waveform,),
    "spectrogram": (Spectrogram,),
}
"""What listens, by the part of the analyser that it belongs to."""

MISMATCH = 0.01
"""Share of the true duration that the header's word may be off."""

TRUNCATED_SECONDS = 0.1
"""What must be missing at the end of a file that is cut off; less is an encoder's way of counting."""

SLACK_SECONDS = {"asf": 0.1, "matroska": 0.02}
"""wma counts whole frames, of up to 4,096 samples, and its decoder may keep the last one; matroska counts what its
codec puts before the sound."""


def listen(
    candidate: Candidate,
    limits: EngineLimits,
    workspace: Path,
    progress: Progress,
    parts: frozenset[str] | None = None,
) -> Heard:
    """Decodes everything once; a second time, by the more patient decoder, only where the first one got stuck.

    `parts` of the analyser listen, and `format` always does; None means all.

    Raises UnusableAudio's leaves, whatever `progress` raises, and OSError when the workspace cannot be written.
    """
    wanted = {part: taps for part, taps in TAPS.items() if parts is None or part in parts}
    for second_choice in (False, True):
        try:
            with open_decoder(candidate, second_choice=second_choice) as decoder:
                limits.check_parameters(decoder.rate, decoder.channels)
                blocks = guarded(decoder, candidate, limits)
                sound = _sound(candidate, decoder)
                frames, told = one_pass(wanted, blocks, sound, workspace, _share_told(progress, decoder))
                return _heard(candidate, decoder, frames, told, wanted)
        except Stuck:
            continue
    raise UndecodableAudio("The file cannot be decoded. Check that it plays, or export it again.")


def _sound(candidate: Candidate, decoder: Decoder) -> Sound:
    md5, layout = candidate.claims.pcm_md5, decoder.layout
    return Sound(decoder.rate, decoder.channels, decoder.bit_depth, decoder.codec, md5, layout)


def _share_told(progress: Progress, decoder: Decoder) -> Callable[[int], None]:
    return lambda heard: progress(0.99 * share_done(heard, decoder), "listen")


def _heard(candidate: Candidate, decoder: Decoder, frames: int, told: list[Told], parts: Iterable[str]) -> Heard:
    duration = frames / decoder.rate
    payload = candidate.claims.payload_bytes or candidate.size
    audio = AudioFormat(
        container=candidate.container.name,
        codec=decoder.codec,
        sample_rate_hz=decoder.rate,
        channels=decoder.channels,
        bit_depth=decoder.bit_depth,
        duration_seconds=duration,
        declared_duration_seconds=decoder.declared_seconds,
        bit_rate_bps=round(payload * 8 / duration),
        layout=decoder.layout,
    )
    version = stamp(FORMAT)
    of_the_file = (replace(finding, version=version) for finding in _of_the_file(candidate, decoder, duration))
    return Heard(
        audio=audio,
        descriptors=tuple(descriptor for each in told for descriptor in each.descriptors),
        findings=(*of_the_file, *(finding for each in told for finding in each.findings)),
        embedded=embedded(candidate),
        artefacts=tuple(artefact for each in told for artefact in each.artefacts),
        parts={part: PARTS[part] for part in (FORMAT, *parts)},
    )


def _of_the_file(candidate: Candidate, decoder: Decoder, duration: float) -> Iterator[Finding]:
    cut_off = _truncation(candidate, decoder, duration)
    for finding in (cut_off or _mismatch(candidate, decoder.declared_seconds, duration), _damage(decoder)):
        if finding is not None:
            yield finding


def _truncation(candidate: Candidate, decoder: Decoder, duration: float) -> Finding | None:
    """Where the header promises more sound than there is, and sizes or a broken last piece show where it was lost."""
    missing, declared = candidate.claims.missing_bytes, decoder.declared_seconds
    least = TRUNCATED_SECONDS + SLACK_SECONDS.get(candidate.container.name, 0.0)
    if declared is None or declared - duration <= least or not (missing or decoder.breaks_off):
        return None
    lost = f"{missing} bytes too early" if missing else "in the middle of a piece"
    detail = f"The file ends {lost}: {duration:.3f} of {declared:.3f} s were decoded."
    return Finding("truncated", Severity.WARNING, detail, "Export or send the file again from its source.")


def _mismatch(candidate: Candidate, declared: float | None, duration: float) -> Finding | None:
    remedy = "Check that the file is complete; export or remux it to mend the header."
    slack = SLACK_SECONDS.get(candidate.container.name, 0.0)
    if declared is not None and abs(declared - duration) > MISMATCH * duration + slack:
        detail = f"The header says {declared:.3f} s; {duration:.3f} s were decoded."
        return Finding("declared-duration-mismatch", Severity.WARNING, detail, remedy)
    if declared is None and candidate.claims.sizes_lie:
        detail = f"The header's sizes do not fit the file; {duration:.3f} s were decoded."
        return Finding("declared-duration-mismatch", Severity.WARNING, detail, remedy)
    return None


def _damage(decoder: Decoder) -> Finding | None:
    if not decoder.damaged:
        return None
    detail = f"{decoder.damaged} pieces of the file are damaged and were left out."
    return Finding("damaged", Severity.WARNING, detail, "Send the file again from its source.")
