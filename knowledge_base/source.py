"""YAML files of a pack, read into plain data that remembers its lines.

Reading is stricter than YAML: a repeated key, an alias and a tag are faults,
because each of them makes a file say something other than what its author sees.
Times and dates stay text (YAML would read 13:00 as the number 780).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.faults import Fault

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
FILES = "files"
"""Folder of what the pack gives out: kept as it is, never read as YAML."""
Place = tuple[str | int, ...]
"""Keys and indices from the top of a file down to a value."""

_TAG = "tag:yaml.org,2002:"
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_TRUE = frozenset({"true", "yes", "on"})


@dataclass(slots=True)
class Source:
    """One file: its data and the line of every place in it."""

    name: str
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    blocks: dict[Place, int] = field(default_factory=dict)
    """Texts written line by line (``|``), and where their first line stands."""

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest place above it that is written down."""
        for length in range(len(place), -1, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1

    def line_within(self, place: Place, before: str) -> int:
        """The line on which a text goes on after its beginning ``before``; as near as the file tells."""
        return self.blocks[place] + before.count("\n") if place in self.blocks else self.line(place)

    def fault(self, place: Place, what: str, remedy: str) -> Fault:
        return Fault(self.name, self.line(place), what, remedy)


def pack_files(root: Path) -> tuple[list[Path], list[Fault]]:
    """The YAML files of a pack in a fixed order, and those that may not be read."""
    files: list[Path] = []
    faults: list[Fault] = []
    home = root.resolve()
    for path in sorted(_walk(root), key=lambda item: item.relative_to(root).as_posix()):
        if path.relative_to(root).parts[0] == FILES:
            continue
        refusal = _refusal(path, home)
        if refusal is not None:
            faults.append(Fault(path.relative_to(root).as_posix(), 1, *refusal))
        elif path.suffix == ".yml":
            files.append(path)
    return files, faults


def given_files(root: Path) -> list[Path]:
    """What lies in the folder of files, links left out, in a fixed order."""
    folder = root / FILES
    if not folder.is_dir() or folder.is_symlink():
        return []
    return sorted(path for path in _walk(folder) if path.is_file() and not path.is_symlink())


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        else:
            yield path


def _refusal(path: Path, home: Path) -> tuple[str, str] | None:
    """What is wrong with a path before it is opened, and the remedy; None: nothing."""
    if path.is_symlink() and path.is_dir():
        return "a linked folder is not read", "put the folder itself here"
    if path.suffix == ".yaml":
        return "this file would not be read", "rename it to end in .yml"
    if path.suffix != ".yml":
        return None
    if not path.resolve().is_relative_to(home):
        return "the link leads out of the pack", "copy the file into the pack"
    if not path.is_file():
        return "this is not a readable file", "put a YAML file in its place"
    if path.stat().st_size > MAX_BYTES:
        return "the file is over 1 MB", "split it into smaller files"
    return None


def read_source(name: str, raw: bytes) -> tuple[Source, list[Fault]]:
    """Data and lines of one file. With faults the data may be partial and is not to be used."""
    source = Source(name)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return source, [Fault(name, line, "the text is not UTF-8", "save the file as UTF-8")]
    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        # A bracket left open is noticed far below; the author needs the line where it opens.
        opened = "flow" in (error.context or "")
        mark = error.context_mark if opened else error.problem_mark or error.context_mark
        what = f"broken YAML: {error.problem or error.context}"
        remedy = "check indentation, quotes and colons here and one line above"
        return source, [Fault(name, mark.line + 1 if mark else 1, what, remedy)]
    except yaml.YAMLError as error:
        line = text[: getattr(error, "position", 0) or 0].count("\n") + 1
        return source, [Fault(name, line, "a character that YAML does not allow", "remove it")]
    except _TooDeepError as error:
        return source, [Fault(name, error.line, "the values are nested too deeply", "write the file flatter")]
    if node is None:
        return source, [Fault(name, 1, "the file is empty", "fill it or delete it")]
    builder = _Builder(source)
    source.data = builder.value(node, ())
    if source.data is None and not builder.faults:
        builder.faults.append(Fault(name, 1, "the file is empty", "fill it or delete it"))
    return source, builder.faults


class _TooDeepError(Exception):
    """The values of a file are nested deeper than MAX_DEPTH."""

    def __init__(self, line: int) -> None:
        self.line = line


def _compose(text: str) -> yaml.Node | None:
    # The composer calls itself and takes the process down when it goes too deep; the parser does not.
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            mark = event.start_mark
            raise _TooDeepError(mark.line + 1 if mark else 1)
    loader = yaml.CSafeLoader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


class _Builder:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.seen: set[int] = set()

    def fault(self, node: yaml.Node, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.source.name, node.start_mark.line + 1, what, remedy))

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.source.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self.seen:
            self.fault(node, "an alias (*name) is used", "write the value out")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(key_node, "a key is not a plain word", "write the key as text")
                continue
            key = key_node.value
            if key in result:
                remedy = f"keep one of the two (the first is on line {self.source.line((*place, key))})"
                self.fault(key_node, f"key {key!r} is repeated", remedy)
                continue
            self.source.lines[(*place, key)] = key_node.start_mark.line + 1
            if isinstance(value_node, yaml.ScalarNode) and value_node.style == "|":
                self.source.blocks[(*place, key)] = value_node.start_mark.line + 2
            result[key] = self.value(value_node, (*place, key))
        return result

    def scalar(self, node: yaml.Node) -> Any:
        text: str = node.value
        kind = node.tag.removeprefix(_TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() in _TRUE
        if kind == "int" and _INT.fullmatch(text) and len(text) < 16:
            return int(text)
        if kind == "float" and _FLOAT.fullmatch(text):
            return float(text)
        if kind not in {"str", "int", "float", "timestamp", "merge", "value"}:
            self.fault(node, f"the tag {node.tag} is used", "write a plain value")
        return text
