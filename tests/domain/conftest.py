"""The real pack, loaded once, and how long properties may look for a counterexample."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from knowledge_base.schema import Pack
from tests.domain.talk import real_pack

settings.register_profile("otklik", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("otklik")


@pytest.fixture(scope="session")
def pack() -> Pack:
    return real_pack()
