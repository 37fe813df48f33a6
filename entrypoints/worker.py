"""The worker: threads that take jobs and hold them while the engine's children hear. One loop over every queue."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import timedelta

import structlog

from application.labour import Busy, HeldJob, Settled, TakeJob
from application.settling import Again, Ended, Parked, Settling, Verdict, WorkerStops
from application.work import FailRecordingOfJob
from domain.errors import LeaseLost
from domain.job import Job
from domain.job_kind import JobKind, Lane
from domain.ports.audio import Progress
from domain.ports.work import Delivery, JobQueue, ScaleIn
from entrypoints.container import Container
from entrypoints.ears import Ear, Gate, ears
from entrypoints.inbox import inbox_of
from entrypoints.processes import stop_signal
from entrypoints.verdicts import failure_of, verdict_of

log = logging.getLogger(__name__)

WAIT = timedelta(seconds=20)  # the longest that SQS knows; to wait costs next to nothing in any queue
PAUSE_SECONDS = 1.0  # after the queue itself has failed
IN_VAIN = 5
"""A message that was received so often while its job runs is one too many: who runs it has another, and if all are
lost, the sweep rings at the end of the lease. SQS would take it for a dead letter in the end."""

NOTHING_TO_LOSE = frozenset({JobKind.IMPORT, JobKind.MAINTENANCE})  # hours of it, which may be stopped anywhere

Run = Callable[[Job, Progress], Settling]


class Worker:
    """Runs `threads` jobs at a time until it is told to stop; then hands back what it cannot finish in time.

    While items of batches are among them, one thread more takes what is not bulk.
    """

    def __init__(
        self,
        queue: JobQueue,
        take_job: TakeJob,
        fail_recording_of_job: FailRecordingOfJob,
        runs: Mapping[JobKind, Run],
        scale_in: ScaleIn,
        *,
        name: str,
        threads: int,
        lease_for: timedelta,
        protect_after: timedelta = timedelta(),
        lanes: Sequence[Lane] = tuple(Lane),
    ) -> None:
        self._queue = queue
        self._take_job = take_job
        self._fail_recording_of_job = fail_recording_of_job
        self._runs = runs
        self._scale_in = scale_in
        self._name = name
        self._lease_for = lease_for
        self._protect_after = protect_after
        self._bulk_runs = Gate()
        self._protecting = threading.Lock()
        self._protected: set[HeldJob] = set()  # those on whose behalf this machine is to stay
        self._stopping = threading.Event()
        self._hurrying = threading.Event()
        self._threads = [
            threading.Thread(target=self._loop, args=(ear,), name=f"{name}-{n}")
            for n, ear in enumerate(ears(lanes, threads, self._bulk_runs))
        ]

    @property
    def threads(self) -> int:
        return len(self._threads)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, grace_seconds: float) -> None:
        """No new job from now on; those that run have the grace, and are handed back at its end."""
        self._stopping.set()
        self._queue.stop_receiving()
        self._bulk_runs.open()  # for whoever waits there
        deadline = threading.Timer(grace_seconds, self.hurry)
        deadline.start()
        for thread in self._threads:
            thread.join()
        deadline.cancel()
        self._unprotect()

    def hurry(self) -> None:
        """What runs is handed back at its next sign of progress."""
        self._hurrying.set()

    def _loop(self, ear: Ear) -> None:
        while not self._stopping.is_set():
            try:
                delivery = self._receive(ear)
                if delivery is None:
                    self._unprotect()  # said again, in case that it was not heard
                else:
                    self.handle(delivery)
            except Exception:
                # Whatever it is, it must not end the thread: the job's lease and the message's visibility run out,
                # and it is taken again.
                log.exception("the worker could not take or settle a job")
                self._stopping.wait(PAUSE_SECONDS)

    def _receive(self, ear: Ear) -> Delivery | None:
        if ear.gate is not None:
            ear.gate.wait()
        with ear.listening:
            if self._stopping.is_set():
                return None
            return self._queue.receive(next(ear.preferences), WAIT, self._lease_for)

    def handle(self, delivery: Delivery) -> None:
        taken = self._take_job(delivery.job_id, self._name)
        if isinstance(taken, Settled):
            self._queue.acknowledge(delivery)
        elif isinstance(taken, Busy):
            if taken.is_held and delivery.receives >= IN_VAIN:
                self._queue.acknowledge(delivery)
            else:
                self._queue.release(delivery, taken.look_again_in)
        else:
            job = taken.job
            with (
                structlog.contextvars.bound_contextvars(
                    job_id=job.id, recording_id=job.recording_id, request_id=job.request_id
                ),
                self._bulk_runs.inside() if delivery.lane is Lane.BULK else nullcontext(),
            ):
                self._run(taken, delivery)

    def _run(self, held: HeldJob, delivery: Delivery) -> None:
        log.info("job started: %s, attempt %d", held.job.kind, held.job.attempts)
        try:
            with self._heartbeat(held, delivery) as progress:
                settling = self._runs[held.job.kind](held.job, progress)
            held.settle(settling)
        except WorkerStops:
            held.release()
            self._queue.release(delivery, timedelta())
            log.info("job handed back: the worker stops")
        except Exception as error:  # noqa: BLE001 - the verdict table knows what every error means for a job
            self._settle_failed(held, delivery, error)
        else:
            self._ring_again(held.job, settling)
            self._queue.acknowledge(delivery)
            log.info("job %s: %s", held.job.status, held.job.kind)
            if isinstance(settling, Ended):
                settling.afterwards()

    def _ring_again(self, job: Job, settling: Settling) -> None:
        """Before the message that rang is gone: dies the worker in between, that one comes again."""
        if isinstance(settling, Again):
            self._queue.send(job.id, job.kind.lane, job.library_id, settling.after)
        elif isinstance(settling, Parked) and settling.goes_on:
            self._queue.send(job.id, job.kind.lane, job.library_id)

    def _settle_failed(self, held: HeldJob, delivery: Delivery, error: Exception) -> None:
        verdict = verdict_of(error)
        failure = failure_of(error)
        if verdict is Verdict.DROP:
            self._queue.acknowledge(delivery)
            log.warning("job dropped: %s", failure.detail)
        elif verdict is Verdict.RETRY and not held.job.is_exhausted:
            delay = held.postpone(failure)
            self._queue.release(delivery, delay)
            log.warning("job postponed by %.1f s: %s", delay.total_seconds(), failure.code, exc_info=error)
        else:
            held.fail(failure)
            self._fail_recording_of_job(held.job)
            if verdict is Verdict.RETRY:
                self._queue.bury(delivery, failure.code)
            else:
                self._queue.acknowledge(delivery)
            log.warning("job failed: %s: %s", failure.code, failure.detail)

    def _keep(self, delivery: Delivery) -> None:
        """A message that is lost costs nothing: whoever has it now finds the job under this worker's lease."""
        try:
            self._queue.extend(delivery, self._lease_for)
        except LeaseLost:
            log.info("the message of a job is in other hands while the job runs")
        except Exception:
            log.exception("a message could not be kept")

    def _protect(self, held: HeldJob) -> None:
        with self._protecting:
            self._protected.add(held)
            self._scale_in.protect()

    def _unprotect(self, held: HeldJob | None = None) -> None:
        with self._protecting:
            if held is not None:
                self._protected.discard(held)
            if not self._protected:
                self._scale_in.allow()

    @contextmanager
    def _heartbeat(self, held: HeldJob, delivery: Delivery) -> Iterator[Progress]:
        """Keeps lease and message while the body runs; what it yields tells the body when it must end."""
        done, lost = threading.Event(), threading.Event()
        began, protects = time.monotonic(), held.job.kind not in NOTHING_TO_LOSE

        def beat() -> None:
            while not done.wait(self._lease_for.total_seconds() / 3):
                try:
                    held.beat()
                except LeaseLost:
                    lost.set()
                    return
                except Exception:
                    # The lease lasts for two more beats; if they fail as well, somebody else takes the job.
                    log.exception("a heartbeat failed")
                else:
                    self._keep(delivery)
                if protects and time.monotonic() - began >= self._protect_after.total_seconds():
                    self._protect(held)

        def progress(share: float, stage: str) -> None:
            if lost.is_set():
                raise LeaseLost("The job passed into other hands while it ran.", job_id=held.job.id)
            if self._hurrying.is_set():
                raise WorkerStops
            held.progress(share, stage)

        beats = threading.Thread(target=beat, name=f"{threading.current_thread().name}-beat")
        beats.start()
        try:
            yield progress
        finally:
            done.set()
            beats.join()
            self._unprotect(held)


