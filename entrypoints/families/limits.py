"""What the engine is told of the settings, the same in every family."""

from adapters.audio.limits import EngineLimits
from entrypoints.settings import Settings


def engine_limits(settings: Settings) -> EngineLimits:
    return EngineLimits(
        child_memory=settings.child_memory_bytes,
        max_decoded_samples=settings.max_decoded_samples,
        max_expansion=settings.max_expansion,
        max_tag_bytes=settings.max_tag_bytes,
        max_tag_frames=settings.max_tag_frames,
        max_channels=settings.max_channels,
        min_sample_rate_hz=settings.min_sample_rate_hz,
        max_sample_rate_hz=settings.max_sample_rate_hz,
    )
