"""An import of a bucket: what it plans, what it does, and that doing it again does nothing."""

from collections import Counter
from contextlib import nullcontext
from typing import Any

import pytest
from dependency_injector import providers

from application.import_plan import ImportMode, ImportPlan, Share
from application.import_source import ImportedObject
from domain.access import Actor
from domain.errors import Conflict, CorruptBlob, Forbidden, Invalid, NotFound, Unavailable
from domain.job import WHOLE_LIBRARY, JobStatus
from domain.job_kind import JobKind
from domain.listing import RecordingQuery
from domain.ports.sources import Sources
from domain.recording import Recording, Status
from domain.source import Importable, SourceObject, StepKind
from domain.values import ByteRange
from tests import sounds
from tests.application.conftest import House

BUCKET = "memory://bucket/"
COPY, REFERENCE = ImportMode.COPY, ImportMode.REFERENCE


def a_tone(hz: float) -> bytes:
    return sounds.tone_wav(0.2, hz=hz)


class Importer:
    """A bucket beside the house, and an import of it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.bucket: Any = house.ports.sources()

    def put(self, **objects: bytes) -> None:
        for name, content in objects.items():
            self.bucket.put(f"{BUCKET}{name}.wav", content)

    def remove(self, name: str) -> None:
        self.bucket.remove(f"{BUCKET}{name}.wav")

    def allowing(self, *addresses: str) -> "Importer":
        allowed = tuple(map(Importable.parse, addresses))
        self.house.use.import_addresses.override(providers.Object(allowed))
        self.house.forget_use_cases()
        return self

    def plan(self, actor: Actor | None = None) -> ImportPlan:
        plan: ImportPlan = self.house.use.plan_import()(actor or self.house.editor, BUCKET)
        return plan

    def planned(self) -> dict[str, int]:
        return {str(kind): share.count for kind, share in self.plan().shares.items() if share.count}

    def run(self, mode: ImportMode = COPY, **more: Any) -> list[ImportedObject]:
        steps = self.house.use.walk_source()(self.house.editor, BUCKET)
        return [self.house.use.import_object()(self.house.editor, step, mode, **more) for step in steps]

    def became(self, mode: ImportMode = COPY, **more: Any) -> dict[str, int]:
        return dict(Counter(str(each.became) for each in self.run(mode, **more)))

    def recordings(self) -> list[Recording]:
        found = self.house.ports.recordings().search(self.house.editor.library_id, RecordingQuery(limit=200)).items
        return sorted(found, key=lambda recording: recording.id)

    def of(self, name: str) -> Recording:
        return [each for each in self.recordings() if each.source and each.source.url == f"{BUCKET}{name}.wav"][-1]

    def content(self, recording: Recording) -> bytes:
        return b"".join(self.house.use.get_original()(self.house.viewer, recording.id).read(None))


@pytest.fixture
def importer(house: House) -> Importer:
    return Importer(house)


@pytest.mark.parametrize("mode", ImportMode)
def test_objects_become_recordings_that_are_heard(importer: Importer, mode: ImportMode) -> None:
    importer.put(one=a_tone(300), two=a_tone(400))
    assert importer.planned() == {"new": 2}
    assert importer.recordings() == []  # a plan changes nothing
    assert importer.became(mode) == {"added": 2}
    importer.house.work()
    recording = importer.of("one")
    assert (recording.status, recording.title, recording.filename) == (Status.READY, "one", "one.wav")
    assert importer.content(recording) == a_tone(300)
    assert importer.house.use.get_analysis()(importer.house.viewer, recording.id)
    assert importer.planned() == {"unchanged": 2}
    assert importer.became(mode) == {"unchanged": 2}


def test_a_copy_stays_whatever_becomes_of_the_bucket(importer: Importer) -> None:
    importer.put(one=a_tone(300))
    importer.run()
    importer.remove("one")
    recording = importer.of("one")
    assert importer.content(recording) == a_tone(300)
    assert importer.planned() == {"missing": 1}
    assert importer.plan().originals_lost == 0
    assert importer.became() == {"missing": 1}
    assert importer.of("one") == recording


def test_a_reference_stores_no_original(importer: Importer) -> None:
    importer.put(one=a_tone(300))
    importer.run(REFERENCE)
    assert importer.house.blob_keys() == []
    importer.house.work()
    recording = importer.of("one")
    assert not any(key.endswith("/original") for key in importer.house.blob_keys())
    renditions = importer.house.use.list_renditions()(importer.house.viewer, recording.id)
    assert "preview.mp3" in {each.name for each in renditions}
    assert importer.house.use.reconcile_blobs()()["originals_missing"] == 0
    importer.house.use.trash_recording()(importer.house.editor, recording.id, recording.version)
    importer.house.clock.advance(31 * 86400)
    assert importer.house.use.empty_trash()() == {"recordings_purged": 1}
    assert importer.house.blob_keys() == []
    assert importer.bucket.find(f"{BUCKET}one.wav").size_bytes == len(a_tone(300))  # ours is gone, theirs is not


def test_a_changed_object_is_a_recording_of_its_own(importer: Importer) -> None:
    importer.put(one=a_tone(300))
    importer.run()
    old = importer.of("one")
    importer.put(one=a_tone(500))
    assert importer.planned() == {"changed": 1}
    assert importer.became() == {"added": 1}
    new = importer.of("one")
    assert new.source is not None
    assert (new.id != old.id, new.source.replaces) == (True, old.id)
    assert (importer.content(old), importer.content(new)) == (a_tone(300), a_tone(500))
    assert importer.planned() == {"unchanged": 1}


def test_a_reference_to_a_changed_object_fails_and_says_why(importer: Importer) -> None:
    importer.put(one=a_tone(300))
    importer.run(REFERENCE)
    importer.house.work()
    old = importer.of("one")
    importer.put(one=a_tone(500))
    with pytest.raises(CorruptBlob):
        importer.content(old)  # never the other bytes
    assert importer.house.use.reconcile_blobs()()["originals_missing"] == 1
    assert importer.plan().originals_lost == 1
    assert importer.became(REFERENCE) == {"added": 1}
    importer.house.work()
    old = importer.house.recording(old.id)
    assert old.status is Status.FAILED
    assert old.failure is not None
    assert old.failure.code == "source-changed"
    new = importer.of("one")
    assert (new.status, importer.content(new)) == (Status.READY, a_tone(500))
    assert importer.became(REFERENCE) == {"unchanged": 1}


def test_what_is_missing_goes_into_the_trash_when_that_is_asked_for(importer: Importer) -> None:
    importer.put(one=a_tone(300), two=a_tone(400))
    importer.run()
    importer.remove("one")
    assert importer.became(trash_missing=True) == {"trashed": 1, "unchanged": 1}
    assert importer.became(trash_missing=True) == {"unchanged": 1}
    assert [each.status for each in importer.recordings()] == [Status.PROCESSING]
    importer.put(one=a_tone(300))
    assert importer.planned() == {"new": 1, "unchanged": 1}


def test_the_same_bytes_elsewhere_are_a_duplicate(importer: Importer) -> None:
    importer.put(one=a_tone(300), two=a_tone(300))
    assert importer.became() == {"added": 1, "duplicate": 1}
    assert importer.became() == {"unchanged": 1, "duplicate": 1}
    assert len(importer.recordings()) == 1


@pytest.mark.parametrize("mode", ImportMode)
def test_a_recording_that_was_sent_before_is_known_as_the_objects(importer: Importer, mode: ImportMode) -> None:
    sent = importer.house.send(a_tone(300))
    importer.put(one=a_tone(300))
    assert importer.became(mode) == {"unchanged": 1}
    assert importer.of("one").id == sent.id
    assert importer.planned() == {"unchanged": 1}
    assert importer.content(importer.of("one")) == a_tone(300)


@pytest.mark.parametrize("mode", ImportMode)
def test_what_is_no_sound_leaves_nothing_behind(importer: Importer, mode: ImportMode) -> None:
    importer.put(broken=sounds.text_file(), empty=b"", cut=a_tone(300)[:40])
    importer.bucket.put(f"{BUCKET}notes.txt", b"only words")
    importer.put(good=a_tone(400))
    became = {each.url.removeprefix(BUCKET): each for each in importer.run(mode)}
    assert {name: str(each.became) for name, each in became.items()} == {
        "broken.wav": "refused",
        "cut.wav": "refused",
        "empty.wav": "refused",
        "good.wav": "added",
        "notes.txt": "ignored",
    }
    assert {each.failure.code for each in became.values() if each.failure} >= {"unsupported-media-type", "empty-audio"}
    assert len(importer.recordings()) == 1
    assert len(importer.house.blob_keys()) == (1 if mode is COPY else 0)


def test_an_object_too_large_is_refused_by_its_listing(importer: Importer) -> None:
    importer.put(one=a_tone(300))
    importer.house.use.max_bytes.override(providers.Object(10))
    importer.house.forget_use_cases()
    for mode in ImportMode:
        (imported,) = importer.run(mode)
        assert imported.failure is not None
        assert imported.failure.code == "too-large"
    importer.house.use.max_bytes.reset_override()


class Unsteady(Sources):
    """Fails at the first bytes of what is named, until it is mended."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.broken = True

    @property
    def scheme(self) -> str:
        return self.sources.scheme

    def list(self, address: str) -> Any:
        return self.sources.list(address)

    def find(self, url: str) -> SourceObject:
        return self.sources.find(url)

    def read(self, found: SourceObject, byte_range: ByteRange | None = None) -> Any:
        if self.broken and found.url.endswith("two.wav"):
            raise Unavailable("S3 does not answer.")
        return self.sources.read(found, byte_range)


