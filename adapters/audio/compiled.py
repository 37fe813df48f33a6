"""The door to numba: compiled once at install, kept beside the code, run without the GIL.

What vectorises is a loop over `range(len(…))` of a slice whose items lie side by side: not one over the items, nor one
whose places begin at a number that might be below zero; sums only where they are `reassociated`, extremes only of whole
numbers. That is a factor of five to twenty.
"""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """The function as machine code, from numba's cache where it is there; a * b + c is rounded once, not twice."""
    return cast("Function", numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})(function))


def reassociated(function: Function) -> Function:
    """As `compiled`, with sums taken in any order, which lets them run in parallel lanes; samples are never NaN here.

    Only for functions whose last bits do not matter.
    """
    flags = {"reassoc", "contract", "nsz", "nnan", "ninf"}
    return cast("Function", numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=flags)(function))


def own_cache() -> str:
    """A folder for machine code that only this user can write to: it is loaded and run from there."""
    folder = Path(tempfile.gettempdir()) / f"audio-backend-numba-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & 0o022:
        return str(folder)
    return tempfile.mkdtemp(prefix="audio-backend-numba-")


def _settle() -> None:
    """Gives numba a folder of its own where it may write neither beside the code (ours, librosa's) nor at home.

    It would refuse to cache, and librosa, which compiles while it is loaded, would not load.
    """
    try:
        compiled(_settle)
        import librosa.core.convert  # noqa: F401 - to see whether it loads
    except RuntimeError:
        numba.config.CACHE_DIR = own_cache()  # type: ignore[attr-defined]  # set while it is loaded, by name


_settle()
