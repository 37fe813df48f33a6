"""Names of containers and codecs, and which decoder is right for which: the one table of the engine.

Container names are those of the field: wav, rf64, w64, aiff, caf, flac, mp3, ogg, mp4, aac (ADTS), asf (wma), matroska.
Codec names are ffmpeg's decoder-independent ones: pcm_s16le, flac, mp3, vorbis, opus, aac, alac, …
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Container:
    """`demuxer` is ffmpeg's input format, forced so that no other one is ever tried.

    `soundfile` holds libsndfile's names for it; empty where libsndfile cannot read it.
    """

    name: str
    demuxer: str
    soundfile: frozenset[str] = frozenset()


CONTAINERS = {
    container.name: container
    for container in (
        Container("wav", "wav", frozenset({"WAV", "WAVEX"})),
        Container("rf64", "wav", frozenset({"RF64", "WAV", "WAVEX"})),
        Container("w64", "w64", frozenset({"W64"})),
        Container("aiff", "aiff", frozenset({"AIFF"})),
        Container("caf", "caf", frozenset({"CAF"})),
        Container("flac", "flac", frozenset({"FLAC"})),
        Container("mp3", "mp3", frozenset({"MP3", "MPEG"})),
        # Only Vorbis: libsndfile takes more than twice ffmpeg's time for Opus, ffmpeg loses the last Vorbis block.
        Container("ogg", "ogg", frozenset({"OGG"})),
        Container("mp4", "mp4"),
        Container("aac", "aac"),
        Container("asf", "asf"),
        Container("matroska", "matroska"),
    )
}

SOUNDFILE_CODECS = {  # libsndfile's subtype -> our name, where the byte order does not matter
    "PCM_S8": "pcm_s8",
    "PCM_U8": "pcm_u8",
    "ULAW": "pcm_mulaw",
    "ALAW": "pcm_alaw",
    "IMA_ADPCM": "adpcm_ima_wav",
    "MS_ADPCM": "adpcm_ms",
    "GSM610": "gsm_ms",
    "G721_32": "adpcm_g726",
    "VORBIS": "vorbis",
    "OPUS": "opus",
    "MPEG_LAYER_I": "mp1",
    "MPEG_LAYER_II": "mp2",
    "MPEG_LAYER_III": "mp3",
    "ALAC_16": "alac",
    "ALAC_20": "alac",
    "ALAC_24": "alac",
    "ALAC_32": "alac",
}

BIT_DEPTHS = {  # libsndfile's subtype -> bits
    "PCM_S8": 8,
    "PCM_U8": 8,
    "PCM_16": 16,
    "PCM_24": 24,
    "PCM_32": 32,
    "FLOAT": 32,
    "DOUBLE": 64,
    "ALAC_16": 16,
    "ALAC_20": 20,
    "ALAC_24": 24,
    "ALAC_32": 32,
    "ULAW": 8,
    "ALAW": 8,
}

_FFMPEG_DECODERS = {  # ffmpeg names some decoders otherwise than their codec
    "mp3float": "mp3",
    "mp2float": "mp2",
    "mp1float": "mp1",
    "libopus": "opus",
    "libvorbis": "vorbis",
    "aac_fixed": "aac",
    "libspeex": "speex",
}

_PCM = {"PCM_16": "s16", "PCM_24": "s24", "PCM_32": "s32", "FLOAT": "f32", "DOUBLE": "f64"}


def codec_of_soundfile(container: str, subtype: str, big_endian: bool) -> str:
    """Our name for what libsndfile calls `subtype` in that container."""
    if container == "flac":
        return "flac"
    if subtype in _PCM:
        return f"pcm_{_PCM[subtype]}{'be' if big_endian else 'le'}"
    return SOUNDFILE_CODECS.get(subtype, subtype.lower())


def codec_of_ffmpeg(decoder: str) -> str:
    return _FFMPEG_DECODERS.get(decoder, decoder)
