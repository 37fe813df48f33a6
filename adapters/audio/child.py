"""The child process, `python -m adapters.audio.child`: calls on stdin, answers on stdout, dies with its parent."""

import ctypes
import gc
import math
import os
import queue
import resource
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from adapters.audio import wire
from adapters.audio.engine import LibrosaEngine
from adapters.audio.limits import EngineLimits
from adapters.audio.process import wire as process_wire
from domain.errors import AudioBackendError, EngineFailure

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SPEAKS_EVERY = 0.2  # seconds between two words about progress


class Child:
    """One engine behind one pipe: one call at a time."""

    def __init__(self, limits: EngineLimits, out: BinaryIO, cut_off: bool) -> None:
        self._engine = LibrosaEngine(limits)
        self._out = out
        self._cut_off = cut_off
        self._spoke = 0.0

    def answer(self, message: wire.Message) -> None:
        _limit_cpu(float(message["cpu_seconds"]))
        self._spoke = 0.0  # of every call the first word is said: what it raises may end the call
        try:
            self._say({"done": self._call(message), "memory": _memory()})
        except EngineFailure as error:
            self._say({"error": "memory" if _starved(error) else error.code, "trace": error.detail})
        except AudioBackendError as error:
            data = {key: value for key, value in error.data.items() if _sayable(value)}
            self._say({"error": error.code, "detail": error.detail, "data": data, "memory": _memory()})
        except Exception as error:  # noqa: BLE001 - it goes to the parent's log; there is nobody else to tell
            code = "memory" if _starved(error) else "crash"
            self._say({"error": code, "trace": traceback.format_exc()[-4000:]})

    def _call(self, message: wire.Message) -> wire.Message:
        path, workspace = Path(message["path"]), Path(message["workspace"] or "/nonexistent")
        match message["call"]:
            case "probe":
                return wire.format_to(self._engine.probe(path))
            case "listen":
                parts = message["asked"]["parts"]
                wanted = None if parts is None else frozenset(parts)
                return wire.heard_to(self._engine.listen(path, workspace, self._progress, wanted))
            case "preview":
                made = self._engine.preview(path, workspace, self._progress, **message["asked"])
                return {"artefacts": [wire.artefact_to(artefact) for artefact in made]}
            case "mono" | "excerpt" | "spectrogram" | "process":
                return self._made(message, path, workspace)
            case "isolation":
                return {"network": not self._cut_off}
            case _:
                return {}

    def _made(self, message: wire.Message, path: Path, workspace: Path) -> wire.Message:
        call, asked = message["call"], message["asked"]
        if call == "process":
            processing = process_wire.processing_from(asked)
            return process_wire.processed_to(self._engine.process(path, workspace, processing, self._progress))
        if call == "mono":
            made = self._engine.mono(path, workspace, self._progress, **asked)
        elif call == "excerpt":
            made = self._engine.excerpt(path, workspace, wire.excerpt_from(asked))
        else:
            made = self._engine.spectrogram(path, workspace, wire.spectrogram_from(asked))
        return wire.artefact_to(made)

    def _progress(self, share: float, stage: str) -> None:
        now = time.monotonic()
        if now - self._spoke >= _SPEAKS_EVERY:
            self._spoke = now
            self._say({"progress": share, "stage": stage})

    def _say(self, message: wire.Message) -> None:
        self._out.write(wire.packed(message))
        self._out.flush()


def main() -> None:
    # The protocol keeps stdout for itself; whatever a library prints there goes where errors go.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    cut_off = _leave_network()  # while there is one thread: the kernel demands it
    calls = queue.SimpleQueue[wire.Message]()
    listener = threading.Thread(target=_listen, args=(sys.stdin.buffer, calls), daemon=True)
    listener.start()
    hello = calls.get()
    _die_with(int(hello["parent"]))
    limits = EngineLimits(**hello["limits"])
    _limit(limits)
    child = Child(limits, out, cut_off)
    threading.Thread(target=_warm, daemon=True).start()
    while True:
        child.answer(calls.get())
        _limit_cpu(None)  # a slow machine may still be warming up


def _listen(source: BinaryIO, calls: "queue.SimpleQueue[wire.Message]") -> None:
    """Frames from the parent; the end of the pipe is the end of the parent, and of this process wherever it is."""
    while True:
        head = source.read(wire.HEAD.size)
        if len(head) < wire.HEAD.size:
            os._exit(0)
        calls.put(wire.unpacked(source.read(wire.HEAD.unpack(head)[0])))


def _leave_network() -> bool:
    """Moves this process into a network of its own, where not even the loopback is up; False where it may not.

    Root needs no user namespace for it, and would lose its access to other users' files in one.
    """
    if sys.platform != "linux":
        return False
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    return bool(ctypes.CDLL(None).unshare(flags) == 0)


def _die_with(parent: int) -> None:
    """Where the kernel can, it kills this process when the thread that started it ends, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _limit(limits: EngineLimits) -> None:
    for kind, value in (
        (resource.RLIMIT_AS, limits.child_memory),
        (resource.RLIMIT_FSIZE, limits.child_file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):  # a stricter limit stands already, or the system does not know this one
            continue


def _limit_cpu(seconds: float | None) -> None:
    """SIGXCPU, which nobody here catches, once this process has used so many seconds more; None for no limit."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = hard if seconds is None else int(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _sayable(value: object) -> bool:
    """Whether JSON has a word for it: a header's rate may be no number."""
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _starved(error: Exception) -> bool:
    """Whether it failed for lack of memory, which libraries say in their own ways: a library that does not fit, too."""
    words = str(error)
    return (
        isinstance(error, MemoryError)
        or isinstance(error.__cause__, MemoryError)
        or "failed to map segment" in words
        or "allocate memory" in words
    )


def _memory() -> int:
    """The largest this process ever was, in bytes."""
    if sys.platform == "linux":  # where ru_maxrss starts at the size of the process that started this one
        with suppress(OSError), Path("/proc/self/status").open("rb") as status:
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) << 10
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _warm() -> None:
    from adapters.audio.warm import warm

    try:
        warm()
        # What the libraries hold stays: the collector need not walk through it again with every few sounds.
        gc.collect()
        gc.freeze()
    except (Exception, MemoryError):  # noqa: BLE001 - a call will meet the same and say so
        return


if __name__ == "__main__":
    main()