class FirstFew(Unsteady):
    """A listing that must not be read on."""

    def __init__(self, sources: Any, few: int) -> None:
        super().__init__(sources)
        self.few = few

    def list(self, address: str) -> Any:
        for n, found in enumerate(self.sources.list(address)):
            assert n < self.few
            yield found


def test_an_import_that_met_a_fault_goes_on_where_it_was(importer: Importer) -> None:
    importer.put(one=a_tone(300), two=a_tone(400), three=a_tone(500))
    unsteady = Unsteady(importer.bucket)
    importer.house.replace("sources", unsteady)
    assert importer.became() == {"added": 2, "refused": 1}
    unsteady.broken = False
    assert importer.planned() == {"new": 1, "unchanged": 2}
    assert importer.became() == {"added": 1, "unchanged": 2}


def test_a_plan_samples_and_adds_up(importer: Importer) -> None:
    for n in range(30):
        importer.bucket.put(f"{BUCKET}{n:02}.wav", b"x" * n)
    share = importer.plan().shares[StepKind.NEW]
    assert (share.count, share.size_bytes, len(share.sample)) == (30, sum(range(30)), 20)
    assert share.sample[0] == f"{BUCKET}00.wav"


def test_a_plan_of_so_many_reads_no_further(importer: Importer) -> None:
    importer.put(a=a_tone(300), b=a_tone(400))
    importer.run()
    importer.remove("a")
    importer.put(c=a_tone(500))
    importer.house.replace("sources", FirstFew(importer.bucket, 1))
    plan = importer.house.use.plan_import()
    few = plan(importer.house.editor, BUCKET, 1)
    assert ([few.shares[kind].count for kind in StepKind], few.truncated) == ([0, 0, 1, 0], True)
    importer.house.replace("sources", importer.bucket)
    everything = importer.house.use.plan_import()(importer.house.editor, BUCKET, 3)
    assert ([everything.shares[kind].count for kind in StepKind], everything.truncated) == ([1, 0, 1, 1], False)


