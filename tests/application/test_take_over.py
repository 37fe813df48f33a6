"""What was heard in bulk is taken over: nothing is heard again, and nothing that is stored is replaced."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from application.import_plan import ImportMode
from application.take_over import Creation, Taken, TakenResult
from domain.access import Actor
from domain.bulk import BulkResult, artefact_name
from domain.errors import Forbidden
from domain.job_kind import JobKind
from domain.policy import Policy, Rule, Verdict
from domain.recording import Status
from tests import sounds
from tests.application.conftest import House
from tests.engines import Upgraded
from tests.faults import Faulty

RESULTS, FILES = "memory://bucket/results/", "memory://bucket/files/"


class Bulk:
    """A run in bulk beside the house, whose results lie in a bucket."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self.bucket: Any = house.ports.sources()

    def heard(self, keep: bool = True, **files: bytes) -> list[BulkResult]:
        files_folder, out = self.folder / "files", self.folder / "out"
        files_folder.mkdir(exist_ok=True)
        results = []
        for name, content in files.items():
            path = files_folder / f"{name}.wav"
            path.write_bytes(content)
            self.bucket.put(f"{FILES}{name}.wav", content)
            results.append(self.house.use.analyse_file()(path, f"{name}.wav", out if keep else None))
        with self.house.ports.bulk_results().writing(out, f"run-{len(list(self.folder.iterdir()))}") as write:
            for result in results:
                write(result)
        for made in (path for path in out.rglob("*") if path.is_file()):
            self.bucket.put(f"{RESULTS}{made.relative_to(out)}", made.read_bytes())
        return results

    def take_over(self, actor: Actor | None = None, **more: Any) -> dict[str, TakenResult]:
        taken = self.house.use.take_over_results()(actor or self.house.editor, RESULTS, **more)
        return {each.path.removesuffix(".wav"): each for each in taken}

    def listened(self) -> Upgraded:
        """From here on, what is asked of the engine is noted."""
        engine = Upgraded(self.house.ports.engine())
        self.house.replace("engine", engine)
        return engine


@pytest.fixture
def bulk(house: House, tmp_path: Path) -> Bulk:
    return Bulk(house, tmp_path)


def test_a_recording_that_waits_is_ready_without_being_heard(bulk: Bulk, tone: bytes) -> None:
    (result,) = bulk.heard(one=tone)
    engine = bulk.listened()
    sent = bulk.house.send(tone)
    assert bulk.take_over()["one"].taken is Taken.STORED
    recording, analysis = bulk.house.use.get_analysis()(bulk.house.viewer, sent.id)
    assert result.analysis is not None
    assert (recording.status, analysis.descriptors) == (Status.READY, result.analysis.descriptors)
    assert recording.audio == result.analysis.audio
    bulk.house.work()  # its jobs run all the same, and find all that they would make
    assert engine.asked == []
    names = {each.name for each in bulk.house.use.list_renditions()(bulk.house.viewer, sent.id)}
    assert names >= {*result.analysis.artefacts, "preview.mp3"}
    assert bulk.house.use.list_duplicates()(bulk.house.viewer, sent.id).exact == ()
    assert bulk.take_over()["one"].taken is Taken.KNOWN


def test_files_that_were_not_kept_are_made_when_the_recording_is_heard(bulk: Bulk, tone: bytes) -> None:
    (result,) = bulk.heard(keep=False, one=tone)
    assert result.artefacts == ()
    sent = bulk.house.send(tone)
    assert bulk.take_over()["one"].taken is Taken.STORED
    assert bulk.house.recording(sent.id).status is Status.READY
    bulk.house.work()
    names = {each.name for each in bulk.house.use.list_renditions()(bulk.house.viewer, sent.id)}
    assert names >= {"waveform.dat", "spectrogram.png"}


def test_a_recording_that_is_purged_meanwhile_keeps_nothing(bulk: Bulk, tone: bytes) -> None:
    bulk.heard(one=tone)
    house, sent = bulk.house, bulk.house.send(tone)

    def purge(name: str, count: int) -> None:
        if (name, count) == ("put", 1):
            house.use.trash_recording()(house.editor, sent.id, sent.version)
            house.clock.advance(timedelta(days=31))
            assert house.use.empty_trash()() == {"recordings_purged": 1}

    house.replace("blobs", Faulty(house.ports.blobs(), before=purge))
    assert bulk.take_over()["one"].taken is Taken.FAILED
    assert house.ports.renditions().of_recording(sent.library_id, sent.id) == ()
    assert list(house.ports.blobs().list(f"{sent.library_id}/")) == []
    assert house.ports.analyses().of_content(sent.library_id, sent.sha256) == ()


def test_what_is_stored_stays(bulk: Bulk, tone: bytes) -> None:
    bulk.heard(one=tone)
    sent = bulk.house.send(tone)
    bulk.house.work()
    before = bulk.house.use.get_analysis()(bulk.house.viewer, sent.id)
    assert bulk.take_over()["one"].taken is Taken.KNOWN
    assert bulk.house.use.get_analysis()(bulk.house.viewer, sent.id) == before


