"""What a competent engineer writes with librosa: the whole file in memory, one STFT for all features, libebur128."""

import hashlib
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pyebur128
import soundfile
from numpy.typing import NDArray
from PIL import Image

from adapters.audio.stft import window_of

Sound = NDArray[np.float32]


def analyse(path: Path, folder: Path) -> None:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    window = window_of(rate)
    hop = window // 2
    mono = sound.mean(axis=1)
    magnitude = np.abs(librosa.stft(mono, n_fft=window, hop_length=hop, pad_mode="constant"))
    power = magnitude**2
    mel_db = librosa.power_to_db(
        librosa.feature.melspectrogram(S=power, sr=rate, n_fft=window, hop_length=hop), top_db=None
    )
    centroid = librosa.feature.spectral_centroid(S=magnitude, sr=rate, n_fft=window)
    onsets = librosa.onset.onset_strength(S=mel_db, sr=rate, hop_length=hop)
    tempo = librosa.feature.tempo(onset_envelope=onsets, sr=rate, hop_length=hop)
    columns: Any = {
        "mfcc": librosa.feature.mfcc(S=mel_db, n_mfcc=20),
        "spectral_centroid": centroid,
        "spectral_bandwidth": librosa.feature.spectral_bandwidth(S=magnitude, sr=rate, centroid=centroid),
        "spectral_rolloff": librosa.feature.spectral_rolloff(S=magnitude, sr=rate, n_fft=window),
        "spectral_flatness": librosa.feature.spectral_flatness(S=magnitude),
        "spectral_contrast": librosa.feature.spectral_contrast(S=magnitude, sr=rate, n_fft=window),
        "chroma": librosa.feature.chroma_stft(S=power, sr=rate, n_fft=window, hop_length=hop),
        "zero_crossing_rate": librosa.feature.zero_crossing_rate(mono, frame_length=window, hop_length=hop),
        "rms": librosa.feature.rms(y=mono, frame_length=window, hop_length=hop),
        "f0": librosa.yin(mono, fmin=65, fmax=2093, sr=rate, frame_length=window, hop_length=4 * hop),
        "onset_strength": onsets,
        "onsets": librosa.onset.onset_detect(onset_envelope=onsets, sr=rate, hop_length=hop),
        "beats": librosa.beat.beat_track(onset_envelope=onsets, sr=rate, hop_length=hop, bpm=tempo)[1],
    }
    np.savez(folder / "frames.npz", **columns)
    summary = {name: (column.mean(axis=-1), column.var(axis=-1)) for name, column in columns.items() if column.size}
    assert len(summary) > 8
    loudness(sound, rate)
    hashlib.sha256(np.rint(sound * 32767).astype("<i2")).digest()
    peaks(sound, folder)
    picture(mel_db, folder / "spectrogram.png")


def loudness(sound: Sound, rate: int) -> None:
    mode = pyebur128.MeasurementMode
    state = pyebur128.R128State(
        sound.shape[1], rate, mode.MODE_I | mode.MODE_LRA | mode.MODE_TRUE_PEAK | mode.MODE_SAMPLE_PEAK
    )
    state.add_frames(np.ascontiguousarray(sound).reshape(-1), len(sound))
    pyebur128.get_loudness_global(state)
    pyebur128.get_loudness_range(state)
    for channel in range(sound.shape[1]):
        pyebur128.get_true_peak(state, channel)


def peaks(sound: Sound, folder: Path) -> None:
    for each in (256, 4096, 65536):
        starts = np.arange(0, len(sound), each)
        pixels = np.stack([np.minimum.reduceat(sound, starts), np.maximum.reduceat(sound, starts)], axis=2)
        (folder / f"waveform-{each}.dat").write_bytes(np.rint(pixels * 32767).astype("<i2").tobytes())


def picture(mel_db: Sound, path: Path, width: int = 2048) -> None:
    edges = np.linspace(0, mel_db.shape[1], min(width, mel_db.shape[1]) + 1).astype(int)[:-1]
    columns = np.maximum.reduceat(mel_db, edges, axis=1)
    shades = np.clip((columns + 80) / 120 * 255, 0, 255).astype(np.uint8)[::-1]
    Image.fromarray(np.ascontiguousarray(shades)).save(path)