def test_viewers_and_strangers(importer: Importer) -> None:
    importer.put(one=a_tone(300))
    with pytest.raises(Forbidden):
        importer.plan(importer.house.viewer)
    with pytest.raises(Forbidden):
        importer.house.use.start_import()(importer.house.viewer, BUCKET, COPY)
    importer.run()
    assert importer.plan(importer.house.stranger()).shares[StepKind.NEW].count == 1


# ---- in the background ---------------------------------------------------------------------------------------------


@pytest.fixture
def allowed(importer: Importer) -> Importer:
    return importer.allowing(BUCKET)


def test_keys_import_from_where_the_settings_allow_and_nowhere_else(allowed: Importer) -> None:
    start = allowed.house.use.start_import()
    for address in ("memory://bucket2/", "memory://buck", "file:///etc"):
        with pytest.raises(Forbidden):
            start(allowed.house.admin, address, COPY)
    with pytest.raises(Invalid):
        start(allowed.house.admin, "nonsense", COPY)
    assert start(allowed.house.admin, "memory://bucket/below", COPY)


def test_a_library_imports_from_its_own_addresses_and_those_of_all(importer: Importer) -> None:
    importer.allowing("default=memory://archive/team", "elsewhere=memory://archive/theirs/", "memory://all/")
    require, ours, theirs = importer.house.use.require_importable(), importer.house.editor, importer.house.stranger()
    assert require(ours, "memory://archive/team/x") == "memory://archive/team/x"
    assert require(theirs, "memory://archive/theirs/")
    assert require(ours, "memory://all/x")
    assert require(theirs, "memory://all/x")
    for actor, address in ((ours, "memory://archive/theirs/"), (theirs, "memory://archive/team/")):
        with pytest.raises(Forbidden):
            require(actor, address)


