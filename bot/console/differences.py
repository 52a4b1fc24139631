"""What differs between two texts of a template, field by field and word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

FIELDS = (
    "title",
    "short",
    "more",
    "text",
    "say",
    "samples",
    "topic",
    "situation",
    "segment",
    "owner",
    "review_by",
    "sensitive",
    "unmet",
    "public",
    "hides",
)
UNLESS_SAID = ("public",)
"""What is so where an item says nothing about it."""
LISTED = ("files", "buttons", "variants", "phrases", "topics", "steps")
_WORDS = re.compile(r"\s+|[^\s]+")
MOST_WORDS = 2000
"""Words of a text that are compared one by one; longer ones stand side by side whole."""


@dataclass(frozen=True, slots=True)
class Part:
    kind: str
    """``same``, ``gone`` or ``new``."""
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    language: str
    """Empty for what has none."""
    parts: tuple[Part, ...]
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Fields that differ, in the order of the editor. Either may be half-written."""
    former, latter = dict(_texts(before)), dict(_texts(after))
    order = {name: place for place, name in enumerate((*FIELDS, *LISTED))}
    keys = sorted(former.keys() | latter.keys(), key=lambda key: (order[key[0]], key[1] != "ru", key[1]))
    return [
        Change(*key, compared(former.get(key, ""), latter.get(key, "")), former.get(key, ""), latter.get(key, ""))
        for key in keys
        if former.get(key, "") != latter.get(key, "")
    ]


def _texts(item: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    for name in FIELDS:
        value = item.get(name, name in UNLESS_SAID)
        if isinstance(value, Mapping):
            for language, text in value.items():
                shown = "\n".join(map(str, text)) if isinstance(text, list | tuple) else str(text)
                yield (name, str(language)), shown
        elif value:
            yield (name, ""), "\N{CHECK MARK}" if value is True else str(value)
    for name in LISTED:
        found = item.get(name) or ()
        if found:
            yield (name, ""), "\n".join(one if isinstance(one, str) else _shown(one) for one in found)


def _shown(one: Mapping[str, Any]) -> str:
    """A button, a step of a journey, or a variant with its texts and buttons."""
    if "emotion" in one:
        return _step(one)
    if "short" not in one:
        return _button(one)
    whose = " + ".join(str(one[part]) for part in ("segment", "situation") if one.get(part))
    texts = [str(text) for part in ("short", "more") for text in (one.get(part) or {}).values()]
    return "\n".join((f"{whose}:", *texts, *map(_button, one.get("buttons") or ())))


def _step(step: Mapping[str, Any]) -> str:
    lines = [f"{name}: {', '.join(map(str, said))}" for name, said in step.items() if isinstance(said, list) and said]
    return "\n".join((f"{step.get('title', '')} ({step['emotion']:+d})", *lines))


def _button(button: Mapping[str, Any]) -> str:
    texts = button.get("text") or {}
    target = next((str(button[kind]) for kind in ("template", "service", "link") if button.get(kind)), "")
    return f"{' / '.join(map(str, texts.values()))} \N{RIGHTWARDS ARROW} {target}"


def compared(before: str, after: str) -> tuple[Part, ...]:
    """Word by word; what was replaced stands before what replaced it."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        return tuple(Part(kind, text) for kind, text in (("gone", before), ("new", after)) if text)
    parts: list[Part] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            parts.append(Part("same", "".join(old[i:j])))
            continue
        if j > i:
            parts.append(Part("gone", "".join(old[i:j])))
        if m > k:
            parts.append(Part("new", "".join(new[k:m])))
    return tuple(parts)
