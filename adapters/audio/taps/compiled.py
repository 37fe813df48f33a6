"""The door to numba: compiled once at install, kept beside the code, run without the GIL."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """The function as machine code; compiled in each process where numba finds no folder that it may write to."""
    try:
        return cast("Function", njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:  # "cannot cache function: no locator available"
        return cast("Function", njit(nogil=True, error_model="numpy")(function))