def test_an_allowed_folder_ends_at_its_slash(importer: Importer) -> None:
    importer.allowing("memory://archive/team")
    for address in ("memory://archive/team-secret/x", "memory://archive/team"):
        with pytest.raises(Forbidden):
            importer.house.use.require_importable()(importer.house.editor, address)


def test_what_the_service_itself_keeps_is_never_imported(importer: Importer) -> None:
    settings = importer.house.container.settings
    data = str(settings.data_dir.resolve())
    importer.allowing("file:///", f"s3://{settings.aws_bucket}/")
    for address in (f"file://{data}", f"file://{data}/blobs", "file:///", f"s3://{settings.aws_bucket}/inbox/"):
        with pytest.raises(Forbidden, match="itself"):
            importer.house.use.require_importable()(importer.house.editor, address)


def test_nothing_is_allowed_unless_it_is_said(importer: Importer) -> None:
    with pytest.raises(Forbidden, match="AUDIO_IMPORT_ADDRESSES"):
        importer.house.use.start_import()(importer.house.admin, BUCKET, COPY)


@pytest.mark.parametrize("mode", ImportMode)
def test_an_import_runs_in_the_background(allowed: Importer, mode: ImportMode) -> None:
    allowed.put(one=a_tone(300), two=a_tone(400))
    start = allowed.house.use.start_import()
    job = start(allowed.house.editor, BUCKET, mode)
    assert (job.kind, job.recording_id) == (JobKind.IMPORT, WHOLE_LIBRARY)
    assert start(allowed.house.editor, BUCKET, mode).id == job.id
    allowed.house.work()
    assert allowed.house.job(job.id).status is JobStatus.SUCCEEDED
    assert [each.status for each in allowed.recordings()] == [Status.READY] * 2
    allowed.put(three=a_tone(500))
    again = start(allowed.house.editor, BUCKET, mode)
    assert (again.id, again.status) == (job.id, JobStatus.QUEUED)
    allowed.house.work()
    assert len(allowed.recordings()) == 3


