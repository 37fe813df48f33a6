"""Changes to what is said of many recordings: what is asked for, what it does to one, and how it is taken back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.errors import Conflict, Invalid
from domain.parameter import Setting
from domain.recording import MAX_TITLE_CHARS, Recording, Status
from domain.values import Scalar, checked_fields, checked_tags, plain_text


class Action(StrEnum):
    DESCRIBE = "describe"
    TRASH = "trash"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Diff:
    """What a change did to one recording, so that it can be taken back: each pair is what was and what is since; None
    stands for a field that was not, or is no more, there."""

    added_tags: tuple[str, ...] = ()
    removed_tags: tuple[str, ...] = ()
    title: tuple[str, str] | None = None
    fields: Mapping[str, tuple[Scalar, Scalar]] = field(default_factory=dict)

    @classmethod
    def between(cls, before: Recording, after: Recording) -> "Diff":
        return cls.of(*({"title": r.title, "tags": r.tags, "fields": r.fields} for r in (before, after)))

    @classmethod
    def of(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> "Diff":
        """Of titles, tags and fields, as the trail has them too; what is in neither has not changed."""
        had, has = (tuple(each.get("tags", ())) for each in (before, after))
        was, now = (dict(each.get("fields", {})) for each in (before, after))
        pairs = {name: (was.get(name), now.get(name)) for name in sorted(was.keys() | now.keys())}
        titles: tuple[Any, Any] = before.get("title"), after.get("title")
        return cls(
            tuple(tag for tag in has if tag not in had),
            tuple(tag for tag in had if tag not in has),
            None if titles[0] == titles[1] else titles,
            {name: pair for name, pair in pairs.items() if pair[0] != pair[1]},
        )

    @property
    def told(self) -> dict[str, Scalar]:
        """In words, by what changes."""
        tags = [f"+{tag}" for tag in self.added_tags] + [f"-{tag}" for tag in self.removed_tags]
        return {
            **({"tags": " ".join(tags)} if tags else {}),
            **({"title": f"{self.title[0]} → {self.title[1]}"} if self.title else {}),
            **{f"fields.{name}": f"{_word(was)} → {_word(now)}" for name, (was, now) in self.fields.items()},
        }

    def written(self) -> str:
        fields = {name: list(pair) for name, pair in self.fields.items()}
        title = list(self.title) if self.title else None
        return json.dumps([list(self.added_tags), list(self.removed_tags), title, fields], separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> "Diff":
        added, removed, title, fields = json.loads(text)
        pairs = {name: (was, now) for name, (was, now) in fields.items()}
        return cls(tuple(added), tuple(removed), None if title is None else (title[0], title[1]), pairs)

    def taken_back(self, recording: Recording, now: datetime) -> Recording:
        """As it was, where nobody has changed it since. The same recording where nothing is left to take back.

        Raises Conflict, naming them, where the title or a field is another one by now.
        """
        others = [
            name for name, (was, is_since) in self.fields.items() if recording.fields.get(name) not in (was, is_since)
        ]
        if self.title is not None and recording.title not in self.title:
            others.insert(0, "title")
        if others:
            raise Conflict(f"Changed since by somebody else, and left: {', '.join(others)}.", changed=others)
        tags = (set(recording.tags) - set(self.added_tags)) | set(self.removed_tags)
        fields = {**recording.fields, **{name: was for name, (was, _) in self.fields.items()}}
        title = self.title[0] if self.title else recording.title
        return _described(recording, now, title, tuple(tags), fields)


@dataclass(frozen=True, slots=True)
class Change:
    """`tags` takes the place of all tags; a field of None is taken out. What is not said stays."""

    action: Action = Action.DESCRIBE
    title: str | None = None
    tags: tuple[str, ...] | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    fields: Mapping[str, Scalar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        says = self.title is not None or self.tags is not None or self.add_tags or self.remove_tags or self.fields
        if (self.action is Action.DESCRIBE) != bool(says):
            raise Invalid("Say which title, tags or fields are to change, or trash or restore.", field="change")
        if self.tags is not None and (self.add_tags or self.remove_tags):
            raise Invalid("Say tags, or add_tags and remove_tags.", field="tags")
        if set(self.add_tags) & set(self.remove_tags):
            raise Invalid("A tag cannot be added and removed at once.", field="remove_tags")

    @classmethod
    def describing(
        cls,
        *,
        title: str | None = None,
        tags: tuple[str, ...] | None = None,
        add_tags: tuple[str, ...] = (),
        remove_tags: tuple[str, ...] = (),
        fields: Mapping[str, Scalar] | None = None,
    ) -> "Change":
        """Raises Invalid for a title, tag or field that no recording can have."""
        return cls(
            Action.DESCRIBE,
            None if title is None else plain_text(title, "title", MAX_TITLE_CHARS),
            None if tags is None else checked_tags(tags),
            checked_tags(add_tags),
            checked_tags(remove_tags),
            checked_fields(fields or {}),
        )

    @classmethod
    def checked(cls, asked: Mapping[str, object]) -> "Change":
        """Of what somebody has asked for, in plain values. Raises Invalid for what there is not."""
        said = {name: value for name, value in asked.items() if value is not None}
        action = said.pop("action", Action.DESCRIBE)
        if action not in set(Action):
            raise Invalid(f"action must be one of: {', '.join(Action)}.", field="action")
        if action == Action.DESCRIBE:
            unknown = said.keys() - {"title", "tags", "add_tags", "remove_tags", "fields"}
            if unknown:
                raise Invalid(f"A change has no {', '.join(sorted(unknown))[:64]}.", field="change")
            for name in said.keys() & {"tags", "add_tags", "remove_tags"}:
                said[name] = _texts(name, said[name])
            _require(said, "title", str, "a text")
            _require(said, "fields", Mapping, "an object")
            return cls.describing(**said)  # type: ignore[arg-type]  # of the right types, as just seen
        if said:
            raise Invalid(f"To {action} takes nothing else.", field="change")
        return cls(Action(str(action)))

    @property
    def settings(self) -> dict[str, Setting]:
        """As a batch keeps it; `of` reads it back."""
        said: dict[str, Setting] = {
            "title": self.title,
            "tags": self.tags,
            "add_tags": self.add_tags or None,
            "remove_tags": self.remove_tags or None,
            "fields": json.dumps(dict(self.fields), separators=(",", ":")) if self.fields else None,
        }
        return {"action": str(self.action), **{name: value for name, value in said.items() if value is not None}}

    @classmethod
    def of(cls, settings: Mapping[str, Setting]) -> "Change":
        def texts(name: str) -> tuple[str, ...]:
            value = settings.get(name)
            return tuple(str(each) for each in value) if isinstance(value, tuple) else ()

        title, fields = settings.get("title"), settings.get("fields")
        return cls(
            Action(str(settings.get("action", Action.DESCRIBE))),
            None if title is None else str(title),
            texts("tags") if "tags" in settings else None,
            texts("add_tags"),
            texts("remove_tags"),
            json.loads(str(fields)) if fields is not None else {},
        )

    def described(self, recording: Recording, now: datetime) -> Recording:
        """With what is to be said of it; the same recording where it says so already.

        Raises IllegalTransition for one in the trash, Invalid where it would have too many tags or fields.
        """
        tags = self.tags
        if tags is None:
            tags = tuple((set(recording.tags) | set(self.add_tags)) - set(self.remove_tags))
        fields = {**recording.fields, **self.fields}
        return _described(recording, now, recording.title if self.title is None else self.title, tags, fields)

    def foreseen(self, recording: Recording, now: datetime) -> dict[str, Scalar]:
        """What would change, in words; nothing where it is so already. Raises what the change would raise."""
        if self.action is Action.DESCRIBE:
            return Diff.between(recording, self.described(recording, now)).told
        if self.action is Action.RESTORE:
            return {"status": f"trashed → {recording.restored(now).status}"}
        return {} if recording.status is Status.TRASHED else {"status": f"{recording.status} → trashed"}


def _described(
    recording: Recording, now: datetime, title: str, tags: tuple[str, ...], fields: Mapping[str, Scalar]
) -> Recording:
    kept = {name: value for name, value in sorted(fields.items()) if value is not None}
    ordered = tuple(sorted(tags))
    if (title, ordered, kept) == (recording.title, recording.tags, dict(recording.fields)):
        return recording
    return recording.described(now, title=title, tags=ordered, fields=kept)


def _word(value: Scalar) -> str:
    return "nothing" if value is None else str(value)


def _texts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise Invalid(f"{name} must be a list of texts.", field=name)
    return tuple(value)


def _require(said: Mapping[str, object], name: str, kind: type, words: str) -> None:
    if name in said and not isinstance(said[name], kind):
        raise Invalid(f"{name} must be {words}.", field=name)
