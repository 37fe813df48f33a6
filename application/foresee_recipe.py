"""What a recipe would do with a recording, as far as that can be told without a look at its sound."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.analysis import AudioFormat
from domain.errors import Conflict, NotMeasured, ProofFailed, UnsupportedParameters
from domain.file_formats import CHANNELS, RATES
from domain.loudness import LoudnessGoal
from domain.proof import LOUDNESS_TOLERANCE_LU, Measured
from domain.recording import Recording, Status
from domain.step import Step
from domain.values import Failure

USUAL_KBPS = {"mp3": 96, "opus": 64, "ogg": 80, "m4a": 96}
"""Of each channel, as the engine writes them where nothing is said."""

FLAC_SHARE = 0.6
"""Of the bytes of wav: music in 16 bits comes to 50 to 70 %, speech to less."""

SPARE_DB = 0.7
"""By as much a true peak may be read too low with 4 times the samples (ITU-R BS.1770-5, annex 2: 0.688 dB)."""

_KEEP_PEAK = frozenset({"channels", "concatenate", "fade", "resample", "split", "tags", "transcode", "trim"})
"""Steps after which the peak is about what it was: fading, mixing to mono and trimming may lower it."""


@dataclass(frozen=True, slots=True)
class _Sound:
    """What flows between two steps. `seconds` None: nobody can tell. `as_heard`: the analysis still holds of it.

    `peak_dbtp` is about the true peak, None where nobody can tell. `resampled`: samples lie elsewhere on the wave than
    they did, some near its true peak. Of clipped noise (pink, 44.1 kHz) with 0.1 to 0.9 dBTP they reached 0.1 to 0.7
    dBFS at 48 kHz and 0.3 to 1.6 at 16 kHz; of white noise, which loses most of its power there, less.
    """

    rate: int
    channels: int
    seconds: float | None
    as_heard: bool = True
    peak_dbtp: float | None = None
    resampled: bool = False


def wants_measured(recording: Recording, steps: Sequence[Step]) -> bool:
    """Whether a refusal may depend on what was measured, which takes a look at an analysis."""
    if any(step.kind == "loudness" for step in steps):
        return True
    return recording.audio is not None and _through(recording.audio, steps).resampled


def refusal_of(recording: Recording, steps: Sequence[Step], measured: Measured | None) -> Failure | None:
    """Why the recipe would be refused for it; None: nothing is known that speaks against it."""
    if recording.status is not Status.READY or recording.audio is None:
        return Failure(Conflict.code, f"It is {recording.status}; a recipe takes what is ready.")
    sound = _sound_of(recording.audio, measured)
    for step in steps:
        failure = _refusal(step, sound, measured)
        if failure is not None:
            return failure
        sound = _after(step, sound)
    return None if _is_float(recording.audio, steps) else _overshoot(sound)


def bytes_out(recording: Recording, steps: Sequence[Step]) -> int | None:
    """About how many bytes the files will have: trimming is not foreseen, and what drops something is as large as its
    bit rate says. None: its length is not known, or other recordings are joined to it."""
    if recording.audio is None:
        return None
    sound = _through(recording.audio, steps)
    if sound.seconds is None:
        return None
    asked = next((step.parameters for step in steps if step.kind == "transcode"), {})
    form = str(asked.get("format") or "wav")
    if form in USUAL_KBPS:
        kbps = _number(asked.get("bit_rate_kbps")) or USUAL_KBPS[form] * sound.channels
        return round(sound.seconds * kbps * 1000 / 8)
    depth = int(str(asked.get("bit_depth") or recording.audio.bit_depth or 24))
    whole = sound.seconds * sound.rate * sound.channels * ((depth + 7) // 8)
    return round(whole * (FLAC_SHARE if form == "flac" else 1))


def _sound_of(audio: AudioFormat, measured: Measured | None = None) -> _Sound:
    peak = measured.true_peak_dbtp if measured else None
    return _Sound(audio.sample_rate_hz, audio.channels, audio.duration_seconds, peak_dbtp=peak)


def _through(audio: AudioFormat, steps: Sequence[Step]) -> _Sound:
    sound = _sound_of(audio)
    for step in steps:
        sound = _after(step, sound)
    return sound


def _is_float(audio: AudioFormat, steps: Sequence[Step]) -> bool:
    """Whether the files hold what is beyond full scale."""
    asked = next((step.parameters for step in steps if step.kind == "transcode"), {})
    return str(asked.get("format") or "wav") == "wav" and str(asked.get("bit_depth") or audio.bit_depth) == "32"


def _overshoot(sound: _Sound) -> Failure | None:
    peak = sound.peak_dbtp
    if not sound.resampled or peak is None or peak <= 0:
        return None
    gain = math.ceil((peak + SPARE_DB) * 10) / 10
    return Failure(
        ProofFailed.code,
        f"At another sample rate its peaks would likely be cut off: they reach {peak:+.1f} dBTP. Put a step gain of "
        f"-{gain:.1f} dB before, or a step loudness.",
    )


def _refusal(step: Step, sound: _Sound, measured: Measured | None) -> Failure | None:
    said = step.parameters
    if step.kind in {"high_pass", "low_pass"} and (_number(said["frequency_hz"]) or 0.0) >= sound.rate / 2:
        return _unsupported(f"{step.kind} at {said['frequency_hz']} Hz: its sample rate is {sound.rate} Hz.")
    if step.kind == "channels":
        most = _channels_named(step)
        if most > sound.channels:
            return _unsupported(f"The step channels names {most} channels; it has {sound.channels}.")
        odd = any(len(_numbers(row)) != sound.channels for row in _rows(said.get("matrix")))
        if said["mode"] == "remix" and odd:
            return _unsupported(f"Each list of the matrix needs {sound.channels} factors, one a channel.")
    if step.kind == "transcode" and sound.channels not in CHANNELS.get(str(said["format"]), (sound.channels,)):
        return _unsupported(f"{said['format']} is not written with {sound.channels} channels. Add the step channels.")
    if step.kind == "loudness" and sound.as_heard and measured is not None:
        return _loudness_refusal(LoudnessGoal.of(step), measured)
    return None


def _unsupported(detail: str) -> Failure:
    return Failure(UnsupportedParameters.code, detail)


def _loudness_refusal(goal: LoudnessGoal, measured: Measured) -> Failure | None:
    loudness, peak = measured.loudness_lufs, measured.true_peak_dbtp
    if loudness is None or peak is None:
        why = measured.reasons.get("integrated_loudness", "it is silent")
        return Failure(NotMeasured.code, f"It has no integrated loudness: {why.rstrip('.')}.")
    short = goal.target_lufs - loudness - (goal.ceiling_dbtp - peak)
    if goal.limiter or short <= LOUDNESS_TOLERANCE_LU:
        return None
    return Failure(
        ProofFailed.code,
        f"Its peaks would keep it {short:.1f} LU below {goal.target_lufs:g} LUFS. Allow the limiter in the step "
        "loudness, or take a lower target.",
    )


def _channels_named(step: Step) -> int:
    """The highest number of a channel that the step needs."""
    said, mode = step.parameters, step.parameters["mode"]
    if mode == "pick":
        return int(max(_numbers(said.get("pick")), default=0))
    if mode == "remix":
        return max((len(_numbers(row)) for row in _rows(said.get("matrix"))), default=0)
    return 2 if mode == "swap" else 1


def _after(step: Step, sound: _Sound) -> _Sound:
    said = step.parameters
    changed = sound if step.kind == "tags" else replace(sound, as_heard=False, peak_dbtp=_peak_after(step, sound))
    if step.kind == "channels":
        many = {"mono": 1, "pick": len(_numbers(said.get("pick"))), "remix": len(_rows(said.get("matrix")))}
        return replace(changed, channels=many.get(str(said["mode"]), sound.channels))
    if step.kind in {"resample", "transcode"}:
        rate = _rate_after(step, sound.rate)
        return replace(changed, rate=rate, resampled=sound.resampled or rate != sound.rate)
    if step.kind == "speed" and sound.seconds is not None:
        return replace(changed, seconds=sound.seconds / (_number(said["factor"]) or 1.0))
    return replace(changed, seconds=None) if step.kind == "concatenate" else changed


def _rate_after(step: Step, rate: int) -> int:
    """Asked for, or what the format has instead: the lowest rate that keeps all of the sound, or its highest."""
    rates = RATES.get(str(step.parameters.get("format")), (rate,))
    return int(
        _number(step.parameters.get("sample_rate_hz")) or min((e for e in rates if e >= rate), default=max(rates))
    )


def _peak_after(step: Step, sound: _Sound) -> float | None:
    if sound.peak_dbtp is None:
        return None
    if step.kind == "gain":
        return sound.peak_dbtp + (_number(step.parameters["gain_db"]) or 0.0)
    is_mixed = step.kind == "channels" and step.parameters["mode"] == "remix"
    return sound.peak_dbtp if step.kind in _KEEP_PEAK and not is_mixed else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _numbers(value: object) -> tuple[float, ...]:
    return tuple(each for each in value if isinstance(each, int | float)) if isinstance(value, tuple) else ()


def _rows(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()
