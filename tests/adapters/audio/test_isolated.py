"""A child can be lost in every way that there is; the caller, the pool and the machine are not."""

import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.audio import wire
from adapters.audio.engine import LibrosaEngine
from adapters.audio.isolated import IsolatedEngine
from adapters.audio.limits import EngineLimits
from adapters.audio.pool import Process
from domain.errors import EmptyAudio, EngineFailure, Unavailable, UnusableAudio
from domain.processing import Processing
from domain.step import Step
from domain.stretch import Stretch
from tests import sounds

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")

ENDLESS = EngineLimits(max_expansion=1e9)
"""Lets a bomb in, to see what stops it then."""


def silent(_share: float, _stage: str) -> None: ...


@pytest.fixture
def engine() -> Iterator[Callable[..., IsolatedEngine]]:
    engines = []

    def make(limits: EngineLimits = EngineLimits(), children: int = 1) -> IsolatedEngine:  # noqa: B008 - frozen
        engines.append(IsolatedEngine(limits, children))
        return engines[-1]

    yield make
    for each in engines:
        each.close()


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    path = tmp_path / "tone"
    path.write_bytes(sounds.tone_wav())
    return path


@pytest.fixture
def bomb(tmp_path: Path) -> Path:
    path = tmp_path / "bomb"
    path.write_bytes(sounds.flac_bomb(hours=100))
    return path


def children(engine: IsolatedEngine) -> list[Process]:
    return [child for child in engine._pool._idle.queue if child]


