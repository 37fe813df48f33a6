"""What anybody does with ffmpeg alone: loudnorm in two passes, as its documentation has it, and opus.

https://ffmpeg.org/ffmpeg-filters.html#loudnorm. The second pass is linear, by one gain, where the range and the peaks
allow it; else ffmpeg turns to its dynamic mode, which goes through the sound at 192 kHz.
"""

import json
import subprocess
from pathlib import Path

import imageio_ffmpeg

TARGET_LUFS, CEILING_DBTP, RANGE_LU, BITS = -16, -1, 11, 128_000
_GOAL = f"loudnorm=I={TARGET_LUFS}:TP={CEILING_DBTP}:LRA={RANGE_LU}"


def analyse(path: Path, folder: Path) -> str:
    """Which mode the second pass was in, as ffmpeg says it. libopus at its usual complexity, 10, as we have it."""
    heard = _run(path, "-af", f"{_GOAL}:print_format=json", "-f", "null", "-")
    names = {"I": "i", "TP": "tp", "LRA": "lra", "thresh": "thresh"}
    measured = ":".join(f"measured_{name}={heard[f'input_{key}']}" for name, key in names.items())
    chain = f"{_GOAL}:{measured}:offset={heard['target_offset']}:linear=true:print_format=json"
    made = folder / "loudnorm.opus"
    done = _run(path, "-af", chain, "-ar", "48000", "-c:a", "libopus", "-b:a", str(BITS), "-y", str(made))
    made.unlink()
    return done["normalization_type"]


def _run(path: Path, *asked: str) -> dict[str, str]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-nostats", "-i", str(path), *asked]
    words = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    told: dict[str, str] = json.loads(words[words.rindex("{") : words.rindex("}") + 1])
    return told
