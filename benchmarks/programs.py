"""How much memory this process takes, and the programs that it starts."""

import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

_LOOK_EVERY_SECONDS = 0.05


def peak_mib() -> float:
    """The largest that this process was since it began, or since the last reset, resident."""
    return _resident("self", "VmHWM")


def reset_peak() -> float:
    """From now on the peak is one of what comes; in MiB, what this process is now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # man 5 proc: resets VmHWM to what it is now
    return peak_mib()


def tree_cpu_seconds() -> float:
    """Of this process, of the programs that it has started that still run, and of all that they have waited for."""
    tree, ticks = ["self"], 0
    for process in tree:
        with suppress(OSError):  # it is gone, and is its parent's, who has waited for it
            said = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
            ticks += sum(map(int, said.rpartition(")")[2].split()[11:15]))  # man 5 proc: utime, stime, cutime, cstime
            tree += [child for task in Path(f"/proc/{process}/task").iterdir() for child in _children(task)]
    return ticks / os.sysconf("SC_CLK_TCK")


class Programs:
    """Looks at the programs that this process has started while the context lasts: in MiB, the most that they were, and
    the most that they and this process were at a time.

    The kernel's own figure for children that have ended counts what the parent was when it forked.
    """

    def __init__(self) -> None:
        self.peak_mib = self.together_mib = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        before: set[str] = set()
        while not self._done.wait(_LOOK_EVERY_SECONDS):
            now = {child for task in Path("/proc/self/task").iterdir() for child in _children(task)}
            # One that is new may not be the program yet, but a copy of this process.
            theirs = sum(_resident(child, "VmRSS") for child in now & before)
            self.peak_mib = max(self.peak_mib, theirs)
            self.together_mib = max(self.together_mib, theirs + _resident("self", "VmRSS"))
            before = now


def _resident(process: str, figure: str) -> float:
    """0 when it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{figure}:")), 0.0)


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text(encoding="ascii").split()
    except OSError:
        return []
