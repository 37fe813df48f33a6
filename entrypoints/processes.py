"""How a process of the service is told to end, and how it ends with the process that started it."""

import ctypes
import signal
import sys
import threading
from types import FrameType

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def stop_signal(insisted: threading.Event | None = None) -> threading.Event:
    """An event that is set once the process is asked to end, by SIGTERM or SIGINT; `insisted`, when asked again."""
    stop = threading.Event()

    def ask(_signum: int, _frame: FrameType | None) -> None:
        if stop.is_set() and insisted is not None:
            insisted.set()
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop


def end_with_parent() -> None:
    """Asks the kernel to send SIGTERM when the parent dies, however it dies. Only Linux knows such a thing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
