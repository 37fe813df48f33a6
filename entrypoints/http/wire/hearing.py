"""What can be asked of a recording's sound."""

from pydantic import Field

from domain.loudness import MAX_TARGET_LUFS, MIN_TARGET_LUFS
from entrypoints.http.wire.common import Asked, example


class MatchedPreview(Asked):
    model_config = example(loudness_lufs=-16.0)

    loudness_lufs: float = Field(
        ge=MIN_TARGET_LUFS,
        le=MAX_TARGET_LUFS,
        allow_inf_nan=False,
        description="The integrated loudness to come to, by one gain for all of it; less where the true peak would "
        "rise above -1 dBTP.",
    )