def test_what_an_older_analyser_heard_gives_way_to_what_the_present_one_has(bulk: Bulk, tone: bytes) -> None:
    sent = bulk.house.send(tone)
    bulk.house.work()
    old = bulk.house.recording(sent.id)
    bulk.house.replace("engine", Upgraded(bulk.house.ports.engine(), loudness="later"))
    bulk.heard(one=tone)
    assert bulk.take_over()["one"].taken is Taken.STORED
    recording, analysis = bulk.house.use.get_analysis()(bulk.house.viewer, sent.id)
    assert recording.analysis_key != old.analysis_key
    assert analysis.parts["loudness"] == "later"
    assert len(bulk.house.use.list_analyses()(bulk.house.viewer, sent.id)[1]) == 2


def test_results_of_an_older_analyser_are_kept_beside(bulk: Bulk, tone: bytes) -> None:
    bulk.heard(one=tone)
    bulk.house.replace("engine", Upgraded(bulk.house.ports.engine(), loudness="later"))
    sent = bulk.house.send(tone)
    bulk.house.work()
    before = bulk.house.recording(sent.id)
    assert bulk.take_over()["one"].taken is Taken.STORED
    assert bulk.house.recording(sent.id) == before
    assert len(bulk.house.use.list_analyses()(bulk.house.viewer, sent.id)[1]) == 2
    assert bulk.take_over()["one"].taken is Taken.KNOWN


def test_the_policy_judges_what_is_taken_over(bulk: Bulk) -> None:
    silent = sounds.silent_wav(seconds=0.5)
    library = bulk.house.ports.libraries().get(bulk.house.admin.library_id)
    bulk.house.use.set_policy()(bulk.house.admin, Policy((Rule("all-silence", Verdict.REJECT),)), library.version)
    bulk.heard(one=silent)
    sent = bulk.house.send(silent)
    bulk.take_over()
    assert bulk.house.recording(sent.id).status is Status.FAILED
    assert JobKind.PREVIEW not in {job.kind for job in bulk.house.jobs()}


def test_what_is_no_recording_is_counted_and_can_become_one(bulk: Bulk, tone: bytes) -> None:
    bulk.heard(one=tone, broken=sounds.text_file())
    taken = bulk.take_over()
    assert {name: each.taken for name, each in taken.items()} == {"one": Taken.UNKNOWN, "broken": Taken.FAILED}
    assert taken["broken"].failure is not None
    engine = bulk.listened()
    taken = bulk.take_over(creation=Creation(FILES, ImportMode.COPY))
    assert taken["one"].taken is Taken.STORED
    bulk.house.work()
    assert engine.asked == []
    assert bulk.take_over(creation=Creation(FILES, ImportMode.COPY))["one"].taken is Taken.KNOWN


def test_a_file_that_is_gone_or_another_now_becomes_no_recording_of_the_result(bulk: Bulk, tone: bytes) -> None:
    bulk.heard(one=tone, two=sounds.tone_wav(0.3, hz=500))
    bulk.bucket.remove(f"{FILES}one.wav")
    bulk.bucket.put(f"{FILES}two.wav", sounds.tone_wav(0.3, hz=600))
    taken = bulk.take_over(creation=Creation(FILES, ImportMode.COPY))
    assert (taken["one"].taken, taken["two"].taken) == (Taken.FAILED, Taken.UNKNOWN)


def test_a_result_goes_to_one_library_alone(bulk: Bulk, tone: bytes) -> None:
    bulk.heard(one=tone)
    bulk.house.send(tone)
    assert bulk.take_over(bulk.house.stranger())["one"].taken is Taken.UNKNOWN
    with pytest.raises(Forbidden):
        bulk.take_over(bulk.house.viewer)


def test_a_damaged_artefact_list_takes_nothing_away(bulk: Bulk, tone: bytes) -> None:
    """Files of a run that somebody has tidied away are as if they had not been kept."""
    (result,) = bulk.heard(one=tone)
    assert result.sha256 is not None
    bulk.bucket.remove(f"{RESULTS}{artefact_name(result.sha256, 'waveform.dat')}")
    sent = bulk.house.send(tone)
    assert bulk.take_over()["one"].taken is Taken.STORED
    bulk.house.work()
    names = {each.name for each in bulk.house.use.list_renditions()(bulk.house.viewer, sent.id)}
    assert "waveform.dat" in names


def test_a_recording_that_a_person_rejected_stays_so(bulk: Bulk, tone: bytes) -> None:
    library = bulk.house.ports.libraries().get(bulk.house.admin.library_id)
    silent = sounds.silent_wav(seconds=0.5)
    bulk.house.use.set_policy()(bulk.house.admin, Policy((Rule("all-silence", Verdict.QUARANTINE),)), library.version)
    sent = bulk.house.send(silent)
    bulk.house.work()
    version = bulk.house.recording(sent.id).version
    rejected = bulk.house.use.reject_recording()(bulk.house.editor, sent.id, version)
    bulk.house.replace("engine", Upgraded(bulk.house.ports.engine(), loudness="later"))
    bulk.heard(one=silent)
    bulk.take_over()
    assert bulk.house.recording(sent.id) == rejected
