"""Which container a file is, from its first bytes alone. Pure, bounded, and deaf to names.

Magic numbers: RIFF/RF64 (EBU Tech 3306), Sony Wave64, AIFF 1.3/AIFC, Apple CAF, FLAC (RFC 9639), Ogg (RFC 3533),
ISO BMFF (ISO/IEC 14496-12), ASF (Microsoft), EBML (RFC 8794), ADTS (ISO/IEC 13818-7), MPEG audio (ISO/IEC 11172-3),
ID3v2.4.
"""

from adapters.audio.headers import asf, mpeg
from domain.errors import EmptyAudio, Unsupported

HEAD_BYTES = 4096
"""How much `sniff` wants to see; more is not looked at."""

_W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_W64_WAVE = bytes.fromhex("77617665f3acd3118cd100c04f8edb8a")
_OGG_CODECS = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")
_MP4_BRANDS = frozenset(
    b"M4A |M4B |M4P |M4V |F4A |mp41|mp42|isom|iso2|iso4|iso5|iso6|iso8|iso9|dash|qt  |3gp4|3gp5|3gp6|3g2a|MSNV|avc1"
    .split(b"|")
)  # fmt: skip


def sniff(head: bytes) -> str:
    """The container's name (see `formats`).

    Raises:
        EmptyAudio: there are no bytes.
        Unsupported: the bytes are not the start of an audio file that this engine knows.
    """
    if not head:
        raise EmptyAudio("The file is empty. Send a recording.")
    head = head[:HEAD_BYTES]
    name = _by_magic(head) or _by_frames(head)
    if name is None:
        raise Unsupported(
            "The content is not audio of a supported format "
            "(wav, aiff, caf, flac, mp3, ogg, opus, m4a, aac, wma, webm)."
        )
    return name


def _by_magic(head: bytes) -> str | None:
    first, form = head[:4], head[8:12]
    found = {
        "wav": first == b"RIFF" and form == b"WAVE",
        "rf64": first in {b"RF64", b"BW64"} and form == b"WAVE",
        "w64": head[:16] == _W64_RIFF and head[24:40] == _W64_WAVE,
        "aiff": first == b"FORM" and form in {b"AIFF", b"AIFC"},
        "caf": head[:6] == b"caff\0\1" and form == b"desc",
        "flac": first == b"fLaC",
        "ogg": first == b"OggS" and any(codec in head[27:512] for codec in _OGG_CODECS),
        "mp4": head[4:8] == b"ftyp" and form in _MP4_BRANDS,
        "asf": head[:16] == asf.HEADER,
        "matroska": first == b"\x1a\x45\xdf\xa3" and (b"webm" in head[4:64] or b"matroska" in head[4:64]),
    }
    return next((name for name, is_it in found.items() if is_it), None)


def _by_frames(head: bytes) -> str | None:
    """MPEG audio and ADTS have no magic: frames that agree make one. ID3v2 may stand before them, or before FLAC.

    Zeros may stand before MPEG audio, tag or no tag: stream rips and some encoders leave them. A tag that does not know
    its size has frames somewhere behind it.
    """
    start = mpeg.id3_end(head, 0)
    while start < (following := mpeg.id3_end(head, start)):
        start = following
    if start and start >= len(head):
        return "mp3"  # the tag hides the sound; `probe`, which has the whole file, looks behind it
    if start and head.startswith(b"fLaC", start):
        return "flac"
    sound = mpeg.skip_padding(head, start)
    if mpeg.frames_agree(head, sound) or (start and mpeg.first_frame(head, sound) is not None):
        return "mp3"
    return "aac" if mpeg.adts_agrees(head, sound if start else 0) else None
