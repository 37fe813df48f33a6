"""Where a recording's channels stand, and what that makes them weigh in its loudness."""

import av

# What wav and FLAC mean by a number of channels where the file does not name their places.
_USUAL = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 8: "7.1"}

_NO_PLACES = ("AMBI", "UNK", "UNSD", "NONE")  # sound fields, and channels of which a file only says that they are there
_LOW_FREQUENCY = frozenset({"LFE", "LFE2"})
_AT_THE_SIDE = frozenset({"SL", "SR", "SDL", "SDR", "WL", "WR"})
_AT_THE_BACK = frozenset({"BL", "BR"})


def places(layout: str | None, channels: int) -> tuple[str, ...]:
    """ffmpeg's names of the channels' places (FL, FR, FC, LFE, BL, …); the usual ones of that many without a layout.

    Empty where nobody can know.
    """
    try:
        known = tuple(channel.name for channel in av.AudioLayout(layout or _USUAL.get(channels, "")).channels)
    except ValueError:
        return ()
    return known if len(known) == channels and not any(name.startswith(_NO_PLACES) for name in known) else ()


def weight(place: str, among: tuple[str, ...]) -> float:
    """ITU-R BS.1770-4, Annex 3, table 4: 1.41 from 60° to 120° aside and not high up, nothing for the low-frequency
    effects, 1 for all others.

    The back channels are at 135° where there are side channels too, and else are the surrounds, at 110°. ffmpeg's own
    meter weighs them 1.41 in both cases.
    """
    if place in _LOW_FREQUENCY:
        return 0.0
    surrounds = _AT_THE_SIDE if _AT_THE_SIDE.intersection(among) else _AT_THE_BACK
    return 1.41 if place in surrounds else 1.0


def low_frequency(place: str) -> bool:
    return place in _LOW_FREQUENCY
