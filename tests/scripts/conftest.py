"""A place for servers and projects."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.postgres import stop
from tests.scripts.project import ROOT, STAND_IN, Project


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a space in its name; servers left in it are stopped."""
    folder = Path(tempfile.mkdtemp(prefix="otklik scripts ")).resolve()
    yield folder
    for home in (folder / "postgres", folder / "var" / "postgres"):
        stop(home, immediate=True)
    shutil.rmtree(folder)


@pytest.fixture
def project(place: Path) -> Iterator[Project]:
    """See ``Project``; whatever it started is ended."""
    shutil.copytree(ROOT / "scripts", place / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (place / "bot").mkdir()
    (place / "bot" / "__init__.py").touch()
    (place / "bot" / "__main__.py").write_text(STAND_IN)
    made = Project(place)
    yield made
    for process in made.started:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=40)
