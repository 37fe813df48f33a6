"""Whether this machine can run the service, and what to do where it cannot."""

import importlib.metadata
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from domain.errors import AudioBackendError
from entrypoints.cli.session import Session
from entrypoints.container import Container
from entrypoints.families.local import DATABASE
from entrypoints.settings import Profile, Settings

LOW_DISK_BYTES = 5 * 1024**3
ENCODERS = ("libmp3lame", "libopus", "libvorbis", "flac")
NOT_SOUND = 2


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `advice` is empty where all is well."""

    name: str
    found: str
    advice: str = ""


def doctor(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Check that the service can run here; exit code 1 when something is wrong."""
    session: Session = context.obj
    checks = [*preflight(session.settings()), _disk(session.settings()), *_stores(session)]
    if as_json:
        session.print_json([{"name": c.name, "found": c.found, "advice": c.advice} for c in checks])
    else:
        table = Table("check", "found", "what to do")
        for check in checks:
            table.add_row(f"[{'red' if check.advice else 'green'}]{check.name}", check.found, check.advice)
        session.out.print(table)
    if any(check.advice for check in checks):
        raise typer.Exit(1)


def refuse_to_start_unless_sound(session: Session, settings: Settings) -> None:
    """Ends the command with code 2, and says what to do, when the service could not run here."""
    wrong = [check for check in (*preflight(settings), _port(settings)) if check.advice]
    for check in wrong:
        session.err.print(f"[red]{check.name}[/red]: {check.found}. {check.advice}", highlight=False)
    if wrong:
        raise typer.Exit(NOT_SOUND)


def preflight(settings: Settings) -> Iterator[Check]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    known = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield Check("python", version, "" if known else "Use Python 3.11, 3.12 or 3.13.")
    yield _audio_libraries()
    yield _ffmpeg()
    if settings.profile is Profile.LOCAL:
        yield _data_folder(settings)


def _audio_libraries() -> Check:
    try:
        import av
        import soundfile
    except (ImportError, OSError) as error:
        return Check(
            "audio libraries",
            str(error),
            "They come with their wheels: install requirements.lock again. Where there is no wheel for this system, "
            "install ffmpeg's and libsndfile's libraries (Debian: apt install ffmpeg libsndfile1; macOS: brew install "
            "ffmpeg libsndfile).",
        )
    return Check("audio libraries", f"PyAV {av.__version__}, libsndfile {soundfile.__libsndfile_version__}")


def _ffmpeg() -> Check:
    """The program that encodes previews and excerpts."""
    try:
        import imageio_ffmpeg

        program = imageio_ffmpeg.get_ffmpeg_exe()
        command = [program, "-hide_banner", "-encoders"]
        known = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    except (ImportError, RuntimeError, OSError, subprocess.CalledProcessError) as error:
        return Check(
            "ffmpeg",
            str(error).splitlines()[0],
            "It comes with the wheel of imageio-ffmpeg: install requirements.lock again. Where there is no wheel for "
            "this system, install the program (Debian: apt install ffmpeg; macOS: brew install ffmpeg).",
        )
    missing = [name for name in ENCODERS if f" {name} " not in known]
    return Check("ffmpeg", program, f"This build lacks {', '.join(missing)}. Install another." if missing else "")


def _data_folder(settings: Settings) -> Check:
    folder = settings.data_dir.resolve()
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return Check("data folder", str(folder), "It cannot be written. Set AUDIO_DATA_DIR to a folder of yours.")
    return Check("data folder", str(folder))


def _disk(settings: Settings) -> Check:
    folder = settings.data_dir.resolve()
    free = shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free
    advice = "" if free >= LOW_DISK_BYTES else "Make room: uploads are refused when the disk is full."
    return Check("free disk", f"{free / 1024**3:.1f} GiB", advice)


def _port(settings: Settings) -> Check:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return Check(
                "address", f"{settings.host}:{settings.port}: {error.strerror}", "Set AUDIO_PORT to a free port."
            )
    return Check("address", f"{settings.host}:{settings.port}")


def _stores(session: Session) -> Iterator[Check]:
    """Looks and makes nothing: where there is no store yet, only the engine is asked, beside an empty folder."""
    settings = session.settings()
    if settings.profile is not Profile.LOCAL or (settings.data_dir / DATABASE).exists():
        yield from _answers(session, settings, "blobs", "queue", "engine")
    else:
        yield Check("blobs", "not there yet")
        yield Check("queue", "not there yet")
        with tempfile.TemporaryDirectory() as folder:
            yield from _answers(session, settings.model_copy(update={"data_dir": Path(folder)}), "engine")
    yield Check("version", importlib.metadata.version("audio-backend"))


def _answers(session: Session, settings: Settings, *names: str) -> Iterator[Check]:
    with session.container(settings) as container:
        for name in names:
            try:
                getattr(container.adapters, name)().ping()
            except AudioBackendError as error:
                yield Check(name, error.title, error.detail)
            else:
                yield Check(name, "answers")
        yield _network(container)


def _network(container: Container) -> Check:
    """No reason not to run: decoders get local files and no protocol but files, with or without a network."""
    found = {
        None: "sound is decoded in the service's own process",
        False: "cut off from the network",
        True: "not cut off from the network: this system lets the service make no network namespace",
    }
    try:
        return Check("decoders", found[container.children_have_network()])
    except AudioBackendError as error:
        return Check("decoders", error.title, error.detail)