def gone(pid: int) -> bool:
    """Whether the process ends within ten seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 10)[0])
    finally:
        os.close(handle)


def fails(engine: IsolatedEngine, path: Path, words: str, *, probe: bool = False) -> None:
    """The call fails with those words, and the engine goes on with a new child."""
    with pytest.raises(EngineFailure, match=words) as failure:
        engine.probe(path) if probe else engine.listen(path, path.parent, silent)
    assert str(path) not in failure.value.detail


def test_a_crash_names_the_signal_and_the_pool_lives_on(
    engine: Callable[..., IsolatedEngine], bomb: Path, tone: Path
) -> None:
    isolated = engine(ENDLESS)

    def crash(_share: float, _stage: str) -> None:
        (child,) = isolated._pool._busy
        os.kill(child.pid, signal.SIGSEGV)

    with pytest.raises(EngineFailure, match="SIGSEGV"):
        isolated.listen(bomb, bomb.parent, crash)
    assert isolated.probe(tone).codec == "pcm_s16le"


def test_cpu_time_is_limited(engine: Callable[..., IsolatedEngine], bomb: Path, tone: Path) -> None:
    isolated = engine(
        replace(ENDLESS, child_cpu_seconds=0.5, child_cpu_seconds_per_million_samples=0, child_wall_factor=1000)
    )
    fails(isolated, bomb, "CPU time")
    assert isolated.probe(tone).codec == "pcm_s16le"


def test_a_recipe_tried_on_an_excerpt_has_the_time_of_a_request(
    engine: Callable[..., IsolatedEngine], tone: Path, tmp_path: Path
) -> None:
    """Steps that make it a million times longer may not hold a child of the web for the time of a job."""
    unbounded = replace(EngineLimits(), max_decoded_samples=10**15)  # which else is what refuses them
    isolated = engine(replace(unbounded, child_request_cpu_seconds=0.5, child_wall_factor=1000))
    longer = tuple(Step.of("speed", {"factor": 0.25, "keep_pitch": False}) for _ in range(10))
    asked = Processing((*longer, Step.of("trim", {})), "x", excerpt=Stretch(0.0, 0.5))
    with pytest.raises(EngineFailure, match="CPU time"):
        isolated.process(tone, tmp_path, asked, silent)


def test_wall_time_is_limited(engine: Callable[..., IsolatedEngine], bomb: Path, tone: Path) -> None:
    isolated = engine(
        replace(ENDLESS, child_cpu_seconds_per_million_samples=0, child_wall_factor=0.01, child_probe_cpu_seconds=1e4)
    )
    fails(isolated, bomb, "took longer than")
    assert isolated.probe(tone).codec == "pcm_s16le"


def test_memory_is_limited(engine: Callable[..., IsolatedEngine], tmp_path: Path, tone: Path) -> None:
    """A tag of 250 MB, which other limits than these would refuse, is too much for a child with 100 MiB left."""
    path = tmp_path / "huge"
    path.write_bytes(b"ID3\x04\0\0" + bytes([0x77, 0x7F, 0x7F, 0x7F]))
    os.truncate(path, 300 << 20)
    isolated = engine(EngineLimits(max_tag_bytes=1 << 30))
    isolated.listen(tone, tmp_path, silent)  # now its libraries are loaded
    (child,) = children(isolated)
    pages = int(Path(f"/proc/{child.pid}/statm").read_text().split()[0])
    room = pages * resource.getpagesize() + (100 << 20)
    resource.prlimit(child.pid, resource.RLIMIT_AS, (room, room))
    fails(isolated, path, "MiB of memory", probe=True)
    assert isolated.probe(tone).codec == "pcm_s16le"


def test_a_cancelled_call_ends_the_child_at_once(engine: Callable[..., IsolatedEngine], bomb: Path, tone: Path) -> None:
    isolated = engine(ENDLESS)
    seen: list[int] = []

    def cancel(_share: float, _stage: str) -> None:
        seen.extend(child.pid for child in isolated._pool._busy)
        raise KeyError("cancelled")

    with pytest.raises(KeyError, match="cancelled"):
        isolated.listen(bomb, bomb.parent, cancel)
    assert gone(seen[0])
    assert isolated.probe(tone).codec == "pcm_s16le"


def test_a_refusal_keeps_the_child(engine: Callable[..., IsolatedEngine], tmp_path: Path, tone: Path) -> None:
    isolated = engine()
    isolated.probe(tone)
    (before,) = children(isolated)
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(EmptyAudio):
        isolated.probe(tmp_path / "empty")
    assert children(isolated) == [before]


def test_a_child_is_replaced_after_so_many_calls_or_when_it_has_grown(
    engine: Callable[..., IsolatedEngine], tone: Path
) -> None:
    isolated = engine(EngineLimits(child_calls=2))
    pids = []
    for _ in range(4):
        isolated.probe(tone)
        pids.append(children(isolated)[0].pid)
    assert pids[1] == pids[2] != pids[0]  # the new child is there as soon as the second call has ended
    assert pids[3] != pids[2]

    grown = engine(EngineLimits(child_grown=1))
    grown.probe(tone)
    first = children(grown)[0].pid
    grown.probe(tone)
    assert children(grown)[0].pid != first


def test_what_counts_as_grown_is_the_child_and_not_its_parent() -> None:
    """Linux hands a process' largest size down to the programs that it starts."""
    fat = 300 << 20
    code = (
        "import subprocess, sys\n"
        f"bytearray(b'x') * {fat}\n"
        "print(subprocess.run([sys.executable, '-c', 'from adapters.audio import child; print(child._memory())'],\n"
        "    check=True, capture_output=True, start_new_session=True).stdout.decode())"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=Path(__file__).parents[3])
    assert 0 < int(said.stdout) < fat