def test_a_job_says_what_was_refused_once_all_else_is_there(allowed: Importer) -> None:
    allowed.put(broken=sounds.text_file(), good=a_tone(300))
    job = allowed.house.use.start_import()(allowed.house.editor, BUCKET, COPY)
    allowed.house.work()
    settled = allowed.house.job(job.id)
    assert settled.status is JobStatus.FAILED
    assert settled.failure is not None
    assert "1 added, 1 refused" in settled.failure.detail
    assert f"{BUCKET}broken.wav" in settled.failure.detail
    assert allowed.of("good").status is Status.READY


def test_a_job_trashes_what_is_missing_but_never_everything(allowed: Importer) -> None:
    allowed.put(one=a_tone(300), two=a_tone(400))
    allowed.run()
    allowed.remove("one")
    start = allowed.house.use.start_import()
    start(allowed.house.editor, BUCKET, COPY, trash_missing=True)
    allowed.house.work()
    assert [each.filename for each in allowed.recordings()] == ["two.wav"]
    allowed.remove("two")
    job = start(allowed.house.editor, BUCKET, COPY, trash_missing=True)
    allowed.house.work()
    failure = allowed.house.job(job.id).failure
    assert failure is not None
    assert "Of 1 objects at memory://bucket/ that recordings were made of, 1 are gone" in failure.detail
    assert [each.filename for each in allowed.recordings()] == ["two.wav"]


@pytest.mark.parametrize(
    ("missing", "there", "refused"),
    [(0, 0, False), (0, 5, False), (1, 0, True), (10, 1, False), (11, 1, True), (11, 11, False), (1000, 999, True)],
)
def test_trashing_what_is_missing_is_refused_where_most_is(missing: int, there: int, refused: bool) -> None:
    counts = {StepKind.NEW: 3, StepKind.MISSING: missing, StepKind.UNCHANGED: there, StepKind.CHANGED: 0}
    plan = ImportPlan(BUCKET, {kind: Share(count, 0, ()) for kind, count in counts.items()}, 0)
    with pytest.raises(Conflict, match="are gone") if refused else nullcontext():
        plan.require_most_there()


def test_a_job_tries_again_what_did_not_answer(allowed: Importer) -> None:
    allowed.put(one=a_tone(300), two=a_tone(400))
    unsteady = Unsteady(allowed.bucket)
    allowed.house.replace("sources", unsteady)
    job = allowed.house.use.start_import()(allowed.house.editor, BUCKET, COPY)
    allowed.house.work()
    assert allowed.house.job(job.id).status is JobStatus.QUEUED
    unsteady.broken = False
    allowed.house.clock.advance(60)
    allowed.house.use.sweep()()
    allowed.house.work()
    assert allowed.house.job(job.id).status is JobStatus.SUCCEEDED
    assert len(allowed.recordings()) == 2


def test_an_import_stops_with_its_worker_and_goes_on(allowed: Importer) -> None:
    allowed.put(one=a_tone(300), two=a_tone(400))
    job = allowed.house.use.start_import()(allowed.house.editor, BUCKET, COPY)
    told: list[float] = []

    def progress(share: float, _stage: str) -> None:
        told.append(share)
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        allowed.house.use.run_import()(job, progress)
    assert len(allowed.recordings()) == 1
    allowed.house.work()
    assert len(allowed.recordings()) == 2
    assert told == [0.0, 0.5]


def test_a_recording_that_refers_to_nothing_that_can_be_read_here(importer: Importer) -> None:
    """After a move to a family that reads other addresses: said as of any original that is missing."""
    importer.put(one=a_tone(300))
    importer.run(REFERENCE)
    key = importer.of("one").blob_key.replace("memory://", "s3://")
    with pytest.raises(NotFound):
        importer.house.ports.blobs().stat(key)
