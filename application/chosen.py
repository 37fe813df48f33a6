"""Recordings that somebody chooses for some work, by their ids."""

from collections.abc import Sequence

from domain.access import Actor
from domain.errors import Conflict, Invalid, NotFound
from domain.ports.recordings import Recordings
from domain.recording import Recording, Status
from domain.values import RecordingId

MAX_RECORDINGS = 1000
NAMED = 20  # ids in a refusal; all of a thousand help nobody


def chosen_recordings(
    recordings: Recordings, actor: Actor, recording_ids: Sequence[RecordingId]
) -> tuple[Recording, ...]:
    """Each of them once, all heard and in use.

    Raises:
        Invalid: none is named, or too many are.
        NotFound: the library lacks some of them.
        Conflict: some have not been heard, lie in the trash or were refused by a person.
    """
    if not 1 <= len(recording_ids) <= MAX_RECORDINGS:
        raise Invalid(f"Name 1 to {MAX_RECORDINGS} recordings.", field="recordings")
    found, unknown, unheard = [], [], []
    for recording_id in dict.fromkeys(recording_ids):
        try:
            recording = recordings.get(actor.library_id, recording_id)
        except NotFound:
            unknown.append(recording_id)
            continue
        if recording.status is Status.TRASHED or not recording.may_be_judged:
            unheard.append(recording_id)
        found.append(recording)
    if unknown:
        raise NotFound(f"The library does not have {len(unknown)} of the recordings.", unknown=unknown[:NAMED])
    if unheard:
        raise Conflict(
            f"{len(unheard)} of the recordings are neither ready, nor in quarantine, nor rejected by the policy; "
            "leave them out.",
            recordings=unheard[:NAMED],
        )
    return tuple(found)
