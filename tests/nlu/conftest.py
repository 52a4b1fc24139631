"""The engine on the demonstration pack, fitted once, and a tiny pack for what has to be fitted often."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.load import load_pack
from knowledge_base.schema import Pack
from nlu.matcher import Matcher

ROOT = Path(__file__).parents[2] / "knowledge_base" / "packs" / "ministry"


@pytest.fixture(scope="session")
def ministry_pack() -> Pack:
    return load_pack(ROOT)


@pytest.fixture(scope="session")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demonstration pack's sentences are kept once they are read."""
    return tmp_path_factory.mktemp("sentences")


@pytest.fixture(scope="session")
def ministry(ministry_pack: Pack, sentences: Path) -> Matcher:
    return Matcher.fit(ministry_pack, sentences=sentences)


@pytest.fixture(scope="session")
def tiny_pack(ministry_pack: Pack) -> Pack:
    """Three topics, one service and the general intents of the demonstration pack."""
    kept = ("working-hours", "road-repair", "milk-subsidy")
    return ministry_pack.model_copy(
        update={
            "version": "0123456789abcdef",
            "templates": {slug: ministry_pack.templates[slug] for slug in kept},
            "services": {"appeal": ministry_pack.services["appeal"]},
            "questions": {slug: ministry_pack.questions[slug] for slug in kept},
        }
    )
