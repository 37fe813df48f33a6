"""What parent and child say to each other of processing; see `adapters.audio.wire`."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from adapters.audio.process.forms import FORMS
from adapters.audio.wire import Message
from domain.analysis import Artefact
from domain.parameter import Setting
from domain.processing import Known, LongTrim, Processed, Processing, Produced, Promise
from domain.step import STEPS, Step
from domain.stretch import Stretch
from domain.values import Scalar

_LIMITED_PASSES = 6
"""Of a loudness with a limiter: the first measurement, and those after it."""


def passes_at_most(steps: Sequence[Step]) -> int:
    """How often the sound may be gone through; a pass takes the time that is granted for listening."""
    measuring = sum(
        _LIMITED_PASSES if step.parameters.get("limiter") else 1 for step in steps if STEPS[step.kind].measures
    )
    return 2 * (1 + measuring)


def processing_to(asked: Processing) -> Message:
    return {
        "steps": [{"kind": step.kind, "parameters": dict(step.parameters)} for step in asked.steps],
        "stem": asked.stem,
        "known": asdict(asked.known),
        "others": {name: str(path.absolute()) for name, path in asked.others.items()},
        "excerpt": asdict(asked.excerpt) if asked.excerpt else None,
        "allow_long_trim": asked.allow_long_trim,
        "keep_tags": dict(asked.keep_tags),
    }


def processing_from(said: Message) -> Processing:
    return Processing(
        steps=tuple(
            Step(step["kind"], {name: _setting(value) for name, value in step["parameters"].items()})
            for step in said["steps"]
        ),
        stem=said["stem"],
        known=Known(**said["known"]),
        others={name: Path(path) for name, path in said["others"].items()},
        excerpt=Stretch(**said["excerpt"]) if said["excerpt"] else None,
        allow_long_trim=said["allow_long_trim"],
        keep_tags=said["keep_tags"],
    )


def _setting(value: object) -> Setting:
    """Lists as the tuples that they were."""
    if isinstance(value, list):
        return tuple(_setting(each) for each in value)  # type: ignore[return-value]  # lists of JSON hold what was written
    return value  # type: ignore[return-value]  # as above


def processed_to(processed: Processed) -> Message:
    return {
        "outputs": [
            {
                "name": each.artefact.name,
                "content_type": each.artefact.content_type,
                "settings": dict(each.artefact.settings),
                "promise": asdict(each.promise),
            }
            for each in processed.outputs
        ],
        "input_seconds": processed.input_seconds,
        "passes": processed.passes,
        "notes": dict(processed.notes),
        "long_trim": asdict(processed.long_trim) if processed.long_trim else None,
    }


def processed_from(said: Message, workspace: Path, stem: str) -> Processed:
    """Raises what `understood` understands where a file is not one that was asked for."""
    return Processed(
        outputs=tuple(
            Produced(_artefact(each, workspace, stem), Promise(**each["promise"])) for each in said["outputs"]
        ),
        input_seconds=float(said["input_seconds"]),
        passes=int(said["passes"]),
        notes={str(name): value if isinstance(value, str) else float(value) for name, value in said["notes"].items()},
        long_trim=LongTrim(**said["long_trim"]) if said["long_trim"] else None,
    )


def _artefact(said: Message, workspace: Path, stem: str) -> Artefact:
    name = said["name"]
    path = workspace / name if re.fullmatch(rf"{re.escape(stem)}(-\d{{3,4}})?\.({'|'.join(FORMS)})", name) else None
    if path is None or path.is_symlink() or not path.is_file():
        raise ValueError(f"no file {name!r}")
    settings: dict[str, Scalar] = {str(key): value for key, value in said["settings"].items()}
    return Artefact(name, path, str(said["content_type"]), settings)
