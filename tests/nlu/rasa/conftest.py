"""A real Rasa: set up by ``scripts/rasa setup`` (scripts/test calls it), trained once a run, served by each process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_base.schema import Pack
from nlu.classifier import Classifier
from nlu.training import write_pack
from scripts.rasa_tools.check import classifier_of
from scripts.rasa_tools.environment import installed
from scripts.rasa_tools.model import train_pack
from scripts.rasa_tools.server import RasaServer


@pytest.fixture(scope="session")
def rasa_python() -> Path:
    """The interpreter of Rasa's environment."""
    python = installed()
    if python is None:
        why = "RASA IS NOT SET UP, nothing is tested with it. Run: scripts/rasa setup"
        if os.environ.get("CI", "") not in ("", "false", "0"):
            pytest.fail(why)
        pytest.skip(why)
    return python


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all processes of this run: what one has trained, the others find.

    ``scripts/test`` runs pytest twice, so it names one.
    """
    named = os.environ.get("OTKLIK_TEST_MODELS")
    if named:
        return Path(named)
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "rasa"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def ministry_model(rasa_python: Path, shared: Path, ministry_pack: Pack) -> Path:
    return train_pack(ministry_pack, shared)


@pytest.fixture(scope="session")
def ministry_project(shared: Path, ministry_pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("rasa") / "ministry"
    write_pack(ministry_pack, project)
    return project


@pytest.fixture(scope="session")
def server(ministry_model: Path) -> Iterator[RasaServer]:
    """Rasa with the ministry's model, behind a token that looks like an option of a command line."""
    with RasaServer(ministry_model, token="-t0ken-with-a-hyphen-in-front") as started:
        yield started


@pytest.fixture(scope="session")
def classifier(shared: Path, ministry_pack: Pack) -> Classifier:
    """The classifier of the bot's own engine."""
    return classifier_of(ministry_pack, shared / "engines")
