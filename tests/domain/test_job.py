"""Job: leases and fences, walked at random by several workers, and the delays between attempts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.backoff import BACKOFF_BASE, BACKOFF_CAP, backoff
from domain.errors import IllegalTransition, LeaseLost
from domain.job import MAX_ATTEMPTS, RING_YIELDED_AFTER, SETTLED, Job, JobStatus, Lease, job_key
from domain.job_kind import JobKind, Lane
from domain.values import Failure, JobId, RecordingId
from tests.builders import NOON, a_job

LEASE = timedelta(minutes=1)
FAILURE = Failure("unavailable", "The disk is full.")


def running() -> Job:
    return a_job().claimed("worker-1", NOON, LEASE)


def exhausted() -> Job:
    return replace(running(), attempts=MAX_ATTEMPTS)


def test_the_same_work_with_other_parameters_is_other_work() -> None:
    recording = RecordingId("r")
    assert job_key(JobKind.PREVIEW, recording) == "preview:r"
    one, other = ({"loudness_lufs": -16.0, "a": 1}, {"a": 1, "loudness_lufs": -14.0})
    keys = {job_key(JobKind.PREVIEW, recording, parameters) for parameters in ({}, one, other)}
    assert len(keys) == 3
    assert job_key(JobKind.PREVIEW, recording, dict(reversed(one.items()))) in keys
    job = Job.queue(JobId("j"), a_job().library_id, JobKind.PREVIEW, recording, now=NOON, parameters=one)
    assert (job.key, job.parameters) == (job_key(JobKind.PREVIEW, recording, one), one)


def test_every_kind_of_work_has_its_lane() -> None:
    lanes = {kind: kind.lane for kind in JobKind}
    assert (lanes[JobKind.INGEST], lanes[JobKind.PREVIEW]) == (Lane.LISTENING, Lane.PREVIEWS)


def test_a_claim_takes_a_lease_and_counts() -> None:
    job = running()
    assert (job.status, job.attempts, job.claims) == (JobStatus.RUNNING, 1, 1)
    assert job.lease is not None
    assert job.lease.expires_at == job.ring_at == NOON + LEASE
    assert job.is_held(NOON)
    assert not job.is_held(NOON + LEASE)


def test_a_job_in_live_hands_is_not_claimed_and_one_in_dead_hands_is() -> None:
    job = running()
    with pytest.raises(IllegalTransition):
        job.claimed("worker-2", NOON + LEASE - timedelta(microseconds=1), LEASE)
    again = job.claimed("worker-2", NOON + LEASE, LEASE)
    assert (again.attempts, again.fence > job.fence) == (2, True)


def test_a_job_is_not_claimed_before_it_is_due() -> None:
    later = a_job(due_at=NOON + LEASE)
    with pytest.raises(IllegalTransition):
        later.claimed("worker-1", NOON, LEASE)
    assert later.claimed("worker-1", NOON + LEASE, LEASE).attempts == 1


def test_an_exhausted_job_is_not_claimed_but_given_up() -> None:
    job = exhausted()
    with pytest.raises(IllegalTransition):
        job.claimed("worker-2", NOON + LEASE, LEASE)
    with pytest.raises(IllegalTransition):
        job.gave_up(NOON)  # its last worker still has it
    given_up = job.gave_up(NOON + LEASE)
    assert given_up.status is JobStatus.FAILED
    assert given_up.failure is not None
    assert given_up.failure.code == "worker-lost"


def test_a_job_with_attempts_left_is_not_given_up() -> None:
    with pytest.raises(IllegalTransition):
        running().gave_up(NOON + LEASE)


def test_giving_up_keeps_the_failure_that_was_known() -> None:
    job = replace(exhausted(), failure=FAILURE)
    assert job.gave_up(NOON + LEASE).failure == FAILURE


def test_a_stranger_changes_nothing() -> None:
    first = running()
    second = first.claimed("worker-2", NOON + LEASE, LEASE)
    now = NOON + LEASE
    changes: tuple[Callable[[], Job], ...] = (
        lambda: second.heartbeat(first.fence, now, LEASE),
        lambda: second.progressed(first.fence, 0.5, "listening", now),
        lambda: second.succeeded(first.fence, now),
        lambda: second.failed(first.fence, FAILURE, now),
        lambda: second.postponed(first.fence, FAILURE, now),
        lambda: second.released(first.fence, now),
    )
    for change in changes:
        with pytest.raises(LeaseLost):
            change()


def test_a_worker_whose_job_was_cancelled_notices() -> None:
    job = running()
    with pytest.raises(LeaseLost):
        job.cancelled(NOON).heartbeat(job.fence, NOON, LEASE)


@pytest.mark.parametrize("said", [-1.0, 0.0, 0.25, 0.5, 1.0, 7.0])
def test_progress_only_grows_and_stays_within_one(said: float) -> None:
    job = running()
    halfway = job.progressed(job.fence, 0.5, "listening", NOON)
    assert halfway.progressed(job.fence, said, "drawing", NOON).progress == min(1.0, max(0.5, said))


def test_a_release_does_not_count_as_an_attempt() -> None:
    job = running()
    released = job.released(job.fence, NOON)
    assert (released.status, released.attempts, released.claims) == (JobStatus.QUEUED, 0, 1)
    assert released.claimed("worker-2", NOON, LEASE).fence > job.fence


def test_a_postponed_job_comes_later_and_remembers_why() -> None:
    job = running()
    postponed = job.postponed(job.fence, FAILURE, NOON)
    assert (postponed.status, postponed.failure) == (JobStatus.QUEUED, FAILURE)
    assert postponed.due_at == NOON + backoff(job.id, 1)
    assert postponed.ring_at is not None
    assert postponed.ring_at > postponed.due_at


@pytest.mark.parametrize("status", JobStatus)
def test_what_failed_or_was_cancelled_is_retried_with_all_attempts(status: JobStatus) -> None:
    job = a_job(status=status, attempts=MAX_ATTEMPTS, claims=MAX_ATTEMPTS, failure=FAILURE)
    if status in {JobStatus.FAILED, JobStatus.PARTLY_FAILED, JobStatus.CANCELLED}:
        retried = job.retried(NOON)
        assert (retried.status, retried.attempts, retried.failure) == (JobStatus.QUEUED, 0, None)
        assert retried.claims == MAX_ATTEMPTS
    else:
        with pytest.raises(IllegalTransition):
            job.retried(NOON)


@pytest.mark.parametrize("status", JobStatus)
def test_what_is_settled_is_not_cancelled(status: JobStatus) -> None:
    job = a_job(status=status)
    if status in SETTLED:
        with pytest.raises(IllegalTransition):
            job.cancelled(NOON)
    else:
        assert job.cancelled(NOON).status is JobStatus.CANCELLED


def test_a_key_names_the_kind_and_the_recording() -> None:
    keys = {job_key(kind, RecordingId(recording)) for kind in JobKind for recording in ("1", "2")}
    assert len(keys) == 2 * len(JobKind)


@given(st.text(min_size=1), st.integers(1, 60))
def test_a_delay_lies_between_half_and_all_of_its_step_and_under_the_cap(job_id: str, attempt: int) -> None:
    delay = backoff(JobId(job_id), attempt)
    full = min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(attempt - 1, 20))
    assert full / 2 <= delay <= full
    assert backoff(JobId(job_id), attempt) == delay


def test_jobs_that_failed_together_come_back_apart() -> None:
    assert len({backoff(JobId(f"job-{n}"), 3) for n in range(100)}) > 90


@given(st.integers(0, 999_998), st.integers(1, 999_999))
def test_later_claims_have_greater_fences(claims: int, more: int) -> None:
    later = min(claims + more, 999_999)
    assert a_job(id="1", claims=claims).fence < a_job(id="1", claims=later).fence
    assert a_job(id="1", claims=later).fence < a_job(id="2", claims=0).fence


def rings(job: Job, until: datetime) -> list[datetime]:
    """When the sweep rings for a job that nobody takes."""
    rung = []
    while job.ring_at is not None and job.ring_at < until:
        rung.append(job.ring_at)
        job = job.rung(job.ring_at)
    return rung


def test_what_waits_in_a_long_queue_is_rung_for_ever_more_rarely() -> None:
    rung = rings(a_job(), NOON + timedelta(days=4))
    pauses = [(later - earlier) / timedelta(minutes=5) for earlier, later in pairwise([NOON, *rung])]
    assert pauses[1:5] == pytest.approx([1, 1, 2, 4], rel=0.1)
    assert max(pauses) == timedelta(hours=6) / timedelta(minutes=5)
    assert len(rung) < 30


def test_what_a_worker_left_behind_is_rung_for_as_soon_as_its_lease_is_over() -> None:
    waited = NOON + timedelta(days=1)
    rung = rings(a_job().claimed("worker-1", waited, LEASE), waited + timedelta(minutes=10))
    assert [moment - waited for moment in rung] == [LEASE, LEASE + timedelta(minutes=5)]


class Shift(RuleBasedStateMachine):
    """Three workers, a user and time, at one job: it is in one pair of hands, and what is stale is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.job = a_job()
        self.fences: dict[str, str] = {}  # what each worker believes to hold
        self.given: list[str] = []

    workers = st.sampled_from(["a", "b", "c"])

    def keep(self, after: Job) -> None:
        assert after.version == self.job.version + 1
        assert after.claims >= self.job.claims
        assert after.updated_at == self.now
        self.job = after

    @rule(seconds=st.sampled_from([1, 30, 60, 700]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(worker=workers)
    def claim(self, worker: str) -> None:
        before = self.job
        try:
            after = before.claimed(worker, self.now, LEASE)
        except IllegalTransition:
            assert before.is_settled or before.is_held(self.now) or before.is_exhausted or self.now < before.due_at
            return
        assert not before.is_held(self.now)
        assert all(after.fence > fence for fence in self.given)
        self.given.append(after.fence)
        self.fences[worker] = after.fence
        self.keep(after)

    @rule(worker=workers, does=st.sampled_from(["beat", "progress", "succeed", "fail", "postpone", "release"]))
    def work(self, worker: str, does: str) -> None:
        fence = self.fences.get(worker, "")
        changes = {
            "beat": lambda: self.job.heartbeat(fence, self.now, LEASE),
            "progress": lambda: self.job.progressed(fence, 0.5, "listening", self.now),
            "succeed": lambda: self.job.succeeded(fence, self.now),
            "fail": lambda: self.job.failed(fence, FAILURE, self.now),
            "postpone": lambda: self.job.postponed(fence, FAILURE, self.now),
            "release": lambda: self.job.released(fence, self.now),
        }
        holds = self.job.status is JobStatus.RUNNING and self.job.fence == fence
        try:
            after = changes[does]()
        except LeaseLost:
            assert not holds
            return
        assert holds
        self.keep(after)

    @rule(does=st.sampled_from(["cancel", "retry", "give up"]))
    def meddle(self, does: str) -> None:
        changes = {
            "cancel": lambda: self.job.cancelled(self.now),
            "retry": lambda: self.job.retried(self.now),
            "give up": lambda: self.job.gave_up(self.now),
        }
        try:
            after = changes[does]()
        except IllegalTransition:
            return
        self.keep(after)

    @rule()
    def ring(self) -> None:
        if self.job.ring_at is not None and self.job.ring_at <= self.now:
            self.keep(self.job.rung(self.now))
            assert self.job.ring_at is not None
            assert self.job.ring_at > self.now

    @invariant()
    def a_lease_is_held_while_it_runs_and_never_else(self) -> None:
        assert (self.job.status is JobStatus.RUNNING) == (self.job.lease is not None)

    @invariant()
    def the_sweep_looks_at_it_until_it_is_settled(self) -> None:
        assert (self.job.ring_at is None) == self.job.is_settled

    @invariant()
    def attempts_stay_within_their_limit(self) -> None:
        assert 0 <= self.job.attempts <= min(MAX_ATTEMPTS, max(self.job.claims, 0))

    @invariant()
    def what_failed_says_why(self) -> None:
        assert self.job.status is not JobStatus.FAILED or self.job.failure is not None


TestShift = Shift.TestCase
TestShift.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)


def test_a_batch_is_paused_and_resumed_and_no_other_job_is() -> None:
    batch = a_job(kind=JobKind.BATCH, status=JobStatus.RUNNING, lease=Lease("w", NOON), claims=1)
    paused = batch.paused(NOON)
    assert (paused.status, paused.lease, paused.ring_at) == (JobStatus.PAUSED, None, None)
    with pytest.raises(IllegalTransition):
        paused.claimed("w", NOON, LEASE)
    with pytest.raises(LeaseLost):
        paused.heartbeat(batch.fence, NOON, LEASE)
    with pytest.raises(IllegalTransition):
        paused.paused(NOON)
    assert paused.resumed(NOON).claimed("w", NOON, LEASE).status is JobStatus.RUNNING
    with pytest.raises(IllegalTransition):
        batch.resumed(NOON)
    with pytest.raises(IllegalTransition):
        a_job(status=JobStatus.RUNNING).paused(NOON)


def test_a_job_that_is_parked_runs_in_nobodys_hands_until_it_is_looked_at_again() -> None:
    held = a_job(kind=JobKind.BATCH).claimed("w", NOON, LEASE)
    parked = held.parked(held.fence, NOON + LEASE, NOON)
    assert (parked.status, parked.lease, parked.attempts) == (JobStatus.RUNNING, None, 0)
    assert parked.ring_at == NOON + LEASE
    again = parked.claimed("w", NOON, LEASE)
    assert again.ended(again.fence, JobStatus.PARTLY_FAILED, NOON).is_settled


def test_a_job_that_gives_way_is_queued_again_with_all_its_attempts() -> None:
    held = a_job(kind=JobKind.CREW).claimed("w", NOON, LEASE)
    yielded = held.yielded(held.fence, NOON, NOON)
    assert (yielded.status, yielded.attempts, yielded.claims) == (JobStatus.QUEUED, 0, 1)
    assert yielded.ring_at == NOON + RING_YIELDED_AFTER
    assert yielded.claimed("v", NOON, LEASE).fence > held.fence
