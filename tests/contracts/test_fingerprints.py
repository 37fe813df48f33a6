"""Fingerprints: recordings are found by their samples' hash and by the terms that they share."""

from domain.values import RecordingId
from tests.builders import LIBRARY, OTHER_LIBRARY, a_sha256, an_identity
from tests.contracts.conftest import Family
from tests.contracts.racing import RACERS, race

ONE, TWO, THREE = (RecordingId(f"recording-{n}") for n in (1, 2, 3))
HIGHEST = (1 << 32) - 1


def test_recordings_of_the_same_samples_are_found_by_id(family: Family) -> None:
    for recording_id in (TWO, ONE, THREE):
        family.fingerprints.put(an_identity(recording_id=recording_id, pcm_sha256=a_sha256("sound")))
    family.fingerprints.put(an_identity(recording_id=RecordingId("recording-4"), pcm_sha256=a_sha256("another")))
    assert family.fingerprints.of_samples(LIBRARY, a_sha256("sound"), 10) == (ONE, TWO, THREE)
    assert family.fingerprints.of_samples(LIBRARY, a_sha256("sound"), 2) == (ONE, TWO)
    assert family.fingerprints.of_samples(LIBRARY, a_sha256("silence"), 10) == ()


def test_recordings_are_ranked_by_how_many_terms_they_share(family: Family) -> None:
    family.fingerprints.put(an_identity(recording_id=ONE, terms=frozenset({1, 2, 0})))
    family.fingerprints.put(an_identity(recording_id=TWO, terms=frozenset({1, 2, 3, HIGHEST})))
    family.fingerprints.put(an_identity(recording_id=THREE, terms=frozenset({3, 0})))
    family.fingerprints.put(an_identity(recording_id=RecordingId("recording-4"), terms=frozenset({9})))
    asked = frozenset({1, 2, 3, HIGHEST})
    assert family.fingerprints.sharing(LIBRARY, asked, 10) == ((TWO, 4), (ONE, 2), (THREE, 1))
    assert family.fingerprints.sharing(LIBRARY, asked, 1) == ((TWO, 4),)
    assert family.fingerprints.sharing(LIBRARY, frozenset({0}), 10) == ((ONE, 1), (THREE, 1))
    assert family.fingerprints.sharing(LIBRARY, frozenset(), 10) == ()


def test_what_is_not_known_is_found_by_nothing(family: Family) -> None:
    family.fingerprints.put(an_identity(recording_id=ONE, pcm_sha256=None, terms=frozenset()))
    assert family.fingerprints.of_samples(LIBRARY, "", 10) == ()
    assert family.fingerprints.sharing(LIBRARY, frozenset({1}), 10) == ()


def test_a_recording_is_put_in_the_place_of_what_it_was(family: Family) -> None:
    family.fingerprints.put(an_identity(recording_id=ONE, pcm_sha256=a_sha256("old"), terms=frozenset({1, 2})))
    new = an_identity(recording_id=ONE, pcm_sha256=a_sha256("new"), terms=frozenset({2, 3}))
    family.fingerprints.put(new)
    family.fingerprints.put(new)
    assert family.fingerprints.of_samples(LIBRARY, a_sha256("old"), 10) == ()
    assert family.fingerprints.of_samples(LIBRARY, a_sha256("new"), 10) == (ONE,)
    assert family.fingerprints.sharing(LIBRARY, frozenset({1, 2, 3}), 10) == ((ONE, 2),)


def test_libraries_do_not_hear_each_other(family: Family) -> None:
    mine = an_identity(recording_id=ONE)
    family.fingerprints.put(mine)
    assert mine.pcm_sha256 is not None
    assert family.fingerprints.of_samples(OTHER_LIBRARY, mine.pcm_sha256, 10) == ()
    assert family.fingerprints.sharing(OTHER_LIBRARY, mine.terms, 10) == ()
    family.fingerprints.remove(OTHER_LIBRARY, ONE)
    assert family.fingerprints.of_samples(LIBRARY, mine.pcm_sha256, 10) == (ONE,)


def test_a_removed_recording_is_found_no_more_and_may_be_removed_again(family: Family) -> None:
    gone, kept = an_identity(recording_id=ONE), an_identity(recording_id=TWO)
    family.fingerprints.put(gone)
    family.fingerprints.put(kept)
    family.fingerprints.remove(LIBRARY, ONE)
    family.fingerprints.remove(LIBRARY, ONE)
    assert gone.pcm_sha256 is not None
    assert family.fingerprints.of_samples(LIBRARY, gone.pcm_sha256, 10) == (TWO,)
    assert family.fingerprints.sharing(LIBRARY, gone.terms, 10) == ((TWO, len(kept.terms)),)


def test_of_many_writers_of_one_recording_one_stands_whole(family: Family) -> None:
    identities = [an_identity(recording_id=ONE, terms=frozenset(range(n * 10, n * 10 + 9))) for n in range(RACERS)]
    race(lambda n: family.fingerprints.put(identities[n]))
    everything = frozenset(range(RACERS * 10))
    assert family.fingerprints.sharing(LIBRARY, everything, 10) == ((ONE, 9),)
