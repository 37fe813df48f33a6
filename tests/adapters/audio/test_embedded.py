"""Tags are short plain text, whatever the file holds."""

import base64
import struct
from pathlib import Path
from typing import Any

import mutagen.asf
import mutagen.flac
import mutagen.id3
import mutagen.mp4
import mutagen.oggvorbis
import pytest

from adapters.audio.claims import examine
from adapters.audio.embedded import MAX_CHAPTERS, MAX_ENTRIES, embedded
from adapters.audio.engine import LibrosaEngine
from adapters.audio.limits import EngineLimits
from adapters.audio.tag_names import MAX_CHARS
from domain.analysis import Chapter, Embedded
from tests import sounds

id3: Any = mutagen.id3  # carries annotations for half of its functions
mp4: Any = mutagen.mp4
asf: Any = mutagen.asf
flac: Any = mutagen.flac
oggvorbis: Any = mutagen.oggvorbis


def read(path: Path, data: bytes | None = None) -> Embedded:
    if data is not None:
        path.write_bytes(data)
    return embedded(examine(path, EngineLimits()))


@pytest.mark.parametrize("fmt", [*sounds.FORMATS, "caf", "alac", "oggflac", "wma", "webm"])
def test_title_and_artist_of_every_format(fmt: str, tmp_path: Path) -> None:
    told = read(tmp_path / "x", sounds.encoded(fmt, tags={"title": "Grüße <b>an</b> alle", "artist": "Ærøskøbing"}))
    assert told.tags["title"] == "Grüße <b>an</b> alle"
    assert told.tags["artist"] == "Ærøskøbing"
    assert (told.chapters, told.cover) == ((), False)


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

    told = read(path)
    tags = told.tags
    assert told.cover
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
    tags = read(path).tags
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
    plain = sounds.encoded("flac")
    block = b"\0\0\0\0\x01\0\0\0" + comment
    path.write_bytes(plain[:4] + b"\0" + plain[5:42] + b"\x84" + len(block).to_bytes(3, "big") + block + plain[86:])
    LibrosaEngine().probe(path)


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)


def test_a_cover_is_seen_in_every_container(tmp_path: Path) -> None:
    path = tmp_path / "x"

    def mp4_cover() -> None:
        file = mp4.MP4(path)
        file["covr"] = [mp4.MP4Cover(PICTURE, mp4.MP4Cover.FORMAT_PNG)]
        file.save()

    def flac_cover() -> None:
        file = flac.FLAC(path)
        file.add_picture(picture)
        file.save()

    def ogg_cover() -> None:
        file = oggvorbis.OggVorbis(path)
        file["metadata_block_picture"] = [base64.b64encode(picture.write()).decode()]
        file.save()

    def asf_cover() -> None:
        file = asf.ASF(path)
        file["WM/Picture"] = [asf.ASFByteArrayAttribute(b"\3" + bytes(8) + PICTURE)]
        file.save()

    picture = flac.Picture()
    picture.data, picture.mime, picture.type = PICTURE, "image/png", 3
    for fmt, add in (("m4a", mp4_cover), ("flac", flac_cover), ("ogg", ogg_cover), ("wma", asf_cover)):
        path.write_bytes(sounds.encoded(fmt))
        assert not read(path).cover, fmt
        add()
        told = read(path)
        assert told.cover, fmt
        assert not any("picture" in name or "covr" in name for name in told.tags)
    assert read(path, webm(ATTACHMENTS)).cover


def ebml(kind: str, *children: bytes) -> bytes:
    body = b"".join(children)
    return bytes.fromhex(kind) + (0x10000000 | len(body)).to_bytes(4, "big") + body


def webm(*elements: bytes) -> bytes:
    """A webm of unknown length with more elements before its sound."""
    data = sounds.encoded("webm")
    segment = data.index(bytes.fromhex("18538067"))
    tracks = data.rindex(bytes.fromhex("1654ae6b"))  # before it, the table of contents names it
    head = data[:segment] + bytes.fromhex("1853806701ffffffffffffff")
    return head + b"".join(elements) + data[tracks:]


ATTACHMENTS = ebml(
    "1941a469",
    ebml("61a7", ebml("466e", b"cover.png"), ebml("4660", b"image/png"), ebml("46ae", b"\7"), ebml("465c", PICTURE)),
)


def chapter_atom(uid: int, start_ns: int, end_ns: int, title: str) -> bytes:
    display = ebml("80", ebml("85", title.encode()), ebml("437c", b"eng"))
    times = ebml("91", start_ns.to_bytes(8, "big")) + ebml("92", end_ns.to_bytes(8, "big"))
    return ebml("b6", ebml("73c4", bytes([uid])), times, display)


def with_id3_chapters(path: Path) -> None:
    tag = id3.ID3()
    for n, (start, end) in enumerate(((500, 1000), (0, 500))):
        title = id3.TIT2(encoding=3, text=[f"Part {2 - n}"])
        tag.add(id3.CHAP(element_id=f"c{n}", start_time=start, end_time=end, sub_frames=[title]))
    tag.save(path)


