"""What is not what its name says: two things at once, playlists that lead elsewhere, and everything but sound."""

import bz2
import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator

from tests import sounds
from tests.hostile.case import Case, either, refused, unusable, usable
from tests.hostile.lying import sound

NOT_AUDIO = "unsupported-media-type"


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo("song.mp3"), sounds.tone_wav(0.1))
    return out.getvalue()


def tarball() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        entry = tarfile.TarInfo("song.wav")
        entry.size = 4
        file.addfile(entry, io.BytesIO(b"RIFF"))
    return out.getvalue()


def png() -> bytes:
    pixel = b"\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + pixel + struct.pack(">I", zlib.crc32(pixel[4:]))


def riff_of(form: bytes) -> bytes:
    body = form + b"LIST" + struct.pack("<I", 4) + b"hdrl" + bytes(500)
    return b"RIFF" + struct.pack("<I", len(body)) + body


POLYGLOTS: dict[str, Callable[[], bytes]] = {
    "zip.mp3": lambda: archive() + sound("mp3"),
    "html.mp3": lambda: b"<html><script>alert(1)</script><!--" + sound("mp3") + b"-->",
    "pdf.wav": lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nstream\n" + sound("wav") + b"\nendstream",
    "gif.wav": lambda: b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + sound("wav"),
    "exe.flac": lambda: b"MZ" + bytes(62) + sound("flac"),
    "script.ogg": lambda: b"#!/bin/sh\nexit 0\n" + sound("ogg"),
}

PLAYLISTS = {
    "list.m3u": "/etc/passwd\nhttp://127.0.0.1/x.mp3\n",
    "list.m3u8": "#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
    "hls.mp3": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1/k"\n#EXT-X-TARGETDURATION:9\n'
    "#EXTINF:9,\nconcat:http://127.0.0.1/|file:///etc/passwd\n#EXT-X-ENDLIST\n",
    "list.pls": "[playlist]\nFile1=http://127.0.0.1/x.mp3\nNumberOfEntries=1\n",
    "list.asx": '<asx version="3.0"><entry><ref href="http://127.0.0.1/x.wma"/></entry></asx>',
    "list.xspf": '<?xml version="1.0"?><playlist><trackList><track><location>file:///etc/passwd</location></track>'
    "</trackList></playlist>",
    "concat.ogg": "ffconcat version 1.0\nfile '/etc/passwd'\n",
    "concat.wav": "file '/dev/zero'\n",
    "sheet.wav": 'FILE "/etc/passwd" BINARY\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
    "session.m4a": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    "dash.m4a": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet>'
    '<Representation id="1"><BaseURL>http://127.0.0.1/x.m4a</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "smil.mp3": '<smil><body><audio src="http://127.0.0.1/x.mp3"/></body></smil>',
    "ffmeta.flac": ";FFMETADATA1\ntitle=x\n",
    "redirect.wma": "[Reference]\nRef1=http://127.0.0.1/x.wma\n",
}

OTHERS: dict[str, Callable[[], bytes]] = {
    "program.exe.wav": lambda: b"MZ\x90\0" + bytes(4096),
    "program.opus": lambda: b"\x7fELF\x02\x01\x01" + bytes(2048),
    "class.mp3": lambda: b"\xca\xfe\xba\xbe\0\0\0\x41" + bytes(500),
    "archive.flac": archive,
    "archive.mp3": tarball,
    "packed.wav": lambda: gzip.compress(sound("wav"), mtime=0),
    "packed.mp3": lambda: bz2.compress(sound("mp3")),
    "picture.m4a": png,
    "picture.wav": lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(2000),
    "picture.aac": lambda: b"GIF89a" + bytes(500),
    "drawing.mp3": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "page.wav": lambda: b"<!DOCTYPE html><html><body><audio src='x.mp3'></audio></body></html>",
    "data.wav": lambda: b'{"audio": [0, 0, 0, 0]}',
    "entity.mp3": lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "document.mp3": lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "table.wav": lambda: b"SQLite format 3\0" + bytes(4096),
    "notes.mp3": lambda: b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\4\0\xff\x2f\0",
    "text.mp3": sounds.text_file,
    "film.wav": lambda: riff_of(b"AVI "),
    "photo.wav": lambda: riff_of(b"WEBP"),
    "zeros.wav": lambda: bytes(4096),
    "ones.mp3": lambda: b"\xff" * 4096,
    "one byte.wav": lambda: b"R",
    "letters.wav": lambda: b"RIFF",
    "ogg of nothing known.ogg": lambda: b"OggS\0\2" + bytes(20) + b"\1\x1e" + b"\x80theora" + bytes(23),
    "heic.m4a": lambda: struct.pack(">I", 24) + b"ftypheic" + bytes(12) + bytes(500),
}


