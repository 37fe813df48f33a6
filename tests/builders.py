"""Entities with good defaults, a clock that is set by hand, and ids that count."""

import itertools
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.access import Key, Library, Role, token_hash
from domain.analysis import Analysis, AudioFormat, Chapter, Descriptor, Embedded, Finding, Severity, analysis_key
from domain.audit import AuditEntry
from domain.batch import Batch, Item, Selection, Work
from domain.blob_keys import original_key, rendition_key
from domain.event import Event
from domain.fingerprint import Identity
from domain.fixity import Fixity, FixityStatus
from domain.idempotency import IdempotentRequest
from domain.job import Job
from domain.job_kind import JobKind
from domain.lineage import Lineage
from domain.ports.world import Clock, Ids
from domain.prediction import ModelCard, ModelParameter, Prediction, Said, SoundTaken, Span, prediction_key
from domain.recipe import Recipe
from domain.recording import Recording, Status
from domain.region import Mark, Region, RegionId
from domain.rendition import Rendition
from domain.schedule import Run, RunOutcome, Schedule, ScheduledTask, ScheduleId, Timing
from domain.session import Session
from domain.step import Step
from domain.upload import MIN_PART_BYTES, Upload
from domain.values import JobId, KeyId, LibraryId, RecordingId, UploadId, WebhookId
from domain.webhook import Delivery, Webhook

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LIBRARY = LibraryId("00000000000000000000000LIB")
OTHER_LIBRARY = LibraryId("0000000000000000000000LIB2")


class FakeClock(Clock):
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self._lock = threading.Lock()
        self._now = now

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def set(self, now: datetime) -> None:
        with self._lock:
            self._now = now

    def advance(self, by: timedelta | float) -> None:
        """By a duration, or by seconds."""
        with self._lock:
            self._now += by if isinstance(by, timedelta) else timedelta(seconds=by)


class SequentialIds(Ids):
    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def next(self) -> str:
        return f"{next(self._numbers):026d}"


_ids = SequentialIds()  # for what is built without an id: unlike in all of a test run


def new_id() -> str:
    return _ids.next()


def a_library(**changes: Any) -> Library:
    return replace(Library(LIBRARY, "archive", NOON), **changes)


def a_key(**changes: Any) -> Key:
    key_id = KeyId(new_id())
    token = f"ak_{key_id}{key_id}"
    return replace(Key.issue(key_id, LIBRARY, name="a key", role=Role.EDITOR, token=token, now=NOON), **changes)


def a_token_hash(token: str = "ak_" + "t" * 40) -> str:
    return token_hash(token)


def a_session(**changes: Any) -> Session:
    """Since noon, of a key of its own."""
    return replace(Session.start(a_key(), f"as_{new_id()}", NOON), **changes)


def an_audio_format(**changes: Any) -> AudioFormat:
    return replace(
        AudioFormat("wav", "pcm_s16le", 48_000, 2, bit_depth=16, duration_seconds=1.5, bit_rate_bps=1_536_000),
        **changes,
    )


def a_finding(**changes: Any) -> Finding:
    finding = Finding("clipping", Severity.WARNING, "The signal clips.", "Record it quieter.", ((0.1, 0.2),))
    return replace(finding, **changes)


def a_lineage(parent: str = "recording-1") -> Lineage:
    return Lineage(RecordingId(parent), a_sha256(parent), "podcast@1", a_sha256("steps"), "1", a_sha256("key"), "job-1")


def a_fixity(status: FixityStatus = FixityStatus.INTACT) -> Fixity:
    return Fixity(status, NOON, None if status is FixityStatus.MISSING else a_sha256(status))


def a_recording(**changes: Any) -> Recording:
    """Ready, with bytes of its own (a SHA-256 that no other built recording has), without tags and findings."""
    recording_id = RecordingId(changes.get("id", new_id()))
    library_id = changes.get("library_id", LIBRARY)
    recording = Recording(
        id=recording_id,
        library_id=library_id,
        title="A dog",
        filename="A dog.wav",
        content_type="audio/wav",
        blob_key=original_key(library_id, recording_id),
        size_bytes=288_044,
        status=Status.READY,
        created_at=NOON,
        updated_at=NOON,
        sha256=a_sha256(recording_id),
        audio=an_audio_format(),
    )
    return replace(recording, **changes)


def a_sha256(seed: object) -> str:
    return analysis_key(str(seed), "", "", {})


