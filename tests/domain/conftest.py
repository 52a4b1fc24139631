"""The real pack, loaded once."""

from __future__ import annotations

import pytest

from knowledge_base.schema import Pack
from tests.domain.talk import real_pack


@pytest.fixture(scope="session")
def pack() -> Pack:
    return real_pack()
