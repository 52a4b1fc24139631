"""A YAML file changed only where its data has changed: every other line, comments too, stays as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

NAMES = ("slug", "key", "name", "value")
"""What entries of a list are known by."""


class _Dumper(yaml.SafeDumper):
    """Texts as people write them: several lines as a block, none folded."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)

_Edit: TypeAlias = tuple[int, int, list[str]]
"""Lines from, lines up to (not included), and what stands there instead."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A key with its value, or an entry of a list."""

    name: str
    line: int
    column: int
    value: yaml.Node


class _CantError(Exception):
    """These lines can't be changed by themselves: what holds them is written anew."""


def written(data: Any) -> str:
    """Plain data as a YAML file."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)


def mended(text: str, before: Any, after: Any) -> str:
    """The file ``text``, which says ``before``, so that it says ``after``.

    Both are plain data; what they leave out (values that are so by default) may stand in the file. Written anew where
    single lines can't be changed: whoever needs to be sure reads it again.
    """
    lines = text.splitlines(keepends=True)
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    try:
        edits = list(_edits(lines, node, before, after, len(lines)))
    except _CantError:
        return written(after)
    if edits and lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    # From the end on; of two at the same line the one that was found first stands first.
    ordered = sorted(enumerate(edits), key=lambda one: (*one[1][:2], one[0]), reverse=True)
    for _, (start, stop, instead) in ordered:
        lines[start:stop] = instead
    return "".join(lines)


def _edits(lines: Sequence[str], node: yaml.Node | None, before: Any, after: Any, end: int) -> Iterator[_Edit]:
    """What is to be done within a block that ends before line ``end``."""
    old, new = _by_name(before), _by_name(after)
    parts = _parts(node, before)
    if old is None or new is None or not new or not parts:
        raise _CantError
    listed = isinstance(after, list)
    bounds = [part.line for part in parts[1:]] + [end]
    for part, bound in zip(parts, bounds, strict=True):
        stop = _stop(lines, part, bound)
        if part.name not in new:
            if part.name in old:
                yield _removed(lines, part, stop)
        elif part.name not in old or old[part.name] != new[part.name]:
            yield from _changed(lines, part, stop, old.get(part.name), new[part.name], listed=listed)
    last = _stop(lines, parts[-1], end)
    there, column = {part.name for part in parts}, parts[-1].column
    added = [_dumped(name, new[name], " " * column, column, listed=listed) for name in new if name not in there]
    if added:
        yield last, last, [line for one in added for line in one]


def _changed(lines: Sequence[str], part: _Part, stop: int, old: Any, new: Any, *, listed: bool) -> Iterator[_Edit]:
    try:
        yield from list(_edits(lines, part.value, old, new, stop))
    except _CantError:
        prefix = lines[part.line][: part.column]
        yield part.line, stop, _dumped(part.name, new, prefix, part.column, listed=listed)


def _removed(lines: Sequence[str], part: _Part, stop: int) -> _Edit:
    if lines[part.line][: part.column].strip():  # the dash of the entry that holds it stands before it
        raise _CantError
    return part.line, stop, []


def _dumped(name: str, value: Any, prefix: str, column: int, *, listed: bool) -> list[str]:
    first, *others = written([value] if listed else {name: value}).splitlines(keepends=True)
    return [prefix + first, *(" " * column + line if line.strip() else line for line in others)]


def _by_name(data: Any) -> dict[str, Any] | None:
    """A mapping, or a list whose entries have names, by name; None for anything else."""
    if isinstance(data, Mapping):
        return {str(name): value for name, value in data.items()}
    if isinstance(data, list) and data and all(isinstance(one, dict) for one in data):
        name = next((name for name in NAMES if all(name in one for one in data)), None)
        found = {str(one[name]): one for one in data} if name else {}
        return found if len(found) == len(data) else None
    return None


def _parts(node: yaml.Node | None, before: Any) -> list[_Part]:
    """The parts of a block; none of what is written in brackets or is no collection."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return [_Part(str(key.value), key.start_mark.line, key.start_mark.column, value) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        names = _by_name(before)
        if names is None or len(names) != len(node.value):
            return []
        column = node.start_mark.column
        return [_Part(name, one.start_mark.line, column, one) for name, one in zip(names, node.value, strict=True)]
    return []


def _stop(lines: Sequence[str], part: _Part, bound: int) -> int:
    """Where a part ends: blank lines and comments after it, no deeper than itself, belong to what follows."""
    stop = bound
    while stop - 1 > part.line:
        line = lines[stop - 1]
        bare = line.strip()
        if bare and not (bare.startswith("#") and len(line) - len(line.lstrip()) <= part.column):
            break
        stop -= 1
    return stop