def a_job(**changes: Any) -> Job:
    """Queued at noon, due at once."""
    job_id = JobId(changes.get("id", new_id()))
    recording_id = changes.get("recording_id", RecordingId(f"recording-of-{job_id}"))
    job = Job.queue(job_id, LIBRARY, changes.get("kind", JobKind.INGEST), recording_id, now=NOON)
    return replace(job, **changes)


def a_batch(**changes: Any) -> Batch:
    """Of a recipe over all of the library as it was at noon."""
    batch_id = JobId(changes.get("id", new_id()))
    everything = Selection(query={}, before=NOON)
    batch = Batch(batch_id, LIBRARY, Work.RECIPE, {"recipe": "podcast"}, everything, NOON, "key:1")
    return replace(batch, **changes)


def an_item(**changes: Any) -> Item:
    """The first of a batch, queued at noon."""
    n = changes.get("n", 0)
    item = Item(JobId("batch-1"), LIBRARY, n, RecordingId(f"recording-{n}"), updated_at=NOON, due_at=NOON)
    return replace(item, **changes)


def an_upload(**changes: Any) -> Upload:
    """Open since noon, of two parts and a bit."""
    upload_id = UploadId(changes.get("id", new_id()))
    recording_id = RecordingId(f"recording-of-{upload_id}")
    upload = Upload.open(
        upload_id,
        LIBRARY,
        recording_id,
        filename="long.wav",
        content_type="audio/wav",
        size_bytes=2 * MIN_PART_BYTES + 1,
        max_bytes=2**31,
        blob_key=original_key(LIBRARY, recording_id),
        multipart_id=f"multipart-of-{upload_id}",
        now=NOON,
    )
    return replace(upload, **changes)


def an_entry(**changes: Any) -> AuditEntry:
    entry = AuditEntry(
        id=new_id(),
        library_id=LIBRARY,
        at=NOON,
        actor="key:1",
        action="recording.described",
        subject_kind="recording",
        subject_id="1",
        before={"title": "A dog", "tags": ["dog"], "audio": None},
        after={"title": "A cat", "tags": ["cat", "loud"], "audio": {"channels": 2, "duration": 1.5}},
        request_id="request-1",
    )
    return replace(entry, **changes)


def an_analysis(**changes: Any) -> Analysis:
    sha256 = changes.get("content_sha256", a_sha256(new_id()))
    analysis = Analysis(
        key=analysis_key(sha256, "listen", "1", {"bands": 64}),
        library_id=LIBRARY,
        content_sha256=sha256,
        analyser="listen",
        analyser_version="1",
        parameters={"bands": 64, "weighting": "K", "fast": False, "gate": -70.0, "limit": None},
        descriptors=(
            Descriptor("loudness.integrated", -23.1, "LUFS", "BS.1770-4"),
            Descriptor("tempo", None, "bpm", "autocorrelation", "The sound is too short."),
            Descriptor("channel_rms", (-9.0, None), "dBFS", "of each channel; null for digital silence"),
            Descriptor("key", "A minor", "", "krumhansl"),
        ),
        findings=(a_finding(),),
        audio=an_audio_format(),
        created_at=NOON,
        embedded=Embedded({"artist": "Ärzte"}, (Chapter(0.0, 1.5, "One"),), cover=True),
        parts={"loudness": "1"},
        fence="00000000000000000000000001:000001",
    )
    return replace(analysis, **changes)


def a_rendition(**changes: Any) -> Rendition:
    recording_id = changes.get("recording_id", RecordingId("recording-1"))
    rendition = Rendition(
        library_id=LIBRARY,
        recording_id=recording_id,
        name="preview.mp3",
        content_type="audio/mpeg",
        size_bytes=1000,
        blob_key=rendition_key(LIBRARY, recording_id, "1", "preview.mp3"),
        content_sha256=a_sha256(1),
        maker="preview",
        created_at=NOON,
        settings={"bit_rate_bps": 128_000},
        fence="00000000000000000000000001:000001",
    )
    return replace(rendition, **changes)


def a_schedule(**changes: Any) -> Schedule:
    """Active, and due at noon."""
    schedule = Schedule(
        id=ScheduleId(new_id()),
        library_id=LIBRARY,
        name="nightly",
        timing=Timing("0 12 * * *"),
        runs=ScheduledTask("empty-trash"),
        created_at=NOON,
        updated_at=NOON,
        created_by="key:1",
        slot=NOON,
        due_at=NOON,
    )
    return replace(schedule, **changes)


