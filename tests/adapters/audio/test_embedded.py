"""Tags are short plain text, whatever the file holds."""

from pathlib import Path
from typing import Any

import mutagen.id3
import mutagen.mp4
import pytest

from adapters.audio.embedded import MAX_CHARS, MAX_ENTRIES, embedded_tags
from adapters.audio.engine import LibrosaEngine
from tests import sounds

id3: Any = mutagen.id3  # carries annotations for half of its functions
mp4: Any = mutagen.mp4


@pytest.mark.parametrize("fmt", ["wav", "flac", "mp3", "ogg", "opus", "m4a"])
def test_title_and_artist_of_every_format(fmt: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(sounds.encoded(fmt, tags={"title": "Grüße <b>an</b> alle", "artist": "Ærøskøbing"}))
    tags = embedded_tags(path)
    if fmt == "wav":  # mutagen reads ID3 in wav, not its INFO list
        assert tags == {}
    else:
        assert tags["title"] == "Grüße <b>an</b> alle"
        assert tags["artist"] == "Ærøskøbing"


def test_id3_is_bounded_and_without_pictures(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(sounds.encoded("mp3"))
    tag = id3.ID3()
    tag.add(id3.TIT2(encoding=1, text=["one", "two"]))
    tag.add(id3.APIC(encoding=0, mime="image/png", type=3, desc="", data=b"x" * 1000))
    tag.add(id3.COMM(encoding=3, lang="eng", desc="", text="a\x07b\r\nc\u202ed " + "x" * 5000))
    for n in range(100):
        tag.add(id3.TXXX(encoding=3, desc=f"Field {n}", text=str(n)))
    tag.save(path)

    tags = embedded_tags(path)
    assert tags["title"] == "one; two"
    assert tags["field 7"] == "7"
    assert not any("apic" in name for name in tags)
    assert tags["comment"].startswith("a b c d xxx")
    assert len(tags["comment"]) <= MAX_CHARS
    assert len(tags) == MAX_ENTRIES


def test_mp4_atoms_have_common_names(tmp_path: Path) -> None:
    path = tmp_path / "x.m4a"
    path.write_bytes(sounds.encoded("m4a"))
    file = mp4.MP4(path)
    file["\xa9nam"] = ["A title"]
    file["trkn"] = [(3, 12)]
    file["----:com.apple.iTunes:MOOD"] = [b"calm \xff"]
    file.save()
    tags = embedded_tags(path)
    assert (tags["title"], tags["tracknumber"]) == ("A title", "3/12")
    assert tags["mood"].startswith("calm")


def test_tags_in_no_encoding_at_all_do_not_stop_the_listening(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for encoding in (0, 1, 2, 3, 9):
        text = bytes([encoding]) + b"\xff\xfe\xd8\x00\xc3\x28\x80"
        frame = b"TIT2" + len(text).to_bytes(4, "big") + b"\0\0" + text
        path.write_bytes(b"ID3\x03\0\0\0\0\0" + bytes([len(frame)]) + frame + sounds.encoded("mp3")[20:])
        LibrosaEngine().listen(path, tmp_path, lambda _share, _stage: None)
    comment = b"\x0c\0\0\0TITLE=\xff\xfe\xc3\x28\x80x"
    flac = sounds.encoded("flac")
    block = b"\0\0\0\0\x01\0\0\0" + comment
    path.write_bytes(flac[:4] + b"\0" + flac[5:42] + b"\x84" + len(block).to_bytes(3, "big") + block + flac[86:])
    LibrosaEngine().probe(path)
