"""What processes cost, as Linux tells it."""

import os
import time
from contextlib import suppress
from pathlib import Path

from tests.e2e.service import children_of, until

_TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for child in found:
        with suppress(OSError):
            found += children_of(child)
    return found


def engine_children(pid: int) -> set[int]:
    """The engine's children below that process."""
    return {child for child in tree(pid) if b"adapters.audio.child" in _read(child, "cmdline")}


def cpu_seconds(pid: int) -> float:
    """Of the process and all below it, with those that have ended."""
    ticks = 0
    for each in tree(pid):
        fields = _read(each, "stat").rpartition(b")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / _TICKS


def peak_bytes(pid: int) -> int:
    """The most memory that the process ever had."""
    for line in _read(pid, "status").splitlines():
        if line.startswith(b"VmHWM:"):
            return int(line.split()[1]) << 10
    return 0


def wait_until_idle(pid: int) -> None:
    """Until it and all below it have used no CPU to speak of for half a second."""

    def idle() -> bool:
        before = cpu_seconds(pid)
        time.sleep(0.5)
        return cpu_seconds(pid) - before < 0.05

    until(idle, "the processes have nothing more to do")


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