def with_nero_chapters(data: bytes) -> bytes:
    """`chpl` (Nero) in a `udta` of its own at the end of `moov`, which stands last, so that nothing moves."""
    entries = b"".join(
        (at * 10_000_000 // 2).to_bytes(8, "big") + bytes([len(title)]) + title
        for at, title in enumerate((b"Part 1", b"Part 2"))
    )
    chpl = b"chpl" + bytes([1, 0, 0, 0, 0, 0, 0, 0, 2]) + entries
    udta = b"udta" + (4 + len(chpl)).to_bytes(4, "big") + chpl
    moov = data.index(b"moov") - 4
    size = int.from_bytes(data[moov : moov + 4], "big")
    assert moov + size == len(data)
    added = (4 + len(udta)).to_bytes(4, "big") + udta
    return data[:moov] + (size + len(added)).to_bytes(4, "big") + data[moov + 4 :] + added


def wav_with(*more: bytes) -> bytes:
    wav = sounds.tone_wav()
    return wav[:12] + b"".join(more) + wav[12:]


def chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def labelled_cues(*points: tuple[int, int, str]) -> bytes:
    cues = b"".join(struct.pack("<II4sIII", cue, at, b"data", 0, 0, at) for cue, at, _ in points)
    labels = b"".join(chunk(b"labl", struct.pack("<I", cue) + text.encode() + b"\0") for cue, _, text in points)
    return chunk(b"cue ", struct.pack("<I", len(points)) + cues) + chunk(b"LIST", b"adtl" + labels)


def test_chapters_of_every_kind(tmp_path: Path) -> None:
    path = tmp_path / "x"
    expected = [Chapter(0.0, 0.5, "Part 1"), Chapter(0.5, 1.0, "Part 2")]

    path.write_bytes(sounds.encoded("mp3"))
    with_id3_chapters(path)
    found = {"id3": read(path)}
    found["chpl"] = read(path, with_nero_chapters(sounds.encoded("m4a")))
    atoms = chapter_atom(1, 0, 500_000_000, "Part 1"), chapter_atom(2, 500_000_000, 1_000_000_000, "Part 2")
    found["matroska"] = read(path, webm(ebml("1043a770", ebml("45b9", *atoms))))
    comments = {"CHAPTER001": "00:00:00.000", "CHAPTER001NAME": "Part 1", "CHAPTER002": "00:00:00.500",
                "CHAPTER002NAME": "Part 2"}  # fmt: skip
    found["vorbis"] = read(path, sounds.encoded("ogg"))
    ogg = oggvorbis.OggVorbis(path)
    ogg.update(comments)
    ogg.save()
    found["vorbis"] = read(path)
    found["wav"] = read(path, wav_with(labelled_cues((7, 22050, "Part 2"), (3, 0, "Part 1"))))
    for name, told in found.items():
        assert [chapter.title for chapter in told.chapters] == ["Part 1", "Part 2"], name
        for chapter, wanted in zip(told.chapters, expected, strict=True):
            assert chapter.start == pytest.approx(wanted.start, abs=0.01), name
            assert chapter.end == pytest.approx(wanted.end, abs=0.02), name
        assert not any("chap" in tag for tag in told.tags), name


def test_chapters_are_capped_in_number_and_text(tmp_path: Path) -> None:
    points = [(n, n * 10, "x" * 5000 + "\r\n") for n in range(MAX_CHAPTERS + 50)]
    told = read(tmp_path / "x", wav_with(labelled_cues(*points)))
    assert 0 < len(told.chapters) <= MAX_CHAPTERS
    assert max(len(chapter.title) for chapter in told.chapters) == 256


def test_the_texts_of_a_broadcast_wav(tmp_path: Path) -> None:
    bext = (
        b"A dog\0".ljust(256, b"\0")
        + b"Radio".ljust(32, b"\0")
        + b"REF1".ljust(32, b"\0")
        + b"2024-05-06"
        + b"12:00:00"
    )
    info = chunk(b"LIST", b"INFO" + chunk(b"INAM", "Gr\xfc\xdfe".encode("cp1252") + b"\0") + chunk(b"ICMT", b"a\x07b"))
    tags = read(tmp_path / "x", wav_with(chunk(b"bext", bext.ljust(602, b"\0")), info)).tags
    assert tags == {
        "title": "Grüße", "comment": "a b", "description": "A dog", "originator": "Radio",
        "originatorreference": "REF1", "date": "2024-05-06",
    }  # fmt: skip


@pytest.mark.parametrize("cut", [1, 5, 40, 300])
def test_broken_texts_of_a_wav_are_left_out(cut: int, tmp_path: Path) -> None:
    broken = chunk(b"cue ", b"\xff" * cut) + chunk(b"LIST", b"adtl" + b"\xff" * cut) + chunk(b"bext", b"\xff" * cut)
    assert read(tmp_path / "x", wav_with(broken)).chapters == ()