def runs_of(container: Container) -> dict[JobKind, Run]:
    """Who does which kind of job."""
    use_cases = container.use_cases
    return {
        JobKind.INGEST: use_cases.run_ingest(),
        JobKind.PREVIEW: use_cases.run_preview(),
        JobKind.ANALYSE: use_cases.run_analyse(),
        JobKind.PREDICT: use_cases.run_predict(),
        JobKind.IMPORT: use_cases.run_import(),
        JobKind.RECIPE: use_cases.run_recipe(),
        JobKind.BATCH: use_cases.run_batch(),
        JobKind.CREW: use_cases.run_crew(),
        JobKind.MAINTENANCE: use_cases.run_maintenance(),
    }


def worker_of(container: Container) -> Worker:
    use_cases = container.use_cases
    return Worker(
        container.adapters.queue(),
        use_cases.take_job(),
        use_cases.fail_recording_of_job(),
        runs_of(container),
        container.adapters.scale_in(),
        name=f"{socket.gethostname()}:{os.getpid()}",
        threads=container.settings.worker_children,
        lease_for=timedelta(seconds=container.settings.lease_seconds),
        # A shorter job comes to its end within the grace. To protect each would keep a machine that is never idle from
        # ever being replaced by a deployment.
        protect_after=timedelta(seconds=container.settings.stop_grace_seconds / 2),
        lanes=container.settings.worker_lanes,
    )


def run_worker(container: Container) -> None:
    """Works until SIGTERM or SIGINT."""
    stop = stop_signal()
    worker, inbox = worker_of(container), inbox_of(container)
    container.start(worker.threads - container.settings.worker_children)
    worker.start()
    inbox.start()
    log.info("worker ready")
    stop.wait()
    deadline = time.monotonic() + container.settings.stop_grace_seconds
    inbox.stop()
    worker.stop(container.settings.stop_grace_seconds)
    inbox.join(max(0.0, deadline - time.monotonic()))
    container.close()
