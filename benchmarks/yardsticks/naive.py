"""The way of many notebooks: pydub decodes, each librosa feature makes its own STFT, pyloudnorm, specshow.

Everything as librosa comes: windows of 2,048 samples and hops of a quarter of that, which is twice the engine's frames.
"""

import subprocess
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import librosa
import librosa.display
import matplotlib as mpl
import numpy as np
import pyloudnorm
from pydub import AudioSegment

mpl.use("Agg")
from matplotlib import pyplot as plt


def analyse(path: Path, folder: Path) -> None:
    segment = AudioSegment.from_wav(decoded(path, folder / "decoded.wav"))
    rate = segment.frame_rate
    samples = np.array(segment.get_array_of_samples()).reshape(-1, segment.channels)
    sound = samples.astype(np.float32) / (1 << 8 * segment.sample_width - 1)
    mono = sound.mean(axis=1)
    columns: Any = {
        "mfcc": librosa.feature.mfcc(y=mono, sr=rate, n_mfcc=20),
        "spectral_centroid": librosa.feature.spectral_centroid(y=mono, sr=rate),
        "spectral_bandwidth": librosa.feature.spectral_bandwidth(y=mono, sr=rate),
        "spectral_rolloff": librosa.feature.spectral_rolloff(y=mono, sr=rate),
        "spectral_flatness": librosa.feature.spectral_flatness(y=mono),
        "spectral_contrast": librosa.feature.spectral_contrast(y=mono, sr=rate),
        "chroma": librosa.feature.chroma_stft(y=mono, sr=rate),
        "zero_crossing_rate": librosa.feature.zero_crossing_rate(mono),
        "rms": librosa.feature.rms(y=mono),
        "f0": librosa.yin(mono, fmin=65, fmax=2093, sr=rate),
        "tempo": librosa.feature.tempo(y=mono, sr=rate),
        "onsets": librosa.onset.onset_detect(y=mono, sr=rate),
        "beats": librosa.beat.beat_track(y=mono, sr=rate)[1],
    }
    np.savez(folder / "frames.npz", **columns)
    pyloudnorm.Meter(rate).integrated_loudness(sound)
    np.abs(sound).max(axis=0)
    figure, axes = plt.subplots(figsize=(20, 5))
    mel = librosa.feature.melspectrogram(y=mono, sr=rate)
    librosa.display.specshow(librosa.power_to_db(mel, ref=np.max), sr=rate, x_axis="time", y_axis="mel", ax=axes)
    figure.savefig(folder / "spectrogram.png")
    plt.close(figure)


def decoded(path: Path, wav: Path) -> Path:
    """As pydub does by itself where ffprobe is installed."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-i", path, "-f", "wav", wav]
    subprocess.run(command, check=True)
    return wav
