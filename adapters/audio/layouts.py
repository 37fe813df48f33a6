"""Names of channel layouts, as ffmpeg has them: mono, stereo, 5.1, 7.1(wide), …"""

import av


def of_mask(mask: int | None, channels: int) -> str | None:
    """The layout of a WAVEFORMATEXTENSIBLE mask. None where it does not fit the channels, or nobody has said one."""
    if mask is None or mask.bit_count() != channels:
        return _usual(channels)
    return named(av.AudioLayout(hex(mask)).name, channels)


def named(name: str, channels: int) -> str | None:
    """ffmpeg's own name, None where it only counts the channels."""
    return _usual(channels) or (None if name == f"{channels} channels" else name)


def _usual(channels: int) -> str | None:
    return {1: "mono", 2: "stereo"}.get(channels)


_PLACES = (
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR", "TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR",
)  # fmt: skip
"""ffmpeg's names of the bits of WAVEFORMATEXTENSIBLE's mask, from the lowest on (Microsoft 2001)."""


def mask_of(name: str) -> int:
    """The mask of a layout, 0 where it has a place that masks do not have."""
    places = [channel.name for channel in av.AudioLayout(name).channels]
    if not set(places) <= set(_PLACES):
        return 0
    return sum(1 << _PLACES.index(place) for place in places)