def test_a_child_knows_nothing_of_its_parent(
    engine: Callable[..., IsolatedEngine], tone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its environment nor its open files, even those that are meant to be handed down."""
    monkeypatch.setenv("AUDIO_ADMIN_KEY", "ak_very-secret-indeed")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    secret = os.open(tone, os.O_RDONLY)
    os.set_inheritable(secret, True)
    try:
        isolated = engine()
        isolated.start()
        isolated.probe(tone)
    finally:
        os.close(secret)
    (child,) = children(isolated)
    environment = Path(f"/proc/{child.pid}/environ").read_bytes()
    names = {line.partition(b"=")[0] for line in environment.split(b"\0") if line}
    assert {name for name in names if not name.startswith(b"MALLOC_")} <= {
        b"PATH",
        b"LANG",
        b"OMP_NUM_THREADS",
        b"OPENBLAS_NUM_THREADS",
        b"NUMBA_NUM_THREADS",
    }
    opened = open_files(child.pid)
    assert str(tone) not in opened
    assert not {name for name in opened if name.startswith("socket:")}


def open_files(pid: int) -> set[str]:
    """What is behind a process' open files; those that it closes meanwhile are left out."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(link.readlink()))
    return found


def test_a_child_reaches_no_network(engine: Callable[..., IsolatedEngine], tone: Path) -> None:
    """Another process in the child's network, which has the child's rights, finds nobody to talk to."""
    isolated = engine()
    isolated.start()
    if isolated.has_network():
        pytest.skip("the kernel lets this user make no network namespace")
    isolated.probe(tone)
    (child,) = children(isolated)
    assert Path(f"/proc/{child.pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
    code = (
        "import socket, sys\n"
        "from adapters.audio import child\n"
        "assert child._leave_network()\n"
        "socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=5)"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = [sys.executable, "-c", code, str(port)]
        tried = subprocess.run(command, check=False, capture_output=True, cwd=Path(__file__).parents[3])
        assert b"Network is unreachable" in tried.stderr, tried.stderr
        socket.create_connection(("127.0.0.1", port)).close()  # which anybody else can reach


def test_where_the_network_cannot_be_left_a_child_works_all_the_same(tone: Path) -> None:
    """Without the right to administer the system (21 in Linux' list), as in most containers."""
    if os.geteuid() != 0:
        pytest.skip("only root has a right to give up")
    code = (
        "import ctypes, sys\n"
        "from pathlib import Path\n"
        "from adapters.audio.isolated import IsolatedEngine\n"
        "assert ctypes.CDLL(None).prctl(24, 21) == 0  # PR_CAPBSET_DROP\n"
        "with IsolatedEngine() as engine:\n"
        "    print(engine.has_network(), engine.probe(Path(sys.argv[1])).codec)"
    )
    command = [sys.executable, "-c", code, str(tone)]
    said = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[3])
    assert said.stdout.split() == [b"True", b"pcm_s16le"]


def test_several_threads_share_several_children(engine: Callable[..., IsolatedEngine], tmp_path: Path) -> None:
    isolated = engine(children=2)
    isolated.start()
    names = ["wav", "mp3", "flac", "opus"]
    for name in names:
        (tmp_path / name).write_bytes(sounds.encoded(name, sounds.tone(0.5)))
        (tmp_path / f"out-{name}").mkdir()

    def hear(name: str) -> str:
        heard = isolated.listen(tmp_path / name, tmp_path / f"out-{name}", silent)
        return heard.audio.codec

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(hear, names * 2)) == ["pcm_s16le", "mp3", "flac", "opus"] * 2
    assert len(children(isolated)) == 2


def test_a_spare_child_is_started_when_all_others_are_busy(engine: Callable[..., IsolatedEngine], tone: Path) -> None:
    isolated = engine(children=1)
    isolated.start(spare=1)
    for _ in range(3):
        isolated.probe(tone)
    assert len(children(isolated)) == 1
    both_inside = threading.Barrier(2)

    def meet(_share: float, _stage: str) -> None:
        with suppress(threading.BrokenBarrierError):  # later signs of progress have nobody to meet
            both_inside.wait(10)
            both_inside.abort()

    def hear(name: str) -> None:
        (tone.parent / name).mkdir()
        isolated.listen(tone, tone.parent / name, meet)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(hear, ["one", "two"]))
    assert len(children(isolated)) == 2