def a_run(**changes: Any) -> Run:
    run = Run(ScheduleId("schedule-1"), LIBRARY, NOON, NOON, RunOutcome.STARTED, "system:schedule", JobId("job-1"))
    return replace(run, **changes)


def a_card(**changes: Any) -> ModelCard:
    card = ModelCard(
        name="birds",
        version="1",
        about="Hears birds.",
        takes=SoundTaken(16_000, 1_000_000),
        labels=("owl", "robin"),
        values={"birds": ""},
        parameters=(ModelParameter("threshold", 0.5, 0.0, 1.0, "", "How sure it must be."),),
        licence="MIT",
    )
    return replace(card, **changes)


def a_prediction(**changes: Any) -> Prediction:
    """Of a recording by id; a model and a version may be named, and go into what was said."""
    sha256 = changes.get("content_sha256", a_sha256("birds"))
    card = a_card(name=changes.pop("model", "birds"), version=changes.pop("version", "1"))
    parameters = changes.get("parameters", {"threshold": 0.5})
    prediction = Prediction(
        key=prediction_key(sha256, card, parameters),
        library_id=LIBRARY,
        recording_id=RecordingId("recording-1"),
        content_sha256=sha256,
        said=Said(card.name, card.version, (Span(0.5, 1.25, "owl", 0.75), Span(1.0, 2.0, "robin", 1.0)), {"birds": 2}),
        parameters=parameters,
        created_at=NOON,
        fence="00000000000000000000000001:000001",
    )
    return replace(prediction, **changes)


def a_region(**changes: Any) -> Region:
    """What a person has drawn, in the first recording."""
    mark = Mark(0.25, 0.75, "a bark", note="far away")
    region = Region(RegionId(new_id()), LIBRARY, RecordingId("recording-1"), mark, "key:1", NOON, NOON)
    return replace(region, **changes)


def a_recipe(**changes: Any) -> Recipe:
    louder = Step.of("gain", {"gain_db": 3})
    return replace(Recipe(LIBRARY, "louder", 1, "A bit.", (louder,), NOON, "key:1"), **changes)


def an_identity(**changes: Any) -> Identity:
    identity = Identity(LIBRARY, RecordingId("recording-1"), a_sha256("samples"), frozenset({1, 2, 3}))
    return replace(identity, **changes)


def an_event(**changes: Any) -> Event:
    event = Event(LIBRARY, "recording.ready", "recording-1", NOON, {"progress": 0.5, "stage": "listening"})
    return replace(event, **changes)


def a_webhook(**changes: Any) -> Webhook:
    """Active since noon, for events of every kind."""
    library_id = changes.get("library_id", LIBRARY)
    webhook = Webhook.create(WebhookId(new_id()), library_id, "https://example.org/events", (), NOON)
    return replace(webhook, **changes)


def a_delivery(**changes: Any) -> Delivery:
    """Of an event at noon that has an id of its own; due since then."""
    event = changes.pop("event", None) or an_event(id=new_id())
    webhook = a_webhook(id=changes.pop("webhook_id", WebhookId("webhook-1")))
    return replace(Delivery.of(event, webhook, event.at), **changes)


def an_idempotent_request(**changes: Any) -> IdempotentRequest:
    return replace(IdempotentRequest.start(LIBRARY, f"key-{new_id()}", "fingerprint", NOON), **changes)


def put_ready(
    ports: Any, library_id: LibraryId, content: bytes, audio: AudioFormat, **measured: float | None
) -> Recording:
    """A recording as listening leaves it: its bytes, its analysis with the descriptors named, and its record."""
    recording = a_recording(library_id=library_id, audio=audio, size_bytes=len(content))
    descriptors = tuple(
        Descriptor(name, value, "", "", None if value is not None else "It is silent.")
        for name, value in measured.items()
    )
    analysis = an_analysis(
        library_id=library_id, content_sha256=recording.sha256, key=new_id(), audio=audio, descriptors=descriptors
    )
    ports.blobs().put(recording.blob_key, [content])
    ports.analyses().put(analysis)
    recording = replace(recording, analysis_key=analysis.key)
    ports.recordings().add(recording, an_entry(library_id=library_id, subject_id=recording.id))
    return recording
