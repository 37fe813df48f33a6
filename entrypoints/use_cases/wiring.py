"""How the fields of a use-case are filled: by their names."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from dependency_injector import providers

One = providers.ThreadSafeSingleton  # requests arrive in many threads


def wired_in(adapters: Any, room: Mapping[str, Any], use_case: type) -> Any:
    """A use-case; each of its fields is given what has the field's name in the room, or else among the adapters."""
    given = {f.name: room[f.name] if f.name in room else getattr(adapters, f.name) for f in fields(use_case)}
    return One(use_case, **given)
