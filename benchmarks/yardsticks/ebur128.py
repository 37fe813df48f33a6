"""The least that ffmpeg can do: measure by ebur128, then one gain, and opus. No peak is kept below a ceiling here."""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg

from benchmarks.yardsticks.loudnorm import BITS, TARGET_LUFS


def analyse(path: Path, folder: Path) -> None:
    words = _run(path, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-")
    summary = words[words.rindex("Integrated loudness:") :]
    found = re.search(r"I:\s*(-?[\d.]+) LUFS", summary)
    assert found is not None
    made = folder / "ebur128.opus"
    gain = f"volume={TARGET_LUFS - float(found[1]):.2f}dB"
    _run(path, "-af", gain, "-ar", "48000", "-c:a", "libopus", "-b:a", str(BITS), "-y", str(made))
    made.unlink()


def _run(path: Path, *asked: str) -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-nostats", "-i", str(path), *asked]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr
