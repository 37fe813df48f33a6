"""The long-running commands: each process of the service, and all of them together."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from typing import Annotated

import typer

from entrypoints import logging
from entrypoints.cli.doctor import refuse_to_start_unless_sound
from entrypoints.cli.session import Session
from entrypoints.cli.welcome import FirstAccess, address_of, greet, prepare_access, show_key
from entrypoints.container import Container
from entrypoints.processes import end_with_parent, stop_signal
from entrypoints.schedule import run_scheduler
from entrypoints.settings import Profile, Settings
from entrypoints.worker import run_worker, worker_of

WATCH_SECONDS = 0.5
RESTART_PAUSE_SECONDS = 1.0
READY_WITHIN_SECONDS = 60.0
END_POLL_SECONDS = 0.1
STOP_MARGIN_SECONDS = 10.0  # for what a part does after its own grace
PARTS = ("web", "worker", "scheduler")


def web(context: typer.Context) -> None:
    """Serve the HTTP API with gunicorn."""
    settings = _session(context).settings()
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *gunicorn_arguments(settings)])  # noqa: S606 - no shell


def model_server(context: typer.Context) -> None:
    """Answer SageMaker's /ping and /invocations with a model, without a store."""
    settings = _session(context).settings()
    command = [sys.executable, "-m", "gunicorn", *model_server_arguments(settings)]
    os.execv(sys.executable, command)  # noqa: S606 - no shell


def worker(context: typer.Context) -> None:
    """Take jobs and run them until stopped."""
    run_worker(_long_running(context))


def scheduler(context: typer.Context) -> None:
    """Start scheduled jobs when they are due until stopped."""
    container = _long_running(context)
    run_scheduler(container, stop_signal())
    container.close()


def serve(
    context: typer.Context,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="Do not print where the service is, only a key that was made.")
    ] = False,
) -> None:
    """Run web, worker and scheduler together; Ctrl-C ends them, and a second one at once."""
    session = _session(context)
    settings = session.settings()
    refuse_to_start_unless_sound(session, settings)
    if settings.profile is Profile.MEMORY:
        _serve_in_one_process(session, settings)
        return
    first = prepare(settings)
    show_key(session, first)
    insisted = threading.Event()
    supervisor = Supervisor(stop_signal(insisted), insisted, settings.stop_grace_seconds + STOP_MARGIN_SECONDS)
    supervisor.start()
    if supervisor.wait_until_ready(settings) and not quiet:
        greet(session, settings, first)
    supervisor.watch()


def gunicorn_arguments(settings: Settings) -> list[str]:
    """One process with threads: streams in and out wait on the network most of the time."""
    return [
        "entrypoints.web:serve_app()",
        f"--bind={settings.host}:{settings.port}",
        "--worker-class=gthread",
        "--workers=1",
        f"--threads={settings.web_threads}",
        "--timeout=120",
        "--graceful-timeout=10",
        "--keep-alive=75",  # longer than a load balancer keeps one: else it sends a request into one that just ended
        "--no-control-socket",
        "--log-level=warning",
    ]


def model_server_arguments(settings: Settings) -> list[str]:
    """On all interfaces, since SageMaker asks from outside of the container, and lets nobody else in."""
    return [
        "entrypoints.model_server.wsgi:serve_app()",
        f"--bind=0.0.0.0:{settings.model_server_port}",
        "--worker-class=gthread",
        "--workers=1",
        f"--threads={2 * settings.worker_children + 2}",  # those that wait for a child, and pings
        "--timeout=120",
        "--graceful-timeout=20",  # SageMaker kills after 30 s
        "--log-level=warning",
    ]


class Supervisor:
    """Starts the parts of the service as processes, starts again what died, and ends all of them together.

    What has not ended within `grace_seconds` of being told, or when the stop is `insisted` on, is killed: a job that is
    cut off so is taken again when its lease has run out.
    """

    def __init__(self, stop: threading.Event, insisted: threading.Event, grace_seconds: float) -> None:
        self._stop = stop
        self._insisted = insisted
        self._grace_seconds = grace_seconds
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        for part in PARTS:
            self._running[part] = _spawn(part)

    def wait_until_ready(self, settings: Settings) -> bool:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline and not self._stop.wait(0.1):
            if self._running["web"].poll() is not None:
                return False
            if _answers(settings):
                return True
        return False

    def watch(self) -> None:
        """Returns when the service has been asked to stop and every part has ended."""
        while not self._stop.wait(WATCH_SECONDS):
            for part, process in self._running.items():
                code = process.poll()
                if code is not None:
                    typer.echo(f"{part} ended with code {code}; starting it again", err=True)
                    if not self._stop.wait(RESTART_PAUSE_SECONDS):
                        self._running[part] = _spawn(part)
        self._end()

    def _end(self) -> None:
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self._grace_seconds
        while self._alive() and time.monotonic() < deadline and not self._insisted.is_set():
            time.sleep(END_POLL_SECONDS)
        for part, process in self._alive().items():
            typer.echo(f"{part} did not end in time and is killed", err=True)
            os.killpg(process.pid, signal.SIGKILL)  # with its children: each part leads a group of its own
            process.wait()

    def _alive(self) -> dict[str, "subprocess.Popen[bytes]"]:
        return {part: process for part, process in self._running.items() if process.poll() is None}


def _spawn(part: str) -> subprocess.Popen[bytes]:
    # A session of its own keeps the terminal's Ctrl-C from the parts: the supervisor tells them in its own way.
    return subprocess.Popen(
        [sys.executable, "-m", "entrypoints.cli", part],
        start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - the supervisor has no threads
    )


def _answers(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"{address_of(settings)}/healthz", timeout=2) as answer:  # noqa: S310 - http
            return bool(answer.status == 200)
    except OSError:
        return False


def prepare(settings: Settings) -> FirstAccess | None:
    """The data folder, the default library and its first key."""
    container = Container(settings)
    try:
        return prepare_access(container)
    finally:
        container.close()


def _serve_in_one_process(session: Session, settings: Settings) -> None:
    """In memory there is nothing that two processes could share: web, worker and scheduler are threads of one."""
    from werkzeug.serving import make_server

    from entrypoints.web import web_app

    logging.configure(settings.log_level)
    container = Container(settings)
    first = prepare_access(container)
    show_key(session, first)
    stop = stop_signal()
    container.start()
    worker = worker_of(container)
    worker.start()
    tasks = threading.Thread(target=run_scheduler, args=(container, stop))
    tasks.start()
    server = make_server(settings.host, settings.port, web_app(container), threaded=True)
    answering = threading.Thread(target=server.serve_forever)
    answering.start()
    greet(session, settings, first)
    stop.wait()
    server.shutdown()
    worker.stop(settings.stop_grace_seconds)
    answering.join()
    tasks.join()


def _long_running(context: typer.Context) -> Container:
    settings = _session(context).settings()
    logging.configure(settings.log_level)
    return Container(settings)


def _session(context: typer.Context) -> Session:
    session = context.obj
    assert isinstance(session, Session)  # noqa: S101 - set by the callback that every command goes through
    return session
