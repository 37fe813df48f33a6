"""Small pictures of waveforms: the loudest of all channels, in few columns, out of one short read."""

from datetime import timedelta

import numpy as np
import pytest

from application.waveform_image import COLUMNS, Outline, outline_version
from domain.errors import NotFound
from domain.recording import Recording
from domain.values import ByteRange
from tests import sounds
from tests.application.conftest import House, Watched


@pytest.fixture
def heard(house: House) -> Recording:
    """Half a second of a tone at -6 dBFS on the right alone, then as long of silence."""
    tone = sounds.tone(0.5, 44100, 2, dbfs=-6.0) * np.array([0, 1], np.float32)
    sent = house.send(sounds.encoded("wav", sounds.joined(tone, sounds.silence(0.5))))
    house.work()
    return house.recording(sent.id)


def outline_of(house: House, recording: Recording) -> Outline:
    outline: Outline = house.use.get_outline()(house.viewer, recording.id)
    return outline


def test_any_channel_that_sounds_is_seen(house: House, heard: Recording) -> None:
    columns = outline_of(house, heard).read()
    assert len(columns) == COLUMNS
    for low, high in columns[: COLUMNS // 2 - 1]:
        assert (low, high) == pytest.approx((-0.5, 0.5), abs=0.01)
    assert set(columns[COLUMNS // 2 + 1 :]) == {(0.0, 0.0)}


def test_the_shortest_sounds_have_fewer_columns(house: House) -> None:
    sent = house.send(sounds.encoded("wav", sounds.tone(600 / 44100)))
    house.work()
    assert len(outline_of(house, house.recording(sent.id)).read()) == 3


def test_it_is_one_short_read_and_none_before_it_is_wanted(house: House, heard: Recording) -> None:
    blobs = Watched(house.ports.blobs())
    house.replace("blobs", blobs)
    outline = outline_of(house, heard)
    assert blobs.read == []
    outline.read()
    ((_, wanted),) = blobs.read
    assert isinstance(wanted, ByteRange)
    assert wanted.length < 16 * COLUMNS * 2 * 4


def test_it_is_named_by_what_was_heard_and_shown_in_the_trash(house: House, heard: Recording) -> None:
    fresh = house.send(sounds.tone_wav(0.2))
    assert outline_version(fresh) is None
    with pytest.raises(NotFound, match="not been heard"):
        outline_of(house, fresh)
    version = outline_of(house, heard).version
    assert version == outline_version(heard)
    house.clock.advance(timedelta(seconds=1))
    house.use.trash_recording()(house.editor, heard.id, heard.version)
    assert outline_of(house, heard).version == version
