"""The same sound is found in its library, through other files, codecs and cuts; nothing else is."""

from dataclasses import replace

import numpy as np
import pytest

from application.duplicates import Duplicates
from domain.errors import CorruptBlob, NotFound
from domain.fingerprint import MAX_BYTES, NEAR, Identity
from domain.recording import Recording
from domain.values import RecordingId
from tests.application.conftest import House
from tests.builders import a_recording, an_entry
from tests.performances import RATE, melody
from tests.sounds import encoded, joined, silence, tone_wav

SONG = np.round(melody(6, seed=1) * 2**15) / np.float32(2**15)  # in steps of 16 bits: no two writers round alike


def heard(house: House, content: bytes, **more: object) -> Recording:
    sent = house.send(content, **more)
    house.work()
    return house.recording(sent.id)


def duplicates(house: House, recording: Recording) -> Duplicates:
    found: Duplicates = house.use.list_duplicates()(house.viewer, recording.id)
    return found


def exact(found: Duplicates) -> dict[RecordingId, bool]:
    return {one.recording.id: one.same_file for one in found.exact}


def near(found: Duplicates) -> list[RecordingId]:
    return [one.recording.id for one in found.near]


@pytest.fixture
def song(house: House) -> Recording:
    return heard(house, encoded("wav", SONG))


def test_the_same_samples_in_other_files_are_exact(house: House, song: Recording) -> None:
    flac = heard(house, encoded("flac", SONG))
    tagged = heard(house, encoded("wav", SONG, tags={"title": "A song"}))
    assert exact(duplicates(house, song)) == {flac.id: False, tagged.id: False}
    assert exact(duplicates(house, flac)) == {song.id: False, tagged.id: False}
    assert near(duplicates(house, song)) == []  # listed once


def test_the_same_file_is_said_to_be_the_same(house: House, song: Recording) -> None:
    copy = heard(house, encoded("wav", SONG), keep_duplicate=True)
    assert exact(duplicates(house, song)) == {copy.id: True}
    assert exact(duplicates(house, copy)) == {song.id: True}


def test_the_same_file_is_found_before_it_was_heard(house: House) -> None:
    one = house.send(encoded("wav", SONG))
    two = house.send(encoded("wav", SONG), keep_duplicate=True)
    found = duplicates(house, one)
    assert exact(found) == {two.id: True}
    assert "processing" in str(found.reason)


def test_the_same_samples_at_another_rate_are_another_sound(house: House, song: Recording) -> None:
    heard(house, encoded("wav", SONG, rate=48000))
    assert exact(duplicates(house, song)) == {}


def test_coded_and_cut_copies_are_near_the_most_alike_first(house: House, song: Recording) -> None:
    coded = heard(house, encoded("mp3", SONG))
    late = heard(house, encoded("wav", joined(silence(1), SONG)))
    cut = heard(house, encoded("mp3", SONG[round(1.06 * RATE) :], bit_rate=64_000))
    heard(house, encoded("wav", melody(6, seed=2)))
    found = duplicates(house, song)
    assert set(near(found)) == {coded.id, late.id, cut.id}
    similarities = [one.match.similarity for one in found.near]
    assert similarities == sorted(similarities, reverse=True)
    assert similarities[-1] >= NEAR
    offsets = {one.recording.id: one.match.offset_seconds for one in found.near}
    assert (offsets[coded.id], offsets[late.id]) == (0.0, -1.0)
    assert offsets[cut.id] == pytest.approx(1.06, abs=0.07)
    assert found.reason is None
    assert song.id in near(duplicates(house, cut))


def test_what_has_no_fingerprint_says_why(house: House) -> None:
    short = heard(house, tone_wav(seconds=1))
    found = duplicates(house, short)
    assert (found.exact, found.near) == ((), ())
    assert "shorter than" in str(found.reason)


def test_an_analysis_without_fingerprint_says_what_to_do(house: House, song: Recording) -> None:
    analyses = house.ports.analyses()
    analysis = analyses.find(song.library_id, song.analysis_key)
    before = tuple(one for one in analysis.descriptors if one.name != "acoustic_fingerprint")
    analyses.put(replace(analysis, descriptors=before))
    assert "analyse it again" in str(duplicates(house, song).reason)


