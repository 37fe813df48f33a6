"""Second opinions: the ffmpeg of imageio-ffmpeg, another build than the one inside PyAV; and one tap run alone."""

import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import librosa
import numpy as np
from numpy.typing import NDArray

from adapters.audio.frames import CONTENTS, RATE
from adapters.audio.one_pass import Makers, Sound, one_pass
from adapters.audio.stft import BESIDE_FRAMES, BESIDE_STEP
from adapters.audio.taps.tap import Stream, Tap, Told
from tests.sounds import Signal

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def run(
    make: Callable[[Stream], Tap], signal: Signal, rate: int, workspace: Path, block: int = 65536, **known: Any
) -> Told:
    """What one tap tells of a signal. `known` is what else is known of the sound before: its layout, its bit depth."""
    (told, *_) = run_all({"loudness": [make]}, signal, rate, workspace, range(0, len(signal), block), **known)
    return told


def run_all(
    makers: Makers, signal: Signal, rate: int, workspace: Path, starts: Sequence[int], **known: Any
) -> list[Told]:
    """What the taps tell of a signal whose blocks start there."""
    ends = [*starts[1:], len(signal)]
    blocks = (np.ascontiguousarray(signal[start:end]) for start, end in zip(starts, ends, strict=True) if start < end)
    sound = Sound(**{"rate": rate, "channels": signal.shape[1], "bit_depth": 16, "codec": "pcm_s16le", **known})
    return one_pass(makers, blocks, sound, workspace, lambda _heard: None)[1]


def numbers(told: Told) -> dict[str, float]:
    return {each.name: each.value for each in told.descriptors if isinstance(each.value, float)}


def decoded_frames(path: Path, channels: int) -> int:
    """How many samples per channel ffmpeg's command decodes."""
    command = [FFMPEG, "-nostdin", "-v", "error", "-i", path, "-map", "0:a:0", "-f", "s16le", "-"]
    out = subprocess.run(command, capture_output=True, check=False).stdout
    return len(out) // 2 // channels


def ebur128(path: Path) -> dict[str, float]:
    """Integrated loudness and range (LUFS, LU) and the highest true peak (dBTP), to three decimals."""
    chain = "ebur128=metadata=1:peak=true,ametadata=mode=print:file=-"
    command = [FFMPEG, "-nostdin", "-v", "error", "-i", path, "-af", chain, "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    values = {key: float(value) for key, value in re.findall(r"lavfi\.r128\.(\w+)=(-?[\d.]+)", said)}
    peaks = [value for key, value in values.items() if key.startswith("true_peaks_ch")]
    return {"I": values["I"], "LRA": values["LRA"], "TP": 20 * float(np.log10(max(peaks)))}


def columns(told: Sequence[Told]) -> dict[str, NDArray[np.float32]]:
    """The columns of frames.npz that the taps left."""
    (path,) = (artefact.path for each in told for artefact in each.artefacts if artefact.name == "frames.npz")
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files if name not in {CONTENTS, RATE}}


def channel_power(signal: Signal, window: int) -> NDArray[np.float64]:
    """Mean power of the channels in librosa's frames, (frames, bins), where Stft looks at what is beside the mean."""
    beside = signal.T - signal.mean(axis=1) if signal.shape[1] == 2 else signal.T
    mean, other = _power(signal.mean(axis=1), window), np.mean([_power(row, window) for row in beside], axis=0)
    if signal.shape[1] == 1:
        return mean
    numbers = np.arange(len(mean))
    looked_at = np.where(
        numbers < BESIDE_FRAMES, numbers, np.maximum(numbers // BESIDE_STEP * BESIDE_STEP, BESIDE_FRAMES - 1)
    )
    power: NDArray[np.float64] = other[looked_at] + (mean if signal.shape[1] == 2 else 0)
    return power


def _power(row: NDArray[np.float32], window: int) -> NDArray[np.float64]:
    power: NDArray[np.float64] = np.square(
        np.abs(librosa.stft(row, n_fft=window, hop_length=window // 2, pad_mode="constant"))
    ).T
    return power
