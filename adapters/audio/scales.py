"""librosa's frequency scales, loaded after numba has found a folder for its cache: librosa compiles while it loads."""

import adapters.audio.compiled  # noqa: F401 - finds the folder

# isort: split
from librosa.core.convert import hz_to_mel, mel_frequencies, mel_to_hz

__all__ = ["hz_to_mel", "mel_frequencies", "mel_to_hz"]