def test_it_hears_what_the_engine_inside_hears(engine: Callable[..., IsolatedEngine], tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(sounds.clipped_wav(3.0))
    inside = LibrosaEngine().listen(path, tmp_path, silent)
    assert engine().listen(path, tmp_path, silent) == inside


def test_closed_is_closed_and_no_child_stays(engine: Callable[..., IsolatedEngine], tone: Path) -> None:
    isolated = engine(children=2)
    isolated.start()
    isolated.probe(tone)
    pids = [child.pid for child in children(isolated)]
    assert len(pids) == 2
    isolated.close()
    assert all(gone(pid) for pid in pids)
    with pytest.raises(Unavailable):
        isolated.probe(tone)
    with pytest.raises(Unavailable):
        isolated.ping()


PARENT = """
import sys
import threading
from pathlib import Path
from adapters.audio.isolated import IsolatedEngine
from adapters.audio.limits import EngineLimits

engine = IsolatedEngine(EngineLimits(max_expansion=1e9))

def tell(share, stage):
    print(*(child.pid for child in engine._pool._busy), flush=True)

engine.listen(Path(sys.argv[1]), Path(sys.argv[2]), tell)
"""


def test_killing_the_parent_in_the_middle_of_a_call_leaves_no_orphan(bomb: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(bomb), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.kill()
    assert gone(child)


@pytest.fixture
def long(tmp_path: Path) -> Path:
    path = tmp_path / "long.flac"
    sounds.write_long(path, 600)
    return path


def programs_of(pid: int) -> list[int]:
    """What the process has started and not ended."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


@pytest.mark.parametrize("end", ["killed", "cancelled"])
def test_ffmpeg_has_the_limits_of_its_child_and_ends_with_it(
    engine: Callable[..., IsolatedEngine], long: Path, tone: Path, end: str
) -> None:
    isolated = engine(EngineLimits(child_file_size=100 << 20))
    seen: list[int] = []

    def look(_share: float, _stage: str) -> None:
        (child,) = isolated._pool._busy
        seen.extend(programs_of(child.pid))
        (ffmpeg,) = seen
        for limit in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU):
            assert resource.prlimit(ffmpeg, limit) == resource.prlimit(child.pid, limit)
            assert resource.prlimit(ffmpeg, limit)[0] != resource.RLIM_INFINITY
        if end == "killed":
            os.kill(child.pid, signal.SIGKILL)
        else:
            os.kill(ffmpeg, signal.SIGSTOP)  # it will not notice that its pipe ends
            raise KeyError("cancelled")

    with pytest.raises(EngineFailure if end == "killed" else KeyError):
        isolated.preview(long, long.parent, look)
    assert gone(seen[0])
    assert isolated.probe(tone).codec == "pcm_s16le"


def test_what_ffmpeg_says_when_it_fails_goes_to_the_log(
    engine: Callable[..., IsolatedEngine], long: Path, caplog: pytest.LogCaptureFixture
) -> None:
    isolated = engine(EngineLimits(child_file_size=1 << 16))
    with pytest.raises(EngineFailure):
        isolated.preview(long, long.parent, silent)
    assert "ffmpeg ended with" in caplog.text
    assert not (long.parent / "ffmpeg.log").exists()


def test_what_a_child_says_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "preview.mp3").symlink_to(tmp_path / "secret")
    for name in ("secret", "../secret", "/etc/passwd", "waveform.dat", "preview.mp3", 7):
        with pytest.raises(EngineFailure), wire.understood():
            wire.artefact_from({"name": name, "content_type": "x", "settings": {}}, tmp_path)
    assert isinstance(wire.refusal("forbidden", "let me in", {}), EngineFailure)
    assert isinstance(wire.refusal("empty-audio", "nothing", {"not an identifier": 1, "n": 2}), UnusableAudio)
    for body in (b"", b"[]", b"\xff", b"1"):
        with pytest.raises(EngineFailure), wire.understood():
            wire.unpacked(body)
    with pytest.raises(EngineFailure), wire.understood():
        wire.format_from({"container": "wav", "surprise": 1})
