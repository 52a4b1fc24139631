"""Every requirement that an issue names is carried by a story."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT, called, named, python_files, tree

DUE = (
    "A1",
    "A2",
    "A3",
    "A4",
    "A5",
    "A7",
    "A8",
    "A9",
    "A10",
    "K10",
    "K11",
    "R3",
    "R7",
    "J1",
    "E1",
    "E2",
    "E4",
    "F1",
    "S5",
    "E6",
    "E7",
    "J2",
    "J3",
    "J5",
    "T1",
    "T2",
    "T3",
    "T8",
    "R5",
    "S2",
    "S3",
    "S4",
    "H1",
    "K1",
    "K2",
    "K6",
    "K4",
    "K9",
    "A12",
    "T7",
)
"""Ids of the issues done so far, in the order in which they are named."""
MARK = "pytest.mark.requirement"
ID = re.compile(r"[A-Z]{1,2}\d{1,2}")


def _carried() -> Iterator[tuple[str, str]]:
    """(id, story) of every ``@pytest.mark.requirement("A1", ...)`` in a file of stories."""
    for path in python_files("tests/scenarios"):
        stories = [
            node
            for node in ast.walk(tree(path))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")
        ]
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or called(node) != MARK or not stories:
                continue
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value, f"{named(path)}:{node.lineno}"


def test_every_due_requirement_has_a_story() -> None:
    carried = {requirement for requirement, _ in _carried()}
    without = [requirement for requirement in DUE if requirement not in carried]
    assert not without, f"no story in tests/scenarios carries {', '.join(without)}"


def test_stories_name_requirements_that_exist() -> None:
    odd = [f"{where}: {requirement}" for requirement, where in _carried() if not ID.fullmatch(requirement)]
    assert not odd
    listed = ROOT.parent / "shared" / "REQUIREMENTS.md"
    if not listed.exists():
        pytest.skip("the list of requirements is not beside this clone")
    known = set(ID.findall(listed.read_text(encoding="utf-8")))
    unknown = [f"{where}: {requirement}" for requirement, where in _carried() if requirement not in known]
    assert not unknown
    assert set(DUE) <= known
