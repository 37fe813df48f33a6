"""What the player's scripts are told of a recording."""

from typing import Any

from application.hear import heard_format, require_audible
from domain.errors import Conflict
from domain.recording import Recording
from entrypoints.http import media_types
from entrypoints.http.wire.recordings import FindingView, recording_address

_PLACES = {
    "mono": "Mono",
    "stereo": "Left Right",
    "2.1": "Left Right LFE",
    "3.0": "Left Right Centre",
    "quad": "Left Right Back-L Back-R",
    "4.0": "Left Right Centre Back",
    "5.0": "Left Right Centre Back-L Back-R",
    "5.0(side)": "Left Right Centre Side-L Side-R",
    "5.1": "Left Right Centre LFE Back-L Back-R",
    "5.1(side)": "Left Right Centre LFE Side-L Side-R",
    "7.1": "Left Right Centre LFE Back-L Back-R Side-L Side-R",
}
"""Channels of the usual layouts, in the order in which files have them."""


def channel_names(layout: str | None, channels: int) -> list[str]:
    """As a reader knows them; counted from 1 where nobody says what is where."""
    names = _PLACES.get(layout or "", "").split()
    return names if len(names) == channels else [f"Ch {n}" for n in range(1, channels + 1)]


def player_of(recording: Recording) -> dict[str, Any] | None:
    """None where there is nothing to hear: not yet, not any more, or it could not be decoded."""
    try:
        audio, duration = heard_format(require_audible(recording))
    except Conflict:
        return None
    return {
        "id": recording.id,
        "address": recording_address(recording.id),
        "title": recording.title,
        "duration": duration,
        "rate": audio.sample_rate_hz,
        "channels": channel_names(audio.layout, audio.channels),
        "type": media_types.of_original(recording),
        "loudness": recording.loudness_lufs,
        "findings": [FindingView.of(finding).model_dump(mode="json") for finding in recording.findings],
    }
