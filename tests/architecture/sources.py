"""The program's own files as syntax trees, for tests that hold the rules of DESIGN.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def python_files(*folders: str) -> list[Path]:
    """Python files under folders of the repository, sorted."""
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
    )


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def named(path: Path) -> str:
    """The path as rules name it: from the repository's root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def place(path: Path, node: ast.expr | ast.stmt) -> str:
    return f"{named(path)}:{node.lineno}"


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    """The dotted name that is called, as written; a part that is no name becomes ``?``."""
    return dotted(call.func)


def dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
    return "?"


def imports(path: Path) -> Iterator[tuple[str, ast.stmt]]:
    """Every absolute module imported anywhere in a file, those inside functions too."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=names):
                for name in names:
                    yield name.name, node
            case ast.ImportFrom(module=str(module), level=0):
                yield module, node
