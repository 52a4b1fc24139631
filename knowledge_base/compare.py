"""What differs between two packs, item by item and field by field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from knowledge_base.stored import Bodies, plain


class How(StrEnum):
    CAME = "came"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Line:
    """A value of an item: where it stands (``short.ru``), and what it was and is; None: nothing."""

    place: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    kind: str
    slug: str
    how: How
    lines: tuple[Line, ...]
    """Of a changed item; values that neither list has at the same place in it come and go by themselves."""


def compare(before: Bodies, after: Bodies) -> list[Difference]:
    """By kind and slug. Bodies that this code understands are compared as it would write them."""
    old, new = plain(before), plain(after)
    return [
        Difference(*key, _how(old.get(key), new.get(key)), tuple(_lines(old.get(key), new.get(key))))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    ]


def _how(before: str | None, after: str | None) -> How:
    if before is None:
        return How.CAME
    return How.GONE if after is None else How.CHANGED


def _lines(before: str | None, after: str | None) -> Iterator[Line]:
    if before is None or after is None:
        return
    old, new = dict(_values(json.loads(before))), dict(_values(json.loads(after)))
    for place in dict.fromkeys((*old, *new)):
        was, is_ = old.get(place), new.get(place)
        if was != is_:
            yield from _line(place, was, is_)


def _line(place: str, before: Any, after: Any) -> Iterator[Line]:
    """Lists of texts (samples, topics) by their entries, whose order tells nothing; all else as it stands."""
    old, new = before or [], after or []
    if isinstance(old, list) and isinstance(new, list) and (changed := [*_entries(place, old, new)]):
        yield from changed
    else:
        yield Line(place, _told(before), _told(after))


def _entries(place: str, old: list[Any], new: list[Any]) -> Iterator[Line]:
    yield from (Line(place, _told(one), None) for one in old if one not in new)
    yield from (Line(place, None, _told(one)) for one in new if one not in old)


def _values(data: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every value below; what is nothing is left out."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from _values(value, f"{place}.{name}" if place else str(name))
    elif data not in (None, [], False):
        yield place, data


def _told(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
