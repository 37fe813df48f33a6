"""Warm child processes: started, asked, watched, replaced."""

import logging
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO

from adapters.audio import wire
from adapters.audio.limits import EngineLimits
from domain.errors import EngineFailure, Unavailable
from domain.ports.audio import Progress

_ROOT = Path(__file__).parents[2]
_log = logging.getLogger(__name__)


class Process:
    """One child. Not for two threads at a time."""

    def __init__(self, limits: EngineLimits, environment: Mapping[str, str]) -> None:
        self._limits = limits
        self._calls = 0
        self._grown = 0
        self._popen = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "adapters.audio.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders chatter about broken files; what matters comes by the pipe
            cwd=_ROOT,
            env=dict(environment),
            start_new_session=True,
        )
        self._send({"parent": os.getpid(), "limits": asdict(limits)})

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    @property
    def worn(self) -> bool:
        return self._calls >= self._limits.child_calls or self._grown > self._limits.child_grown

    def call(self, message: wire.Message, cpu_seconds: float, progress: Progress) -> wire.Message:
        """The child's answer. After any exception but a refusal the child is to be killed.

        Raises what the child refuses the file with, EngineFailure, or whatever `progress` raises.
        """
        self._calls += 1
        wall_seconds = cpu_seconds * self._limits.child_wall_factor
        deadline = time.monotonic() + wall_seconds
        self._send({**message, "cpu_seconds": cpu_seconds})
        while True:
            try:
                frame = self._receive(deadline)
            except TimeoutError:
                raise EngineFailure(
                    f"The audio engine took longer than {wall_seconds:.0f} s on this file and was stopped."
                ) from None
            if frame is None:
                raise EngineFailure(self._last_words(cpu_seconds))
            with wire.understood():
                answer = wire.unpacked(frame)
                share, stage = float(answer.get("progress", 1)), str(answer.get("stage", ""))[:64]
                self._grown = max(self._grown, int(answer.get("memory", 0)))
            if "progress" in answer:
                progress(min(1.0, max(0.0, share)), stage)
            else:
                return self._settled(answer)

    def _settled(self, answer: wire.Message) -> wire.Message:
        code = str(answer.get("error"))
        if "done" in answer:
            with wire.understood():
                return dict(answer["done"])
        if code == "memory":
            mib = self._limits.child_memory >> 20
            raise EngineFailure(f"The audio engine needed more than {mib} MiB of memory for this file.")
        if "trace" in answer:
            _log.error("the audio engine stumbled over a file: %s", str(answer["trace"])[-4000:])
        with wire.understood():
            refusal = wire.refusal(code, str(answer.get("detail", "")), dict(answer.get("data", {})))
        raise refusal

    def _send(self, message: wire.Message) -> None:
        pipe = _open(self._popen.stdin)
        with suppress(BrokenPipeError):  # it died: the answer that does not come says so
            pipe.write(wire.packed(message))
            pipe.flush()

    def _receive(self, deadline: float) -> bytes | None:
        """One frame, or None when the child is gone. Raises TimeoutError."""
        head = self._read(wire.HEAD.size, deadline)
        if head is None:
            return None
        size = int(wire.HEAD.unpack(head)[0])
        if size > wire.MAX_FRAME:
            raise EngineFailure("The audio engine answered nonsense for this file.")
        return self._read(size, deadline)

    def _read(self, count: int, deadline: float) -> bytes | None:
        """Exactly so many bytes, or None when the pipe ends. Raises TimeoutError."""
        pipe, parts = _open(self._popen.stdout).fileno(), bytearray()
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while len(parts) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise TimeoutError
            part = os.read(pipe, count - len(parts))
            if not part:
                return None
            parts += part
        return bytes(parts)

    def _last_words(self, cpu_seconds: float) -> str:
        code = self._popen.wait()
        if code == -signal.SIGXCPU:
            return f"The audio engine used more than {cpu_seconds:.0f} s of CPU time on this file and was stopped."
        if code == -signal.SIGKILL:
            return "The audio engine was killed on this file; the machine may be out of memory."
        if code < 0:
            return f"The audio engine crashed on this file ({signal.Signals(-code).name})."
        return f"The audio engine ended on this file (exit code {code})."

    def kill(self) -> None:
        """With whatever it has started."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        for pipe in (self._popen.stdin, self._popen.stdout):
            with suppress(OSError):
                _open(pipe).close()
        self._popen.wait()


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("the child was started without pipes")
    return pipe


class Pool:
    """So many children, each started when it is first needed, lent to one thread at a time."""

    def __init__(self, limits: EngineLimits, children: int, environment: Mapping[str, str]) -> None:
        self._limits, self._environment = limits, environment
        self._idle = queue.LifoQueue[Process | None]()
        self._line = threading.Lock()
        self._lock = threading.Lock()
        self._busy: set[Process] = set()
        self._closed = False
        # The kernel kills a child when the thread that started it ends, so that must be a thread that stays.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="audio-children")
        for _ in range(children):
            self._idle.put(None)

    def start(self, spare: int = 0) -> None:
        """Starts all children now; they load their libraries by themselves. From now on there may be `spare` ones more,
        which are started when all others are busy."""
        idle = self._all_idle()
        for _ in range(spare):
            self._idle.put(None)  # below all others: what was given back last is lent first
        for child in idle:
            self._idle.put(child if child and child.alive else self._new())

    def _all_idle(self) -> list[Process | None]:
        found = []
        with suppress(queue.Empty):
            while True:
                found.append(self._idle.get_nowait())
        return found

    def _new(self) -> Process:
        return self._starter.submit(Process, self._limits, self._environment).result()

    def call(self, message: wire.Message, cpu_seconds: float, progress: Progress) -> wire.Message:
        """See Process.call. Waits for a child that is free.

        Raises Unavailable when none was in time, and once the pool is closed.
        """
        child = self._borrow()
        keep = False
        try:
            answer = child.call(message, cpu_seconds, progress)
            keep = not child.worn
        except tuple(wire.REFUSALS.values()):
            keep = not child.worn
            raise
        finally:
            self._give_back(child, keep)
        return answer

    def _borrow(self) -> Process:
        child = self._next_free()
        try:
            if self._closed:
                raise Unavailable("The audio engine is closed.")
            if child is None or not child.alive:
                if child is not None:
                    child.kill()
                child = self._new()
        except BaseException:
            self._idle.put(None)
            raise
        with self._lock:
            self._busy.add(child)
        return child

    def _next_free(self) -> Process | None:
        """One at a time waits for it: whoever comes later cannot snatch what is given back to the one who waits."""
        deadline = time.monotonic() + self._limits.child_wait_seconds
        if self._line.acquire(timeout=self._limits.child_wait_seconds):
            try:
                return self._idle.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                pass
            finally:
                self._line.release()
        raise Unavailable("The audio engine is busy. Try again shortly.", retry_after=5)

    def _give_back(self, child: Process, keep: bool) -> None:
        with self._lock:
            self._busy.discard(child)
        if keep and not self._closed:
            self._idle.put(child)
            return
        child.kill()
        try:
            # A new one at once: its libraries are loaded while nobody waits for them.
            self._idle.put(None if self._closed else self._new())
        except BaseException:
            self._idle.put(None)
            raise

    def close(self) -> None:
        """Ends all children; calls that run end with EngineFailure, later ones with Unavailable."""
        self._closed = True
        with self._lock:
            for child in self._busy:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
        for idle in self._all_idle():
            if idle is not None:
                idle.kill()
            self._idle.put(None)
        self._starter.shutdown()

    @property
    def closed(self) -> bool:
        return self._closed
