"""The first process of a container, run here with a program of our own name."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deployment.files import ROOT, dockerfile, image_environment, said

ENTRY = ROOT / "infra" / "image" / "entry.sh"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Folders as they lie in the image, below one of the test's own."""
    for folder in ("bin", "numba", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "numba" / "function.nbi").write_text("machine code")
    program = tmp_path / "bin" / "audio-backend"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    return tmp_path


def started(machine: Path, *words: str, **more: str) -> str:
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(machine / "tmp"), "INSTALLED": str(machine), **more}
    return subprocess.run(["sh", ENTRY, *words], env=environment, capture_output=True, check=True, text=True).stdout


def test_the_entry_is_what_the_image_calls_by_the_name_of_the_program() -> None:
    """Also for those who name the command themselves, as jobs of SageMaker do."""
    [copied] = [rest for word, rest in dockerfile() if word == "COPY" and "entry.sh" in rest]
    folder, _, name = copied.split()[-1].rpartition("/")
    assert said("ENTRYPOINT") == f'["{name}"]'
    assert image_environment()["PATH"].split(":") == [folder, "/opt/audio-backend/bin", "$PATH"]


def test_the_command_is_passed_on(machine: Path) -> None:
    assert started(machine, "job", "run", "sweep") == "job run sweep\n"
    assert started(machine, "serve") == "serve\n"


def test_what_sagemaker_calls_serve_is_the_model_server(machine: Path) -> None:
    assert started(machine, "serve", SAGEMAKER_SERVES="model-server") == "model-server\n"
    assert started(machine, "web", SAGEMAKER_SERVES="model-server") == "web\n"


def test_machine_code_lies_where_the_engine_looks_for_it(machine: Path) -> None:
    started(machine, "web")
    started(machine, "web")
    code = "from adapters.audio.compiled import own_cache; print(own_cache())"
    environment = {**os.environ, "TMPDIR": str(machine / "tmp")}
    asked = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True, text=True
    )
    folders = {path.name: path for path in (machine / "tmp").iterdir()}
    assert asked.stdout.strip() == str(folders[f"audio-backend-numba-{os.getuid()}"])
    assert set(folders) == {f"audio-backend-numba-{number}" for number in (os.getuid(), 65534)}
    for folder in folders.values():
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert [path.name for path in folder.iterdir()] == ["function.nbi"]


def test_every_python_of_the_image_compiles_for_the_same_processor(tmp_path: Path) -> None:
    """numba's cache is keyed by it."""
    (tmp_path / "sitecustomize.py").write_bytes((ROOT / "infra" / "image" / "sitecustomize.py").read_bytes())
    code = "from numba.core import config; print(config.CPU_NAME, repr(config.CPU_FEATURES))"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)}
    asked = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True)
    wanted = "x86-64-v3" if os.uname().machine == "x86_64" else "generic"
    assert asked.stdout == f"{wanted} ''\n"
