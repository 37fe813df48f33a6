"""Essentia's music extractor, where it is installed: `.venv/bin/pip install --pre essentia`. It is not in the lock."""

from pathlib import Path

from essentia import log
from essentia.standard import MusicExtractor, YamlOutput

log.infoActive = log.warningActive = False


def analyse(path: Path, folder: Path) -> None:
    pool, _frames = MusicExtractor()(str(path))
    YamlOutput(filename=str(folder / "features.yaml"))(pool)
