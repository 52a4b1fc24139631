"""Whatever the program reads beside its code travels in its wheel."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
HOUSES = ("bot", "nlu", "knowledge_base", "migrations")


def test_every_file_of_the_program_is_packed() -> None:
    packages, patterns = TOOL["packages"]["find"]["include"], TOOL["package-data"]["*"]
    assert all(any(fnmatch(house, package) for package in packages) for house in HOUSES)
    files = [path for house in HOUSES for path in (ROOT / house).rglob("*") if path.is_file()]
    beside = [path for path in files if path.suffix not in {".py", ".pyc"}]
    assert len(beside) > 100
    assert [str(path) for path in beside if not any(fnmatch(path.name, pattern) for pattern in patterns)] == []
