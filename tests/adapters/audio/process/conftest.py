"""What tests of chains need."""

from functools import partial
from pathlib import Path

import pytest

from tests.adapters.audio.process.making import Make, process


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return partial(process, tmp_path)