def disguises() -> Iterator[Case]:
    for name, make in POLYGLOTS.items():
        yield refused(f"polyglot {name}", make, NOT_AUDIO, filename=name)
    for name, text in PLAYLISTS.items():
        yield refused(f"playlist {name}", text.encode, NOT_AUDIO, filename=name)
    for name, make in OTHERS.items():
        yield refused(f"not audio: {name}", make, NOT_AUDIO, filename=name)
    yield refused("no bytes", bytes, "empty-audio")
    yield usable("mp3 with an archive behind it", lambda: sound("mp3") + archive(), filename="song.zip")
    yield usable("wav that holds a page", lambda: _wav_holding(b"<html><script>alert(1)</script></html>"))
    yield usable("wav that holds a program", lambda: _wav_holding(b"\x7fELF\x02\x01\x01" + bytes(100)))
    yield usable("flac with a page behind it", lambda: sound("flac") + b"<html></html>", filename="x.html")
    silent_film = struct.pack(">I", 20) + b"ftypisom" + bytes(8) + struct.pack(">I", 8) + b"moov"
    yield unusable("mp4 of no tracks", lambda: silent_film, "undecodable-audio")
    yield either("matroska of nothing", lambda: b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska", "empty-audio")


def _wav_holding(body: bytes) -> bytes:
    body += b"\0" * (len(body) % 2)
    return sound("wav")[:12] + b"junk" + struct.pack("<I", len(body)) + body + sound("wav")[12:]


# ---- names and tags that attack whoever shows them ---------------------------------------------------------------


def _tone(n: int) -> Callable[[], bytes]:
    return lambda: sounds.tone_wav(0.2, hz=200 + n)


def names() -> Iterator[Case]:
    """The sound is good; what is wrong is its name."""
    for n, name in enumerate(("a\0.wav", "a\r\nSet-Cookie: x.wav", "a\n.wav", "..", "/", "\u202e\u200b.")):
        yield refused(f"file name {name!r}", _tone(n), "invalid", filename=name)
    good = (
        "../../../etc/passwd", "..\\..\\windows\\system32\\x.wav", "C:\\x.wav", "\u202egnp.wav", "a" * 2000 + ".wav",
        "<img src=x onerror=alert(1)>.wav", "'; DROP TABLE recordings; --.wav", "=cmd|' /C calc'!A0.wav",
        "%2e%2e%2f.wav",
        "file:///etc/passwd", "concat:a.wav|b.wav", "CON.wav", "e\u0301\u0301\u0301.wav", "\U0001f600.wav", "|id;.wav",
    )  # fmt: skip
    for n, name in enumerate(good):
        yield usable(f"file name {name[:40]!r}", _tone(100 + n), filename=name)


def tags() -> Iterator[Case]:
    """Tags in no encoding at all, with markup, control characters and addresses: text like any other, or left out."""
    hostile = b"<script>alert(1)</script>\x07\x1b[2J\xff\xfe\xd8\x00\xc3\x28\x80"
    for encoding in (0, 1, 2, 3, 9):
        text = bytes([encoding]) + hostile
        frame = b"TIT2" + struct.pack(">IH", len(text), 0) + text
        tag = b"ID3\x03\0\0\0\0\0" + bytes([len(frame)]) + frame
        yield usable(f"id3 in encoding {encoding}", lambda tag=tag: tag + sound("mp3")[20:])  # type: ignore[misc]  # bound now
    link = b"WXXX" + struct.pack(">IH", 20, 0) + b"\0\0file:///etc/passwd\0"
    apic = b"APIC" + struct.pack(">IH", 30, 0) + b"\0-->\0\3\0http://127.0.0.1/a.png\0"[:30].ljust(30, b"\0")
    tag = b"ID3\x03\0\0\0\0\0" + bytes([len(link + apic)]) + link + apic
    yield usable("id3 with addresses", lambda: tag + sound("mp3")[20:])
    comment = b"TITLE=" + hostile
    block = struct.pack("<II", 0, 1) + struct.pack("<I", len(comment)) + comment
    flac = sound("flac")
    with_block = flac[:4] + b"\0" + flac[5:42] + b"\x04" + len(block).to_bytes(3, "big") + block + flac[42:]
    yield usable("flac with a comment in no encoding", lambda: with_block)
    info = b"INFO" + b"INAM" + struct.pack("<I", len(hostile)) + hostile + b"\0" * (len(hostile) % 2)
    listed = b"LIST" + struct.pack("<I", len(info)) + info
    yield usable("wav with infos in no encoding", lambda: sound("wav")[:12] + listed + sound("wav")[12:])