def test_the_trash_is_left_out_until_it_is_restored(house: House, song: Recording) -> None:
    flac, coded = heard(house, encoded("flac", SONG)), heard(house, encoded("mp3", SONG))
    for other in (flac, coded):
        house.use.trash_recording()(house.editor, other.id, other.version)
    found = duplicates(house, song)
    assert (found.exact, found.near) == ((), ())
    house.use.restore_recording()(house.editor, flac.id, house.recording(flac.id).version)
    assert exact(duplicates(house, song)) == {flac.id: False}


def test_what_was_purged_is_known_no_more(house: House, song: Recording) -> None:
    coded = heard(house, encoded("mp3", SONG))
    fingerprint = house.use.read_fingerprint()(song.library_id, song.id)
    house.use.trash_recording()(house.editor, coded.id, coded.version)
    house.clock.advance(31 * 24 * 3600)
    house.use.empty_trash()()
    found = house.ports.fingerprints().sharing(song.library_id, fingerprint.terms(), 10)
    assert [recording_id for recording_id, _ in found] == [song.id]


def test_what_the_index_alone_still_knows_is_left_out(house: House, song: Recording) -> None:
    identity = house.use.read_fingerprint()(song.library_id, song.id)
    lost = RecordingId("01ARZ3NDEKTSV4RRFFQ69G5FAV")
    index = house.ports.fingerprints()
    index.put(_identity_of(house, song, lost))
    assert (lost, len(identity.terms())) in index.sharing(song.library_id, identity.terms(), 10)
    found = duplicates(house, song)
    assert (found.exact, found.near) == ((), ())


def _identity_of(house: House, song: Recording, other: RecordingId) -> Identity:
    analysis = house.ports.analyses().find(song.library_id, song.analysis_key)
    (pcm_sha256,) = (one.value for one in analysis.descriptors if one.name == "pcm_sha256")
    terms = house.use.read_fingerprint()(song.library_id, song.id).terms()
    return Identity(song.library_id, other, pcm_sha256, terms)


def test_another_library_is_not_heard(house: House, song: Recording) -> None:
    stranger = house.stranger()
    theirs = heard_elsewhere(house, encoded("mp3", SONG), stranger)
    assert near(duplicates(house, song)) == []
    with pytest.raises(NotFound):
        house.use.list_duplicates()(house.viewer, theirs.id)
    assert house.use.list_duplicates()(stranger, theirs.id).near == ()


def heard_elsewhere(house: House, content: bytes, stranger: object) -> Recording:
    sent = house.send(content, actor=stranger)
    house.work()
    return sent


def test_listening_again_mends_the_index(house: House, song: Recording) -> None:
    coded = heard(house, encoded("mp3", SONG))
    house.ports.fingerprints().remove(song.library_id, coded.id)
    assert near(duplicates(house, song)) == []
    house.use.reanalyse()(house.editor, "listen", [coded.id])
    house.work()
    assert near(duplicates(house, song)) == [coded.id]


def test_what_is_too_large_to_be_a_fingerprint_is_not_read(house: House, song: Recording) -> None:
    renditions = house.ports.renditions()
    kept = renditions.get(song.library_id, song.id, "fingerprint.bin")
    renditions.put(replace(kept, size_bytes=MAX_BYTES + 1))
    with pytest.raises(CorruptBlob):
        house.use.list_duplicates()(house.viewer, song.id)


def test_few_of_many_that_sound_alike_are_looked_at(house: House, song: Recording) -> None:
    """Twenty at most are compared, so that a question is answered in bounded time."""
    kept = house.ports.renditions().get(song.library_id, song.id, "fingerprint.bin")
    terms = house.use.read_fingerprint()(song.library_id, song.id).terms()
    for _ in range(21):
        other = a_recording(library_id=song.library_id)
        house.ports.recordings().add(other, an_entry())
        house.ports.renditions().put(replace(kept, recording_id=other.id))
        house.ports.fingerprints().put(Identity(song.library_id, other.id, None, terms))
    found = duplicates(house, song)
    assert [one.match.similarity for one in found.near] == [1.0] * 20
