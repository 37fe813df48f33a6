"""The install builds numba's cache; where nothing can be written it works all the same."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def python(code: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_where_numba_may_write_nowhere_it_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    """As on a read-only installation without a home: neither beside our code, nor beside librosa's, nor at home."""
    python(
        "import numba.core.caching as caching, tempfile\n"
        "def refuse(self): raise PermissionError\n"
        "caching.InTreeCacheLocator.ensure_cache_path = refuse\n"
        "caching.UserWideCacheLocator.ensure_cache_path = refuse\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "from adapters.audio.chunks import Cells\n"
        "from adapters.audio import mel\n"
        "import numpy as np\n"
        "assert Cells(np.ones((1, 10), np.float32)).sums.tolist() == [[10.0]]\n"
        "assert len(mel.edges(8000, 1024)) > 2\n"
    )
    (cache,) = tmp_path.iterdir()
    assert cache.stat().st_mode & 0o777 == 0o700
    assert list(cache.rglob("*.nbc"))


def test_a_cache_folder_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    code = (
        "import os, tempfile; from pathlib import Path; from adapters.audio.compiled import own_cache\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "first = Path(own_cache()); assert own_cache() == str(first)\n"
        "first.chmod(0o777); assert own_cache() != str(first)\n"
    )
    python(code)


@pytest.mark.parametrize("module", ["isolated", "engine", "claims", "sniff"])
def test_the_parent_loads_no_heavy_library(module: str) -> None:
    """What web, CLI and worker import must start at once; the children carry the weight."""
    loaded = python(
        f"import sys, adapters.audio.{module}\n"
        "print([name for name in ('numpy', 'numba', 'scipy', 'librosa', 'av', 'soundfile') if name in sys.modules])"
    )
    assert loaded.strip() == "[]"


def test_a_probe_needs_no_compiler(tmp_path: Path) -> None:
    loaded = python(
        "import sys; from pathlib import Path\n"
        "from adapters.audio.engine import LibrosaEngine; from tests import sounds\n"
        f"path = Path({str(tmp_path)!r}, 'x'); path.write_bytes(sounds.encoded('mp3'))\n"
        "LibrosaEngine().probe(path)\n"
        "print([name for name in ('numba', 'scipy', 'librosa') if name in sys.modules])"
    )
    assert loaded.strip() == "[]"


def test_steps_that_do_not_filter_load_no_filters() -> None:
    """They would take 40 MB in each child."""
    loaded = python(
        "import sys, adapters.audio.listening\n"
        "before = 'scipy.signal' in sys.modules\n"
        "import adapters.audio.process.processing\n"
        "print(('scipy.signal' in sys.modules) == before)"
    )
    assert loaded.strip() == "True"
